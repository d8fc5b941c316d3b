"""prepare(record, spec): the only definition of what a model sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS, Record
from inference.signal.analysis import EcgAnalysis
from inference.signal.beat import MedianBeat
from inference.signal.filters import MODEL_BAND, FilterBand

FloatArray = npt.NDArray[np.float32]
Profile = Literal["beat-zscore-12x400", "lead-images-64"]
PROFILES: Final[tuple[Profile, ...]] = ("beat-zscore-12x400", "lead-images-64")


class PrepareError(Exception):
    """A record that this model's input cannot be made from; one plain sentence."""


@dataclass(frozen=True, slots=True)
class PrepareSpec:
    """Everything between a Record and a network's input, saved in the model's bundle.

    `beat-zscore-12x400`: samples 100+50 … 550 of the median beat, z-scored per lead (std 0 -> 1).
    `lead-images-64`: per lead a 64x64 grey image of each 1-s window, fixed range ±`range_mv`.
    """

    profile: Profile = "beat-zscore-12x400"
    band: FilterBand = MODEL_BAND
    leads: tuple[str, ...] = STANDARD_LEADS
    first_sample: int = 150
    n_samples: int = 400
    image_px: int = 64
    window_s: float = 1.0
    step_s: float = 1.0
    range_mv: float = 2.0

    def to_json(self) -> dict[str, Any]:
        """Plain values for bundle.json."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> PrepareSpec:
        """Inverse of `to_json`. Raises PrepareError for a profile or a field this version does not know."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A network's input: (1, 1, 12, 400) for beats, (n_windows, 12, 64, 64) for lead images; read-only."""

    array: FloatArray = field(repr=False)
    spec: PrepareSpec
    record_sha256: str
    beat: MedianBeat | None = None
    window_starts_s: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def prepare(record: Record, spec: PrepareSpec, analysis: EcgAnalysis | None = None) -> ModelInput:
    """What a model with this spec sees of a record.

    `analysis` is reused when it was made of this record with `spec.band`; otherwise it is computed.
    Raises PrepareError when a lead is missing or no median beat can be made.
    """
    raise NotImplementedError
