"""Labelled records from PTB-XL, PTB and LUDB: files and what their labels say."""

from __future__ import annotations

import ast
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A record's file and labels. `patient` groups records; `patient_known` False: training folds only.

    `site` is an MI location, 'N' without any MI code, or None where no single site can be named.
    """

    path: Path
    record_id: str
    source: str
    patient: str
    patient_known: bool
    is_mi: bool
    site: str | None
    codes: tuple[str, ...] = field(default=(), repr=False)


def site_of_codes(codes: tuple[str, ...]) -> str | None:
    """MI location of a record's codes.

    'N' means no MI or injury code, whatever else is coded. The walls of several codes are united
    (inferior + lateral = inferolateral; anteroseptal + anterolateral = anterior). Anterior together with
    inferior or posterior walls are two territories: None, left out of localization.
    """
    mi_codes = [code for code in codes if code in PTB_XL_SITES]
    if not mi_codes:
        return "N"
    walls = frozenset().union(*(PTB_XL_SITES[code] for code in mi_codes))
    return _SITE_OF_WALLS.get("".join(sorted(walls)))


def ptb_xl(folder: Path) -> list[LabelledRecord]:
    """PTB-XL from its own layout. Any MI or INJ code counts as MI, whatever its likelihood."""
    records = []
    with (folder / "ptbxl_database.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            codes = tuple(ast.literal_eval(row["scp_codes"]))
            known = bool(row["patient_id"])
            patient = f"ptb-xl/{float(row['patient_id']):.0f}" if known else f"ptb-xl/record-{row['ecg_id']}"
            records.append(
                LabelledRecord(
                    path=folder / f"{row['filename_hr']}.hea",
                    record_id=f"ptb-xl/{row['ecg_id']}",
                    source="ptb-xl",
                    patient=patient,
                    patient_known=known,
                    is_mi=any(code in PTB_XL_SITES for code in codes),
                    site=site_of_codes(codes),
                    codes=codes,
                )
            )
    return records


def ptb_acute_against_healthy(folder: Path) -> list[LabelledRecord]:
    """PTB's records with an acute infarction named in the header, and its healthy controls."""
    records = []
    for header in sorted(folder.glob("patient*/*.hea")):
        facts = _header_facts(header)
        acute = facts.get("acute infarction (localization)", "n/a").lower() not in ("n/a", "no", "")
        healthy = facts.get("reason for admission", "").lower() == "healthy control"
        if acute or healthy:
            patient = f"ptb/{header.parent.name}"
            records.append(LabelledRecord(header, f"ptb/{header.stem}", "ptb", patient, True, acute, None))
    return records


def _header_facts(header: Path) -> dict[str, str]:
    lines = header.read_text(encoding="latin-1").splitlines()
    pairs = (line.lstrip("# ").split(":", 1) for line in lines if line.startswith("#") and ":" in line)
    return {key.strip().lower(): value.strip() for key, value in pairs}


def ludb_stemi_against_others(folder: Path) -> list[LabelledRecord]:
    """LUDB: the records whose header names a STEMI ('NSTEMI' is not one), and all others."""
    records = []
    for header in sorted((folder / "data").glob("*.hea"), key=lambda path: int(path.stem)):
        comments = [line.lstrip("# ") for line in header.read_text(encoding="latin-1").splitlines()]
        stemi = any(line.upper().startswith("STEMI") for line in comments)
        name = f"ludb/{header.stem}"
        records.append(LabelledRecord(header, name, "ludb", name, True, stemi, None))
    return records
