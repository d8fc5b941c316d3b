"""Mutated copies of seeds, read one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import Seed
from tests.fuzz.watch import Outcome, read_watched


@dataclass(slots=True)
class Tally:
    """What came of all files of one format."""

    n_files: int = 0
    n_read: int = 0
    slowest_s: float = 0.0
    most_memory_mb: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, seed: Seed, number: int, outcome: Outcome) -> None:
        self.n_files += 1
        self.n_read += outcome.is_read
        self.slowest_s = max(self.slowest_s, outcome.seconds)
        self.most_memory_mb = max(self.most_memory_mb, outcome.peak_bytes / 1e6)
        self.faults += [f"{seed.format}, {seed.name}, mutation {number}: {fault}" for fault in outcome.faults]


def mutations_of(seed: Seed, numbers: Iterable[int], work: Path) -> Iterator[tuple[int, Path, int]]:
    """For each number the mutated record's folder, made anew: number, the file to open, bytes in all."""
    sound = work / "sound"
    shutil.rmtree(sound, ignore_errors=True)
    sound.mkdir(parents=True)
    opened = seed.make(sound)
    files = sorted(path for path in sound.iterdir() if path.is_file())
    for number in numbers:
        folder = work / "hostile"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        chosen = files[number % len(files)]
        for path in files:
            content = path.read_bytes()
            if path == chosen:
                content = mutated(content, number, f"{seed.format}|{seed.name}")
            (folder / path.name).write_bytes(content)
        yield number, folder / opened.name, sum(path.stat().st_size for path in folder.iterdir())


def fuzz(
    seed: Seed, numbers: Iterable[int], work: Path, tally: Tally, *, measure_memory: bool = True
) -> None:
    """Read the mutations of one seed and count what came of them."""
    for number, path, n_bytes in mutations_of(seed, numbers, work):
        tally.add(seed, number, read_watched(path, n_bytes, measure_memory=measure_memory))
