"""From a file to an explained prediction, one record at a time, as the viewer and `predict` do it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil
from bench_records import demo_records, real_records
from figures import Figure, hand_over, timed_ms

SECTION: Final = "Chain: file → filtered → median beat → prediction → saliency, batch 1"
MEMORY: Final = "Memory (resident)"
REPEATS: Final = 48


def resident_mb() -> float:
    """What this process holds in memory, in MB."""
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6


def in_turn(paths: list[Path], work: Callable[[Path], object]) -> Callable[[], object]:
    """`work` on one record after another, so that no figure speaks of one ECG only."""
    count = 0

    def next_one() -> object:
        nonlocal count
        count += 1
        return work(paths[count % len(paths)])

    return next_one


def signal_figures(paths: list[Path], kind: str) -> list[Figure]:
    """Reading and the signal chain alone, without models."""
    from inference.records import read_record
    from inference.signal.analysis import analyse

    reading = timed_ms(in_turn(paths, read_record), REPEATS)
    both = timed_ms(in_turn(paths, lambda path: analyse(read_record(path))), REPEATS)
    return [
        Figure(SECTION, f"read the file ({kind})", "ms", reading),
        Figure(SECTION, f"read, filter 0.05–150 Hz, median beat, quality ({kind})", "ms", both),
    ]


def model_figures(paths: list[Path], kind: str) -> list[Figure]:
    """Each bundle by itself, then all of them; every repeat starts from the file with nothing remembered."""
    from inference.analysis_cache import AnalysisCache
    from inference.engine import Engine
    from inference.records import read_record
    from inference.registry import find_bundles
    from inference.resource_paths import shipped_models_folder

    bundles = find_bundles([shipped_models_folder()]).bundles
    engine = Engine(bundles)
    is_beat_model = {info.name: info.prepare.profile == "beat-zscore-12x400" for info in bundles}

    def run(path: Path, wishes: dict[str, bool]) -> None:
        record, analyses = read_record(path), AnalysisCache()
        for name, with_saliency in wishes.items():
            engine.answer(record, name, with_saliency, analyses)

    figures = []
    for name, is_beat in is_beat_model.items():
        samples = timed_ms(in_turn(paths, lambda path, wish=name: run(path, {wish: True})), REPEATS)
        figures.append(
            Figure(SECTION, f"{name} with saliency ({kind})", "ms", samples, 60.0 if is_beat else None)
        )
    samples = timed_ms(in_turn(paths, lambda path: run(path, is_beat_model)), REPEATS)
    what = f"all {len(bundles)} bundles, saliency of the beat models ({kind})"
    figures.append(Figure(SECTION, what, "ms", samples, 150.0))
    return figures


def main() -> None:
    """Measure on the demo library, and on real records where there are any."""
    memory = [Figure(MEMORY, "Python alone", "MB", (resident_mb(),))]
    sets = [("demo records", demo_records())]
    if real := real_records():
        sets.append(("PTB-XL records", real))
    figures = [figure for kind, paths in sets for figure in signal_figures(paths, kind)]
    memory.append(Figure(MEMORY, "after reading and analysing records", "MB", (resident_mb(),)))
    figures += [figure for kind, paths in sets for figure in model_figures(paths, kind)]
    memory.append(Figure(MEMORY, "with PyTorch and every bundle, after predicting", "MB", (resident_mb(),)))
    hand_over(figures + memory)


if __name__ == "__main__":
    main()
