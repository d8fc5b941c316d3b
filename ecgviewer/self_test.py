"""The installation checks itself: from a demo record to a stored reading and a window that is not blank.

Run by `--self-test REPORT.json`, from source and by the smoke test of the built program. It needs no
network and no display, and leaves the user's own folder alone.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from ecgviewer import __version__
from ecgviewer.faults import FaultWatch
from ecgviewer.paths import HOME_VARIABLE

if TYPE_CHECKING:
    from ecgviewer.app import Desk
    from inference.bundle_info import BundleInfo
    from inference.records.record import Record
    from inference.signal.analysis import EcgAnalysis

_READER: Final = "self-test"
TRAINING_STARTS_IN_S: Final = 90.0
"""It imports PyTorch and scikit-learn anew."""


class SelfTestError(Exception):
    """A step that ran and found something wrong; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One check: what it found, or what went wrong."""

    name: str
    ok: bool
    ms: float
    detail: str


@dataclass(slots=True)
class _Bench:
    """What one step leaves for the next."""

    record: Record | None = None
    analysis: EcgAnalysis | None = None
    bundles: list[BundleInfo] = field(default_factory=list)
    desk: Desk | None = None


def run(report: Path) -> int:
    """Run every step, write the report, and return 0 when all of them passed, else 1."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="ecgviewer-self-test-") as home:
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = home
        watch = FaultWatch()
        watch.install(Path(home) / "ecgviewer.log")
        try:
            steps = _run_steps()
        finally:
            watch.uninstall()
            if before is None:
                del os.environ[HOME_VARIABLE]
            else:
                os.environ[HOME_VARIABLE] = before
    is_ok = all(step.ok for step in steps)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(_report(steps, is_ok), indent=2) + "\n", encoding="utf-8")
    for step in steps:
        word = "ok    " if step.ok else "FAILED"
        print(f"{word} {step.ms:8.0f} ms  {step.name}: {step.detail.splitlines()[-1]}")
    return 0 if is_ok else 1


def _report(steps: list[Step], is_ok: bool) -> dict[str, Any]:
    from inference.resource_paths import resources_folder

    return {
        "ok": is_ok,
        "version": __version__,
        "frozen": bool(getattr(sys, "frozen", False)),
        "program": str(Path(sys.executable)),
        "resources": str(resources_folder()),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "steps": [asdict(step) for step in steps],
    }


def _run_steps() -> list[Step]:
    bench = _Bench()
    checks: list[tuple[str, Callable[[_Bench], str]]] = [
        ("demo record", _read_demo_record),
        ("median beat", _make_median_beat),
        ("models", _find_models),
    ]
    steps = [_step(name, check, bench) for name, check in checks]
    steps += [_step(f"golden output of {info.name}", _golden(info), bench) for info in bench.bundles]
    for name, check in (
        ("saliency", _explain),
        ("window", _open_window),
        ("reading", _make_reading),
        ("picture", _take_picture),
        ("training", _start_training),
    ):
        steps.append(_step(name, check, bench))
    if bench.desk is not None:
        bench.desk.close()
    return steps


def _step(name: str, check: Callable[[_Bench], str], bench: _Bench) -> Step:
    began = perf_counter()
    try:
        detail, ok = check(bench), True
    except Exception as error:
        # The report is the place where any failure of an installation is told.
        is_plain = isinstance(error, SelfTestError)
        detail, ok = str(error) if is_plain else traceback.format_exc(), False
    return Step(name, ok, round((perf_counter() - began) * 1000, 1), detail)


def _demo_folder() -> Path:
    from inference.resource_paths import resources_folder

    return resources_folder() / "demo"


def _read_demo_record(bench: _Bench) -> str:
    from inference.records import read_record
    from inference.records.files import find_records

    found = list(find_records([_demo_folder()]))
    if not found:
        raise SelfTestError("The demo library is empty.")
    complete = [record for record in map(read_record, found) if not record.missing_leads]
    bench.record = complete[0]
    return f"{len(found)} records, first {bench.record.path.name}, {bench.record.duration_s:.1f} s"


def _make_median_beat(bench: _Bench) -> str:
    from inference.signal.analysis import analyse

    if bench.record is None:
        raise SelfTestError("There is no record to analyse.")
    bench.analysis = analyse(bench.record)
    if bench.analysis.beat is None:
        raise SelfTestError(f"No median beat: {bench.analysis.beat_problem}")
    return f"{bench.analysis.beat.n_used} of {bench.analysis.beat.n_beats} beats"


def _find_models(bench: _Bench) -> str:
    from inference.registry import find_bundles
    from inference.resource_paths import shipped_models_folder

    found = find_bundles([shipped_models_folder()])
    if found.broken:
        raise SelfTestError(found.broken[0].sentence)
    bench.bundles = [info for info in found.bundles if info.enabled]
    if not bench.bundles:
        raise SelfTestError("No model came with this program.")
    return ", ".join(info.name for info in bench.bundles)


def _golden(info: BundleInfo) -> Callable[[_Bench], str]:
    def check(_bench: _Bench) -> str:
        from inference.bundle import load_net, verify_golden

        return f"largest difference {verify_golden(info, load_net(info)):.2e}"

    return check


def _explain(bench: _Bench) -> str:
    import numpy as np

    from inference.engine import Engine

    if bench.record is None:
        raise SelfTestError("There is no record to explain.")
    explained = []
    engine = Engine(bench.bundles)
    for info in bench.bundles:
        attribution = engine.answer(bench.record, info.name, True).attribution
        if attribution is None:
            continue
        if not np.isclose(sum(attribution.lead_shares), 1.0, atol=1e-3):
            raise SelfTestError(f"The lead shares of {info.name} do not add up to 1.")
        explained.append(info.name)
    if not explained:
        raise SelfTestError("No model explained its answer.")
    return ", ".join(explained)


def _open_window(bench: _Bench) -> str:
    from ecgviewer.app import assemble, make_application
    from ecgviewer.workspace import bundles_in_scope
    from inference.results import ModelFailure

    make_application()
    desk = bench.desk = assemble(inline=True)
    desk.window.show()
    desk.store.start()
    desk.inference.start()
    desk.appearance.set_reader(_READER)
    desk.window.open_paths([_demo_folder()])
    if bench.record is not None:
        desk.window.open_record(bench.record.path)
    if desk.workspace.record is None:
        raise SelfTestError(desk.workspace.refusal or "The window shows no record.")
    asked = [info.name for info in bundles_in_scope(desk.workspace) if info.enabled]
    answers = [desk.workspace.answers[name] for name in asked if name in desk.workspace.answers]
    failed = [answer.outcome for answer in answers if isinstance(answer.outcome, ModelFailure)]
    if failed:
        raise SelfTestError(failed[0].sentence)
    if len(answers) < len(asked):
        raise SelfTestError(f"Only {len(answers)} of {len(asked)} models answered.")
    return f"{desk.workspace.record.path.name}, {len(answers)} answers"


def _make_reading(bench: _Bench) -> str:
    from ecgviewer.paths import store_url
    from ecgviewer.store import LabelStore
    from inference.labels import Omi

    if bench.desk is None or bench.desk.workspace.record is None:
        raise SelfTestError("There is no record to read.")
    record_sha256 = bench.desk.workspace.record.sha256
    bench.desk.window.do("omi_uncertain")
    bench.desk.window.do("sign_next")
    store = LabelStore.open(store_url())
    try:
        stored = store.latest(record_sha256, _READER)
    finally:
        store.close()
    if stored is None or not stored.signed or stored.reading.omi is not Omi.UNCERTAIN:
        raise SelfTestError(f"The reading did not reach the store: {stored}")
    return f"reading {stored.id} signed with {len(stored.predictions)} predictions on screen"


def _take_picture(bench: _Bench) -> str:
    from PySide6.QtWidgets import QApplication

    if bench.desk is None:
        raise SelfTestError("There is no window.")
    QApplication.processEvents()
    view = bench.desk.window.parts.ecg.view.canvas.grab().toImage()
    step = 3
    colours: dict[int, int] = {}
    for y in range(0, view.height(), step):
        for x in range(0, view.width(), step):
            colour = view.pixel(x, y)
            colours[colour] = colours.get(colour, 0) + 1
    n_dark = sum(count for colour, count in colours.items() if ((colour >> 8) & 0xFF) < 90)
    if len(colours) < 5 or n_dark < 200:
        raise SelfTestError(f"The paper looks blank: {len(colours)} colours, {n_dark} dark points.")
    return f"{view.width()}x{view.height()}, {len(colours)} colours, {n_dark} dark points"


def _start_training(_bench: _Bench) -> str:
    """Start this program a second time as the retraining dialog does, for its help alone."""
    from importlib.util import find_spec

    from ecgviewer.paths import data_folder
    from ecgviewer.services.retrain_service import own_program

    if not getattr(sys, "frozen", False) and find_spec("sklearn") is None:
        return "scikit-learn is not installed, so this installation does not train"
    log = data_folder() / "training.txt"
    command = [*own_program(), "train", "--log", str(log), "retrain", "--help"]
    code = subprocess.run(command, check=False, timeout=TRAINING_STARTS_IN_S).returncode
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    if code != 0 or "--manifest" not in said:
        raise SelfTestError(f"Training does not start here (exit code {code}): {said.strip()}")
    return "the command that retrains is there"
