"""The annotation signal of EDF+ and BDF+: when each data record begins, and what was noted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from inference.records.edf.header import EdfHeader
from inference.records.errors import RecordError, UnreadableFileError

_TIMED: Final = re.compile(
    rb"(?P<onset>[+-]\d{1,10}(?:\.\d{0,10})?)(?:\x15\d{0,10}(?:\.\d{0,10})?)?\x14(?P<texts>.*)", re.DOTALL
)
_MAX_TEXTS: Final = 2000
_MAX_TEXT_LENGTH: Final = 200
_MAX_COMMENT_LENGTH: Final = 20_000
_MAX_PAUSES: Final = 5000
_BYTES_AT_ONCE: Final = 8_000_000
_MAX_RECORDS_READ: Final = 100_000
"""Data records looked through for notes at one time: more than a day at one second each."""


@dataclass(frozen=True, slots=True)
class Run:
    """`count` data records from `first` on, which follow each other without a pause from `onset_s` on."""

    first: int
    count: int
    onset_s: float


@dataclass(frozen=True, slots=True)
class Annotations:
    """Where an EDF+ file keeps its time-stamped lists; read only where they are asked for."""

    path: Path
    header: EdfHeader = field(repr=False)

    def comments(self) -> tuple[str, ...]:
        """What is noted at the very start: it speaks of the recording as a whole."""
        start_s = self.onset_s(0)
        return tuple(text[:_MAX_COMMENT_LENGTH] for onset_s, text in self._noted(0, 1) if onset_s == start_s)[
            :_MAX_TEXTS
        ]

    def texts(self, first: int, last: int) -> tuple[str, ...]:
        """What is noted after the start in the data records `first` to `last`: "12.5 s: Palpitations".

        Of at most `_MAX_RECORDS_READ` of them, and at most `_MAX_TEXTS` texts.
        """
        start_s = self.onset_s(0) if self.header.is_plus and first == 0 and last > 0 else None
        return tuple(
            f"{onset_s:.10g} s: {text[:_MAX_TEXT_LENGTH]}"
            for onset_s, text in self._noted(first, min(last, first + _MAX_RECORDS_READ))
            if onset_s != start_s
        )[:_MAX_TEXTS]

    def _noted(self, first: int, last: int) -> list[tuple[float, str]]:
        """Time in s after the header's, and text, of what is noted in these data records."""
        notes: list[tuple[float, str]] = []
        try:
            with self.path.open("rb") as stream:
                for content in self._contents(stream, first, last):
                    notes += _texts(content)
                    if len(notes) >= 2 * _MAX_TEXTS:
                        break
        except OSError:
            raise _gone(self.path) from None
        return notes

    def runs(self, tolerance_s: float) -> tuple[Run, ...]:
        """The stretches without a pause, in order of time.

        Since records never overlap, two records whose distance in time is that of their numbers have no
        pause between them: only the places around pauses are looked at. Raises RecordError for a record
        without its time, for records that overlap, and for more pauses than can be meant.
        """
        try:
            with self.path.open("rb", buffering=0) as stream:
                return self._runs(stream, tolerance_s)
        except OSError:
            raise _gone(self.path) from None

    def _runs(self, stream: IO[bytes], tolerance_s: float) -> tuple[Run, ...]:
        record_s, last = self.header.record_s, self.header.n_records - 1
        onsets = {number: self._onset_s(stream, number) for number in {0, last}}
        begins = [0]
        waiting = [(0, last)]
        while waiting:
            low, high = waiting.pop()
            late_s = onsets[high] - onsets[low] - (high - low) * record_s
            if late_s < -tolerance_s:
                raise RecordError("The data records overlap in time: export the recording again.")
            if late_s <= tolerance_s:
                continue
            if high == low + 1:
                begins.append(high)
                if len(begins) > _MAX_PAUSES:
                    raise RecordError(f"The recording has over {_MAX_PAUSES} pauses: export it in parts.")
                continue
            middle = (low + high) // 2
            onsets[middle] = self._onset_s(stream, middle)
            # The earlier half is taken from the stack first, so that runs come in order.
            waiting += [(middle, high), (low, middle)]
        ends = [*begins[1:], last + 1]
        return tuple(Run(first, end - first, onsets[first]) for first, end in zip(begins, ends, strict=True))

    def onset_s(self, record: int) -> float:
        """When a data record begins, in seconds after the start time of the header."""
        try:
            with self.path.open("rb", buffering=0) as stream:
                return self._onset_s(stream, record)
        except OSError:
            raise _gone(self.path) from None

    def _onset_s(self, stream: IO[bytes], record: int) -> float:
        first, n_bytes = self._places[0]
        stream.seek(self.header.header_bytes + record * self._record_bytes + first)
        match = _TIMED.match(stream.read(n_bytes).split(b"\x00", 1)[0])
        if match is None:
            raise RecordError(f"Data record {record + 1} does not say when it begins: copy the file again.")
        return float(match["onset"])

    @property
    def _record_bytes(self) -> int:
        return self.header.sample_bytes * self.header.values_per_record

    @property
    def _places(self) -> Sequence[tuple[int, int]]:
        """Byte place and length of each annotation signal inside a data record."""
        width = self.header.sample_bytes
        return [
            (signal.first * width, signal.samples_per_record * width)
            for signal in self.header.signals
            if signal.is_annotations
        ]

    def _contents(self, stream: IO[bytes], first: int, last: int) -> Iterator[bytes]:
        size, places = self._record_bytes, self._places
        at_once = max(1, _BYTES_AT_ONCE // size)
        for begin in range(first, last, at_once):
            stream.seek(self.header.header_bytes + begin * size)
            records = stream.read((min(last, begin + at_once) - begin) * size)
            for start in range(0, len(records), size):
                for place, n_bytes in places:
                    yield records[start + place : start + place + n_bytes]


def _texts(content: bytes) -> Iterator[tuple[float, str]]:
    for timed in content.split(b"\x00"):
        match = _TIMED.fullmatch(timed)
        for text in match["texts"].split(b"\x14") if match else ():
            written = text.decode("utf-8", errors="replace").strip()[:_MAX_COMMENT_LENGTH]
            if match and written:
                printable = "".join(character if character.isprintable() else " " for character in written)
                yield float(match["onset"]), printable


def _gone(path: Path) -> RecordError:
    return UnreadableFileError(f"'{path.name[:80]}' cannot be read any more: check that it is still there.")
