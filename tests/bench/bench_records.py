"""The records that the bench measures with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
N_REAL: Final = 12


def demo_records() -> list[Path]:
    """The complete records of the demo library (one of them lacks a lead: models refuse it)."""
    from inference.records import read_record
    from inference.records.files import find_records

    found = find_records([ROOT / "resources" / "demo"])
    return [path for path in found if not read_record(path).missing_leads]


def real_records() -> list[Path]:
    """The first PTB-XL records of the development data, by number; empty where there are none."""
    folder = os.environ.get("ECGVIEWER_TEST_DATA")
    if not folder:
        return []
    return sorted((Path(folder) / "ptb-xl").rglob("*_hr.hea"))[:N_REAL]
