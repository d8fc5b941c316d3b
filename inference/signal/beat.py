"""MedianBeat and its parts: the frozen facts that the signal chain hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MODEL_FS_HZ: Final = 500.0
"""The time base of median beats and of every model (ECG-SMART-NET, arXiv 2405.09567)."""
BEAT_SAMPLES: Final = 600
R_SAMPLE: Final = 300
"""A median beat is 600 samples at 500 Hz (1.2 s) with R at sample 300."""


class SignalError(Exception):
    """A step of the signal chain that this ECG does not allow; one plain sentence."""


@dataclass(frozen=True, slots=True)
class MedianBeat:
    """The median of the accepted beats, centred on R, PQ level at 0 mV.

    `signals_mv`: (12, 600) float32 at 500 Hz, R at sample 300, read-only, standard lead order; a
    missing lead is a row of NaN. R is the maximum of the leads' RMS in the models' band, whatever band
    this beat is drawn in (`beat_alignment`). `used` and `rejections` run along `r_samples` (500-Hz
    samples of the record): whether each detected beat went into the median, and if not, why ('' where
    used). `aligned_r_samples` (n_used,): the samples of the record that lie on sample 300.
    """

    signals_mv: FloatArray = field(repr=False)
    r_samples: IntArray = field(repr=False)
    used: BoolArray = field(repr=False)
    rejections: tuple[str, ...] = field(repr=False)
    aligned_r_samples: IntArray = field(repr=False)
    qrs_onset: int | None = None
    """Global QRS onset, J point, T peak and T end as samples of the beat; None where not found."""
    j_point: int | None = None
    t_peak: int | None = None
    t_end: int | None = None
    next_beat_from: int | None = None
    """First sample that belongs to the QRS behind this beat, None where that lies outside."""
    notes: tuple[str, ...] = ()

    @property
    def n_used(self) -> int:
        return int(self.used.sum())

    @property
    def n_beats(self) -> int:
        return int(self.used.size)


FindingKind = Literal[
    "lead_missing",
    "lead_off",
    "gap",
    "flat",
    "clipped",
    "noisy",
    "baseline_wander",
    "limb_reversal",
    "einthoven",
    "digitised",
    "too_small",
    "too_large",
    "few_beats",
    "no_qrs_onset",
    "short_rr",
    "irregular",
    "low_rate",
    "short_record",
    "no_beats",
]


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One warning about the recording: `lead` is None where it concerns the whole record."""

    kind: FindingKind
    text: str
    lead: str | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Beat times and what they say; rates None where no two beats follow each other without a gap."""

    r_samples: IntArray = field(repr=False)
    heart_rate_bpm: float | None
    rr_median_ms: float | None
    rr_irregularity: float | None
    """Median |RR(i+1)-RR(i)| over the median RR, away from ectopic beats while enough of it is left; None
    with fewer than two such."""
    suspects_atrial_fibrillation: bool = False
    is_irregular_by_ectopy: bool = False
    """Irregular, but only with the intervals around beats of another shape: the cause cannot be judged."""
