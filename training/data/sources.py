"""Labelled records of several archives together, by the archives' names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from training.data.cinc import cinc
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.ludb import ludb
from training.data.ptb import ptb
from training.data.ptb_xl import ptb_xl, unknown_patient

Loader = Callable[[Path], list[LabelledRecord]]

ARCHIVES: Final[Mapping[str, Loader]] = MappingProxyType(
    {"ptb-xl": ptb_xl, "ptb": ptb, "ludb": ludb, "cinc": cinc}
)
"""Each archive's name and how its folder is read. The app's manifest is a further source, read by
training.retraining.manifest_records, which stands above this room."""


def labelled_records(
    sources: Mapping[str, Path], loaders: Mapping[str, Loader] = ARCHIVES
) -> list[LabelledRecord]:
    """The records of every named source, in the order of `sources`, one patient under one name.

    Records that CinC took from PTB-XL get the patient that PTB-XL's table gives them, where PTB-XL is
    among the sources. Raises DataSetError for a name that no loader has and for a folder that cannot be
    used, ManifestError for a manifest that cannot be read.
    """
    if not sources:
        raise DataSetError(f"No data set is named: choose from {', '.join(loaders)}.")
    records: list[LabelledRecord] = []
    for name, path in sources.items():
        if name not in loaders:
            raise DataSetError(f"There is no data set called '{name}': choose from {', '.join(loaders)}.")
        records += loaders[name](path)
    return _with_ptb_xl_patients(records)


def _with_ptb_xl_patients(records: list[LabelledRecord]) -> list[LabelledRecord]:
    known = {
        unknown_patient(int(record.record_id.removeprefix("ptb-xl/"))): record.patient
        for record in records
        if record.source == "ptb-xl" and record.patient_known
    }
    return [
        replace(record, patient=known[record.patient], patient_known=True)
        if record.patient in known
        else record
        for record in records
    ]
