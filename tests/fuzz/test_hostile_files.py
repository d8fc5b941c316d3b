"""Every reader meets a hundred damaged files of each format, and lets out nothing but its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.rounds import Tally, fuzz
from tests.fuzz.seed import Seed
from tests.fuzz.seeds import BUILT, REAL_KINDS, real_seeds

PER_FORMAT = 120
# A page is looked at as a picture, a hundred times under a watch that slows every allocation.
pytestmark = pytest.mark.timeout(300)


def seeds_by_format(seeds: list[Seed]) -> dict[str, list[Seed]]:
    found: dict[str, list[Seed]] = {}
    for seed in seeds:
        found.setdefault(seed.format, []).append(seed)
    return found


def meet(seeds: list[Seed], work: Path) -> Tally:
    tally = Tally()
    each = -(-PER_FORMAT // len(seeds))
    for seed in seeds:
        fuzz(seed, range(each), work, tally)
    return tally


@pytest.mark.parametrize("kind", sorted(seeds_by_format(list(BUILT))))
def test_damaged_files_are_read_or_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    tally = meet(seeds_by_format(list(BUILT))[kind], tmp_path)

    assert tally.faults == []
    assert tally.n_files >= 100


@pytest.mark.parametrize("kind", REAL_KINDS)
def test_damaged_real_files_are_read_or_refused_in_a_sentence(
    kind: str, test_data: Path, tmp_path: Path
) -> None:
    tally = meet(seeds_by_format(real_seeds(test_data))[kind], tmp_path)

    assert tally.faults == []
    assert tally.n_files >= 100


@pytest.mark.parametrize("seed", BUILT, ids=lambda seed: f"{seed.format}, {seed.name}")
def test_the_seeds_themselves_are_sound(seed: Seed, tmp_path: Path) -> None:
    from inference.records import read_record

    assert read_record(seed.make(tmp_path)).n_samples > 100
