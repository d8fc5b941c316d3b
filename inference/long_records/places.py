"""read_place: the record that a reading was stored for, be it a file, a table, or ten seconds of hours."""

from __future__ import annotations

from pathlib import Path

from inference.long_records.opening import open_long
from inference.records.errors import RecordError
from inference.records.place import Place
from inference.records.reader import read_record
from inference.records.record import Record


def read_place(path: Path) -> Record:
    """The record at a path as `ecgviewer.store` keeps it (see `inference.records.place`).

    Raises RecordError as `read_record` does, and where the file is no long recording any more.
    """
    place = Place.of(path)
    if place.start_s is None:
        said = place.given
        return read_record(place.file, fs_hz=said.fs_hz, unit=said.unit, lead_order=said.lead_order)
    long = open_long(place.file)
    if long is None:
        raise RecordError(
            f"'{Path(place.file).name[:80]}' is no long recording, but ten seconds of one were read: look "
            "for the file as it was then."
        )
    return long.window(place.start_s)
