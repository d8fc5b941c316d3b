"""`make fuzz`: thousands of damaged files of each format, some minutes to an hour.

Prints a line for each format and writes runs/fuzz.json. Ends with 1 where anything but a record or a plain
sentence came out, where a file took more than two seconds or more memory than is stated in `watch`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.fuzz.rounds import Tally, fuzz
from tests.fuzz.seeds import BUILT, Seed, real_seeds

PER_FORMAT: Final = 2000
SLOWEST_S: Final = 2.0
FIRST_NUMBER: Final = 1000
"""Other mutations than those of `make test`."""
ROOT: Final = Path(__file__).resolve().parents[2]


def all_seeds() -> list[Seed]:
    """Built files, and real ones where ECGVIEWER_TEST_DATA names a folder of them."""
    data = os.environ.get("ECGVIEWER_TEST_DATA", "")
    return [*BUILT, *(real_seeds(Path(data)) if data else [])]


def fuzz_format(kind: str, n_files: int) -> Tally:
    """Read `n_files` mutations of one format's seeds; memory, which costs time, is measured for a tenth."""
    seeds = [seed for seed in all_seeds() if seed.format == kind]
    each = -(-n_files // len(seeds))
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
        for seed in seeds:
            tenth = range(FIRST_NUMBER, FIRST_NUMBER + each, 10)
            others = [n for n in range(FIRST_NUMBER, FIRST_NUMBER + each) if n not in tenth]
            measured = Tally()
            fuzz(seed, tenth, Path(work), measured)
            fuzz(seed, others, Path(work), tally, measure_memory=False)
            tally.n_files += measured.n_files
            tally.n_read += measured.n_read
            tally.most_memory_mb = max(tally.most_memory_mb, measured.most_memory_mb)
            tally.faults += measured.faults
    if tally.slowest_s > SLOWEST_S:
        tally.faults.append(f"{kind}: a file took {tally.slowest_s:.1f} s")
    return tally


def main() -> int:
    """Fuzz every format, or those that were named; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="only these")
    parser.add_argument("--files", type=int, default=PER_FORMAT, help="for each format")
    options = parser.parse_args()
    kinds = sorted(
        {seed.format for seed in all_seeds()} & set(options.formats or {s.format for s in all_seeds()})
    )
    tallies: dict[str, Tally] = {}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        work = {kind: pool.submit(fuzz_format, kind, options.files) for kind in kinds}
        for kind, future in work.items():
            tally = tallies[kind] = future.result()
            print(
                f"{kind:22} {tally.n_files:6} files, {tally.n_read:6} read, slowest {tally.slowest_s:.2f} s, "
                f"most memory {tally.most_memory_mb:.0f} MB, faults {len(tally.faults)}",
                flush=True,
            )
            for fault in tally.faults[:20]:
                print(f"    {fault}", flush=True)
    report = ROOT / "runs" / "fuzz.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps({kind: asdict(tally) for kind, tally in tallies.items()}, indent=2) + "\n")
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    raise SystemExit(main())
