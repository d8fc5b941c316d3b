"""The built program: its size, and how long it takes to show its window. Empty where nothing was built."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from figures import Figure, hand_over
from start_times import measure_starts

ROOT: Final = Path(__file__).resolve().parents[2]
SECTION: Final = "Built program (dist/ecgviewer)"


def main() -> None:
    """Measure the program that `make package` left in dist/."""
    program = ROOT / "dist" / "ecgviewer" / "ecgviewer"
    report = ROOT / "dist" / "build.json"
    if not program.exists() or not report.exists():
        print("  not built: `make package` first, to measure the program in dist/", file=sys.stderr)
        hand_over([])
        return
    built = json.loads(report.read_text(encoding="utf-8"))
    times = measure_starts([str(program)], ROOT / "resources" / "demo")
    hand_over(
        [
            Figure(SECTION, "size on disk", "MB", (built["size_mb"],)),
            Figure(SECTION, "start → window painted", "ms", times.window_ms),
            Figure(SECTION, "start → first ECG on screen, keys work", "ms", times.ecg_ms, 1500.0),
        ]
    )


if __name__ == "__main__":
    main()
