"""Labelled records from PTB-XL, PTB, LUDB and the app's manifest: files and what their labels say."""

from __future__ import annotations

import ast
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from inference.bundle_info import Task
from inference.labels import Omi, Reading
from inference.manifest import read_manifest

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


def is_positive(reading: Reading, task: Task) -> bool | None:
    """What a reading says for a two-class task; None where it does not answer that question.

    OMI: the OMI answer alone. MI of any age: OMI yes or a location other than 'N' is positive, location
    'N' negative; 'OMI no' alone says nothing of an old infarct.
    """
    if task == "omi":
        return None if reading.omi not in (Omi.YES, Omi.NO) else reading.omi is Omi.YES
    if reading.omi is Omi.YES:
        return True
    return None if reading.location is None else reading.location != "N"


def manifest_id(sha256: str) -> str:
    """The record id of an ECG that was read in the app."""
    return f"manifest/{sha256}"


def manifest(path: Path, task: Task) -> list[LabelledRecord]:
    """Readings of the app's manifest that answer the task's question; synthetic records are left out.

    The record hash identifies the record, so that a reading can replace a base set's label for the same
    ECG. Of several readings of one ECG the latest counts.
    """
    latest = {row.record_sha256: row for row in sorted(read_manifest(path), key=lambda row: row.time)}
    records = []
    for row in latest.values():
        positive = is_positive(row.reading, task)
        if row.synthetic or positive is None:
            continue
        records.append(
            LabelledRecord(
                path=Path(row.path),
                record_id=manifest_id(row.record_sha256),
                source="manifest",
                patient=row.patient_key or f"manifest/{row.record_sha256}",
                patient_known=row.patient_key is not None,
                is_mi=positive,
                site=row.reading.location,
            )
        )
    return records
