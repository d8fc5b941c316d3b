"""Which of a file's signals are ECG leads, and which of those are stored upside down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inference.records.errors import RecordError
from inference.records.leads import KNOWN_LEADS, WrittenLead, read_lead_name
from inference.records.record import FloatArray


@dataclass(frozen=True, slots=True)
class PickedLeads:
    """`names` maps a file's column to a lead name; `inverted` are those that the file stores negated."""

    names: Mapping[int, str]
    inverted: frozenset[str] = frozenset()
    notes: tuple[str, ...] = field(default=())
    """One sentence per signal that was left out or turned over."""

    def upright(self, name: str, values_mv: FloatArray) -> FloatArray:
        """A lead's samples as the lead is defined: negated where the file stores it upside down."""
        return np.negative(values_mv) if name in self.inverted else values_mv


def pick_ecg_leads(names: Sequence[str]) -> PickedLeads:
    """Choose the ECG leads among a file's signals, by their names.

    Of two signals with one name the first is taken, but a plain one before an inverted one (`-aVR`),
    wherever they stand. Raises RecordError where no signal is a lead.
    """
    written = [read_lead_name(name) for name in names]
    plain = {lead.name for lead in written if not lead.is_inverted}
    picked: dict[int, str] = {}
    notes: list[str] = []
    for column, lead in enumerate(written):
        problem = _why_left_out(lead, plain, set(picked.values()))
        if problem is None:
            picked[column] = lead.name
        if problem or lead.is_inverted:
            notes.append(problem or _turned_over(names[column], lead.name))
    if not picked:
        raise RecordError(
            "None of the file's signals is a known ECG lead: check that it is an ECG, "
            "or give the lead order (for example I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6)."
        )
    inverted = frozenset(name for column, name in picked.items() if written[column].is_inverted)
    return PickedLeads(picked, inverted, tuple(notes))


def _why_left_out(lead: WrittenLead, plain: set[str], taken: set[str]) -> str | None:
    if lead.name not in KNOWN_LEADS:
        return f"Signal '{lead.name[:40]}' is not an ECG lead that this program knows and was left out."
    if lead.is_inverted and lead.name in plain:
        return f"Lead {lead.name} is in the file both ways up; the inverted one was left out."
    if lead.name in taken:
        return f"Lead {lead.name} is in the file twice; the first one was read."
    return None


def _turned_over(written: str, name: str) -> str:
    return f"Lead {name} is stored upside down, as '{written.strip()[:40]}', and was negated."
