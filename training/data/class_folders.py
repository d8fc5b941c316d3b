"""Pictures of ECGs from a folder of class folders, as the public set of sheets from Multan is laid out.

`Normal …`, `… abnormal heartbeat …`, `… History of MI …` and `… Myocardial Infarction …`, with or without
folders like `train` and `test` above them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tqdm import tqdm

from training.data import picture_files
from training.data.drawn_pictures import kept_pictures
from training.data.inputs import EmptySetError, first_reasons
from training.data.labelled_record import LabelledRecord
from training.data.picture_copies import PLACES, groups_of_copies, ink_places
from training.data.picture_files import (
    SUFFIXES,
    PictureError,
    pixels_sha256,
    read_picture,
    scaled_pixels,
)
from training.data.prepared_set import PreparedSet

CLASSES: Final = ("normal", "abnormal heartbeat", "history of MI", "MI")
"""As the folders are meant. They say what a sheet was filed under, not what an angiography showed."""
_CLASS_WORDS: Final = (
    ("history of MI", r"history"),
    ("abnormal heartbeat", r"abnormal"),
    ("MI", r"myocardial|infarct|\bmi\b"),
    ("normal", r"normal"),
)
"""In this order: a history of MI is no MI, and abnormal is not normal."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture file and its class; `group` is the same for copies, `sha256` for the same pixels."""

    path: Path
    class_name: str
    group: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """The pictures of a folder, and a sentence for each file or folder that was left out."""

    folder: Path
    pictures: tuple[LabelledPicture, ...]
    refused: tuple[str, ...] = ()


def class_of_folder(name: str) -> str | None:
    """The class that a folder's name means, whatever stands around the words; None where it means none."""
    words = re.sub(r"[\W_]+", " ", name.lower())
    return next((found for found, pattern in _CLASS_WORDS if re.search(pattern, words)), None)


def read_class_folders(folder: Path) -> ClassFolders:
    """All pictures under the class folders in `folder` or below it, grouped by copies.

    Raises EmptySetError when there is no picture that can be used.
    """
    labelled, refused = _labelled_files(folder)
    kept: list[tuple[Path, str]] = []
    sha256: list[str] = []
    ink = []
    for path, class_name in tqdm(labelled, desc="looking for copies", file=sys.stderr):
        try:
            picture = read_picture(path)
        except PictureError as error:
            refused.append(str(error))
            continue
        kept.append((path, class_name))
        sha256.append(pixels_sha256(picture))
        ink.append(ink_places(picture))
    if not kept:
        raise EmptySetError(f"No picture in {folder} could be used: {first_reasons(refused)}")
    groups = groups_of_copies(sha256, np.array(ink, dtype=np.float32).reshape(-1, PLACES, PLACES))
    pictures = tuple(
        LabelledPicture(path, class_name, f"picture/{group}", name)
        for (path, class_name), group, name in zip(kept, groups, sha256, strict=True)
    )
    return ClassFolders(folder, pictures, tuple(refused))


def _labelled_files(folder: Path) -> tuple[list[tuple[Path, str]], list[str]]:
    """Picture files with the class of the nearest folder above that means one; sentences for the rest."""
    found, refused = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        above = path.relative_to(folder).parts[-2::-1]
        class_name = next((name for name in map(class_of_folder, above) if name), None)
        if class_name is None:
            refused.append(f"{path.name} is in no folder named for {', '.join(CLASSES)}; it was left out.")
        else:
            found.append((path, class_name))
    return found, refused


def copies_across(pictures: Sequence[LabelledPicture], train: Path, test: Path) -> str:
    """One sentence: how many pictures under `test` are copies of pictures under `train`."""
    trained = {each.group for each in pictures if each.path.is_relative_to(train)}
    tested = [each for each in pictures if each.path.is_relative_to(test)]
    n_copies = sum(each.group in trained for each in tested)
    if not n_copies:
        return (
            f"No picture of the {len(tested)} in {test.name} was found to be a copy of one in {train.name}."
        )
    return (
        f"{n_copies} of the {len(tested)} pictures in {test.name} ({100 * n_copies / len(tested):.0f} %) are "
        f"copies of pictures in {train.name}: figures measured on them say nothing about other patients."
    )


def class_folder_set(read: ClassFolders, cache_file: Path) -> PreparedSet:
    """The pictures as a set that trials split and fit like records, their copies kept on one side.

    A picture's `patient` is its group of copies, and its one code the class. There are no signals.
    """
    n = len(read.pictures)
    paths = [each.path for each in read.pictures]
    made_of = [
        Path(str(picture_files.__file__)).read_text(encoding="utf-8"),
        *(each.sha256 for each in read.pictures),
    ]
    pictures = kept_pictures(cache_file, made_of, n, lambda row: scaled_pixels(read_picture(paths[row])))
    return PreparedSet(
        tuple(_as_record(each, read.folder) for each in read.pictures),
        tuple(each.sha256 for each in read.pictures),
        {"pictures": pictures},
        read.refused,
    )


def _as_record(picture: LabelledPicture, folder: Path) -> LabelledRecord:
    return LabelledRecord(
        path=picture.path,
        record_id=picture.path.relative_to(folder).as_posix(),
        source="class-folders",
        patient=picture.group,
        patient_known=True,
        is_mi=picture.class_name == "MI",
        site=None,
        codes=(picture.class_name,),
    )
