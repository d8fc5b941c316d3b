"""The diagnosis in a GE MUSE file: what the device said, and what readers made of it."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from inference.records.xml_tree import text_of


@dataclass(frozen=True, slots=True)
class Statements:
    """The device's own statements, and what readers made of them."""

    own: tuple[str, ...]
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_statements(root: Element) -> Statements:
    """OriginalDiagnosis is what the device said; Diagnosis may have been edited and confirmed since."""
    original = _lines(root.find("OriginalDiagnosis"))
    current = _lines(root.find("Diagnosis"))
    if not original:
        return Statements(
            tuple(text for text, by_reader in current if not by_reader),
            tuple(f"Inserted by a reader: {text}" for text, by_reader in current if by_reader),
        )
    own = tuple(text for text, _ in original)
    if not current or current == original:
        return Statements(own)
    edited = tuple(f"Diagnosis as edited in MUSE: {text}" for text, _ in current)
    note = "The diagnosis was edited after the recording: the device's own and the edited one are both kept."
    return Statements(own, edited, (note,))


def _lines(diagnosis: Element | None) -> list[tuple[str, bool]]:
    """Each line and whether a reader inserted it; statements run on until one is flagged ENDSLINE."""
    if diagnosis is None:
        return []
    lines: list[tuple[str, bool]] = []
    parts: list[str] = []
    inserted = False
    statements = diagnosis.findall("DiagnosisStatement")
    for statement in statements:
        flags = {text_of(flag).upper() for flag in statement.iterfind("StmtFlag")}
        text = text_of(statement, "StmtText")
        if text:
            parts.append(f"{text} (deleted by a reader)" if "DELETED" in flags else text)
        inserted = inserted or "USERINSERT" in flags
        if ("ENDSLINE" in flags or statement is statements[-1]) and parts:
            lines.append((" ".join(parts), inserted))
            parts, inserted = [], False
    return lines
