"""Leads that a file stores in several pieces, laid on one time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from inference.records.leads import STANDARD_LEADS
from inference.records.record import FloatArray
from inference.records.safety import check_shape

_WHOLE_RECORDING_S: Final = 5.0
"""Pieces of this length and more, all alike, were recorded together; 2.5-s columns follow each other."""
_MOST_STRIPS: Final = 8
"""A sheet of 3x4 leads with three rhythm strips has seven pieces."""
_MOST_GAPS: Final = 4.5
"""How many times what was recorded the joined leads may hold, gaps included: four columns one after the
other come to 4. More would be pauses, and memory for nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Leads recorded together; `leads` maps project names to (n_samples,) mV, all of one length."""

    leads: Mapping[str, FloatArray] = field(repr=False)
    fs_hz: float
    start_s: float | None = None
    """Seconds from any common zero; None where the file does not say."""

    @property
    def n_samples(self) -> int:
        return len(next(iter(self.leads.values())))

    @property
    def words(self) -> str:
        """`I, II, III (2.5 s)`."""
        return f"{', '.join(self.leads)} ({self.n_samples / self.fs_hz:g} s)"


@dataclass(frozen=True, slots=True)
class JoinedStrips:
    """Leads of one length and rate, and how they came together."""

    leads: Mapping[str, FloatArray] = field(repr=False)
    fs_hz: float
    start_s: float | None
    used: tuple[int, ...]
    """Places in the list of strips of those that were read, the one with most leads first."""
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def join_strips(strips: Sequence[Strip]) -> JoinedStrips:
    """One recording out of `strips` (at least one, none without leads).

    The strip with most standard leads is taken alone where it has every lead there is. Otherwise strips
    at its rate are laid side by side at their times, NaN where a lead was not recorded, and a lead that
    is there twice comes from the longer strip. Strips that cannot be placed are left out and named.
    Raises RecordError where the whole would be larger than what is read.
    """
    place = max(range(len(strips)), key=lambda at: _amount(strips[at]))
    main, others = strips[place], [strip for at, strip in enumerate(strips) if at != place]
    all_used = (place, *(at for at in range(len(strips)) if at != place))
    if all(set(strip.leads) <= set(main.leads) for strip in others):
        return _alone(strips, place, "it adds no lead")
    alike = [strip for strip in strips if strip.fs_hz == main.fs_hz]
    if len(alike) < len(strips) or len(alike) > _MOST_STRIPS:
        return _alone(strips, place, "it does not fit the others")
    if all(strip.start_s is not None for strip in strips):
        return _placed(strips, all_used)
    lengths = {strip.n_samples for strip in strips}
    if len(lengths) == 1 and main.n_samples >= _WHOLE_RECORDING_S * main.fs_hz:
        together = [Strip(strip.leads, strip.fs_hz, 0.0) for strip in strips]
        joined = _laid_out(together, main.n_samples, 0.0)
        note = f"{len(strips)} groups of leads of one length give no times and were taken as simultaneous."
        return JoinedStrips(joined, main.fs_hz, main.start_s, all_used, assumed=(note,))
    return _alone(strips, place, "the file does not say when it was recorded")


def _amount(strip: Strip) -> tuple[int, int, int]:
    n_standard = sum(name in STANDARD_LEADS for name in strip.leads)
    return n_standard, len(strip.leads), strip.n_samples


def _alone(strips: Sequence[Strip], place: int, why: str) -> JoinedStrips:
    main, others = strips[place], [strip for at, strip in enumerate(strips) if at != place]
    notes = tuple(f"A further group of leads, {strip.words}, was left out: {why}." for strip in others)
    return JoinedStrips(main.leads, main.fs_hz, main.start_s, (place,), read=notes)


def _placed(strips: Sequence[Strip], used: tuple[int, ...]) -> JoinedStrips:
    main = strips[used[0]]
    first_s = min(strip.start_s or 0.0 for strip in strips)
    last_s = max((strip.start_s or 0.0) + strip.n_samples / strip.fs_hz for strip in strips)
    names = {name for strip in strips for name in strip.leads}
    n_recorded = sum(len(strip.leads) * strip.n_samples for strip in strips)
    if not (last_s - first_s) * main.fs_hz * len(names) <= _MOST_GAPS * n_recorded:
        return _alone(strips, used[0], "it lies too far from the others")
    n_samples = max(_place(strip, first_s) + strip.n_samples for strip in strips)
    check_shape(len(names), n_samples, main.fs_hz)
    joined = _laid_out(strips, n_samples, first_s)
    where = "; ".join(f"{strip.words} from {(strip.start_s or 0.0) - first_s:g} s" for strip in strips)
    note = f"{len(strips)} groups of leads were laid on one time axis: {where}."
    return JoinedStrips(joined, main.fs_hz, first_s, used, read=(note,))


def _place(strip: Strip, first_s: float) -> int:
    return round(((strip.start_s or 0.0) - first_s) * strip.fs_hz)


def _laid_out(strips: Sequence[Strip], n_samples: int, first_s: float) -> dict[str, FloatArray]:
    """Leads in the order of the file, each (n_samples,) mV with NaN where it was not recorded."""
    names = dict.fromkeys(name for strip in strips for name in strip.leads)
    joined = {name: np.full(n_samples, np.nan, dtype=np.float32) for name in names}
    for strip in sorted(strips, key=lambda strip: strip.n_samples):
        # Longer strips come later and so win over a column that shows the same lead.
        start = _place(strip, first_s)
        for name, values in strip.leads.items():
            joined[name][start : start + strip.n_samples] = values
    return joined
