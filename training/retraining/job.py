"""What is asked of a retraining, and the name of the bundle that comes of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inference.bundle_info import BUNDLE_FILE
from training.data.labelled_record import LabelledRecord
from training.publishing.shipped import SHIPPED
from training.systems.recipes import Recipe

_TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HASH_LETTERS: Final = 8


class RetrainError(Exception):
    """A retraining that cannot be done as asked; one plain sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to retrain, on what, and where to.

    `externals` are sets that the bundle is measured on and never trained on, by name. Without a `tag`
    the bundle is called after its base and the manifest's hash. `gold` names the records that are judged
    and never learned from: a file, or a word such as '#gold' in the comments of readings. `start` is the
    folder of the bundle to fine-tune; None trains from scratch. `epochs` replaces the recipe's own.
    """

    base_name: str
    recipe: Recipe
    base: Sequence[LabelledRecord] = field(repr=False)
    manifest: Path
    work: Path
    models: Path
    tag: str | None = None
    externals: Mapping[str, Sequence[LabelledRecord]] = field(default_factory=dict, repr=False)
    gold: str | None = None
    start: Path | None = None
    epochs: int | None = None


def bundle_name(job: Job) -> str:
    """`<base bundle>-corrected-<8 hex of the manifest's SHA-256>`, or `<arch>.<tag>`.

    Raises RetrainError for a tag that is no plain name, is a shipped model's or hides that a model is a
    proxy, and for a bundle that exists: none is ever replaced.
    """
    if job.tag is None:
        digest = hashlib.sha256(job.manifest.read_bytes()).hexdigest()[:_HASH_LETTERS]
        name = f"{job.recipe.name}-corrected-{digest}"
    else:
        name = f"{job.recipe.arch}.{_checked_tag(job.tag, job.base_name)}"
    # bundle.json is written last: a folder without one was left by a run that was cut off.
    if (job.models / name / BUNDLE_FILE).exists():
        raise RetrainError(f"{job.models / name} exists already: choose another --tag or --models.")
    return name


def _checked_tag(tag: str, base_name: str) -> str:
    if not _TAG.fullmatch(tag):
        raise RetrainError(
            f"The tag {tag!r} cannot name a bundle: use letters, digits, '-', '_' and '.', a letter or digit "
            "first."
        )
    if tag in SHIPPED:
        raise RetrainError(f"The tag {tag!r} is that of a model that comes with the program: choose another.")
    if "proxy" in base_name and "proxy" not in tag:
        raise RetrainError(f"The tag {tag!r} of a model made from {base_name} has to hold the word 'proxy'.")
    return tag
