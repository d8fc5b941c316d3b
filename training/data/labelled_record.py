"""LabelledRecord: a record's file and what its archive says of an infarction; from walls to a site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

InfarctAge = Literal["acute", "former"]

_SITE_OF_WALLS: Final = {
    "A": "A",
    "AS": "AS",
    "AL": "AL",
    "ALS": "A",
    "I": "I",
    "IL": "IL",
    "IP": "IP",
    "ILP": "IPL",
    "L": "L",
    "P": "P",
    "LP": "PL",
}
"""Walls in the alphabet's order, A anterior, I inferior, L lateral, P posterior, S septal, to the site."""

_WALL_OF_WORD: Final = (
    (re.compile(r"anteri?or?"), "A"),
    (re.compile(r"sept(o|al)"), "S"),
    (re.compile(r"later(o|al?)"), "L"),
    (re.compile(r"inferi?or?"), "I"),
    (re.compile(r"poster(o|ior)?"), "P"),
    (re.compile(r"api(co|cal)"), ""),
    (re.compile(r"wall"), ""),
)
"""Words of a wall as archives spell them: 'infero-latera', 'infero-poster-lateral'. The apex is no class of
the vocabulary and is told of together with a wall."""


class DataSetError(Exception):
    """A data set that cannot be used as it lies there; one plain sentence."""


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A record's file and labels. `patient` groups records; `patient_known` False: training folds only.

    `site` is an MI location, 'N' without any MI code, or None where no single site can be named.
    `infarct_age` is None without an infarction and where the archive does not tell acute from former.
    """

    path: Path
    record_id: str
    source: str
    patient: str
    patient_known: bool
    is_mi: bool
    site: str | None
    codes: tuple[str, ...] = field(default=(), repr=False)
    infarct_age: InfarctAge | None = None


def site_of_walls(walls: Iterable[str]) -> str | None:
    """MI location of the walls (letters A, I, L, P, S) that are infarcted together.

    Anteroseptal with anterolateral is anterior. None where they are no single class of the vocabulary, as
    anterior with inferior: two territories, left out of localization.
    """
    return _SITE_OF_WALLS.get("".join(sorted(set(walls))))


def walls_in_words(text: str) -> frozenset[str] | None:
    """Walls named by words such as 'infero-postero-lateral'; None where one names none or there is none."""
    words = re.findall(r"[a-z]+", text.lower())
    found = [
        next((wall for pattern, wall in _WALL_OF_WORD if pattern.fullmatch(word)), None) for word in words
    ]
    walls = frozenset(wall for wall in found if wall)
    return walls if walls and None not in found else None


def required_folder(folder: Path, archive: str) -> Path:
    """The folder itself. Raises DataSetError where there is none."""
    if not folder.is_dir():
        raise DataSetError(f"{folder} is not a folder: give the folder that {archive} was unpacked into.")
    return folder
