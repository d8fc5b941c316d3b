"""Swapped limb electrodes, on real median beats whose limb leads are exchanged by Einthoven's law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.records import read_record
from inference.signal.analysis import analyse
from inference.signal.limb_reversal import suspected_reversal
from tests.unit.made_records import regular_record
from tests.unit.swapped_leads import arms_swapped, right_arm_and_leg_swapped

FloatArray = np.ndarray
ARMS = "Lead I is upside down: the arm electrodes may be swapped."
ARM_AND_LEG = "Lead II is upside down: the right arm and left leg electrodes may be swapped."
N_RECORDS = 300


@pytest.fixture(scope="module")
def real_beats(test_data: Path) -> list[FloatArray]:
    """Median beats of PTB-XL, LUDB and PTB records, spread over the sets."""
    paths = sorted(test_data.glob("ptb-xl/records500/*/*.hea"))
    paths += sorted(test_data.glob("ludb/data/*.hea")) + sorted(test_data.glob("ptb/*/*.hea"))
    chosen = [paths[k] for k in np.linspace(0, len(paths) - 1, N_RECORDS).astype(int)]
    beats = [analyse(read_record(path)).beat for path in chosen]
    return [beat.signals_mv for beat in beats if beat is not None]


def sentences(beats: list[FloatArray], swap: Callable[[FloatArray], FloatArray]) -> Counter[str | None]:
    """How often each sentence is said of the beats with their electrodes swapped."""
    return Counter(suspected_reversal(swap(beat)) for beat in beats)


def test_real_recordings_raise_no_suspicion(real_beats: list[FloatArray]) -> None:
    told = sentences(real_beats, np.array)
    assert len(real_beats) - told[None] <= 1, told


def test_swapped_arms_are_suspected_on_most_real_recordings(real_beats: list[FloatArray]) -> None:
    told = sentences(real_beats, arms_swapped)
    assert told[ARMS] >= 0.78 * len(real_beats), told
    assert told[ARM_AND_LEG] <= 2, told


def test_right_arm_and_left_leg_are_suspected_in_their_own_words(real_beats: list[FloatArray]) -> None:
    told = sentences(real_beats, right_arm_and_leg_swapped)
    assert told[ARM_AND_LEG] >= 0.74 * len(real_beats), told
    assert told[ARMS] <= 2, told


def test_a_flat_lead_ii_beside_normal_others_is_the_right_leg() -> None:
    beat = analyse(regular_record()).beat
    assert beat is not None
    leads = beat.signals_mv.copy()
    leads[1], leads[2], leads[3] = 0.0, -leads[0], -leads[0] / 2
    assert suspected_reversal(leads) == (
        "Lead II is almost flat: the right arm and right leg electrodes may be swapped."
    )
