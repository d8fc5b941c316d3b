"""What the readings of the app's manifest teach: one label per ECG, and every reading that gives none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from inference.bundle_info import Task
from inference.labels import MI_LOCATIONS
from inference.manifest import ManifestRow, read_manifest
from inference.teaching import is_positive, why_silent
from training.data.labelled_record import LabelledRecord


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A reading that teaches nothing, with the reason as a few words."""

    file: str
    reader: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """An ECG that readers answered differently: their answers in the order of time; the last one counts."""

    file: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lessons:
    """The labels of a manifest for one task; `said` holds, by record hash, the reading that each is from."""

    records: tuple[LabelledRecord, ...]
    said: Mapping[str, ManifestRow]
    left_out: tuple[LeftOut, ...]
    conflicts: tuple[Conflict, ...]


def lessons(path: Path, task: Task, locations: Collection[str] = tuple(MI_LOCATIONS)) -> Lessons:
    """Signed readings of a manifest that answer the task's question, the latest of each ECG.

    The record hash identifies the ECG, so that a reading can replace a base set's label. A later reading
    without an answer takes no earlier answer back. `locations` are those that a location model can
    answer. Raises ManifestError for a file that is no manifest.
    """
    rows = sorted(read_manifest(path), key=lambda row: (row.record_sha256, row.time))
    reasons = [(row, why_not(row, task, locations)) for row in rows]
    left_out = tuple(LeftOut(Path(row.path).name, row.reader, why) for row, why in reasons if why)
    answering = [row for row, why in reasons if why is None]
    by_ecg = [list(group) for _, group in groupby(answering, key=lambda row: row.record_sha256)]
    said = {group[-1].record_sha256: group[-1] for group in by_ecg}
    return Lessons(
        records=tuple(_labelled(row, task) for row in said.values()),
        said=said,
        left_out=left_out,
        conflicts=tuple(_conflicts(by_ecg, task)),
    )


def why_not(row: ManifestRow, task: Task, locations: Collection[str] = tuple(MI_LOCATIONS)) -> str | None:
    """Why a reading teaches nothing, in a few words; None for one that does."""
    if row.synthetic:
        return "synthetic record"
    if not row.signed:
        return "not signed"
    return why_silent(row.reading, task, locations)


def answer_in_words(is_mi: bool, site: str | None) -> str:
    """'positive' or 'negative', with the location of an infarction where one is named."""
    word = "positive" if is_mi else "negative"
    return word if site in (None, "N") else f"{word}, location {site}"


def manifest_id(sha256: str) -> str:
    """The record id of an ECG that was read in the app."""
    return f"manifest/{sha256}"


def _labelled(row: ManifestRow, task: Task) -> LabelledRecord:
    return LabelledRecord(
        path=Path(row.path),
        record_id=manifest_id(row.record_sha256),
        source="manifest",
        patient=row.patient_key or manifest_id(row.record_sha256),
        patient_known=bool(row.patient_key),
        is_mi=bool(is_positive(row.reading, task)),
        site=row.reading.location,
    )


def _conflicts(by_ecg: Iterable[Sequence[ManifestRow]], task: Task) -> Iterator[Conflict]:
    for rows in by_ecg:
        answers = {is_positive(row.reading, task) for row in rows}
        locations = {row.reading.location for row in rows} - {None}
        if len(answers) > 1 or len(locations) > 1:
            yield Conflict(Path(rows[-1].path).name, tuple(_answer(row, task) for row in rows))


def _answer(row: ManifestRow, task: Task) -> str:
    words = answer_in_words(bool(is_positive(row.reading, task)), row.reading.location)
    return f"{row.reader}: {words} ({row.time.isoformat()})"
