"""One scanned or photographed page, from pixels to what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.page_layout import PageLayout
from inference.pages.scans.arrangement import FS_HZ, SPEED_MM_S
from inference.pages.scans.calibration_pulse import (
    ENOUGH_PULSES,
    OTHER_MM_MV,
    USUAL_MM_MV,
    Pulse,
    find_pulses,
    pulse_ink,
)
from inference.pages.scans.digitise import Digitised, digitised
from inference.pages.scans.ink import ink_of
from inference.pages.scans.page_sheet import PageSheet, sheet_of_rows, sheet_of_whole, widened
from inference.pages.scans.straighten import PX_PER_MM, FlatPage, quarter_turned, straightened
from inference.records.assemble import Found, assemble
from inference.records.errors import RecordError
from inference.records.leads import STANDARD_LEADS
from inference.records.record import Record

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

FORMAT_NAME: Final = "Picture of an ECG sheet"
_NOT_LEVEL_DEGREES: Final = 0.3
_NO_GRID: Final = "no millimetre grid was found on it"


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found on a picture: the straight page, its leads' places, its ECG or why there is none."""

    picture: ByteArray = field(repr=False)
    sheet: PageSheet = field(repr=False)
    layout: PageLayout | None = None
    record: Record | None = field(default=None, repr=False)
    reason: str = ""
    """Why there is no record, as the end of a sentence."""
    sentences: tuple[str, ...] = ()


def look_at(path: Path, picture: ByteArray, notes: tuple[str, ...] = ()) -> Scan:
    """Straighten and read a picture (h, w, 3); `path` and `notes` go into the record and its report."""
    flat = straightened(picture)
    if flat is None:
        return Scan(
            picture, sheet_of_whole(ink_of(picture, is_ruled=False)), reason=_NO_GRID, sentences=notes
        )
    seen = _upright(flat)
    found = digitised(seen.flat, seen.ink, seen.pulses, seen.speed_mm_s)
    sentences = (*notes, *_how_straightened(seen.flat, seen.turns))
    record, reason = None, found.reason
    if found.leads_mv is not None:
        try:
            record = _record(path, found, sentences)
        except RecordError as error:
            reason = f"its voltages cannot be those of an ECG. {error}"
    return Scan(seen.flat.picture, _sheet_of(seen), found.layout, record, reason, sentences)


@dataclass(frozen=True, slots=True)
class _Upright:
    """A page the right way up, turned so many times by 90 degrees, with its pulses and its ink (h, w).

    The ink is that of a page at 25 mm/s: half as wide as the picture of one at 50.
    """

    flat: FlatPage
    ink: FloatArray = field(repr=False)
    pulses: list[Pulse]
    turns: int
    speed_mm_s: float = SPEED_MM_S


def _sheet_of(seen: _Upright) -> PageSheet:
    if not seen.pulses:
        return sheet_of_whole(seen.ink)
    left = float(np.median([pulse.left for pulse in seen.pulses]))
    baselines = [pulse.baseline for pulse in seen.pulses]
    sheet = sheet_of_rows(seen.ink, left, baselines, PX_PER_MM, seen.pulses[0].gain_mm_mv)
    if seen.speed_mm_s == SPEED_MM_S:
        return sheet
    sheet = widened(sheet, seen.speed_mm_s / SPEED_MM_S)
    if len(sheet.parts) == 1:
        # The whole page was squeezed, which its own note says.
        return sheet
    note = (
        f"The page is drawn at {seen.speed_mm_s:g} mm/s and was squeezed to the {SPEED_MM_S:g} that the "
        "model learned from."
    )
    return replace(sheet, notes=(*sheet.notes, note))


def _upright(flat: FlatPage) -> _Upright:
    """The page by the way up in which most calibration pulses are found.

    Pulses of another gain or speed are looked for where fewer of the usual one are than any arrangement has
    rows, and only as the page lies: each look takes a tenth of a second or two.
    """
    ink = ink_of(flat.picture)
    lying = pulse_ink(ink)
    best: list[Pulse] = []
    turns = 0
    for gain_mm_mv, tried in (*product((USUAL_MM_MV,), range(4)), *product(OTHER_MM_MV, (0,))):
        if len(best) >= ENOUGH_PULSES:
            break
        pulses = find_pulses(lying.turned(tried) if tried else lying, gain_mm_mv)
        if len(pulses) > len(best):
            best, turns = pulses, tried
    if len(best) < ENOUGH_PULSES:
        squeezed = _squeezed(ink)
        pulses = find_pulses(pulse_ink(squeezed))
        if len(pulses) >= ENOUGH_PULSES:
            return _Upright(flat, squeezed, pulses, 0, 2 * SPEED_MM_S)
    return _Upright(quarter_turned(flat, turns), np.ascontiguousarray(np.rot90(ink, turns)), best, turns)


def _squeezed(ink: FloatArray) -> FloatArray:
    """Ink (h, w) at half its width: of two pixels the darker one, so that no thin stroke is lost."""
    pairs = ink[:, : ink.shape[1] // 2 * 2]
    darker: FloatArray = np.maximum(pairs[:, ::2], pairs[:, 1::2])
    return darker


def _how_straightened(flat: FlatPage, turns: int) -> tuple[str, ...]:
    said = [f"The page was straightened by its grid of {flat.line_spacing_mm} mm."]
    if turns:
        said.append(f"It had been turned by {90 * turns} degrees and was set upright.")
    if abs(flat.tilt_degrees) >= _NOT_LEVEL_DEGREES:
        said.append(f"Its lines had been {abs(flat.tilt_degrees):.1f} degrees from level.")
    return tuple(said)


def _record(path: Path, found: Digitised, sentences: tuple[str, ...]) -> Record:
    assert found.leads_mv is not None
    assert found.layout is not None
    in_order = [(name, found.leads_mv[name]) for name in STANDARD_LEADS if name in found.leads_mv]
    return assemble(
        Found(
            path=path,
            format=FORMAT_NAME,
            fs_hz=float(FS_HZ),
            leads=in_order,
            read=("Digitised: the trace was measured from a picture of the paper.", *sentences),
            assumed=found.assumed,
            scaled=(f"1 mV is {found.layout.gain_mm_mv:g} mm of the paper's own grid.",),
            checks=found.checks,
            digitised=True,
        )
    )
