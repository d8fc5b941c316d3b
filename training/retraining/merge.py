"""The base set with a manifest's labels put in: one row per ECG, one name per patient, each change listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from inference.manifest import ManifestRow
from training.data.labelled_record import LabelledRecord
from training.data.prepared_set import PreparedSet, joined
from training.retraining.readings import answer_in_words, manifest_id


@dataclass(frozen=True, slots=True)
class LabelChange:
    """One label that the manifest changed or added, of the record in this row of the merged set.

    `old` is None for a record new to the base set; `was_positive` says the same of the answer alone.
    """

    row: int
    record: LabelledRecord
    was_positive: bool | None
    old: str | None
    new: str
    reader: str
    time: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The base set's rows in their order, then the new ones, all with the labels that now count.

    `reviewed` marks the rows labelled in the app; `patients` names whom they are of, under every name
    that is known; `under_several_names` are the base set's names of patients of whom it has more than
    one; `n_strangers` counts new rows whose patient is none of the base set's known ones.
    """

    prepared: PreparedSet
    n_base: int
    reviewed: npt.NDArray[np.bool_] = field(repr=False)
    patients: frozenset[str]
    under_several_names: frozenset[str]
    n_strangers: int
    changes: tuple[LabelChange, ...]

    @property
    def n_new(self) -> int:
        return len(self.prepared) - self.n_base

    @property
    def untouched(self) -> npt.NDArray[np.bool_]:
        """The base set's rows of patients of whom nothing was read, (n,)."""
        of_others = [record.patient not in self.patients for record in self.prepared.records]
        return np.array(of_others, dtype=bool) & ~self.reviewed & (np.arange(len(of_others)) < self.n_base)


def unchanged(added: PreparedSet) -> PreparedSet:
    """Only the records whose file still holds the ECG that was read; the others are listed in `refused`."""
    same = [
        record.record_id == manifest_id(sha256)
        for record, sha256 in zip(added.records, added.sha256, strict=True)
    ]
    changed = tuple(
        f"{record.record_id}: '{record.path.name}' has changed since it was read in the app."
        for record, is_same in zip(added.records, same, strict=True)
        if not is_same
    )
    return replace(added.take(np.flatnonzero(same)), refused=added.refused + changed)


def merge(base: PreparedSet, added: PreparedSet, said: Mapping[str, ManifestRow]) -> Merged:
    """The base set with labels replaced where the same ECG was read in the app, and new ECGs appended.

    `said` holds the reading of each added record by its hash. A manifest's patient is the base set's
    where an ECG of that patient is in both, or where its id is the base patient's bare id.
    """
    rows_of = _rows_by_signal(base)
    names = _names_in_base(base, added, rows_of)
    records = list(base.records)
    changes: list[LabelChange] = []
    reviewed: list[int] = []
    new: list[int] = []
    for index, (labelled, sha256) in enumerate(zip(added.records, added.sha256, strict=True)):
        for row in rows_of.get(sha256, ()):
            reviewed.append(row)
            old, records[row] = records[row], _corrected(records[row], labelled, names)
            if _answer(old) != _answer(records[row]):
                changes.append(_change(row, records[row], old, said[sha256]))
        if sha256 not in rows_of:
            reviewed.append(len(records))
            new.append(index)
            records.append(replace(labelled, patient=_name(labelled, names)))
            changes.append(_change(len(records) - 1, records[-1], None, said[sha256]))
    return Merged(
        joined(base, added.take(np.array(new, dtype=np.int64)), records),
        len(base),
        np.isin(np.arange(len(records)), reviewed),
        frozenset({*names, *(name for same in names.values() for name in same)})
        | {records[row].patient for row in reviewed},
        frozenset(name for same in names.values() if len(set(same)) > 1 for name in same),
        sum(not names.get(added.records[index].patient) for index in new),
        tuple(changes),
    )


def _rows_by_signal(base: PreparedSet) -> dict[str, list[int]]:
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, sha256 in enumerate(base.sha256):
        rows_of[sha256].append(row)
    return dict(rows_of)


def _names_in_base(
    base: PreparedSet, added: PreparedSet, rows_of: Mapping[str, Sequence[int]]
) -> dict[str, list[str]]:
    """For each patient id of the manifest the base set's names of that patient, the surest first."""
    known = {record.patient for record in base.records if record.patient_known}
    by_id = {patient.rpartition("/")[2]: patient for patient in known} | {
        patient: patient for patient in known
    }
    names: dict[str, list[str]] = defaultdict(list)
    for labelled, sha256 in zip(added.records, added.sha256, strict=True):
        if labelled.patient_known:
            same = [base.records[row].patient for row in rows_of.get(sha256, ())]
            names[labelled.patient] += [patient for patient in same if patient in known]
    for patient, same in names.items():
        same += [by_id[patient.strip()]] if patient.strip() in by_id else []
    return dict(names)


def _name(labelled: LabelledRecord, names: Mapping[str, Sequence[str]]) -> str:
    """What the base set calls this record's patient; the manifest's name for one that it does not know."""
    return next(iter(names.get(labelled.patient, ())), labelled.patient)


def _corrected(
    old: LabelledRecord, labelled: LabelledRecord, names: Mapping[str, Sequence[str]]
) -> LabelledRecord:
    """The base set's record with the reading's label; a location that the reading leaves open stays."""
    site = old.site if labelled.site is None and labelled.is_mi == old.is_mi else labelled.site
    corrected = replace(old, is_mi=labelled.is_mi, site=site)
    if old.patient_known or not labelled.patient_known:
        return corrected
    return replace(corrected, patient=_name(labelled, names), patient_known=True)


def _answer(record: LabelledRecord) -> str:
    return answer_in_words(record.is_mi, record.site)


def _change(row: int, record: LabelledRecord, old: LabelledRecord | None, said: ManifestRow) -> LabelChange:
    return LabelChange(
        row=row,
        record=record,
        was_positive=None if old is None else old.is_mi,
        old=None if old is None else _answer(old),
        new=_answer(record),
        reader=said.reader,
        time=said.time.isoformat(),
    )
