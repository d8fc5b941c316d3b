"""The header of an EDF, EDF+ or BDF file: fixed fields of ASCII, read strictly.

Source: Kemp et al. 1992 (doi 10.1016/0013-4694(92)90009-7), Kemp and Olivan 2003
(doi 10.1016/S1388-2457(03)00123-8), https://www.edfplus.info/specs/; BDF as BioSemi describes it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError
from inference.records.safety import file_size

VERSIONS: Final = {b"0       ": 2, b"\xffBIOSEMI": 3}
"""The first eight bytes, and the bytes of one sample: EDF and BDF."""
ANNOTATION_LABELS: Final = ("EDF Annotations", "BDF Annotations")
_FIXED_BYTES: Final = 256
_MAX_SIGNALS: Final = 512
_SIGNAL_FIELDS: Final = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
_NUMBER: Final = re.compile(r"[+-]?(\d{1,15}([.,]\d{0,15})?|[.,]\d{1,15})([eE][+-]?\d{1,2})?")
_WHOLE: Final = re.compile(r"[+-]?\d{1,12}")
_MAX_RECORD_BYTES: Final = 64_000_000
"""The specification advises 61,440; some programs write a whole minute of many signals as one record."""


@dataclass(frozen=True, slots=True)
class EdfSignal:
    """One signal's part of the header; `first` is its place among the values of a data record."""

    label: str
    dimension: str
    physical_min: float
    physical_max: float
    digital_min: float
    digital_max: float
    prefilter: str
    samples_per_record: int
    first: int

    @property
    def is_annotations(self) -> bool:
        return self.label in ANNOTATION_LABELS


@dataclass(frozen=True, slots=True)
class EdfHeader:
    """What stands before the data records."""

    sample_bytes: int
    patient_text: str
    recording_text: str
    date_text: str
    time_text: str
    kind: str
    """The reserved field: "EDF+C", "EDF+D", "BDF+C", "BDF+D", "24BIT" or ''."""
    header_bytes: int
    n_records: int
    record_s: float
    signals: tuple[EdfSignal, ...]
    notes: tuple[str, ...] = ()

    @property
    def values_per_record(self) -> int:
        return sum(signal.samples_per_record for signal in self.signals)

    @property
    def is_plus(self) -> bool:
        return self.kind[:4] in ("EDF+", "BDF+")

    @property
    def is_discontinuous(self) -> bool:
        return self.kind[:5] in ("EDF+D", "BDF+D")


def read_header(path: Path) -> EdfHeader:
    """The header of the file, checked against its size. RecordError for anything that does not fit."""
    size = file_size(path)
    try:
        with path.open("rb") as stream:
            fixed = stream.read(_FIXED_BYTES)
            n_signals = _count(fixed[252:256], "number of signals")
            if not 1 <= n_signals <= _MAX_SIGNALS or size < _FIXED_BYTES * (n_signals + 1):
                raise RecordError(f"'{path.name[:80]}' is cut off inside its header: copy it again.")
            described = stream.read(_FIXED_BYTES * n_signals)
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    signals = _signals(described, n_signals)
    sample_bytes = VERSIONS.get(fixed[:8], 2)
    header_bytes = _FIXED_BYTES * (n_signals + 1)
    record_bytes = sample_bytes * sum(signal.samples_per_record for signal in signals)
    if not 0 < record_bytes <= _MAX_RECORD_BYTES:
        raise RecordError(f"'{path.name[:80]}' declares data records of absurd size: export it again.")
    held = (size - header_bytes) // record_bytes
    n_records, notes = _records(_count(fixed[236:244], "number of data records"), held, path.name)
    record_s = _number(fixed[244:252], "duration of a data record")
    if not 0 < record_s <= 86_400:
        raise RecordError(f"'{path.name[:80]}' gives its data records no duration: export it again as EDF.")
    return EdfHeader(
        sample_bytes=sample_bytes,
        patient_text=_text(fixed[8:88]),
        recording_text=_text(fixed[88:168]),
        date_text=_text(fixed[168:176]),
        time_text=_text(fixed[176:184]),
        kind=_text(fixed[192:236]),
        header_bytes=header_bytes,
        n_records=n_records,
        record_s=record_s,
        signals=signals,
        notes=notes,
    )


def _records(declared: int, held: int, name: str) -> tuple[int, tuple[str, ...]]:
    if declared == -1:
        return held, ("The header leaves the length open; it follows from the file's size.",)
    if declared > held:
        raise RecordError(
            f"'{name[:80]}' is cut off: it holds {max(held, 0)} of {declared} data records. Copy it again."
        )
    more = f"The file goes on after the {declared} data records that it declares; the rest was not read."
    return declared, (more,) if held > declared else ()


def _signals(described: bytes, n_signals: int) -> tuple[EdfSignal, ...]:
    columns: list[list[bytes]] = []
    place = 0
    for width in _SIGNAL_FIELDS:
        columns.append([described[place + n * width : place + (n + 1) * width] for n in range(n_signals)])
        place += n_signals * width
    signals: list[EdfSignal] = []
    first = 0
    for label, _, dimension, low, high, digital_low, digital_high, prefilter, count, _ in zip(
        *columns, strict=True
    ):
        name = _text(label)
        samples = _count(count, f"samples per record of '{name}'")
        if samples < 0:
            raise _broken(f"samples per record of '{name}'")
        signals.append(
            EdfSignal(
                label=name,
                dimension=_text(dimension),
                physical_min=_number(low, f"physical minimum of '{name}'"),
                physical_max=_number(high, f"physical maximum of '{name}'"),
                digital_min=_number(digital_low, f"digital minimum of '{name}'"),
                digital_max=_number(digital_high, f"digital maximum of '{name}'"),
                prefilter=_text(prefilter),
                samples_per_record=samples,
                first=first,
            )
        )
        first += samples
    return tuple(signals)


def _text(content: bytes) -> str:
    """A field without its padding; the specification wants ASCII, and some write Latin-1 (µV)."""
    text = content.decode("latin-1").replace("\x00", " ").strip()
    return "".join(character if character.isprintable() else "?" for character in text)


def _number(content: bytes, what: str) -> float:
    text = _text(content)
    if _NUMBER.fullmatch(text) is None:
        raise _broken(what)
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise _broken(what)
    return number


def _count(content: bytes, what: str) -> int:
    text = _text(content)
    if _WHOLE.fullmatch(text) is None:
        raise _broken(what)
    return int(text)


def _broken(what: str) -> RecordError:
    return RecordError(f"The EDF header does not give the {what}: copy or export the recording again.")
