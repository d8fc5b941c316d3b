"""A day of twelve leads at 500 Hz, as EDF and as WFDB: opening, one window, the pyramid, the whole day drawn.

Each file takes 1 GB of the temporary folder while it is measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from bench_records import demo_records
from figures import Figure, hand_over, timed_ms
from long_files import minute_of_beats, write_edf_day, write_wfdb_day

if TYPE_CHECKING:
    from inference.long_records import LongRecord, Pyramid

SECTION: Final = "Long recordings: 24 h of twelve leads at 500 Hz"
N_COLUMNS: Final = 1500
REPEATS: Final = 24
OPENINGS: Final = 5
WINDOW_S: Final = 11_560.0
CHUNK_BYTES: Final = 8_000_000
OPENING: Final = (
    "import sys, time; began = time.perf_counter(); "
    "from inference.long_records import open_long; "
    "open_long(sys.argv[1]).window(float(sys.argv[2])); print((time.perf_counter() - began) * 1e3)"
)


def fresh_openings(path: Path) -> tuple[float, ...]:
    """Milliseconds from nothing imported to the first ten seconds, in processes of their own."""
    command = [sys.executable, "-c", OPENING, str(path), str(WINDOW_S)]
    return tuple(
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(OPENINGS)
    )


def plain_read_s(path: Path) -> float:
    """Seconds to read the file once from end to end without looking at it: what no pyramid can beat."""
    began = time.perf_counter()
    with path.open("rb") as stream:
        while stream.read(CHUNK_BYTES):
            continue
    return time.perf_counter() - began


def pyramid_figures(long: LongRecord, file: Path, kind: str) -> tuple[Pyramid, list[Figure]]:
    """The pyramid, built twice, against one plain reading of the file in the same run."""
    from inference.long_records import build

    plain = [plain_read_s(file) for _ in range(2)]
    took = []
    for _ in range(2):
        began = time.perf_counter()
        pyramid = build(long, lambda _share: None, lambda: False)
        took.append(time.perf_counter() - began)
    ratio = tuple(one / min(plain) for one in took)
    return pyramid, [
        Figure(SECTION, f"pyramid of the day ({kind})", "s", tuple(took)),
        Figure(SECTION, f"pyramid against reading the file once, ratio ({kind})", "", ratio),
        Figure(SECTION, f"memory of the pyramid ({kind})", "MB", (pyramid.n_bytes / 1e6,)),
    ]


def envelope_figures(long: LongRecord, pyramid: Pyramid, kind: str) -> list[Figure]:
    """Twelve leads at 1500 columns, of the day and of shorter views in its middle."""
    n_leads, middle = len(long.lead_names), long.n_samples // 2
    figures = []
    for what, seconds in (("day", 86_400), ("hour", 3600), ("3 minutes", 180), ("10 s", 10)):
        half = round(seconds * long.fs_hz) // 2

        def draw(half: int = half) -> None:
            pyramid.envelopes(range(n_leads), middle - half, middle + half, N_COLUMNS)

        samples = timed_ms(draw, REPEATS)
        figures.append(
            Figure(
                SECTION, f"envelopes of {n_leads} leads, {what}, {N_COLUMNS} columns ({kind})", "ms", samples
            )
        )
    return figures


def figures_of(kind: str, path: Path, file: Path) -> list[Figure]:
    """Everything about one file; `file` is where its samples are."""
    from inference.long_records import open_long

    def opened() -> LongRecord:
        long = open_long(path)
        if long is None:
            raise RuntimeError(f"{path.name} was not taken for a long recording")
        return long

    long = opened()
    starts = np.random.default_rng(1).uniform(0, long.duration_s - 10, REPEATS + 2).tolist()
    cold = f"program start to first 10 s, imports included ({kind})"
    figures = [
        Figure(SECTION, cold, "ms", fresh_openings(path), 1000.0, True),
        Figure(SECTION, f"open ({kind})", "ms", timed_ms(opened, REPEATS), 1000.0, True),
        Figure(
            SECTION,
            f"any 10 s as a Record ({kind})",
            "ms",
            timed_ms(lambda: long.window(starts.pop()), REPEATS),
        ),
    ]
    pyramid, built = pyramid_figures(long, file, kind)
    return figures + built + envelope_figures(long, pyramid, kind)


def main() -> None:
    """Write, measure and remove one file after the other."""
    leads, minute = minute_of_beats(demo_records()[0])
    writers: tuple[tuple[str, str, str, Callable[..., Path]], ...] = (
        ("EDF", "day.edf", "day.edf", write_edf_day),
        ("WFDB", "day.hea", "day.dat", write_wfdb_day),
    )
    figures: list[Figure] = []
    for kind, name, samples, write in writers:
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder) / name, leads, minute)
            figures += figures_of(kind, path, Path(folder) / samples)
    hand_over(figures)


if __name__ == "__main__":
    main()
