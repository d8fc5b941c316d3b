"""`make package`, first half: build dist/ecgviewer with PyInstaller and say how large it became."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PROGRAM_FOLDER = DIST / "ecgviewer"
REPORT = DIST / "build.json"
SPEC = ROOT / "packaging" / "ecgviewer.spec"


def folder_size(folder: Path) -> tuple[int, int]:
    """Bytes and number of files in a folder; a link counts as nothing."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files), len(files)


def largest(folder: Path, count: int = 8) -> list[tuple[str, float]]:
    """The largest entries of the program's library folder, in MB."""
    library = folder / "_internal"
    sizes = [
        (entry.name, folder_size(entry)[0] if entry.is_dir() else entry.lstat().st_size)
        for entry in library.iterdir()
    ]
    sizes.sort(key=lambda pair: -pair[1])
    return [(name, round(n_bytes / 1e6, 1)) for name, n_bytes in sizes[:count]]


def main() -> int:
    """Build from scratch; returns PyInstaller's exit code."""
    shutil.rmtree(PROGRAM_FOLDER, ignore_errors=True)
    started = time.perf_counter()
    command = [
        sys.executable, "-m", "PyInstaller", str(SPEC), "--noconfirm", "--log-level", "WARN",
        "--distpath", str(DIST), "--workpath", str(ROOT / "build"),
    ]  # fmt: skip
    # PyInstaller compiles modules: a fixed hash seed makes two builds of one source alike.
    code = subprocess.run(command, cwd=ROOT, env=dict(os.environ, PYTHONHASHSEED="0"), check=False).returncode
    if code != 0:
        return code
    n_bytes, n_files = folder_size(PROGRAM_FOLDER)
    report = {
        "size_mb": round(n_bytes / 1e6, 1),
        "n_files": n_files,
        "build_s": round(time.perf_counter() - started, 1),
        "largest_mb": dict(largest(PROGRAM_FOLDER)),
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{PROGRAM_FOLDER}: {report['size_mb']} MB in {n_files} files, built in {report['build_s']} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
