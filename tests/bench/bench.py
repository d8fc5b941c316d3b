"""`make bench`: measure the program on this machine; every figure a median with its spread, in one table.

Each section is a process of its own, so that none finds a library loaded, a file parsed or memory taken by
another. Timings are wall-clock, on demo records (and on real ones where ECGVIEWER_TEST_DATA names some).

    python tests/bench/bench.py [--json runs/bench.json] [--only chain,engine]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from figures import Figure, figure_from_json, table

ROOT: Final = Path(__file__).resolve().parents[2]
SECTIONS: Final = (
    "start",
    "window",
    "long_window",
    "library",
    "chain",
    "engine",
    "training",
    "long",
    "pages",
    "built",
)
TIMEOUT_S: Final = 900


def run_section(name: str) -> list[Figure]:
    """Run one section's script; raises CalledProcessError when it fails."""
    script = ROOT / "tests" / "bench" / f"section_{name}.py"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        environment = dict(
            os.environ,
            QT_QPA_PLATFORM="offscreen",
            ECGVIEWER_HOME=folder,
            PYTHONPATH=os.pathsep.join([str(ROOT), str(script.parent)]),
        )
        subprocess.run(
            [sys.executable, str(script), str(out)], cwd=ROOT, env=environment, check=True, timeout=TIMEOUT_S
        )
        return [figure_from_json(values) for values in json.loads(out.read_text(encoding="utf-8"))]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    names = ("torch", "numpy", "scipy", "PySide6_Essentials", "pyqtgraph", "captum")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
    }


def processor_name() -> str:
    """The processor as the system names it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> int:
    """Run the sections, print the table, write the JSON file."""
    parser = argparse.ArgumentParser(description="Measure speed, memory and start-up on this machine.")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "runs" / "bench.json", help="where the figures go"
    )
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections to run, with commas")
    options = parser.parse_args()
    facts = machine()
    figures: list[Figure] = []
    for name in options.only.split(","):
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += run_section(name)
    print(f"\n{facts['processor']}, {facts['cores']} cores, Python {facts['python']}\n")
    print(table(figures))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": facts, "figures": [figure.to_json() for figure in figures]}
    options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {options.json}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
