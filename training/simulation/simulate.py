"""Synthetic 12-lead ECGs with a known truth: the demo library and test records.

`python -m training.simulation.simulate --to resources/demo` writes the demo library again, bit for bit; with
`--count N --seed S` it writes N different ECGs. They are for demonstration and tests, never evidence
of clinical accuracy: one dipole, no proximity effect, no evolution. Every file says SYNTHETIC and
carries its SyntheticTruth, by which training leaves it out of its data sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from inference.records import STANDARD_LEADS, SyntheticTruth
from inference.records.synthetic import synthetic_comment
from inference.records.wfdb_package import quiet_wfdb
from inference.signal.beat import MODEL_FS_HZ, R_SAMPLE
from inference.signal.beat_model import BeatModel, vary
from inference.signal.injury import Injury, injury_time_course, planted_j60_mv, random_occlusion
from inference.signal.vcg import DOWER, TWELVE_FROM_INDEPENDENT
from training.simulation.scenarios import DEMO_LIBRARY, LBBB, NORMAL, OLD_INFERIOR, SCENARIOS, Scenario
from training.simulation.synthetic_beats import PVC_BEAT
from training.simulation.synthetic_noise import (
    INDEPENDENT_FROM_ELECTRODES,
    QUIET,
    NoiseLevel,
    electrode_noise,
)

FloatArray = npt.NDArray[np.float64]

GENERATOR_VERSION: Final = "1"
"""Raised whenever the same scenario and seed would give other samples."""
N_SAMPLES: Final = 5000
NOTICE: Final = "SYNTHETIC ECG: made by a simulator, not from a patient"
_COUNTS_PER_MV: Final = 1000

_PREMATURE_AT: Final = 0.58
"""A premature ventricular beat comes after this share of the RR interval (judgement)."""
_LATEST_T_END_S: Final = 0.9
_EARLIEST_P_S: Final = 0.4


class Beat(NamedTuple):
    """One beat of a record: R as a sample (it may lie outside), its waves, the RR interval behind it."""

    r_sample: int
    model: BeatModel
    rr_s: float
    injury: Injury | None


@dataclass(frozen=True, slots=True)
class _Breathing:
    """Breathing as a sine: it moves the RR interval, the heart's size in the leads and the baseline."""

    rate_hz: float
    phase: float

    def at(self, time_s: FloatArray | float) -> FloatArray:
        return np.asarray(np.sin(2 * np.pi * (self.rate_hz * np.asarray(time_s) + self.phase)))


def simulate_record(scenario: Scenario | str, seed: int) -> tuple[FloatArray, SyntheticTruth]:
    """One ECG: the twelve standard leads (12, 5000) in mV at 500 Hz, and what was planted in them.

    A lead that the scenario leaves out is a row of NaN. The same scenario and seed always give the
    same samples. Raises KeyError for a scenario's name that SCENARIOS does not hold.
    """
    plan = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    rng = np.random.default_rng(seed)
    heart = vary(plan.beat, rng, plan.extent)
    breathing = _Breathing(float(rng.uniform(0.2, 0.28)), float(rng.random()))
    vcg = _heart_vcg(_beats(plan, heart, breathing, rng), rng)
    breath = breathing.at(np.arange(N_SAMPLES) / MODEL_FS_HZ)
    noise = electrode_noise(N_SAMPLES, MODEL_FS_HZ, plan.noise, breath, rng)
    independent = DOWER @ (vcg * (1 + 0.03 * breath)) + INDEPENDENT_FROM_ELECTRODES @ noise
    leads = TWELVE_FROM_INDEPENDENT @ independent
    if plan.detached is not None:
        lead, since_s = plan.detached
        leads[STANDARD_LEADS.index(lead), round(since_s * MODEL_FS_HZ) :] = 0.0
    for lead in plan.missing_leads:
        leads[STANDARD_LEADS.index(lead)] = np.nan
    return leads, _truth(plan, heart, seed)


def simulate_many(n: int, seed: int) -> Iterator[tuple[FloatArray, SyntheticTruth]]:
    """`n` ECGs of different hearts: about half with an acute occlusion, the others without.

    Those without are normal hearts, old inferior infarcts and left bundle branch blocks.
    """
    for one in np.random.SeedSequence(seed).generate_state(n, np.uint32).tolist():
        yield simulate_record(random_scenario(np.random.default_rng([one, 1])), one)


def random_scenario(rng: np.random.Generator) -> Scenario:
    """A heart, rate and recording drawn at random, with an occlusion in every second one."""
    base = NORMAL
    injury = None
    if rng.random() < 0.5:
        injury = random_occlusion(rng)
    else:
        base = (NORMAL, NORMAL, OLD_INFERIOR, LBBB)[int(rng.integers(4))]
    size = float(np.exp(rng.normal(0.0, 0.4)))
    return replace(
        base,
        key=base.key if injury is None else f"random_{injury.territory.key}",
        description=base.description if injury is None else f"Acute occlusion: {injury.territory.name}.",
        heart_rate_bpm=float(rng.uniform(52, 100)),
        injury=injury,
        extent=1.0,
        noise=NoiseLevel(
            QUIET.muscle_mv * size, QUIET.mains_mv * size, QUIET.drift_mv * size, QUIET.breathing_mv * size
        ),
    )


def write_record(folder: Path, name: str, leads_mv: FloatArray, truth: SyntheticTruth) -> Path:
    """Write `name`.hea and .dat (WFDB format 16, 1 µV), without rows of NaN; returns the header's path."""
    microvolts = _whole_microvolts(leads_mv)
    kept = [row for row in range(len(STANDARD_LEADS)) if not np.isnan(leads_mv[row]).any()]
    with quiet_wfdb() as wfdb:
        wfdb.wrsamp(
            name,
            fs=round(MODEL_FS_HZ),
            units=["mV"] * len(kept),
            sig_name=[STANDARD_LEADS[row] for row in kept],
            d_signal=microvolts[kept].T,
            fmt=["16"] * len(kept),
            adc_gain=[_COUNTS_PER_MV] * len(kept),
            baseline=[0] * len(kept),
            comments=[NOTICE, truth.description, synthetic_comment(truth)],
            write_dir=str(folder),
        )
    return folder / f"{name}.hea"


def write_demo_library(folder: Path) -> list[Path]:
    """Write every record of the demo library; returns the headers' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_record(folder, record.name, *simulate_record(record.scenario, record.seed))
        for record in DEMO_LIBRARY
    ]


def _beats(
    plan: Scenario, heart: BeatModel, breathing: _Breathing, rng: np.random.Generator
) -> Iterator[Beat]:
    """The record's beats, from one before its start to one after its end.

    Breathing moves RR by 3 % and chance by 1 %. A premature beat does not reset the sinus node: the
    next sinus beat is blocked, only its P wave stays, and the pause is fully compensatory.
    """
    mean_rr_s = 60.0 / plan.heart_rate_bpm
    time_s = float(rng.uniform(0.35, 0.75)) * mean_rr_s - mean_rr_s
    blocked = False
    number = -1
    while time_s < N_SAMPLES / MODEL_FS_HZ + mean_rr_s:
        rr_s = mean_rr_s * (1 + 0.03 * float(breathing.at(time_s)) + 0.01 * float(rng.normal()))
        r_sample = round(time_s * MODEL_FS_HZ)
        if blocked:
            yield Beat(r_sample, heart.only("P"), rr_s, None)
        else:
            yield Beat(r_sample, heart, rr_s, plan.injury)
        blocked = not blocked and number in plan.premature_after
        if blocked:
            premature = round((time_s + _PREMATURE_AT * rr_s) * MODEL_FS_HZ)
            yield Beat(premature, PVC_BEAT, rr_s, None)
        time_s += rr_s
        number += 1


def _heart_vcg(beats: Iterator[Beat], rng: np.random.Generator) -> FloatArray:
    """All beats laid into one vectorcardiogram (3, N_SAMPLES) in mV; their sizes differ by 1.5 %."""
    xyz = np.zeros((3, N_SAMPLES))
    before, after = round(_EARLIEST_P_S * MODEL_FS_HZ), round(_LATEST_T_END_S * MODEL_FS_HZ)
    for beat in beats:
        waves = _beat_vcg(beat, before, after) * (1 + 0.015 * float(rng.normal()))
        start = beat.r_sample - before
        first, last = max(start, 0), min(start + waves.shape[1], N_SAMPLES)
        if first < last:
            xyz[:, first:last] += waves[:, first - start : last - start]
    return xyz


def _beat_vcg(beat: Beat, before: int, after: int) -> FloatArray:
    """One beat with its injury from `before` samples ahead of R to `after` samples behind it."""
    waves = beat.model.vcg(np.arange(-before, after) / MODEL_FS_HZ, beat.rr_s)
    if beat.injury is not None:
        fiducials = beat.model.fiducials(beat.rr_s, before)
        course = injury_time_course(before + after, *fiducials, beat.injury.shape, beat.injury.t_gain)
        vector_mv = beat.injury.amplitude_mv * np.asarray(beat.injury.direction)
        waves += np.multiply.outer(vector_mv, course.astype(np.float64))
    return waves


def _truth(plan: Scenario, heart: BeatModel, seed: int) -> SyntheticTruth:
    injury = plan.injury
    if injury is None:
        return SyntheticTruth(
            plan.key, plan.description, None, 0.0, None, seed=seed, generator_version=GENERATOR_VERSION
        )
    planted = planted_j60_mv(injury, heart.fiducials(60.0 / plan.heart_rate_bpm, R_SAMPLE))
    return SyntheticTruth(
        scenario=plan.key,
        description=plan.description,
        territory=injury.territory.key,
        amplitude_mv=injury.amplitude_mv,
        direction_xyz=injury.direction,
        planted_mv={lead: round(shift, 4) for lead, shift in planted.items()},
        seed=seed,
        generator_version=GENERATOR_VERSION,
    )


def _whole_microvolts(leads_mv: FloatArray) -> npt.NDArray[np.int16]:
    """Counts for the file: measured leads are rounded, derived ones follow from them, as in a device.

    A missing lead comes back as zeros, for its caller to leave out.
    """
    rows = [STANDARD_LEADS.index(lead) for lead in ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")]
    measured = np.round(np.nan_to_num(leads_mv[rows]) * _COUNTS_PER_MV)
    counts = np.round(TWELVE_FROM_INDEPENDENT @ measured)
    limit = np.iinfo(np.int16).max
    return np.asarray(np.clip(counts, -limit, limit).astype(np.int16))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m training.simulation.simulate`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.simulation.simulate", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder to write into")
    parser.add_argument("--count", type=int, help="write this many random ECGs, not the demo library")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random ECGs")
    options = parser.parse_args(arguments)
    if options.count is None:
        headers = write_demo_library(options.to)
    else:
        options.to.mkdir(parents=True, exist_ok=True)
        headers = [
            write_record(options.to, f"synthetic_{place:06d}", leads, truth)
            for place, (leads, truth) in enumerate(simulate_many(options.count, options.seed), start=1)
        ]
    print(f"{len(headers)} synthetic ECGs are in {options.to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
