"""The segments that a WFDB record is joined from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inference.records.errors import RecordError
from inference.records.safety import contained_file, read_small_text
from inference.records.wfdb_header import GAP, WfdbHeader, parse_header


def segments_of(
    header_path: Path, header: WfdbHeader
) -> Iterator[tuple[int, tuple[Path, WfdbHeader] | None]]:
    """Each segment's length in frames with its header and where that lies, None for a pause.

    Headers are opened one by one as they are asked for. RecordError where one leads out of the
    record's folder, cannot be read or does not fit the record.
    """
    for name, length in header.segments:
        if name == GAP:
            yield length, None
        elif length > 0:
            path = contained_file(header_path.parent, f"{name}.hea")
            inner = parse_header(read_small_text(path))
            if inner.segments or inner.n_frames != length:
                raise RecordError(f"Segment '{name}' does not fit its record: copy the record again.")
            yield length, (path, inner)
