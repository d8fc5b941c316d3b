"""Words of the domain for tests of retraining: a PTB-XL that is one, a store with readings, a bundle."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecgviewer.app import Desk
from ecgviewer.paths import store_url, user_models_folder
from ecgviewer.services.inference_service import FoundBundles
from ecgviewer.services.local_engine import find_models
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.store import LabelStore, ReadingEntry
from inference.bundle_info import read_bundle_info, write_bundle_info
from inference.labels import Omi, Reading
from inference.resource_paths import shipped_models_folder
from tests.gui.window_help import KnownModels

BASE = "ecg-smart-net.mi-ptbxl"
NEW = f"{BASE}-corrected-1a2b3c4d"
OMI_BASE = "ecg-smart-net.omi-proxy"
SITE_BASE = "uchiyama-cnn.site-ptbxl"
FAKE = Path(__file__).parent / "fake_training.py"
FIGURES: dict[str, Any] = {
    "reviewed_records": 12,
    "n_changed_labels": 2,
    "judged": {
        "base_test_patients": {
            "title": "base set's test patients",
            "n_records": 214,
            "auc_before": 0.912,
            "auc_after": 0.921,
            "auc_difference": {"value": 0.009, "low": -0.004, "high": 0.021, "p": 0.19},
            "average_precision_before": 0.83,
            "average_precision_after": 0.85,
            "average_precision_difference": {"value": 0.02, "low": 0.001, "high": 0.04, "p": 0.04},
            "verdict": "no difference shown",
        },
        "corrected_records": {
            "title": "corrected records",
            "n_records": 12,
            "not_judged": "Too few to judge.",
        },
    },
}


@dataclass
class RealVersions(KnownModels):
    """The bundles as they lie on the disk, with an engine whose answers a test can foretell.

    Its location model gives none: the shipped one has fewer classes than the foretold answer.
    """

    failing: tuple[str, ...] = ("uchiyama-cnn.site-ptbxl",)

    def find(self) -> FoundBundles:
        return find_models()


def retrained(folder: Path, base: str = BASE, **changes: Any) -> Path:
    """A version of a shipped model with its real weights, as a retraining writes it."""
    original = shipped_models_folder() / base
    name = version_of(base)
    bundle = folder / name
    bundle.mkdir(parents=True)
    for file in original.iterdir():
        (bundle / file.name).write_bytes(file.read_bytes())
    info = read_bundle_info(original)
    metrics = {"retraining": {"base": base, **changes.pop("figures", FIGURES)}}
    if "external_auc" in changes:
        metrics["external"] = {"Pooled external records": {"auc": {"value": changes.pop("external_auc")}}}
    info = replace(info, name=name, title=f"{info.title}, retrained", metrics=metrics)
    write_bundle_info(replace(info, created="2026-12-01", **changes), bundle)
    return bundle


def version_of(base: str) -> str:
    """What a retrained version of a model is called."""
    return f"{base}-corrected-1a2b3c4d"


def own_version(**changes: Any) -> Path:
    """The same in the user's folder of models."""
    return retrained(user_models_folder(), **changes)


def small_ptb_xl(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ptbxl_database.csv").write_text("ecg_id,patient_id,scp_codes,filename_hr\n", encoding="utf-8")
    return folder


def small_ptb(folder: Path) -> Path:
    (folder / "patient001").mkdir(parents=True)
    (folder / "patient001" / "s0010_re.hea").write_text("", encoding="ascii")
    return folder


def small_ludb(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "1.hea").write_text("", encoding="ascii")
    return folder


def sign(
    count: int,
    omi: Omi = Omi.YES,
    *,
    kind: str = "sign",
    synthetic: bool = False,
    first: int = 0,
    location: str | None = None,
) -> None:
    """Put signed readings of `count` ECGs into the test's store."""
    store = LabelStore.open(store_url())
    for number in range(first, first + count):
        store.append(
            ReadingEntry(
                record_sha256=f"{number:064d}",
                record_path=f"/records/{number}.hea",
                reading=Reading(omi=omi, location=location),
                reader="Dr. Test",
                app_version="0.1.0",
                kind=kind,  # type: ignore[arg-type]
                synthetic=synthetic,
            )
        )
    store.close()


def use_fake_training(desk: Desk, what: str, bundle: Path | None = None) -> None:
    """Let the window start the stand-in instead of the training."""
    os.environ["FAKE_TRAINING"] = what
    os.environ["FAKE_BUNDLE"] = str(bundle or "")
    desk.workspace.retraining.program = lambda: [sys.executable, str(FAKE)]


def news_of(desk: Desk) -> Callable[[str], bool]:
    """Looks at the run and tells whether it is in a stage now."""

    def is_in(stage: str) -> bool:
        desk.workspace.retraining.look()
        news: RunNews | None = desk.workspace.retraining.news
        return news is not None and news.stage == stage

    return is_in
