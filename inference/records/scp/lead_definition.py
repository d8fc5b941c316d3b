"""Section 3: which leads there are, and from which sample to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.records.errors import RecordError
from inference.records.safety import MAX_SIGNALS
from inference.records.scp.cursor import DAMAGED, Cursor

_CODES: Final = (
    *("unspecified", "I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7"),
    *("V2R", "V3R", "V4R", "V5R", "V6R", "V7R", "X", "Y", "Z", "CC5"),
    *("CM5", "left arm", "right arm", "left leg"),
    *("Frank I", "Frank E", "Frank C", "Frank A", "Frank M", "Frank F", "Frank H"),
)
_CODES_AFTER_CALIBRATION: Final = ("III", "aVR", "aVL", "aVF", "-aVR", "V8", "V9", "V8R", "V9R")
_FIRST_CALIBRATION: Final = 31
_FIRST_AFTER_CALIBRATION: Final = 61
"""EN 1064 table 7: 31 to 60 are the leads 1 to 30 with a calibration pulse, 61 and on are further leads."""


@dataclass(frozen=True, slots=True)
class LeadSpan:
    """One lead: its name as the standard writes it, and its first and last sample, both included."""

    name: str
    first: int
    last: int

    @property
    def n_samples(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class LeadDefinition:
    """The leads in the order in which sections 5 and 6 hold them."""

    spans: tuple[LeadSpan, ...]
    reference_beat_subtracted: bool

    @property
    def first(self) -> int:
        """The first sample of any lead."""
        return min(span.first for span in self.spans)

    @property
    def n_samples(self) -> int:
        """From the first sample of any lead to the last one of any."""
        return max(span.last for span in self.spans) - self.first + 1

    @property
    def simultaneous(self) -> bool:
        """Whether all leads were recorded over the same time."""
        return len({(span.first, span.last) for span in self.spans}) == 1


def lead_name(code: int) -> str:
    """The lead of a code, in a spelling that is no ECG lead's where it is none ("Frank A")."""
    if code < len(_CODES):
        return _CODES[code]
    if code < _FIRST_AFTER_CALIBRATION:
        return f"{_CODES[code - _FIRST_CALIBRATION + 1]} with calibration"
    further = code - _FIRST_AFTER_CALIBRATION
    return (
        _CODES_AFTER_CALIBRATION[further] if further < len(_CODES_AFTER_CALIBRATION) else f"lead code {code}"
    )


def read_lead_definition(section_3: bytes) -> LeadDefinition:
    """The leads of a file. RecordError where there are none, too many, or some that end before they begin."""
    cursor = Cursor(section_3)
    n_leads, flags = cursor.numbers("BB")
    if not 1 <= n_leads <= MAX_SIGNALS:
        raise RecordError(
            f"The file declares {n_leads} leads, and 1 to {MAX_SIGNALS} are read: check that it is an ECG."
        )
    spans = tuple(_span(cursor) for _ in range(n_leads))
    # Leads one after the other leave no gap of all: what is longer is a damaged number, or asks for memory.
    definition = LeadDefinition(spans, bool(flags & 1))
    if definition.n_samples > sum(span.n_samples for span in spans):
        raise RecordError(DAMAGED)
    return definition


def _span(cursor: Cursor) -> LeadSpan:
    first, last, code = cursor.numbers("IIB")
    if last < first:
        raise RecordError(DAMAGED)
    return LeadSpan(lead_name(code), first, last)
