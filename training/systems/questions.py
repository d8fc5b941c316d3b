"""What a system is asked: the classes of a question and each record's answer by its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.labels import MI_LOCATIONS
from training.data.class_folders import CLASSES as FOLDER_CLASSES
from training.data.labelled_record import LabelledRecord

IntArray = npt.NDArray[np.int64]
NO_ANSWER: Final = -1


@dataclass(frozen=True, slots=True)
class Question:
    """`label_of` gives a record's label, and `labels` those of the classes; any other label is no answer.

    `strata_of`: what folds are stratified by.
    """

    name: str
    title: str
    task: Task
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    label_of: Callable[[LabelledRecord], str] = field(repr=False)
    strata_of: Callable[[LabelledRecord], str] = field(repr=False)

    def targets(self, records: Sequence[LabelledRecord]) -> IntArray:
        """Class index of every record, (n,); -1 for one that the question leaves out."""
        index = {label: k for k, label in enumerate(self.labels)}
        return np.array([index.get(self.label_of(record), NO_ANSWER) for record in records], np.int64)

    def strata(self, records: Sequence[LabelledRecord]) -> list[str]:
        """Stratum of every record."""
        return [self.strata_of(record) for record in records]


def mi_or_none(record: LabelledRecord) -> str:
    """'MI' for any MI or injury code."""
    return "MI" if record.is_mi else "none"


def site_or_nothing(record: LabelledRecord) -> str:
    """The MI location, 'N' without MI, '' where no single site can be named."""
    return record.site or ""


def sheet_class(record: LabelledRecord) -> str:
    """PTB-XL's records as sheets: MI, normal (NORM and no MI code) or other findings; '' without codes."""
    if record.is_mi:
        return "MI"
    if not record.codes:
        return ""
    return "normal" if "NORM" in record.codes else "other findings"


def folder_class(record: LabelledRecord) -> str:
    """The class folder that a picture was filed in."""
    return record.codes[0] if record.codes else ""


def _site_stratum(record: LabelledRecord) -> str:
    return str(record.site)


def _sites(name: str, title: str, classes: tuple[str, ...]) -> Question:
    return Question(name, title, "mi-location", classes, classes, site_or_nothing, _site_stratum)


SITE_CLASSES: Final = tuple(code for code in MI_LOCATIONS if code != "PL")
"""PTB-XL has no code for a posterolateral infarction."""
_UCHIYAMA_8: Final = tuple(code for code in MI_LOCATIONS if code not in ("IP", "L", "P"))
"""Setting 2 of Uchiyama et al. 2022: without the sites of which PTB has one patient."""
_MI_LABELS: Final = ("none", "MI")
_SHEET_CLASSES: Final = ("normal", "other findings", "MI")
"""MI stands last, so that it is what a model's probability is of."""

MI: Final = Question(
    "mi", "MI or injury code against none", "mi", ("no MI", "MI"), _MI_LABELS, mi_or_none, _site_stratum
)
OMI_PROXY: Final = Question(
    "omi-proxy",
    "MI codes and simulated occlusions against none",
    "omi",
    ("no OMI (proxy)", "OMI (proxy)"),
    _MI_LABELS,
    mi_or_none,
    _site_stratum,
)
SITE: Final = _sites("site", "Where the infarction is, as PTB-XL codes it", SITE_CLASSES)
SITE_11: Final = _sites("site-11", "Where the infarction is, eleven classes", tuple(MI_LOCATIONS))
SITE_8: Final = _sites("site-8", "Where the infarction is, eight classes", _UCHIYAMA_8)
SHEET: Final = Question(
    "sheet",
    "Normal, other findings or MI, on the printed sheet",
    "mi",
    _SHEET_CLASSES,
    _SHEET_CLASSES,
    sheet_class,
    sheet_class,
)
CLASS_FOLDERS: Final = Question(
    "class-folders",
    "Which folder a photographed sheet was filed in",
    "mi",
    FOLDER_CLASSES,
    FOLDER_CLASSES,
    folder_class,
    folder_class,
)

QUESTIONS: Final = {each.name: each for each in (MI, OMI_PROXY, SITE, SITE_11, SITE_8, SHEET, CLASS_FOLDERS)}
