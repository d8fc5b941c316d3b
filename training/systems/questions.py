"""What a system is asked: the classes of a question and each record's answer by its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.labels import MI_LOCATIONS
from training.data.labelled_record import LabelledRecord

IntArray = npt.NDArray[np.int64]
NO_ANSWER: Final = -1


@dataclass(frozen=True, slots=True)
class Question:
    """Classes and, by a record's label, the index of its class; labels without one are left out."""

    name: str
    title: str
    task: Task
    classes: tuple[str, ...]
    class_of: Mapping[str, int]

    def targets(self, records: tuple[LabelledRecord, ...]) -> IntArray:
        """Class index of every record, (n,); -1 for one that the question leaves out."""
        return np.array([self.class_of.get(self._label(record), NO_ANSWER) for record in records], np.int64)

    def _label(self, record: LabelledRecord) -> str:
        if self.task == "mi-location" and len(self.classes) > 2:
            return record.site or ""
        return "MI" if record.is_mi else "none"


def _sites(name: str, title: str, classes: tuple[str, ...]) -> Question:
    return Question(name, title, "mi-location", classes, {site: k for k, site in enumerate(classes)})


SITE_CLASSES: Final = tuple(code for code in MI_LOCATIONS if code != "PL")
"""PTB-XL has no code for a posterolateral infarction."""
_UCHIYAMA_8: Final = tuple(code for code in MI_LOCATIONS if code not in ("IP", "L", "P"))
"""Setting 2 of Uchiyama et al. 2022: without the sites of which PTB has one patient."""
_MI: Final = {"none": 0, "MI": 1}

MI: Final = Question("mi", "MI or injury code against none", "mi", ("no MI", "MI"), _MI)
OMI_PROXY: Final = Question(
    "omi-proxy",
    "MI codes and simulated occlusions against none",
    "omi",
    ("no OMI (proxy)", "OMI (proxy)"),
    _MI,
)
SITE: Final = _sites("site", "Where the infarction is, as PTB-XL codes it", SITE_CLASSES)
SITE_11: Final = _sites("site-11", "Where the infarction is, eleven classes", tuple(MI_LOCATIONS))
SITE_8: Final = _sites("site-8", "Where the infarction is, eight classes", _UCHIYAMA_8)

QUESTIONS: Final = {each.name: each for each in (MI, OMI_PROXY, SITE, SITE_11, SITE_8)}
