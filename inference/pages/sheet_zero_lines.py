"""Where 0 mV lies in each row of a sheet: at its pulse's foot, where the limb leads bear that out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.sheet_scale import SheetScale
from inference.pages.sheet_times import TimedPiece, on_common_times
from inference.records.record import EINTHOVEN_LIMIT_MV

FloatArray = npt.NDArray[np.float64]

_NO_ZERO_LINE: Final = (
    "Rows without a calibration pulse do not say where 0 mV is: it was taken where each trace runs most of "
    "the time."
)
_FEET_ELSEWHERE: Final = (
    "The calibration pulses do not stand on the zero line, since II = I + III is off by a constant {mv:.1f} "
    "mV there: 0 mV was taken where each trace runs most of the time."
)


def zero_lines(
    pieces: Sequence[TimedPiece], scale: SheetScale, feet_mm: Mapping[int, float]
) -> tuple[Mapping[int, float], tuple[str, ...]]:
    """The heights of 0 mV that hold, and what was assumed: some programs centre the pulses in their rows."""
    off_mv = _constant_off_mv(pieces, scale, feet_mm)
    if abs(off_mv) > EINTHOVEN_LIMIT_MV:
        return {}, (_FEET_ELSEWHERE.format(mv=abs(off_mv)),)
    return feet_mm, () if set(feet_mm) >= {each.row for each in pieces} else (_NO_ZERO_LINE,)


def _constant_off_mv(pieces: Sequence[TimedPiece], scale: SheetScale, feet_mm: Mapping[int, float]) -> float:
    """By how much II misses I + III at all times alike, 0 where it does not or the leads don't tell."""
    limbs = {each.piece.label.name: each for each in pieces if each.piece.label is not None}
    three = [limbs[name] for name in ("I", "II", "III") if name in limbs and limbs[name].row in feet_mm]
    if len(three) < 3 or any(each.piece.label is None or each.piece.label.is_inverted for each in three):
        return 0.0
    heights_mm = on_common_times(three)
    if heights_mm is None:
        return 0.0
    above_feet_mm = heights_mm + np.array([[feet_mm[each.row]] for each in three])
    first, second, third = above_feet_mm / scale.limb_gain_mm_mv
    off = second - first - third
    middle = float(np.median(off))
    return middle if float(np.percentile(np.abs(off - middle), 95)) < EINTHOVEN_LIMIT_MV else 0.0


def millivolts(each: TimedPiece, gain_mm_mv: float, foot_mm: float | None) -> FloatArray:
    """A piece's values in mV, (n,), around its pulse's foot, or where that is None around its own level."""
    trace = each.piece.trace
    zero_mm = trace.middle_mm if foot_mm is None else foot_mm
    values: FloatArray = (zero_mm - trace.y_mm) / gain_mm_mv
    return values
