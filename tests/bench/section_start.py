"""From the command to a usable window, from source."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from figures import Figure, hand_over
from start_times import measure_starts

ROOT: Final = Path(__file__).resolve().parents[2]
SECTION: Final = "Start from source"


def main() -> None:
    """Measure on the demo library."""
    times = measure_starts([sys.executable, str(ROOT / "main.py")], ROOT / "resources" / "demo")
    hand_over(
        [
            Figure(SECTION, "start → window painted", "ms", times.window_ms),
            Figure(SECTION, "start → first ECG on screen, keys work", "ms", times.ecg_ms, 1500.0),
        ]
    )


if __name__ == "__main__":
    main()
