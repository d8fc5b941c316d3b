"""BundleInfo: what bundle.json says of a model, readable without torch."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from inference.prepare import PrepareError, PrepareSpec

SCHEMA_VERSION: Final = 1
Task = Literal["omi", "mi", "mi-location"]
BUNDLE_FILE: Final = "bundle.json"
WEIGHTS_FILE: Final = "weights.safetensors"
GOLDEN_FILE: Final = "golden.safetensors"
CARD_FILE: Final = "card.md"
MAX_INFO_BYTES: Final = 1_000_000
MAX_WEIGHTS_BYTES: Final = 40_000_000
"""Twice the largest network here in float16; what is larger is not read."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.[A-Za-z0-9][A-Za-z0-9._-]*")


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
        return self.folder / CARD_FILE

    @property
    def weights_path(self) -> Path:
        return self.folder / WEIGHTS_FILE

    @property
    def golden_path(self) -> Path:
        return self.folder / GOLDEN_FILE


def read_bundle_info(folder: Path) -> BundleInfo:
    """Read `folder/bundle.json`. Raises BundleError for a missing, broken or unknown file."""
    values = _read_json(folder)
    if not isinstance(values, dict) or values.pop("schema_version", None) != SCHEMA_VERSION:
        raise BundleError(f"The model in {folder.name} was made for another version of this program.")
    try:
        values["prepare"] = PrepareSpec.from_json(values["prepare"])
        values["classes"] = tuple(values["classes"])
        values["warnings"] = tuple(values.get("warnings", ()))
        info = BundleInfo(**{**values, "folder": folder})
        problem = _problem(info)
    except PrepareError as error:
        raise BundleError(f"The model in {folder.name} cannot be used. {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BundleError(f"The model in {folder.name} has an incomplete bundle.json ({error}).") from error
    if problem:
        raise BundleError(f"The model in {folder.name} cannot be used: {problem}.")
    return info


def write_bundle_info(info: BundleInfo, folder: Path) -> None:
    """Write `folder/bundle.json`."""
    values = asdict(info)
    values.pop("folder")
    values["prepare"] = info.prepare.to_json()
    text = json.dumps({"schema_version": SCHEMA_VERSION, **values}, indent=2, ensure_ascii=False)
    (folder / BUNDLE_FILE).write_text(text + "\n", encoding="utf-8")


def check_weights_file(info: BundleInfo) -> None:
    """Raises BundleError when the weights are absent or too big to be read."""
    try:
        size = info.weights_path.stat().st_size
    except OSError as error:
        raise BundleError(
            f"The model in {info.folder.name} has no weights file ({error.strerror})."
        ) from error
    if size > MAX_WEIGHTS_BYTES:
        limit = f"{MAX_WEIGHTS_BYTES / 1e6:.0f} MB"
        raise BundleError(f"The weights of {info.folder.name} are larger than {limit} and were not read.")


def check_weights_unchanged(info: BundleInfo) -> None:
    """Raises BundleError when the weights are not the ones of bundle.json (by SHA-256)."""
    check_weights_file(info)
    try:
        with info.weights_path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BundleError(f"The weights of {info.name} cannot be read ({error.strerror}).") from error
    if digest != info.weights_sha256:
        raise BundleError(
            f"The weights of {info.name} are not the ones that bundle.json describes; not used."
        )


def _read_json(folder: Path) -> Any:
    path = folder / BUNDLE_FILE
    try:
        if path.stat().st_size > MAX_INFO_BYTES:
            raise BundleError(f"The model in {folder.name} has a bundle.json that is too large to be one.")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"The model in {folder.name} has no readable bundle.json ({error}).") from error


def _problem(info: BundleInfo) -> str:
    """What a hand-edited bundle.json may get wrong, as the end of a sentence; '' where nothing is."""
    texts = (info.name, info.arch, info.title, info.trained_on, info.weights_sha256, info.created)
    if not all(isinstance(text, str) for text in (*texts, *info.classes, *info.warnings)):
        return "its bundle.json has a number where a text belongs"
    if not _NAME.fullmatch(info.name):
        return f"its name {info.name!r} is not of the form architecture.tag"
    if info.task not in get_args(Task):
        return f"its task {info.task!r} is not known"
    if len(info.classes) < 2 or len(set(info.classes)) != len(info.classes):
        return "it needs at least two different classes"
    if info.threshold is not None and not 0 <= info.threshold <= 1:
        return "its threshold is not between 0 and 1"
    if info.saliency_scale is not None and not 0 < info.saliency_scale < float("inf"):
        return "its saliency scale is not a positive number"
    return ""
