"""What the recording device itself said of an ECG: always shown as the device's, never mixed with ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DeviceMeasurement:
    """One value that the device measured, as it wrote it: ("QRS duration", "96", "ms")."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFilters:
    """Filters that had been applied before the samples were stored; None where the file does not say."""

    high_pass_hz: float | None = None
    low_pass_hz: float | None = None
    notch_hz: float | None = None
    notes: tuple[str, ...] = ()
    """Further statements in plain words, for example a baseline or muscle filter by its name."""


@dataclass(frozen=True, slots=True)
class DeviceMedianBeat:
    """The median (representative, average) beat that the device stored.

    `signals_mv` has shape (n_leads, n_samples), float32, read-only; rows follow `lead_names`.
    """

    signals_mv: FloatArray = field(repr=False)
    lead_names: tuple[str, ...]
    fs_hz: float

    @classmethod
    def of(cls, leads_mv: Mapping[str, FloatArray], fs_hz: float) -> DeviceMedianBeat:
        """The beat of these leads in mV, one or more, each (n_samples,)."""
        signals_mv = np.stack(list(leads_mv.values())).astype(np.float32, copy=False)
        signals_mv.flags.writeable = False
        return cls(signals_mv, tuple(leads_mv), fs_hz)


@dataclass(frozen=True, slots=True)
class DeviceFindings:
    """Who recorded the ECG and what the device said of it; empty where the file does not say."""

    maker: str | None = None
    model: str | None = None
    software: str | None = None
    statements: tuple[str, ...] = ()
    """The device's interpretation, one statement each, in its own words and order."""
    measurements: tuple[DeviceMeasurement, ...] = ()
    filters: DeviceFilters = DeviceFilters()
    median_beat: DeviceMedianBeat | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing of its device."""
        return self == DeviceFindings()
