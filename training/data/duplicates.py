"""The same ECG in several files of a data set, by the fingerprint of its signal: grouped, never parted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from inference.prepare import ModelInput
from inference.records.record import Record
from inference.signal.analysis import EcgAnalysis
from inference.signal.fingerprint import Bytes, fingerprint
from inference.signal.same_signal import linked_groups, same_signals
from training.data.labelled_record import LabelledRecord


def fingerprint_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> Bytes:  # noqa: ARG001
    """`signal_fingerprint` as bytes, (32,): a column of a prepared set."""
    return fingerprint(record)


def grouped_by_signal(records: Sequence[LabelledRecord], fingerprints: Sequence[str]) -> list[LabelledRecord]:
    """The records with one patient for all that share a signal, so that no split can part them.

    All patients that are linked by common signals, directly or through others, become one: the first whose
    patient is known lends the name, and makes the others' patient known.
    """
    signals = same_signals(fingerprints)
    number = {name: k for k, name in enumerate(dict.fromkeys(signals))}
    signal = [number[name] for name in signals]
    place = {name: k for k, name in enumerate(dict.fromkeys(record.patient for record in records))}
    patient = [len(number) + place[record.patient] for record in records]
    linked = linked_groups(len(number) + len(place), np.array(signal, int), np.array(patient, int))
    lender: dict[int, LabelledRecord] = {}
    for record, node in zip(records, patient, strict=True):
        lent = lender.setdefault(int(linked[node]), record)
        if record.patient_known and not lent.patient_known:
            lender[int(linked[node])] = record
    of_group = [lender[int(linked[node])] for node in patient]
    return [
        replace(record, patient=own.patient, patient_known=own.patient_known)
        for record, own in zip(records, of_group, strict=True)
    ]
