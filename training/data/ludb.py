"""LUDB (Kalyakulina et al. 2020): labels from the diagnoses in the comments of its headers."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

from training.data.header_comments import comments
from training.data.labelled_record import (
    DataSetError,
    InfarctAge,
    LabelledRecord,
    required_folder,
    site_of_walls,
    walls_in_words,
)

_ACUTE: Final = "stemi"
_FORMER: Final = "scar formation"
_OPEN: Final = "undefined ischemia/scar/supp.nstemi"


def ludb(folder: Path) -> list[LabelledRecord]:
    """LUDB: a STEMI is an acute infarction, a scar a former one; everything else is none.

    A record with 'undefined ischemia, scar or suspected NSTEMI' and neither of the two is left out: its
    authors left it open. Raises DataSetError where there is no LUDB record.
    """
    records = []
    for header in _headers(folder):
        found = _infarct_words(header)
        infarcts = {name: words for name, words in found.items() if name in (_ACUTE, _FORMER)}
        if infarcts or _OPEN not in found:
            age: InfarctAge | None = "acute" if _ACUTE in found else "former" if infarcts else None
            site = _site(infarcts) if infarcts else "N"
            records.append(_labelled(header, bool(infarcts), site, age))
    return records


def ludb_stemi_against_others(folder: Path) -> list[LabelledRecord]:
    """LUDB: the records whose header names a STEMI ('NSTEMI' is not one), and all others.

    Raises DataSetError where there is no LUDB record.
    """
    stemi = {header: _ACUTE in _infarct_words(header) for header in _headers(folder)}
    return [
        _labelled(header, is_stemi, None, "acute" if is_stemi else None) for header, is_stemi in stemi.items()
    ]


def _headers(folder: Path) -> list[Path]:
    headers = [
        path for path in (required_folder(folder, "LUDB") / "data").glob("*.hea") if path.stem.isdecimal()
    ]
    if not headers:
        raise DataSetError(f"{folder} holds no data/*.hea: give the folder that LUDB was unpacked into.")
    return sorted(headers, key=lambda path: int(path.stem))


def _labelled(header: Path, is_mi: bool, site: str | None, age: InfarctAge | None) -> LabelledRecord:
    # Each of LUDB's records is of another subject, so the record is the patient.
    name = f"ludb/{header.stem}"
    return LabelledRecord(header, name, "ludb", name, True, is_mi, site, infarct_age=age)


def _infarct_words(header: Path) -> dict[str, list[str]]:
    """Diagnosis to the walls that the comments name with it; the whole word counts, so NSTEMI is no STEMI."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in comments(header):
        name, _, wall = line.partition(":")
        if name.strip().lower() in (_ACUTE, _FORMER, _OPEN):
            found[name.strip().lower()].append(wall)
    return dict(found)


def _site(infarcts: dict[str, list[str]]) -> str | None:
    walls = [walls_in_words(words) for named in infarcts.values() for words in named]
    return site_of_walls(frozenset().union(*(each for each in walls if each)))
