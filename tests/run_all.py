"""`make test`: every test once, in two rooms side by side.

1. `headless`: tests of inference, training and the label store, in a Python that cannot import Qt.
2. `desktop`: everything else, drawn off screen.

Arguments are passed on to pytest (`make test ARGS="-k median"`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS_COLLECTED = 5


def started(room: str, arguments: list[str], output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    """One room's tests in a process of their own, told to `output` or else to the screen."""
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONHASHSEED="0")
    command = [sys.executable, "-m", "pytest", f"--room={room}", "--durations=10", *arguments]
    if room == "headless":
        blocked = str(ROOT / "tests" / "headless")
        inherited = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([blocked, inherited] if inherited else [blocked])
        command += ["-p", "no:pytest-qt"]
    else:
        # Each room's own record of what failed last; two writers of one would lose it.
        command += ["-o", "cache_dir=.pytest_cache/desktop"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def ended(process: subprocess.Popen[bytes]) -> int:
    """pytest's exit code, with 'none collected' counted as success."""
    code = process.wait()
    return 0 if code == NO_TESTS_COLLECTED else code


def main() -> int:
    """Run both rooms side by side; the desktop's output follows when the headless room is through."""
    start_s = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        print("\n=== headless ===", flush=True)
        desktop = started("desktop", sys.argv[1:], told)
        try:
            codes = [ended(started("headless", sys.argv[1:], None)), ended(desktop)]
        finally:
            desktop.kill()
        print("\n=== desktop ===", flush=True)
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout.buffer)
        sys.stdout.flush()
    print(f"Both rooms took {time.perf_counter() - start_s:.0f} s.")
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
