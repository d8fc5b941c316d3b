"""PhysioNet/CinC Challenges 2020 and 2021: labels from the SNOMED CT codes of the headers' '#Dx' line.

The codes are those of the challenge's own tables (physionetchallenges/evaluation-2021,
dx_mapping_scored.csv and dx_mapping_unscored.csv): it has one code for a site, the anterior infarction.
Two of its codes are easily taken for infarctions: 429622005 is ST depression and 704997005 inferior ST
depression.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from training.data.header_comments import facts
from training.data.labelled_record import DataSetError, InfarctAge, LabelledRecord, required_folder
from training.data.ptb_xl import unknown_patient

MYOCARDIAL_INFARCTION: Final = "164865005"
ACUTE_INFARCTION: Final = "57054005"
OLD_INFARCTION: Final = "164867002"
ANTERIOR_INFARCTION: Final = "54329005"
INFARCTION_CODES: Final = (
    MYOCARDIAL_INFARCTION,
    ACUTE_INFARCTION,
    OLD_INFARCTION,
    ANTERIOR_INFARCTION,
)

_FROM_PTB_XL: Final = re.compile(r"HR(\d{5})")
_FROM_CPSC: Final = re.compile(r"A\d{4}")
"""CPSC 2018 (A0001 …) was coded for nine rhythms and ST changes; infarction is not among them."""


def cinc(folder: Path) -> list[LabelledRecord]:
    """Every record of a CinC 2020/21 folder, sub-folders included, that was coded for infarctions.

    Without an infarction code a record counts as none, which says less than in PTB-XL: the sources were
    coded by different people for different questions. Records of CPSC 2018 are left out, since nobody
    could have coded an infarction there. Patients are not known; HR records come from PTB-XL and bear the
    name that PTB-XL's own record of that number has. Raises DataSetError where there is no such record.
    """
    headers = sorted(required_folder(folder, "the CinC records").rglob("*.hea"))
    records = [_labelled(header) for header in headers if not _FROM_CPSC.fullmatch(header.stem)]
    if not records:
        raise DataSetError(
            f"{folder} holds no CinC record that was coded for infarctions: give a folder with .hea files "
            "other than those of CPSC 2018."
        )
    return records


def _labelled(header: Path) -> LabelledRecord:
    said = facts(header).get("dx")
    if said is None:
        raise DataSetError(
            f"{header} has no '#Dx' line, so it is no CinC record: give a folder of CinC 2020 or 2021."
        )
    codes = tuple(code for code in re.split(r"[,\s]+", said) if code.isdecimal())
    is_mi = any(code in INFARCTION_CODES for code in codes)
    copied = _FROM_PTB_XL.fullmatch(header.stem)
    return LabelledRecord(
        path=header,
        record_id=f"cinc/{header.stem}",
        source="cinc",
        patient=unknown_patient(int(copied[1])) if copied else f"cinc/record-{header.stem}",
        patient_known=False,
        is_mi=is_mi,
        site=("A" if ANTERIOR_INFARCTION in codes else None) if is_mi else "N",
        codes=codes,
        infarct_age=_age(codes),
    )


def _age(codes: tuple[str, ...]) -> InfarctAge | None:
    return "acute" if ACUTE_INFARCTION in codes else "former" if OLD_INFARCTION in codes else None
