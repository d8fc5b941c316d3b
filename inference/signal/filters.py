"""Zero-phase filters: nothing on the ST segment is bent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FilterBand:
    """A pass band in Hz, -3 dB at each corner; `mains_hz` is 50, 60 or None (no notch)."""

    low_hz: float
    high_hz: float
    mains_hz: float | None = None

    @property
    def caption(self) -> str:
        notch = "" if self.mains_hz is None else f" · notch {self.mains_hz:g} Hz"
        return f"{self.low_hz:g}–{self.high_hz:g} Hz{notch}"  # noqa: RUF001


DIAGNOSTIC_BAND: Final = FilterBand(0.05, 150.0)
"""Adult diagnostic band: 0.05 Hz high-pass (AHA/ACC/HRS 2007), 150 Hz low-pass (Rijnbeek 2001)."""
MODEL_BAND: Final = FilterBand(0.5, 45.0)
"""What the shipped models were trained on: also what a 100-Hz source can carry."""
