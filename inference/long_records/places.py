"""read_place: the record that a reading was stored for, a whole file or ten seconds of a long recording."""

from __future__ import annotations

from pathlib import Path

from inference.long_records.opening import open_long
from inference.records.errors import RecordError
from inference.records.reader import read_record
from inference.records.record import Record
from inference.records.window_path import split_window_path


def read_place(path: Path) -> Record:
    """The record at a path as `ecgviewer.store` keeps it (see `window_path`).

    Raises RecordError as `read_record` does, and where the file is no long recording any more.
    """
    file, start_s = split_window_path(str(path))
    if start_s is None:
        return read_record(path)
    long = open_long(file)
    if long is None:
        raise RecordError(
            f"'{Path(file).name[:80]}' is no long recording, but ten seconds of one were read: look for the "
            "file as it was then."
        )
    return long.window(start_s)
