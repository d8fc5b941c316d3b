"""`make test`: every test once, in two rooms.

1. `headless`: tests of inference, training and the label store, in a Python that cannot import Qt.
2. `desktop`: everything else, drawn off screen.

Arguments are passed on to pytest (`make test ARGS="-k median"`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS_COLLECTED = 5


def run_room(room: str, arguments: list[str]) -> int:
    """Run one room's tests; returns pytest's exit code, with 'none collected' counted as success."""
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONHASHSEED="0")
    command = [sys.executable, "-m", "pytest", f"--room={room}", "--durations=10", *arguments]
    if room == "headless":
        blocked = str(ROOT / "tests" / "headless")
        inherited = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([blocked, inherited] if inherited else [blocked])
        command += ["-p", "no:pytest-qt"]
    print(f"\n=== {room} ===", flush=True)
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return 0 if code == NO_TESTS_COLLECTED else code


def main() -> int:
    """Run both rooms, even when the first one fails."""
    started = time.perf_counter()
    codes = [run_room(room, sys.argv[1:]) for room in ("headless", "desktop")]
    print(f"Both rooms took {time.perf_counter() - started:.0f} s.")
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
