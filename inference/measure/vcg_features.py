"""Vectors of QRS, ST and T in the vectorcardiogram by Kors, and the angles between them.

Frank axes: X to the left, Y to the feet, Z to the back. All angles come from atan2, so that no quadrant
is lost. None where a lead or a fiducial that a vector needs is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.measure.waves import MS_PER_SAMPLE, t_from
from inference.signal.beat import MedianBeat
from inference.signal.vcg import vcg_from_leads

_Loop = npt.NDArray[np.float64]
_INITIAL_MS: Final = 40.0
_ST_MS: Final = 60.0


@dataclass(frozen=True, slots=True)
class SpatialVector:
    """A vector of the heart in mV, or in mV·ms where it is an area."""

    x: float
    y: float
    z: float

    @property
    def magnitude(self) -> float:
        return math.sqrt(self.x**2 + self.y**2 + self.z**2)

    @property
    def azimuth_deg(self) -> float:
        """In the transverse plane: 0 to the left, +90 to the front, -90 to the back."""
        return math.degrees(math.atan2(-self.z, self.x))

    @property
    def elevation_deg(self) -> float:
        """Above or below the transverse plane: +90 to the feet, -90 to the head."""
        return math.degrees(math.atan2(self.y, math.hypot(self.x, self.z)))

    def angle_to_deg(self, other: SpatialVector) -> float:
        """The angle between two vectors, 0 … 180, from their cross and dot products."""
        mine, theirs = (np.array([v.x, v.y, v.z]) for v in (self, other))
        return math.degrees(math.atan2(float(np.linalg.norm(np.cross(mine, theirs))), float(mine @ theirs)))


@dataclass(frozen=True, slots=True)
class HeartVectors:
    """Peak and mean vectors in mV, the ventricular gradient in mV·ms; None where not found.

    `initial`: mean of the first 40 ms of the QRS, where an old infarct shows. `st`: at J+60 ms.
    `gradient`: integral from QRS onset to T end (Wilson 1934).
    """

    qrs_peak: SpatialVector | None = None
    qrs_mean: SpatialVector | None = None
    initial: SpatialVector | None = None
    st: SpatialVector | None = None
    t_peak: SpatialVector | None = None
    t_mean: SpatialVector | None = None
    gradient: SpatialVector | None = None

    @property
    def peak_qrs_t_angle_deg(self) -> float | None:
        return _angle(self.qrs_peak, self.t_peak)

    @property
    def mean_qrs_t_angle_deg(self) -> float | None:
        return _angle(self.qrs_mean, self.t_mean)


def heart_vectors(beat: MedianBeat) -> HeartVectors:
    """The vectors of a beat from Kors' regression (Eur Heart J 1990;11:1083), PQ level as the origin."""
    onset, j_point, t_first = beat.qrs_onset, beat.j_point, t_from(beat)
    loop = vcg_from_leads(beat.signals_mv.astype(np.float64), "kors")
    if onset is None or j_point is None or t_first is None:
        return HeartVectors()
    qrs = loop[:, onset : j_point + 1]
    t_wave = None if beat.t_end is None else loop[:, t_first : beat.t_end + 1]
    whole = None if beat.t_end is None else loop[:, onset : beat.t_end + 1]
    return HeartVectors(
        qrs_peak=_peak(qrs),
        qrs_mean=_mean(qrs),
        initial=_mean(qrs[:, : round(_INITIAL_MS / MS_PER_SAMPLE)]),
        st=_mean(loop[:, j_point + round(_ST_MS / MS_PER_SAMPLE)][:, None]),
        t_peak=_peak(t_wave),
        t_mean=_mean(t_wave),
        gradient=None if whole is None else _vector(whole.sum(axis=1) * MS_PER_SAMPLE),
    )


def _peak(loop: _Loop | None) -> SpatialVector | None:
    if loop is None or loop.shape[1] == 0:
        return None
    return _vector(loop[:, int(np.argmax((loop**2).sum(axis=0)))])


def _mean(loop: _Loop | None) -> SpatialVector | None:
    return None if loop is None or loop.shape[1] == 0 else _vector(loop.mean(axis=1))


def _vector(xyz: _Loop) -> SpatialVector | None:
    return None if np.isnan(xyz).any() else SpatialVector(*(float(value) for value in xyz))


def _angle(one: SpatialVector | None, other: SpatialVector | None) -> float | None:
    return None if one is None or other is None else one.angle_to_deg(other)
