"""From a straightened page to samples, where everything on the page agrees that they are right.

Each step may end it with a sentence: a page that is refused costs a look at the paper, one that is read
wrongly costs trust in every ECG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.page_layout import LeadArea, PageLayout
from inference.pages.scans.arrangement import (
    ARRANGEMENTS,
    FS_HZ,
    SHEET_S,
    SPEED_MM_S,
    Arrangement,
    ArrangementError,
    Piece,
    cut,
)
from inference.pages.scans.calibration_pulse import WIDTH_MM, Pulse
from inference.pages.scans.lead_names import FoundName, find_names
from inference.pages.scans.limb_check import LIMIT, chest_leads_are_limb_leads, limb_disagreements
from inference.pages.scans.loose_ink import LoosePart, joined_to_traces, loose_parts
from inference.pages.scans.sheet_leads import column_lag_ms, piece_mv, rhythm_lead
from inference.pages.scans.straighten import FLAT_LIMIT, PX_PER_MM, FlatPage
from inference.pages.scans.trace import Trace, follow_rows
from inference.pages.sheet_times import ONE_AFTER_THE_OTHER
from inference.signal.gaps import runs

FloatArray = npt.NDArray[np.float32]

_ROW_MM: Final = 262.0
"""Ten seconds at 25 mm/s, the room after the pulse, and what shows that a row ends."""
_LEAST_PAPER_MM: Final = 100.0
_LONGEST_BLANK_PX: Final = 6
_BLANK_SHARE: Final = 0.02
"""How much of a lead may be without ink: 30 ms in one piece, and 2 % of it."""
_BORDER_PX: Final = 8
"""Around the border of two leads the end of one and the beginning of the next may stand above each other."""
_LONGEST_LETTER_MM: Final = 8.0
_AROUND_ROWS_MM: Final = 15.0
_MOST_LAG_MS: Final = 25.0
"""QRS complexes begin and peak some 20 ms apart in different leads."""
_NAMES_ENOUGH: Final = 4
"""So many lead names in their places show which arrangement it is."""
_NAME_ABOVE_MM: Final = 30.0
_NAME_BELOW_MM: Final = 4.0


@dataclass(frozen=True, slots=True)
class Digitised:
    """What was won from a page: the leads in mV, or the reason why there are none.

    `leads_mv` maps a lead to its samples at 200 Hz, (2000,) where rows last ten seconds and (1000,) where
    they last five, NaN where the sheet does not show it.
    """

    leads_mv: dict[str, FloatArray] | None = field(default=None, repr=False)
    layout: PageLayout | None = None
    confidence: float = 0.0
    """From 0 to 1: how far the worst of the limb leads' relations is from its limit; 0 without leads."""
    reason: str = ""
    """Why there are no leads, as the end of a sentence."""
    assumed: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class NotDigitisedError(Exception):
    """What on the page speaks against reading it; the end of a sentence."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was found on the page before anything is named."""

    traces: list[Trace]
    pulses: list[Pulse]
    loose: list[LoosePart]
    names: list[FoundName]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One arrangement as a hypothesis of what the page shows."""

    arrangement: Arrangement
    pieces: list[Piece]
    row_s: float
    n_named: int
    contradicting: list[str]
    """Names on the page that stand elsewhere than in this arrangement."""


def digitised(
    page: FlatPage, ink: FloatArray, pulses: Sequence[Pulse], speed_mm_s: float = SPEED_MM_S
) -> Digitised:
    """The leads of a straightened page, or why they were not read; a layout that was found is kept.

    `ink` (h, w) is that of the page as if it were drawn at 25 mm/s, `pulses` are its calibration pulses from
    top to bottom, `speed_mm_s` is that of the paper.
    """
    layout = None
    try:
        rows = _rows_of(ink, pulses, speed_mm_s / SPEED_MM_S)
        reading = _arranged(rows, speed_mm_s)
        layout = _layout_of(page, reading, rows.pulses, speed_mm_s)
        _check_ink(page, rows, reading)
        leads, rhythm, rhythm_notes = _leads_of(rows, reading)
        worst, limb_note = _check_limbs(leads)
        timing = _check_timing(leads, reading, rhythm)
    except (NotDigitisedError, ArrangementError) as problem:
        return Digitised(layout=layout, reason=str(problem))
    heights = ", ".join(f"{pulse.height_mm:.1f}" for pulse in rows.pulses)
    checks = (f"Calibration pulses of {heights} mm stand for 1 mV each.", limb_note, *rhythm_notes, *timing)
    assumed = _assumed(reading, layout, rhythm)
    n_samples = round(reading.row_s * FS_HZ)
    leads = {name: lead[:n_samples] for name, lead in leads.items()}
    return Digitised(leads, layout, 1.0 - worst / LIMIT, "", assumed, checks)


def _rows_of(ink: FloatArray, pulses: Sequence[Pulse], wider: float) -> _Rows:
    if not pulses:
        raise NotDigitisedError(
            "no calibration pulse of 10, 20 or 5 mm (1 mV) by 5 mm (0.2 s), or of 10 by 10 mm at 50 mm/s, "
            "was found on it"
        )
    if not _of_so_many_rows(len(pulses)):
        # Said before the rows are followed, which takes the longest.
        raise NotDigitisedError(
            f"{len(pulses)} rows with a calibration pulse were found, and no known arrangement of "
            "twelve leads has so many"
        )
    first = round(max(pulse.right for pulse in pulses)) + 3
    stop = min(first + round(_ROW_MM * PX_PER_MM), ink.shape[1])
    if stop - first < _LEAST_PAPER_MM * PX_PER_MM:
        raise NotDigitisedError("there is too little paper to the right of its calibration pulses")
    traces = follow_rows(ink, [pulse.baseline for pulse in pulses], first, stop)
    loose = loose_parts(ink, traces)
    highest = pulses[0].baseline - _NAME_ABOVE_MM * PX_PER_MM
    lowest = pulses[-1].baseline + _NAME_BELOW_MM * PX_PER_MM
    among_rows = [part for part in loose if highest <= part.y0 and part.y1 <= lowest]
    return _Rows(traces, list(pulses), loose, find_names(among_rows, round(wider)))


def _of_so_many_rows(n_rows: int) -> list[Arrangement]:
    return [each for each in ARRANGEMENTS if each.n_rows == n_rows]


def _arranged(rows: _Rows, speed_mm_s: float) -> _Reading:
    """The arrangement that the number of rows and the names on the page speak for."""
    readings = [_reading(rows, each, speed_mm_s) for each in _of_so_many_rows(len(rows.pulses))]
    agreeing = [each for each in readings if not each.contradicting]
    if not agreeing:
        seen = ", ".join(sorted(set(readings[0].contradicting)))
        raise NotDigitisedError(f"the names {seen} do not stand where the standard arrangement has them")
    best = max(agreeing, key=lambda each: each.n_named)
    if len(agreeing) > 1 and best.n_named < _NAMES_ENOUGH:
        raise NotDigitisedError(
            "its lead names could not be read, and its rows could be arranged in two ways"
        )
    return best


def _reading(rows: _Rows, arrangement: Arrangement, speed_mm_s: float) -> _Reading:
    pieces, row_s = cut(rows.traces, rows.pulses, arrangement, speed_mm_s)
    named, contradicting = 0, []
    for found in rows.names:
        expected = _piece_at(pieces, rows.pulses, found)
        if expected is None or not expected.name:
            continue
        named += found.may_be(expected.name)
        if found.is_surely_not(expected.name):
            contradicting.append(found.name)
    return _Reading(arrangement, pieces, row_s, named, contradicting)


def _piece_at(pieces: Sequence[Piece], pulses: Sequence[Pulse], found: FoundName) -> Piece | None:
    """The piece that a name belongs to: the first whose baseline is below it, over its stretch of the row."""
    for piece in sorted(pieces, key=lambda each: pulses[each.row].baseline):
        above_mm = (pulses[piece.row].baseline - found.y) / PX_PER_MM
        if piece.first <= found.x < piece.stop and -_NAME_BELOW_MM <= above_mm <= _NAME_ABOVE_MM:
            return piece
    return None


def _layout_of(page: FlatPage, reading: _Reading, pulses: Sequence[Pulse], speed_mm_s: float) -> PageLayout:
    wider = speed_mm_s / SPEED_MM_S
    baselines = [pulse.baseline for pulse in pulses]
    half = float(np.median(np.diff(baselines))) / 2 if len(baselines) > 1 else 20.0 * PX_PER_MM
    areas = tuple(
        LeadArea(
            name=piece.name,
            x0=piece.first * wider,
            x1=piece.stop * wider,
            y0=max(baselines[piece.row] - half, 0.0),
            y1=min(baselines[piece.row] + half, float(page.picture.shape[0])),
            start_s=piece.start_s,
            stop_s=piece.start_s + (piece.stop - piece.first) / (SPEED_MM_S * PX_PER_MM),
            baseline_y=baselines[piece.row],
        )
        for piece in reading.pieces
        if piece.name
    )
    return PageLayout(
        unit="pixel",
        width=float(page.picture.shape[1]),
        height=float(page.picture.shape[0]),
        mm_per_x=1.0 / PX_PER_MM,
        mm_per_y=1.0 / PX_PER_MM,
        speed_mm_s=speed_mm_s,
        gain_mm_mv=pulses[0].gain_mm_mv,
        arrangement=reading.arrangement.name,
        leads=areas,
    )


def _check_ink(page: FlatPage, rows: _Rows, reading: _Reading) -> None:
    if page.bend > FLAT_LIMIT:
        raise NotDigitisedError("the paper is bent: its grid lines are not straight")
    for piece in reading.pieces:
        trace = rows.traces[piece.row]
        first, stop = piece.first + _BORDER_PX, piece.stop - _BORDER_PX
        blank = trace.blank[first - trace.first : stop - trace.first]
        longest = max((int(stop - start) for start, stop in runs(blank)), default=0)
        if longest > _LONGEST_BLANK_PX or blank.mean() > _BLANK_SHARE:
            raise NotDigitisedError(f"the trace of {piece.name or 'the rhythm strip'} is broken or too faint")
    borders = [piece.stop for piece in reading.pieces]
    for row, trace in enumerate(rows.traces):
        for other in rows.traces[:row]:
            if _meet(trace, other, max(borders)):
                raise NotDigitisedError("the traces of two rows touch each other")
    # What lies behind the ends of the rows is no part of the sheet: the edge of the paper, the table.
    loose = [part for part in rows.loose if part.x0 < max(borders) - _BORDER_PX]
    if any(not _is_at_border(part, borders) for part in joined_to_traces(loose)):
        raise NotDigitisedError("writing, or a part of a trace that could not be followed, touches a trace")
    if any(_is_as_a_trace(part, rows.pulses) and not _is_at_border(part, borders) for part in loose):
        raise NotDigitisedError("a part of a trace was not followed")


def _is_at_border(part: LoosePart, borders: Sequence[int]) -> bool:
    """Whether ink lies where one lead ends and the next begins, perhaps a pixel before."""
    return any(part.x0 >= border - _BORDER_PX and part.x1 <= border + _BORDER_PX for border in borders)


def _is_as_a_trace(part: LoosePart, pulses: Sequence[Pulse]) -> bool:
    """Whether ink that was not followed is longer than a word and lies among the rows."""
    lowest = pulses[-1].baseline + _AROUND_ROWS_MM * PX_PER_MM
    is_among = pulses[0].baseline - _AROUND_ROWS_MM * PX_PER_MM < part.y0 and part.y1 < lowest
    return is_among and part.extent_mm > _LONGEST_LETTER_MM


def _meet(first: Trace, second: Trace, stop: int) -> bool:
    """Whether two traces, which begin in one column of the page, share ink before the column `stop`."""
    inked = ~first.blank & ~second.blank
    meeting = (first.upper <= second.lower + 1) & (second.upper <= first.lower + 1) & inked
    return bool(meeting[: stop - first.first].any())


def _leads_of(
    rows: _Rows, reading: _Reading
) -> tuple[dict[str, FloatArray], FloatArray | None, tuple[str, ...]]:
    """Each lead's samples, the first rhythm strip, and what became of the strips.

    A strip takes the place of the same lead's shorter piece.
    """
    pieces: dict[str, FloatArray] = {}
    strips: list[FloatArray] = []
    for piece in reading.pieces:
        samples = piece_mv(piece, rows.traces[piece.row], rows.pulses[piece.row])
        if piece.name:
            pieces[piece.name] = samples
        else:
            strips.append(samples)
    leads, notes = dict(pieces), []
    for strip in strips:
        name = rhythm_lead(strip, pieces)
        if name is None:
            notes.append("A rhythm strip could be of more than one lead and was used for the timing only.")
        else:
            leads[name] = strip
            notes.append(f"The rhythm strip repeats {name} and was taken for it, ten seconds long.")
    return leads, strips[0] if strips else None, tuple(notes)


def _check_timing(
    leads: dict[str, FloatArray], reading: _Reading, rhythm: FloatArray | None
) -> tuple[str, ...]:
    """The beats of every column must be those of the rhythm strip, at the same time."""
    if rhythm is None:
        return ()
    starts = sorted({piece.start_s for piece in reading.pieces if piece.name})
    largest = 0.0
    for start_s in starts:
        names = [piece.name for piece in reading.pieces if piece.name and piece.start_s == start_s]
        column = [leads[name] for name in names if leads[name] is not rhythm]
        lag_ms = column_lag_ms(rhythm, column)
        if lag_ms is None or abs(lag_ms) > _MOST_LAG_MS:
            raise NotDigitisedError(f"the beats of {', '.join(names)} are not those of the rhythm strip")
        largest = max(largest, abs(lag_ms))
    return (f"The beats of every column are those of the rhythm strip, within {largest:.0f} ms.",)


def _check_limbs(leads: dict[str, FloatArray]) -> tuple[float, str]:
    shares = limb_disagreements(leads)
    if len(shares) < 2:
        raise NotDigitisedError(
            "it shows too few limb leads at the same time to check them against each other"
        )
    if chest_leads_are_limb_leads(leads):
        raise NotDigitisedError("what stands in the places of V1 to V6 are limb leads that go on")
    worst = max(shares, key=lambda relation: shares[relation])
    if shares[worst] > LIMIT:
        raise NotDigitisedError(f"its limb leads contradict each other ({worst} does not hold)")
    parts = ", ".join(f"{relation} within {share:.0%}" for relation, share in shares.items())
    return shares[worst], f"Limb leads that stand side by side agree: {parts}."


def _assumed(reading: _Reading, layout: PageLayout, rhythm: FloatArray | None) -> tuple[str, ...]:
    """What was taken for granted, one sentence each."""
    assumed = [
        f"{layout.speed_mm_s:g} mm/s and {layout.gain_mm_mv:g} mm/mV, since the calibration pulses are "
        f"{WIDTH_MM * layout.speed_mm_s / SPEED_MM_S:g} mm wide and {layout.gain_mm_mv:g} mm high and each "
        f"row is {reading.row_s:g} s long."
    ]
    if reading.row_s < SHEET_S:
        long_mm, slower = reading.row_s * layout.speed_mm_s, layout.speed_mm_s * reading.row_s / SHEET_S
        assumed.append(
            f"Compare the speed with what the page says: rows of {long_mm:g} mm would be {SHEET_S:g} s long "
            f"at {slower:g} mm/s."
        )
    if rhythm is None and len(reading.arrangement.rows[0]) > 1:
        assumed.append(ONE_AFTER_THE_OTHER)
    if reading.n_named < _NAMES_ENOUGH:
        name = reading.arrangement.name
        assumed.append(f"The leads stand in the usual order of {name}: their names could not be read.")
    return tuple(assumed)
