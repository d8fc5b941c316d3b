"""PTB-XL (Wagner et al. 2020): labels from the SCP codes of its table."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from training.data.labelled_record import DataSetError, LabelledRecord, required_folder, site_of_walls

TABLE: Final = "ptbxl_database.csv"

PTB_XL_SITES: Final = {
    "AMI": frozenset("A"),
    "ASMI": frozenset("AS"),
    "INJAS": frozenset("AS"),
    "ALMI": frozenset("AL"),
    "INJAL": frozenset("AL"),
    "LMI": frozenset("L"),
    "INJLA": frozenset("L"),
    "IMI": frozenset("I"),
    "INJIN": frozenset("I"),
    "ILMI": frozenset("IL"),
    "INJIL": frozenset("IL"),
    "IPMI": frozenset("IP"),
    "IPLMI": frozenset("IPL"),
    "PMI": frozenset("P"),
}
"""Walls of each MI or injury code: A anterior, S septal, L lateral, I inferior, P posterior."""


def site_of_codes(codes: tuple[str, ...]) -> str | None:
    """MI location of a record's codes.

    'N' means no MI or injury code, whatever else is coded. The walls of several codes are united
    (inferior + lateral = inferolateral; anteroseptal + anterolateral = anterior). Anterior together with
    inferior or posterior walls are two territories: None, left out of localization.
    """
    mi_codes = [code for code in codes if code in PTB_XL_SITES]
    if not mi_codes:
        return "N"
    return site_of_walls(frozenset().union(*(PTB_XL_SITES[code] for code in mi_codes)))


def ptb_xl(folder: Path) -> list[LabelledRecord]:
    """PTB-XL from its own layout. Any MI or INJ code counts as MI, whatever its likelihood.

    PTB-XL does not tell acute from former. Raises DataSetError when its table is missing or is another's.
    """
    table = required_folder(folder, "PTB-XL") / TABLE
    if not table.is_file():
        raise DataSetError(f"{folder} holds no {TABLE}: give the folder that PTB-XL was unpacked into.")
    records = []
    with table.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        try:
            records = [_labelled(folder, row) for row in rows]
        except (KeyError, TypeError, ValueError, SyntaxError) as error:
            raise DataSetError(
                f"{table}, line {rows.line_num}: this is not PTB-XL's table ({error}); download it again."
            ) from error
    return records


def unknown_patient(ecg_id: int) -> str:
    """What stands for the patient of a PTB-XL record as long as the patient's own id is not known."""
    return f"ptb-xl/record-{ecg_id}"


def _labelled(folder: Path, row: Mapping[str, str]) -> LabelledRecord:
    codes = tuple(ast.literal_eval(row["scp_codes"]))
    known = bool(row["patient_id"])
    own = f"ptb-xl/{float(row['patient_id']):.0f}" if known else unknown_patient(int(row["ecg_id"]))
    return LabelledRecord(
        path=folder / f"{row['filename_hr']}.hea",
        record_id=f"ptb-xl/{row['ecg_id']}",
        source="ptb-xl",
        patient=own,
        patient_known=known,
        is_mi=any(code in PTB_XL_SITES for code in codes),
        site=site_of_codes(codes),
        codes=codes,
    )
