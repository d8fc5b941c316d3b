"""`make package`, second half: start a moved copy of the built program as a stranger's computer would.

1. Copy dist/ecgviewer to a temporary folder whose name has a space and an accent.
2. Start the copy with an empty environment, from another folder, with `--self-test REPORT.json`.
3. While it runs, note every library that the process maps: each one of Python, Qt and PyTorch must lie in the
   moved copy, so nothing was taken from this checkout or from an installed Python.
4. Check the report, and that the program said nothing on its error stream.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psutil

ROOT: Final = Path(__file__).resolve().parent.parent
BUILT: Final = ROOT / "dist" / "ecgviewer"
TIMEOUT_S: Final = 240.0
POLL_S: Final = 0.2
OURS: Final = (
    "libpython",
    "python3",
    "libQt6",
    "Qt6",
    "QtCore",
    "libtorch",
    "torch_cpu",
    "libshiboken",
    "numpy",
)
"""Parts of the names of libraries that must come from the program itself."""


class SmokeTestError(Exception):
    """The built program is not fit to be given away; one sentence why."""


def program_in(folder: Path) -> Path:
    """The executable in a one-folder program."""
    return folder / ("ecgviewer.exe" if sys.platform == "win32" else "ecgviewer")


def bare_environment() -> dict[str, str]:
    """Nothing, except what Windows needs to start any program at all."""
    kept = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    return {name: os.environ[name] for name in kept if name in os.environ} if sys.platform == "win32" else {}


def mapped_files(process: psutil.Process) -> set[Path]:
    """The files that a running process has mapped into memory."""
    try:
        return {Path(entry.path) for entry in process.memory_maps() if Path(entry.path).is_absolute()}
    except psutil.Error:
        return set()


def run_self_test(program: Path, folder: Path) -> tuple[dict[str, Any], set[Path]]:
    """Start a program with `--self-test` from `folder`; returns its report and the libraries it mapped.

    Raises SmokeTestError when it hangs, fails, says something on its error stream or writes no report.
    """
    report_path = folder / "report.json"
    errors_path = folder / "errors.txt"
    mapped: set[Path] = set()
    with errors_path.open("wb") as errors:
        process = subprocess.Popen(
            [str(program), "--self-test", str(report_path)],
            cwd=folder,
            env=bare_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        watched = psutil.Process(process.pid)
        deadline = time.monotonic() + TIMEOUT_S
        while process.poll() is None:
            mapped |= mapped_files(watched)
            if time.monotonic() > deadline:
                process.kill()
                raise SmokeTestError(f"The program did not finish its self-test within {TIMEOUT_S:.0f} s.")
            time.sleep(POLL_S)
    said = errors_path.read_text(encoding="utf-8", errors="replace").strip()
    if process.returncode != 0:
        found = report_path.read_text(encoding="utf-8") if report_path.exists() else "It wrote no report."
        raise SmokeTestError(f"The self-test ended with exit code {process.returncode}.\n{said}\n{found}")
    if said:
        raise SmokeTestError(f"The self-test passed, but the program complained:\n{said}")
    if not report_path.exists():
        raise SmokeTestError("The self-test wrote no report.")
    report: dict[str, Any] = json.loads(report_path.read_text(encoding="utf-8"))
    return report, mapped


def foreign_libraries(mapped: set[Path], home: Path) -> list[Path]:
    """Libraries of the program's own kind that were loaded from outside its folder."""
    ours = [
        path for path in mapped if any(part in path.name for part in OURS) or "site-packages" in path.parts
    ]
    return sorted(path for path in ours if not path.is_relative_to(home))


def check_moved_copy(built: Path) -> dict[str, Any]:
    """Copy the program away, run its self-test there and prove where it took its parts from."""
    with tempfile.TemporaryDirectory(prefix="ecg viewer é ") as name:
        scratch = Path(name).resolve()
        moved = scratch / "moved program"
        shutil.copytree(built, moved, symlinks=True)
        elsewhere = scratch / "elsewhere"
        elsewhere.mkdir()
        report, mapped = run_self_test(program_in(moved), elsewhere)
        foreign = foreign_libraries(mapped, moved)
        if foreign:
            raise SmokeTestError(f"Parts came from outside the program: {', '.join(map(str, foreign))}")
        inside = [path for path in mapped if path.is_relative_to(moved)]
        if sys.platform == "linux" and not inside:
            raise SmokeTestError("No library was seen to come from the program's folder.")
        elsewhere_said = [
            key for key in ("program", "resources") if not Path(report[key]).is_relative_to(moved)
        ]
        if elsewhere_said or report.get("frozen") is not True:
            raise SmokeTestError(f"The program did not run from its own folder: {json.dumps(report)}")
        if report.get("ok") is not True:
            raise SmokeTestError(f"The self-test reports a failure: {json.dumps(report, indent=2)}")
        return {**report, "libraries_from_the_program": len(inside)}


def main() -> int:
    """Run the smoke test on dist/ecgviewer; returns an exit code."""
    if not program_in(BUILT).exists():
        print(f"There is no program in {BUILT}: run `make package`.", file=sys.stderr)
        return 2
    started = time.perf_counter()
    try:
        report = check_moved_copy(BUILT)
    except SmokeTestError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(report, indent=2, ensure_ascii=False))
    print(f"The moved copy passed its self-test in {time.perf_counter() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
