"""Injury of an acute occlusion as one added dipole: territory, size, direction and course over the beat.

v(t) += A·n·w(t) in the vectorcardiogram, seen in the leads through Dower's matrix. Limits: one dipole,
no proximity effect, no evolution over time, no Q waves. It serves demonstration, tests and training;
it is no evidence of clinical accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from inference.labels import Culprit
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ, FloatArray, MedianBeat
from inference.signal.vcg import LEADS_FROM_XYZ

Direction = tuple[float, float, float]
Shape = Literal["hold", "dome"]

DOME_RISE: Final = 0.3
"""How much of its size a dome gains between J and T peak: convex, as in an occlusion (judgement)."""
J_PLUS_60_SAMPLES: Final = round(0.060 * MODEL_FS_HZ)
DIRECTION_JITTER_DEG: Final = 20.0
"""Radius of the cap around a territory's direction from which patients differ (judgement)."""
SMALLEST_MV: Final = 0.05
"""Below this, half a millimetre, nobody could see an injury: smaller draws are drawn again."""
LARGEST_MV: Final = 0.5


@dataclass(frozen=True, slots=True)
class Territory:
    """A myocardial territory: its ST vector's unit direction (X left, Y feet, Z back) and usual size.

    `amplitude_mv` is the median length of the ST vector in mV, `spread` the standard deviation of
    its natural logarithm.
    """

    key: str
    name: str
    culprit: Culprit
    direction: Direction
    amplitude_mv: float
    spread: float


def _unit(x: float, y: float, z: float) -> Direction:
    length = float(np.sqrt(x * x + y * y + z * z))
    return (x / length, y / length, z / length)


# Sizes after one minute of balloon occlusion (Haeberlin et al. 2014), median [quartiles] of the ST
# deviation turned into the length of the dipole: LAD V3 0.26 mV [0.16-0.33], RCA III 0.20 [0.09-0.26],
# LCX V6 0.04 [0.02-0.14]. The spread is ln(upper/lower)/1.349, a log-normal with these quartiles.
_LAD: Final = (0.17, 0.54)
_RCA: Final = (0.17, 0.79)
_LCX: Final = (0.064, 1.44)

# Directions chosen so that the signs in the leads match AHA/ACCF/HRS part VI (2009) and Andersen et
# al. 2010 (LAD anterior, RCA postero-infero-septal, LCX postero-infero-lateral).
TERRITORIES: Final = {
    territory.key: territory
    for territory in (
        Territory("lad_proximal", "LAD, proximal", Culprit.LAD, _unit(0.25, -0.45, -0.86), *_LAD),
        Territory("lad_mid", "LAD, mid", Culprit.LAD, _unit(0.40, 0.05, -0.91), *_LAD),
        Territory("lad_wraparound", "LAD, wrap-around", Culprit.LAD, _unit(0.35, 0.45, -0.82), *_LAD),
        Territory("rca", "RCA", Culprit.RCA, _unit(-0.30, 0.88, 0.36), *_RCA),
        Territory("rca_proximal_rv", "RCA, proximal with RV", Culprit.RCA, _unit(-0.50, 0.82, -0.28), *_RCA),
        Territory("lcx_posterolateral", "LCx, posterolateral", Culprit.LCX, _unit(0.50, 0.42, 0.76), *_LCX),
        Territory("high_lateral", "LCx or D1, high lateral", Culprit.LCX, _unit(0.75, -0.45, 0.48), *_LCX),
        Territory("posterior", "LCx, posterior", Culprit.LCX, _unit(0.05, 0.20, 0.98), *_LCX),
        Territory("lm_diffuse", "LM, diffuse", Culprit.LM, _unit(-0.60, -0.72, 0.35), *_LAD),
    )
}

# Diffuse subendocardial ischaemia (LM) is mostly no acute occlusion (ACC 2022), so training never
# draws it. Shares of the arteries: judgement, near those of infarct cohorts.
_ARTERY_SHARES: Final = {Culprit.LAD: 0.45, Culprit.RCA: 0.35, Culprit.LCX: 0.20}


class Fiducials(NamedTuple):
    """Global fiducials as samples at 500 Hz, in rising order."""

    qrs_onset: int
    j_point: int
    t_peak: int
    t_end: int


@dataclass(frozen=True, slots=True)
class Injury:
    """One occlusion: unit direction after jitter, ST vector at J in mV, course, hyperacute T gain."""

    territory: Territory
    direction: Direction
    amplitude_mv: float
    shape: Shape = "dome"
    t_gain: float = 1.0


def fiducials_of(beat: MedianBeat) -> Fiducials | None:
    """The four fiducials that an injury needs, or None where one was not found or they are not in order.

    A beat without them cannot carry a planted injury; a trainer that leaves such beats out of the
    positives leaves them out of the negatives too, or their lack becomes the label.
    """
    found = (beat.qrs_onset, beat.j_point, beat.t_peak, beat.t_end)
    if any(sample is None for sample in found):
        return None
    fiducials = Fiducials(*(int(sample) for sample in found if sample is not None))
    return fiducials if _rising(fiducials) else None


def injury_time_course(
    n: int,
    qrs_onset: int,
    j_point: int,
    t_peak: int,
    t_end: int,
    shape: Shape = "dome",
    t_gain: float = 1.0,
) -> FloatArray:
    """Course w over n samples, (n,) float32: 0 at QRS onset, 1 at J, on to the T peak, 0 at T end.

    `hold` stays at 1 until the T peak, `dome` rises by DOME_RISE. `t_gain` (1 to 2) multiplies the
    course at the T peak, as a bump over the T wave that leaves J as it is: hyperacute T waves grow
    more than ST (LAD balloon occlusion: 3.4 mm against 1.4 mm in V2). Raises ValueError when the
    fiducials do not rise.
    """
    if not _rising(Fiducials(qrs_onset, j_point, t_peak, t_end)):
        raise ValueError(f"Fiducials must rise: {qrs_onset}, {j_point}, {t_peak}, {t_end}.")
    time = np.arange(n, dtype=np.float64)
    ramp = np.clip((time - qrs_onset) / (j_point - qrs_onset), 0.0, 1.0)
    to_peak = np.clip((time - j_point) / (t_peak - j_point), 0.0, 1.0)
    fall = 0.5 + 0.5 * np.cos(np.pi * np.clip((time - t_peak) / (t_end - t_peak), 0.0, 1.0))
    rise = DOME_RISE if shape == "dome" else 0.0
    plateau = ramp * (1.0 + rise * np.sin(0.5 * np.pi * to_peak))
    # The fourth power keeps the bump on the T wave, so that J+60 is nearly that of t_gain 1.
    bump = 1.0 + (t_gain - 1.0) * np.sin(0.5 * np.pi * to_peak) ** 4
    return (plateau * bump * fall).astype(np.float32)


def injury_leads(direction: Direction, amplitude_mv: float, time_course: FloatArray) -> FloatArray:
    """What the injury adds to the standard leads: (12, n) float32 in mV, for a unit direction."""
    per_lead = (LEADS_FROM_XYZ @ np.asarray(direction)).astype(np.float32) * np.float32(amplitude_mv)
    leads: FloatArray = np.multiply.outer(per_lead, time_course)
    return leads


def apply_injury(beat_mv: FloatArray, fiducials: Fiducials, injury: Injury) -> FloatArray:
    """The beat (12, n) in mV with the injury added; the input is left as it is, NaN rows stay NaN."""
    course = injury_time_course(beat_mv.shape[1], *fiducials, injury.shape, injury.t_gain)
    return beat_mv + injury_leads(injury.direction, injury.amplitude_mv, course)


def add_injury(
    beat_mv: FloatArray,
    fiducials: Fiducials,
    territory: Territory,
    amplitude_mv: float,
    t_gain: float = 1.0,
    rng: np.random.Generator | None = None,
    direction_jitter_deg: float = 0.0,
    shape: Shape = "dome",
) -> FloatArray:
    """As `apply_injury`, for a territory whose direction is tilted at random by up to the given degrees.

    Raises ValueError when a tilt is asked for without a generator to draw it from.
    """
    direction = territory.direction
    if direction_jitter_deg > 0.0:
        if rng is None:
            raise ValueError("A random direction needs a generator.")
        direction = jittered(direction, direction_jitter_deg, rng)
    return apply_injury(beat_mv, fiducials, Injury(territory, direction, amplitude_mv, shape, t_gain))


def planted_j60_mv(injury: Injury, fiducials: Fiducials) -> dict[str, float]:
    """Lead name to the ST shift in mV that the injury plants 60 ms after the J point."""
    sample = fiducials.j_point + J_PLUS_60_SAMPLES
    course = injury_time_course(sample + 1, *fiducials, injury.shape, injury.t_gain)
    at_j60 = injury_leads(injury.direction, injury.amplitude_mv, course[sample:])
    return {name: float(at_j60[row, 0]) for row, name in enumerate(STANDARD_LEADS)}


def random_occlusion(rng: np.random.Generator) -> Injury:
    """A plausible acute occlusion, from sub-STEMI to clear size, for planting in real beats.

    The artery is drawn by its share, a territory of it evenly, the size from the artery's log-normal
    between SMALLEST_MV and LARGEST_MV, the direction within DIRECTION_JITTER_DEG of the territory's.
    """
    arteries = tuple(_ARTERY_SHARES)
    artery = arteries[int(rng.choice(len(arteries), p=list(_ARTERY_SHARES.values())))]
    candidates = [territory for territory in TERRITORIES.values() if territory.culprit is artery]
    territory = candidates[int(rng.integers(len(candidates)))]
    return Injury(
        territory=territory,
        direction=jittered(territory.direction, DIRECTION_JITTER_DEG, rng),
        amplitude_mv=_random_amplitude_mv(territory, rng),
        shape="dome" if rng.random() < 0.5 else "hold",
        t_gain=float(rng.uniform(1.0, 2.0)),
    )


def jittered(direction: Direction, jitter_deg: float, rng: np.random.Generator) -> Direction:
    """A unit direction drawn evenly from the spherical cap of that radius around `direction`."""
    axis = np.asarray(direction)
    tilt = np.arccos(rng.uniform(np.cos(np.radians(jitter_deg)), 1.0))
    sideways: npt.NDArray[np.float64] = rng.normal(size=3)
    sideways -= axis * (sideways @ axis)
    sideways /= np.linalg.norm(sideways)
    tilted = np.cos(tilt) * axis + np.sin(tilt) * sideways
    return (float(tilted[0]), float(tilted[1]), float(tilted[2]))


def _random_amplitude_mv(territory: Territory, rng: np.random.Generator) -> float:
    while True:
        amplitude = territory.amplitude_mv * float(np.exp(territory.spread * rng.normal()))
        if SMALLEST_MV <= amplitude <= LARGEST_MV:
            return amplitude


def _rising(fiducials: Fiducials) -> bool:
    return 0 <= fiducials.qrs_onset < fiducials.j_point < fiducials.t_peak < fiducials.t_end
