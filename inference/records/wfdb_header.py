"""The text of a WFDB header, read strictly before any signal file is opened.

Written after the header(5) page of the WFDB Applications Guide: a record line, then one line per
signal or per segment, then comments behind `#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from inference.records.errors import RecordError

GAP: Final = "~"
"""The segment name that stands for a pause in a multi-segment record."""
DEFAULT_FS_HZ: Final = 250.0
DEFAULT_GAIN: Final = 200.0
"""ADC units per physical unit where the header gives none or 0 (WFDB's DEFGAIN)."""
_MAX_SIGNAL_LINES: Final = 1000

_RECORD_NAME: Final = re.compile(r"(?P<name>[^\s/]+)(?:/(?P<segments>\d{1,9}))?")
_RATE: Final = re.compile(
    r"(?P<fs>\d{1,9}(?:\.\d{1,9})?(?:e[+-]?\d{1,2})?)(?:/[^()]*(?:\(.*\))?)?", re.IGNORECASE
)
_FORMAT: Final = re.compile(
    r"(?P<fmt>\d{1,4})(?:x(?P<per_frame>\d{1,6}))?(?::(?P<skew>\d{1,9}))?(?:\+(?P<offset>\d{1,12}))?"
)
_GAIN: Final = re.compile(
    r"(?P<gain>-?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?)"
    r"(?:\((?P<baseline>-?\d{1,10})\))?(?:/(?P<unit>\S+))?",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(r"-?\d{1,15}")


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One signal line; None where the header leaves a field out."""

    file_name: str
    fmt: int
    samples_per_frame: int
    skew: int
    byte_offset: int
    gain: float | None
    baseline: int
    unit: str | None
    initial_value: int
    name: str


@dataclass(frozen=True, slots=True)
class WfdbHeader:
    """A parsed header; `segments` pairs a segment's name with its length and is empty for a plain record."""

    fs_hz: float | None
    n_frames: int | None
    signals: tuple[SignalSpec, ...]
    segments: tuple[tuple[str, int], ...]
    comments: tuple[str, ...]
    acquired_at: datetime | None


def header_lines(text: str) -> list[tuple[int, str]]:
    """The lines of a header that say something, stripped, each with its place counted from 1."""
    lines = [(place, line.strip()) for place, line in enumerate(text.splitlines(), 1)]
    return [(place, line) for place, line in lines if line and not line.startswith("#")]


def files_named(text: str) -> list[str]:
    """The files that a header's text names, each once: its signals, or the headers of its segments."""
    lines = [line for _place, line in header_lines(text)]
    if not lines:
        return []
    named = dict.fromkeys(line.split(maxsplit=1)[0] for line in lines[1:])
    record = _RECORD_NAME.fullmatch(lines[0].split(maxsplit=1)[0])
    if record is None or record["segments"] is None:
        return list(named)
    return [f"{name}.hea" for name in named if name != GAP]


def parse_header(text: str) -> WfdbHeader:
    """Parse a header's text. Raises RecordError, naming the line, where it breaks the format."""
    lines = [line.strip() for line in text.splitlines()]
    comments = tuple(line.strip("# \t") for line in lines if line.startswith("#") and line.strip("# \t"))
    numbered = header_lines(text)
    if not numbered:
        raise RecordError("The header holds no record line: check that it is a WFDB header.")
    place, record_line = numbered[0]
    fields = record_line.split()
    name = _RECORD_NAME.fullmatch(fields[0])
    if name is None or len(fields) < 2:
        raise _broken(place)
    n_signals = _whole(fields[1], place)
    rate = _RATE.fullmatch(fields[2]) if len(fields) > 2 else None
    if len(fields) > 2 and rate is None:
        raise _broken(place)
    body = numbered[1:]
    n_segments = int(name["segments"]) if name["segments"] else 0
    expected = n_segments or n_signals
    if expected < 1 or len(body) < expected or expected > _MAX_SIGNAL_LINES:
        raise RecordError(
            f"The header declares {expected} signals and describes {len(body)}: copy the record again."
        )
    return WfdbHeader(
        fs_hz=float(rate["fs"]) if rate else None,
        n_frames=(_whole(fields[3], place) or None) if len(fields) > 3 else None,
        signals=() if n_segments else tuple(_signal(line, at) for at, line in body[:expected]),
        segments=tuple(_segment(line, at) for at, line in body[:expected]) if n_segments else (),
        comments=comments,
        acquired_at=_acquired_at(fields[4:6]),
    )


def _signal(line: str, place: int) -> SignalSpec:
    fields = line.split(maxsplit=8)
    fmt = _FORMAT.fullmatch(fields[1]) if len(fields) > 1 else None
    gain = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None
    if fmt is None or (len(fields) > 2 and gain is None):
        raise _broken(place)
    samples_per_frame = int(fmt["per_frame"] or 1)
    if samples_per_frame < 1:
        raise _broken(place)
    adc_zero = _whole(fields[4], place) if len(fields) > 4 else 0
    return SignalSpec(
        file_name=fields[0],
        fmt=int(fmt["fmt"]),
        samples_per_frame=samples_per_frame,
        skew=int(fmt["skew"] or 0),
        byte_offset=int(fmt["offset"] or 0),
        gain=(float(gain["gain"]) or None) if gain else None,
        # header(5): a baseline that is left out equals the ADC zero.
        baseline=int(gain["baseline"]) if gain and gain["baseline"] else adc_zero,
        unit=gain["unit"] if gain else None,
        initial_value=_whole(fields[5], place) if len(fields) > 5 else adc_zero,
        name=fields[8].strip() if len(fields) > 8 else "",
    )


def _segment(line: str, place: int) -> tuple[str, int]:
    fields = line.split()
    length = _whole(fields[1], place) if len(fields) > 1 else -1
    if length < 0:
        raise _broken(place)
    return fields[0], length


def _acquired_at(fields: list[str]) -> datetime | None:
    """Date and time of the first sample; without a date there is no answer."""
    if len(fields) < 2:
        return None
    try:
        day, month, year = (int(part) for part in fields[1].split("/"))
        hours, minutes, seconds = ([0.0, 0.0] + [float(part) for part in fields[0].split(":")])[-3:]
        clock = time(int(hours), int(minutes), int(seconds), round(seconds % 1 * 1e6) % 1_000_000)
        return datetime.combine(date(year, month, day), clock)
    except (ValueError, OverflowError):
        return None


def _whole(text: str, place: int) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise _broken(place)
    return int(text)


def _broken(place: int) -> RecordError:
    return RecordError(
        f"Line {place} of the header does not follow the WFDB format: check that it is a WFDB header, "
        "or copy the record again."
    )
