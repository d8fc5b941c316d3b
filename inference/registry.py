"""Finding the model bundles in the program's and the user's folders, without torch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.bundle_info import (
    BUNDLE_FILE,
    WEIGHTS_FILE,
    BundleError,
    BundleInfo,
    check_weights_file,
    read_bundle_info,
)

_TASK_ORDER: Final = ("omi", "mi", "mi-location")


@dataclass(frozen=True, slots=True)
class BrokenBundle:
    """A folder that looks like a bundle and cannot be used, with the sentence why."""

    name: str
    folder: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class Registry:
    """The usable bundles, in the order in which they are shown, and the broken ones."""

    bundles: tuple[BundleInfo, ...] = ()
    broken: tuple[BrokenBundle, ...] = ()

    @property
    def enabled(self) -> tuple[BundleInfo, ...]:
        return tuple(info for info in self.bundles if info.enabled)

    def get(self, name: str) -> BundleInfo | None:
        return next((info for info in self.bundles if info.name == name), None)


def find_bundles(folders: Iterable[Path]) -> Registry:
    """The bundles in `folders`, each a folder of bundle folders; one that does not exist is empty.

    Of two usable bundles with the same name the one in the later folder counts. Order: OMI, MI, MI
    location, then by name.
    """
    usable: dict[str, BundleInfo] = {}
    broken: list[BrokenBundle] = []
    for folder in _bundle_folders(folders, broken):
        try:
            info = read_bundle_info(folder)
            check_weights_file(info)
        except BundleError as error:
            broken.append(BrokenBundle(folder.name, folder, str(error)))
        else:
            usable[info.name] = info
    ordered = sorted(usable.values(), key=lambda info: (_TASK_ORDER.index(info.task), info.name))
    return Registry(tuple(ordered), tuple(broken))


def _bundle_folders(folders: Iterable[Path], broken: list[BrokenBundle]) -> Iterator[Path]:
    for folder in folders:
        try:
            inside = sorted(folder.iterdir()) if folder.is_dir() else []
        except OSError as error:
            sentence = f"The folder of models {folder} cannot be read ({error.strerror})."
            broken.append(BrokenBundle(folder.name, folder, sentence))
            continue
        for path in inside:
            # Unlike Path.is_file, this is False, and no error, inside a folder that may not be entered.
            if any(os.path.isfile(path / name) for name in (BUNDLE_FILE, WEIGHTS_FILE)):  # noqa: PTH113
                yield path
