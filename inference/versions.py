"""Which version of each model answers: a retrained bundle is a proposal until somebody activates it.

The choice is one small JSON file beside the user's models, {"schema_version": 1, "active": {base: bundle}}.
It is never inside a bundle, so that a bundle stays what was trained, and going back changes one word.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inference.bundle_info import BundleError, BundleInfo, Task, check_weights_unchanged
from inference.registry import Registry
from inference.whole_file import replace_file

SCHEMA_VERSION: Final = 1
RETRAINING: Final = "retraining"
"""Under this key a retrained bundle's metrics say what it was made from."""
CORRECTED: Final = "-corrected-"
"""Stands between base and manifest hash in the name of a bundle that does not say its base."""
LOWEST_PROXY_AUC: Final = 0.85
"""Below this AUC on all real acute ECGs together an OMI proxy is switched off."""
EXTERNAL: Final = "external"
"""Under this key a bundle's metrics hold its figures on each set that it never learned from."""
POOLED: Final = "Pooled external records"
"""The name, among the external sets, of all of them together."""
FIGURE_NAMES: Final = {
    "auc": "AUC",
    "average_precision": "average precision",
    "family_accuracy": "correct wall among infarcts",
    "mi_against_none_auc": "AUC of infarct against none",
    "agreement_with_label": "agreement with the label",
}
"""What a retraining's figures are called; of those that were measured the first decides if it is better.

A wall is one of the four families of inference.labels.LOCATION_FAMILIES.
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Model:
    """One model with its versions: the original one first, then the retrained ones, oldest first."""

    base: str
    """Name of the bundle that the others were retrained from."""
    versions: tuple[BundleInfo, ...]
    active: BundleInfo | None
    """The version that answers; None where only proposals are there."""
    problem: str = ""
    """Why the chosen version does not answer; '' while all is well."""


def is_judged_outside(task: Task) -> bool:
    """Whether a model of this task is switched on only by its AUC on real acute ECGs of other archives.

    So it is for the OMI proxy: no record that it was trained on has a known occlusion.
    """
    return task == "omi"


def pooled_auc(metrics: Mapping[str, Any]) -> float | None:
    """The AUC on all external records together; None where none was measured."""
    try:
        return float(metrics[EXTERNAL][POOLED]["auc"]["value"])
    except (KeyError, TypeError, ValueError):
        return None


def is_good_enough(task: Task, metrics: Mapping[str, Any]) -> bool:
    """Whether a bundle with these figures is switched on."""
    measured = pooled_auc(metrics)
    return not is_judged_outside(task) or (measured is not None and measured >= LOWEST_PROXY_AUC)


def why_switched_off(info: BundleInfo) -> str:
    """The measured reason, to follow 'It is switched off, because'; '' for a bundle that is switched on."""
    if info.enabled:
        return ""
    if is_good_enough(info.task, info.metrics):
        return "its bundle.json says so"
    measured = pooled_auc(info.metrics)
    if measured is None:
        return "it was not measured on real acute ECGs"
    return f"its pooled AUC of {measured:.3f} on real acute ECGs is below {LOWEST_PROXY_AUC:.2f}"


def is_retrained(info: BundleInfo) -> bool:
    """Whether a bundle was made from corrected labels, and so is a version of another one."""
    return isinstance(info.metrics.get(RETRAINING), dict)


def base_name(info: BundleInfo) -> str:
    """The bundle that this one is a version of; its own name where it was not retrained."""
    if not is_retrained(info):
        return info.name
    base = info.metrics[RETRAINING].get("base")
    return base if isinstance(base, str) and base else info.name.partition(CORRECTED)[0]


def models_of(found: Registry, choices: Mapping[str, str]) -> tuple[Model, ...]:
    """The models among the bundles, in the registry's order, with the version that answers for each.

    The chosen version answers if it can be used and its weights are those that it describes; otherwise
    the original one does, and `problem` says so. Reads the weights of chosen retrained versions.
    """
    by_base: dict[str, list[BundleInfo]] = {}
    for info in found.bundles:
        by_base.setdefault(base_name(info), []).append(info)
    return tuple(_model(base, infos, choices.get(base, base)) for base, infos in by_base.items())


def answering(models: tuple[Model, ...]) -> tuple[BundleInfo, ...]:
    """The version of each model that answers."""
    return tuple(model.active for model in models if model.active is not None)


def read_choices(path: Path) -> dict[str, str]:
    """Bundle name by base name; without a file, or with one that is broken, nothing is chosen."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("The choice of models in %s cannot be read (%s); the original ones answer.", path, error)
        return {}
    chosen = values.get("active") if isinstance(values, dict) else None
    if not isinstance(chosen, dict) or values.get("schema_version") != SCHEMA_VERSION:
        _log.warning("%s is not a choice of models; the original ones answer.", path)
        return {}
    return {base: name for base, name in chosen.items() if isinstance(name, str)}


def activate(path: Path, base: str, name: str) -> None:
    """Let a version answer from now on; the original is chosen by its own name. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    choices = read_choices(path) | {base: name}
    kept = {known: chosen for known, chosen in choices.items() if known != chosen}
    replace_file(path, json.dumps({"schema_version": SCHEMA_VERSION, "active": kept}, indent=2) + "\n")


def _model(base: str, infos: list[BundleInfo], chosen: str) -> Model:
    versions = tuple(sorted(infos, key=lambda info: (info.name != base, info.created, info.name)))
    by_name = {info.name: info for info in versions}
    if chosen == base:
        return Model(base, versions, by_name.get(base))
    problem = _why_unfit(by_name.get(chosen), chosen)
    if not problem:
        return Model(base, versions, by_name[chosen])
    return Model(base, versions, by_name.get(base), f"{problem} The original model {base} answers instead.")


def _why_unfit(info: BundleInfo | None, name: str) -> str:
    if info is None:
        return f"The activated model {name} is not there or cannot be used."
    try:
        check_weights_unchanged(info)
    except BundleError as error:
        return str(error)
    return ""
