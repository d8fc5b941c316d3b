"""PTB Diagnostic ECG Database (Bousseljot et al. 1995): labels from the comments of its headers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from training.data.header_comments import facts
from training.data.labelled_record import (
    DataSetError,
    InfarctAge,
    LabelledRecord,
    required_folder,
    site_of_walls,
    walls_in_words,
)

_REASON: Final = "reason for admission"
_ACUTE: Final = "acute infarction (localization)"
_FORMER: Final = "former infarction (localization)"
_OTHER: Final = "additional diagnoses"
_NOT_SAID: Final = ("", "n/a", "unknown")


def ptb(folder: Path) -> list[LabelledRecord]:
    """Every PTB record of which the header says whether there is an infarction, acute or former, and where.

    The walls of an acute and a former infarction are united as PTB-XL's codes are. "Acute" ECGs of PTB are
    days to weeks old. A record whose header leaves it open (localization 'unknown' or 'n/a' and no
    infarction named elsewhere) is left out. Raises DataSetError where there is no PTB record.
    """
    records = []
    for header in _headers(folder):
        said = facts(header)
        is_mi = _is_infarction(said)
        if is_mi is not None:
            records.append(_labelled(header, is_mi, _site(said) if is_mi else "N", _age(said)))
    return records


def ptb_acute_against_healthy(folder: Path) -> list[LabelledRecord]:
    """PTB's records with an acute infarction named in the header, and its healthy controls.

    Raises DataSetError where there is no PTB record.
    """
    records = []
    for header in _headers(folder):
        said = facts(header)
        acute = _localization(said, _ACUTE) not in ("no", *_NOT_SAID)
        if acute or _is_healthy(said):
            records.append(_labelled(header, acute, None, "acute" if acute else None))
    return records


def _headers(folder: Path) -> list[Path]:
    headers = sorted(required_folder(folder, "PTB").glob("patient*/*.hea"))
    if not headers:
        raise DataSetError(f"{folder} holds no patient*/*.hea: give the folder that PTB was unpacked into.")
    return headers


def _labelled(header: Path, is_mi: bool, site: str | None, age: InfarctAge | None) -> LabelledRecord:
    patient = f"ptb/{header.parent.name}"
    return LabelledRecord(header, f"ptb/{header.stem}", "ptb", patient, True, is_mi, site, infarct_age=age)


def _localization(said: Mapping[str, str], which: str) -> str:
    return said.get(which, "").lower()


def _is_healthy(said: Mapping[str, str]) -> bool:
    return said.get(_REASON, "").lower() == "healthy control"


def _named(said: Mapping[str, str]) -> dict[InfarctAge, str]:
    """The infarctions that the header localizes, with its words for where."""
    by_age: dict[InfarctAge, str] = {
        "acute": _localization(said, _ACUTE),
        "former": _localization(said, _FORMER),
    }
    return {age: words for age, words in by_age.items() if words not in ("no", *_NOT_SAID)}


def _is_infarction(said: Mapping[str, str]) -> bool | None:
    """Whether the header says that there is an infarction of any age; None where it leaves that open."""
    if _named(said) or "infarct" in said.get(_REASON, "").lower():
        return True
    if _is_healthy(said):
        return False
    denied = all(_localization(said, which) == "no" for which in (_ACUTE, _FORMER))
    return False if denied and "infarct" not in said.get(_OTHER, "").lower() else None


def _age(said: Mapping[str, str]) -> InfarctAge | None:
    named = _named(said)
    return "acute" if "acute" in named else "former" if named else None


def _site(said: Mapping[str, str]) -> str | None:
    walls = [walls_in_words(words) for words in _named(said).values()]
    known = [each for each in walls if each is not None]
    return site_of_walls(frozenset().union(*known)) if len(known) == len(walls) else None
