"""A heartbeat as a sum of Gaussians in the vectorcardiogram: the normal beat, and ways to alter it.

The model of Sameni, Clifford, Jutten and Shamsollahi (EURASIP J Adv Signal Process 2007, 43407) after
McSharry (2003), with their published constants; seen in the leads through Dower's matrix. Frank axes:
X left, Y feet, Z back; time 0 is the R peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from inference.signal.beat import MODEL_FS_HZ
from inference.signal.injury import Fiducials

FloatArray = npt.NDArray[np.float64]
Part = Literal["P", "QRS", "T", "U"]

AMPLITUDE_VARIATION: Final = 0.12
WIDTH_VARIATION: Final = 0.06
ROTATION_SD_RAD: Final = 0.25
GAIN_RANGE: Final = (0.7, 1.3)
"""How far people differ from the published beat; chosen by judgement to keep beats plausible."""

QRS_EDGE_MV: Final = 0.015
"""QRS begins and ends where the spatial magnitude of its own waves passes this (judgement)."""
T_END_SHARE: Final = 0.05
"""T ends where the spatial magnitude of its own waves has fallen to this share of its peak (judgement)."""


class Wave(NamedTuple):
    """One Gaussian of the dipole: centre after R and standard deviation at 60 beats a minute, X Y Z in mV."""

    part: Part
    centre_s: float
    width_s: float
    xyz_mv: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class BeatModel:
    """A beat as the sum of its waves."""

    waves: tuple[Wave, ...]

    def vcg(self, time_s: FloatArray, rr_s: float) -> FloatArray:
        """X, Y, Z in mV at times after R, (3, n), for a beat whose RR interval is `rr_s`.

        P, T and U move and stretch by the square root of RR, so that QT does not shrink with RR as
        the cycle does (Bazett's law); QRS does not.
        """
        xyz = np.zeros((3, time_s.size))
        for wave in self.waves:
            stretch = 1.0 if wave.part == "QRS" else float(np.sqrt(rr_s))
            shift = (time_s - wave.centre_s * stretch) / (wave.width_s * stretch)
            xyz += np.multiply.outer(wave.xyz_mv, np.exp(-0.5 * shift**2))
        return xyz

    def only(self, *parts: Part) -> BeatModel:
        """The same beat with these parts alone."""
        return BeatModel(tuple(wave for wave in self.waves if wave.part in parts))

    def with_part(self, part: Part, *waves: Wave) -> BeatModel:
        """The same beat with one part's waves replaced."""
        return BeatModel(tuple(wave for wave in self.waves if wave.part != part) + waves)

    def turned(self, matrix: FloatArray, *parts: Part) -> BeatModel:
        """The same beat with the dipole of these parts (all, where none is named) multiplied by (3, 3)."""
        return BeatModel(
            tuple(
                wave._replace(xyz_mv=_three(matrix @ np.asarray(wave.xyz_mv)))
                if not parts or wave.part in parts
                else wave
                for wave in self.waves
            )
        )

    def fiducials(self, rr_s: float, r_sample: int) -> Fiducials:
        """QRS onset, J point, T peak and T end as samples at 500 Hz, for a beat with R at `r_sample`."""
        offsets = np.arange(-round(0.2 * MODEL_FS_HZ), round(0.9 * MODEL_FS_HZ))
        time_s = offsets / MODEL_FS_HZ
        qrs = np.linalg.norm(self.only("QRS").vcg(time_s, rr_s), axis=0)
        t_wave = np.linalg.norm(self.only("T").vcg(time_s, rr_s), axis=0)
        in_qrs = np.flatnonzero(qrs >= QRS_EDGE_MV)
        in_t = np.flatnonzero(t_wave >= T_END_SHARE * t_wave.max())
        found = offsets[[in_qrs[0], in_qrs[-1], int(t_wave.argmax()), in_t[-1]]] + r_sample
        return Fiducials(*(int(sample) for sample in found))


def vary(model: BeatModel, rng: np.random.Generator, extent: float = 1.0) -> BeatModel:
    """Another person's beat: amplitudes, widths, direction and size drawn around the model's.

    `extent` scales every variation; 1 is the full spread, 0 gives the model back.
    """
    waves = []
    for wave in model.waves:
        size = 1 + extent * AMPLITUDE_VARIATION * float(rng.uniform(-1, 1))
        width_s = wave.width_s * (1 + extent * WIDTH_VARIATION * float(rng.uniform(-1, 1)))
        waves.append(wave._replace(width_s=width_s, xyz_mv=_three(size * np.asarray(wave.xyz_mv))))
    turn = rotation(rng.normal(size=3), extent * ROTATION_SD_RAD * float(rng.normal()))
    gain = 1 + extent * (float(rng.uniform(*GAIN_RANGE)) - 1)
    return BeatModel(tuple(waves)).turned(gain * turn)


def rotation(axis: npt.ArrayLike, angle_rad: float) -> FloatArray:
    """Rodrigues' rotation matrix (3, 3) about an axis of any length."""
    along = np.asarray(axis, dtype=np.float64)
    x, y, z = along / np.linalg.norm(along)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross)


def _three(xyz: FloatArray) -> tuple[float, float, float]:
    return (float(xyz[0]), float(xyz[1]), float(xyz[2]))


def _published(axis: int, phases: str, amplitudes: str, widths: str) -> list[Wave]:
    """Waves from the paper's phase (rad), amplitude (mV) and width (rad); 2π rad is 1 s at 60 a minute."""
    rows = zip(phases.split(), amplitudes.split(), widths.split(), strict=True)
    unit = np.eye(3)[axis]
    return [
        Wave(
            part=_part(float(phase)),
            centre_s=float(phase) / (2 * np.pi),
            width_s=float(width) / (2 * np.pi),
            xyz_mv=_three(float(size) * unit),
        )
        for phase, size, width in rows
    ]


def _part(phase: float) -> Part:
    if phase < -0.3:
        return "P"
    if phase < 0.3:
        return "QRS"
    return "T" if phase < 2.5 else "U"


NORMAL_BEAT: Final = BeatModel(
    tuple(
        _published(
            0,
            "-1.09 -.83 -.19 -.07 0 .06 .22 1.2 1.42 1.68 2.9",
            ".03 .08 -.13 .85 1.11 .75 .06 .1 .17 .39 .03",
            ".0906 .1057 .0453 .0378 .0332 .0302 .0378 .604 .302 .1812 .5",
        )
        + _published(
            1,
            "-1.1 -.9 -.76 -.11 -.01 .065 .8 1.58 2.9",
            ".035 .015 -.019 .32 .51 -.32 .04 .08 .014",
            ".07 .07 .04 .055 .037 .0604 .45 .3 .5",
        )
        + _published(
            2,
            "-1.1 -.93 -.7 -.4 -.15 .095 1.05 1.25 1.55 2.8",
            "-.03 -.14 -.035 .045 -.40 .46 -.12 -.2 -.35 -.035",
            ".03 .12 .04 .4 .045 .05 .8 .4 .2 .4",
        )
    )
)
"""The published normal beat: R 1.70 mV in V4, S 0.84 mV in V1."""
