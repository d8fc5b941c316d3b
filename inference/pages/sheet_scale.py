"""Paper speed, gain and filter of a sheet: from its words, else from its calibration pulse, else as usual."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from inference.pages.calibration_pulse import Pulse
from inference.pages.pdf_words import PageWord
from inference.records.device import DeviceFilters
from inference.records.leads import LIMB_LEADS

USUAL_SPEED_MM_S: Final = 25.0
USUAL_GAIN_MM_MV: Final = 10.0
"""What IEC 60601-2-25 asks of every machine and what nearly every sheet is printed at."""
_SPEEDS_MM_S: Final = (5.0, 200.0)
_GAINS_MM_MV: Final = (1.0, 100.0)
_GAINS_IN_USE: Final = (2.5, 5.0, 10.0, 20.0, 40.0)
_PULSE_S: Final = 0.2
_ALIKE: Final = 0.05
_SPEED_OFF: Final = 1.5
"""A pulse so many times too wide or too narrow may mean another speed: 25 and 50 mm/s differ by 2."""

_NUMBER: Final = r"(\d{1,3}(?:[.,]\d{1,3})?)"
_SPEED: Final = re.compile(_NUMBER + r"\s*mm\s*/\s*s", re.IGNORECASE)
_GAIN: Final = re.compile(_NUMBER + r"\s*mm\s*/\s*mV", re.IGNORECASE)
_CHEST_GAIN: Final = re.compile(
    r"(?:chest|precord\w*|V1\s*-\s*V?6)\s*[:=]?\s*" + _NUMBER + r"\s*mm\s*/\s*mV", re.IGNORECASE
)
_BAND: Final = re.compile(_NUMBER + r"\s*(?:Hz)?\s*(?:-|–|~|to)\s*" + _NUMBER + r"\s*Hz", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetScale:
    """How far one second and one millivolt go on the paper, and the sentences that say how that is known."""

    speed_mm_s: float
    limb_gain_mm_mv: float
    chest_gain_mm_mv: float
    read: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    def gain_mm_mv(self, lead_name: str) -> float:
        return self.limb_gain_mm_mv if lead_name in LIMB_LEADS else self.chest_gain_mm_mv


def find_scale(words: Iterable[PageWord], pulses: Sequence[Pulse]) -> SheetScale:
    """The scale of a sheet from its words and from its pulses, measured in mm of its own grid."""
    text = " ".join(word.text for word in words)
    speed = _stated(_SPEED, text, _SPEEDS_MM_S)
    gain = _stated(_GAIN, text, _GAINS_MM_MV)
    chest = _stated(_CHEST_GAIN, text, _GAINS_MM_MV) or gain
    said = []
    if speed is not None:
        said.append(f"{speed:g} mm/s")
    if gain is not None:
        said.append(f"{gain:g} mm/mV" + (f", chest leads {chest:g} mm/mV" if chest != gain else ""))
    read = (f"The page says {' and '.join(said)}.",) if said else ()
    height, width = _median_size(pulses)
    assumed = []
    if speed is None:
        speed, note = _speed_by_pulse(width)
        assumed.append(note)
    if gain is None or chest is None:
        gain, note = _gain_by_pulse(height)
        chest = gain
        assumed.append(note)
    return SheetScale(
        speed, gain, chest, read, tuple(assumed), _checks(height, width, speed, gain, bool(said))
    )


def stated_filters(words: Iterable[PageWord]) -> DeviceFilters:
    """The pass band that the page states ("0.05-150 Hz"), as the device's; empty where it states none."""
    match = _BAND.search(" ".join(word.text for word in words))
    if match is None:
        return DeviceFilters()
    low, high = (float(number.replace(",", ".")) for number in match.groups())
    return DeviceFilters(high_pass_hz=low, low_pass_hz=high) if 0.0 < low < 5.0 < high else DeviceFilters()


def _stated(pattern: re.Pattern[str], text: str, limits: tuple[float, float]) -> float | None:
    for match in pattern.finditer(text):
        value = float(match[1].replace(",", "."))
        if limits[0] <= value <= limits[1]:
            return value
    return None


def _median_size(pulses: Sequence[Pulse]) -> tuple[float | None, float | None]:
    if not pulses:
        return None, None
    return (
        float(np.median([pulse.height_mm for pulse in pulses])),
        float(np.median([pulse.width_mm for pulse in pulses])),
    )


def _speed_by_pulse(width_mm: float | None) -> tuple[float, str]:
    if width_mm is not None and abs(width_mm / (2 * USUAL_SPEED_MM_S * _PULSE_S) - 1.0) < _ALIKE:
        return 2 * USUAL_SPEED_MM_S, (
            f"The page does not say its speed; its calibration pulse is {width_mm:.1f} mm wide, "
            f"{_PULSE_S:g} s at 50 mm/s."
        )
    return USUAL_SPEED_MM_S, f"The page does not say its speed: {USUAL_SPEED_MM_S:g} mm/s was assumed."


def _gain_by_pulse(height_mm: float | None) -> tuple[float, str]:
    if height_mm is None:
        return USUAL_GAIN_MM_MV, (
            f"The page says no gain and has no calibration pulse: {USUAL_GAIN_MM_MV:g} mm/mV was assumed."
        )
    nearest = min(_GAINS_IN_USE, key=lambda gain: abs(gain - height_mm))
    if abs(height_mm / nearest - 1.0) < _ALIKE:
        return nearest, (
            f"The page does not say its gain; its calibration pulse is {height_mm:.1f} mm high and was "
            f"taken as 1 mV: {nearest:g} mm/mV."
        )
    return USUAL_GAIN_MM_MV, f"The page does not say its gain: {USUAL_GAIN_MM_MV:g} mm/mV was assumed."


def _checks(
    height: float | None, width: float | None, speed: float, gain: float, is_stated: bool
) -> tuple[str, ...]:
    if height is None or width is None:
        return ("There is no calibration pulse on the page: its gain could not be checked.",)
    size = f"The calibration pulse is {height:.2f} mm high and {width:.2f} mm wide"
    if abs(height / gain - 1.0) >= _ALIKE:
        source = "the page says" if is_stated else "the scale in use is"
        return (f"{size}, but {source} {gain:g} mm/mV: amplitudes may be wrong, compare with the page.",)
    held = f"{size}: {height / gain:.3f} mV for {1000 * width / speed:.0f} ms"
    if not 1.0 / _SPEED_OFF < width / speed / _PULSE_S < _SPEED_OFF:
        return (f"{held}, where {1000 * _PULSE_S:.0f} ms are usual: compare the speed with the page.",)
    return (f"{held}.",)
