"""EDF, EDF+ and BDF files for tests, field by field after https://www.edfplus.info/specs/edf.html."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

NOTES_LABEL = {2: "EDF Annotations", 3: "BDF Annotations"}
NOTE_BYTES = 60


@dataclass(frozen=True)
class MadeEdf:
    """What a file is made of; every text stands in the header as it is written here.

    `rows` are whole numbers, (n_signals, n_samples), `per_record` samples of each in a data record.
    """

    rows: npt.NDArray[np.int64]
    labels: Sequence[str]
    per_record: int | Sequence[int] = 500
    record_s: str = "1"
    kind: str = ""
    sample_bytes: int = 2
    dimension: str = "uV"
    physical: tuple[str, str] = ("-32768", "32767")
    digital: tuple[str, str] = ("-32768", "32767")
    prefilter: str = ""
    patient: str = "X X X X"
    recording: str = "Startdate X X X X"
    start: str = "02.03.1903.04.05"
    n_records: str | None = None
    onsets: Sequence[float] | None = None
    notes: dict[int, str] = field(default_factory=dict)
    """Further time-stamped texts by data record, as bytes of a list: "+12.5\\x14Palpitations\\x14"."""


def write_edf(path: Path, made: MadeEdf) -> Path:
    """Write the file; with `onsets` (seconds of each data record) it has an annotation signal in front."""
    n_signals = len(made.labels)
    counts = [made.per_record] * n_signals if isinstance(made.per_record, int) else list(made.per_record)
    records = made.rows.shape[1] // max(counts)
    labels = list(made.labels)
    if made.onsets is not None:
        labels, counts = [NOTES_LABEL[made.sample_bytes], *labels], [NOTE_BYTES // made.sample_bytes, *counts]
    path.write_bytes(_header(made, labels, counts, records) + _records(made, counts, records))
    return path


def _header(made: MadeEdf, labels: Sequence[str], counts: Sequence[int], records: int) -> bytes:
    n = len(labels)
    version = f"{'0':8}".encode() if made.sample_bytes == 2 else b"\xffBIOSEMI"
    fixed = f"{made.patient:80}{made.recording:80}{made.start}{256 * (n + 1):<8}{made.kind:44}"
    fixed += f"{made.n_records or records:<8}{made.record_s:8}{n:<4}"
    columns = (
        (16, labels),
        (80, [""] * n),
        (8, [made.dimension] * n),
        (8, [made.physical[0]] * n),
        (8, [made.physical[1]] * n),
        (8, [made.digital[0]] * n),
        (8, [made.digital[1]] * n),
        (80, [made.prefilter] * n),
        (8, [str(count) for count in counts]),
        (32, [""] * n),
    )
    fixed += "".join(f"{value:<{width}}" for width, values in columns for value in values)
    return version + fixed.encode("latin-1")


def _records(made: MadeEdf, counts: Sequence[int], records: int) -> bytes:
    content = b""
    with_notes = made.onsets is not None
    for record in range(records):
        if made.onsets is not None:
            stamp = f"+{made.onsets[record]:.12g}\x14\x14\x00{made.notes.get(record, '')}".encode()
            content += stamp.ljust(NOTE_BYTES, b"\x00")
        for row, count in zip(made.rows, counts[1 if with_notes else 0 :], strict=True):
            content += stored(row[record * count : (record + 1) * count], made.sample_bytes)
    return content


def stored(values: npt.NDArray[np.int64], n_bytes: int) -> bytes:
    """Two's complement, least significant byte first."""
    return b"".join(int(value).to_bytes(n_bytes, "little", signed=True) for value in values)
