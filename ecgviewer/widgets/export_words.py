"""What the export says: formats, promises, results."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ecgviewer.services.export_service import ExportResult

FORMAT_WORDS: Final = {
    "DICOM": "12-lead or general ECG waveform, for archives and PACS",
    "WFDB": "PhysioNet's header and signal file",
    "EDF": "EDF+, for Holter and research software",
    "aECG": "HL7 annotated ECG (XML), for trials",
    "CSV": "a table in mV, with a JSON file that describes it",
    "NumPy": "an array in mV, with a JSON file that describes it",
}
"""The formats as the window offers them, the one for hospitals first."""
PLAIN_PROMISE: Final = "Everything that is known goes along: names, IDs, dates, comments."
CLEAN_PROMISE: Final = (
    "Removed: names, IDs, birth dates, comments, device statements, file names. Days are moved by a secret "
    "number per patient; the time of day, the age (90 for 90 and over) and the sex stay."
)
_MOST_LINES: Final = 200


def part_warning(part: str) -> str:
    """For a window of a long recording; `part` says which."""
    return f"Only the part on screen is exported: {part}" if part else ""


def result_text(result: ExportResult) -> str:
    """What was written, what not and why, and what was removed; one line each."""
    from inference.writing.export import summary

    if result.problem and not result.done:
        return result.problem
    lines = [summary(result.done, result.n_planned)]
    if result.problem:
        lines.append(result.problem)
    lines += _removed_lines(result)
    refused = [f"{each.job.source.name}: {each.problem}" for each in result.done if each.problem]
    lines += refused[:_MOST_LINES]
    if len(refused) > _MOST_LINES:
        lines.append(f"… and {len(refused) - _MOST_LINES} more that were not written.")
    notes = Counter(note for each in result.done for note in each.notes)
    lines += [note if count == 1 else f"{note} ({count} ECGs)" for note, count in notes.most_common()]
    return "\n".join(lines)


def _removed_lines(result: ExportResult) -> list[str]:
    if result.removed_list is None:
        return []
    removed = dict.fromkeys(what for each in result.done for what in each.removed)
    changed = dict.fromkeys(what for each in result.done for what in each.changed)
    lines = [f"Removed where present: {', '.join(removed)}."] if removed else ["There was nothing to remove."]
    lines += [f"Changed: {'; '.join(changed)}."] if changed else []
    return [*lines, f"For each file: {result.removed_list.name}"]
