"""What the index lane does: look into files, remember what they hold, and find the same ECG in several.

Nothing here knows Qt; every function runs on the one thread of the lane that holds the index.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ecgviewer.services.file_stamps import Stamp, stamp_of

if TYPE_CHECKING:
    from ecgviewer.store.library_index import IndexedFile, LibraryIndex
    from inference.long_records import LongRecord
    from inference.records.record import Record

_log = logging.getLogger(__name__)
_NEVER_STILL_TRUE: Final = (-2, -2)
"""A stamp that no file has."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of some files of a library, and which are left to be looked into."""

    files: tuple[IndexedFile, ...]
    left: tuple[Path, ...] = ()
    same_as: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """By path: the other files that hold the same ECG. Only where it was asked for."""


def still_true(index: LibraryIndex | None, paths: Sequence[Path]) -> Looked:
    """What the index holds of these files, as far as size and time of change are what they were."""
    kept = {} if index is None else index.known(str(path) for path in paths)
    stamps: dict[Path, Stamp] = {}
    known, left = [], []
    for path in paths:
        file = kept.get(str(path))
        if file is not None and (file.size, file.changed_ns) == stamp_of(path, stamps):
            known.append(file)
        else:
            left.append(path)
    return Looked(tuple(known), tuple(left), same_ecgs(known))


def look_into(path: Path, read: Callable[[Path], Record] | None = None) -> IndexedFile:
    """Read one file for the index, of a long recording its header only: its hours are not one ECG.

    A file that is not usable is an answer, not an exception.
    """
    from ecgviewer.store.library_index import IndexedFile

    try:
        return _looked_into(path, read)
    except Exception:
        # One file must not end the import of thousands; the traceback tells the bug.
        _log.exception("Looking into %s failed", path)
        sentence = "The program failed on this file; the log has the details."
        return IndexedFile(str(path), *_NEVER_STILL_TRUE, refusal=sentence)


def _looked_into(path: Path, read: Callable[[Path], Record] | None) -> IndexedFile:
    from ecgviewer.store.library_index import IndexedFile
    from inference.long_records import open_long
    from inference.records import RecordError, read_record
    from inference.records.errors import UndescribedError
    from inference.records.picture_reader import PICTURE_SUFFIXES
    from inference.signal.fingerprint import signal_fingerprint

    size, changed_ns = stamp_of(path, {})
    if path.suffix.lower() in PICTURE_SUFFIXES or _is_wrapped_picture(path):
        # Looking for an ECG on each picture of a folder would take hours: it is looked at when it is opened.
        return IndexedFile(str(path), size, changed_ns, format="picture", kind="page")
    try:
        long = open_long(path)
        if long is not None:
            return _known(IndexedFile(str(path), size, changed_ns, format=long.format, kind="long"), long)
        record = (read or read_record)(path)
    except UndescribedError as error:
        # Not for the next time: by then the reader may have said what such tables hold.
        return IndexedFile(str(path), *_NEVER_STILL_TRUE, refusal=str(error))
    except RecordError as error:
        return IndexedFile(str(path), size, changed_ns, refusal=str(error))
    file = IndexedFile(
        path=str(path),
        size=size,
        changed_ns=changed_ns,
        record_sha256=record.sha256,
        fingerprint=signal_fingerprint(record),
        format=record.report.format,
        kind="synthetic" if record.synthetic else "digitised" if record.report.digitised else "",
    )
    return _known(file, record)


def _is_wrapped_picture(path: Path) -> bool:
    from inference.records import RecordError
    from inference.records.dicom_ecg.dicom_head import is_dicom_picture, may_be_dicom
    from inference.records.file_head import read_head

    try:
        return may_be_dicom(path.suffix.lower()) and is_dicom_picture(read_head(path))
    except RecordError:
        # Reading it will say what is wrong.
        return False


def _known(file: IndexedFile, read: Record | LongRecord) -> IndexedFile:
    """The same with what the file says of the patient and the day."""
    day = "" if read.acquired_at is None else f"{read.acquired_at:%Y-%m-%d}"
    return replace(file, age_years=read.patient.age_years, sex=read.patient.sex, day=day)


def same_ecgs(files: Iterable[IndexedFile]) -> dict[str, tuple[str, ...]]:
    """By path: the other files with the same signal, whatever format, gain or rate they have."""
    from inference.signal.same_signal import same_signals

    readable = [file for file in files if file.fingerprint]
    groups: dict[str, list[str]] = {}
    for file, signal in zip(readable, same_signals([file.fingerprint for file in readable]), strict=True):
        groups.setdefault(signal, []).append(file.path)
    return {
        path: tuple(other for other in group if other != path)
        for group in groups.values()
        if len(group) > 1
        for path in group
    }
