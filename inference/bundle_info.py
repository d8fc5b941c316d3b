"""BundleInfo: what bundle.json says of a model, readable without torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from inference.prepare import PrepareSpec

SCHEMA_VERSION: Final = 1
Task = Literal["omi", "mi", "mi-location"]


class BundleError(Exception):
    """A model bundle that cannot be used; one plain sentence."""


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """The facts of one model bundle, as the app shows and the engine needs them.

    A bundle is a folder: bundle.json (this), weights.safetensors (float16), golden.safetensors
    (`input` as prepared, `probabilities` and `logits` float32 computed after float16 rounding), card.md.
    """

    name: str
    """`arch.tag`, also the folder's name, e.g. `ecg-smart-net.mi-ptbxl`."""
    arch: str
    task: Task
    title: str
    """What the panel calls it, e.g. 'OMI (proxy model, experimental)'."""
    trained_on: str
    """One sentence: the data and the labels, and what they are not."""
    classes: tuple[str, ...]
    prepare: PrepareSpec
    threshold: float | None
    saliency_scale: float | None
    """99th percentile of raw 40-ms window saliency over the training records; None: no bands."""
    arch_options: dict[str, Any] = field(default_factory=dict)
    experimental: bool = False
    enabled: bool = True
    warnings: tuple[str, ...] = ()
    """When not to believe it, one sentence each."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """Measured figures with intervals, as in card.md."""
    weights_sha256: str = ""
    created: str = ""
    folder: Path = Path()

    @property
    def card_path(self) -> Path:
        return self.folder / "card.md"


def read_bundle_info(folder: Path) -> BundleInfo:
    """Read `folder/bundle.json`. Raises BundleError for a missing, broken or unknown file."""
    try:
        values = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"The model in {folder.name} has no readable bundle.json ({error}).") from error
    if not isinstance(values, dict) or values.get("schema_version") != SCHEMA_VERSION:
        raise BundleError(f"The model in {folder.name} was made for another version of this program.")
    try:
        values.pop("schema_version")
        values["prepare"] = PrepareSpec.from_json(values["prepare"])
        values["classes"] = tuple(values["classes"])
        values["warnings"] = tuple(values.get("warnings", ()))
        return BundleInfo(**values, folder=folder)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"The model in {folder.name} has an incomplete bundle.json ({error}).") from error


def write_bundle_info(info: BundleInfo, folder: Path) -> None:
    """Write `folder/bundle.json`."""
    values = asdict(info)
    values.pop("folder")
    values["prepare"] = info.prepare.to_json()
    text = json.dumps({"schema_version": SCHEMA_VERSION, **values}, indent=2, ensure_ascii=False)
    (folder / "bundle.json").write_text(text + "\n", encoding="utf-8")
