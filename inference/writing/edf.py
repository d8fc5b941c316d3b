"""EDF+ (edfplus.info): 16-bit samples between physical limits that the header states in eight characters.

EDF has no sign for a sample that is none: there the value before it is repeated, and a comment among the
annotations says which samples these are (records/marks).
"""

from __future__ import annotations

import unicodedata
import warnings
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from inference.records.device import DeviceFilters, DeviceFindings
from inference.records.marks import time_mark
from inference.records.record import Record
from inference.writing.comments import Held, comments_for, invalid_marks
from inference.writing.errors import WriteError
from inference.writing.resolution import StoredLead, coarse_notes, of_record

if TYPE_CHECKING:
    import edfio

LARGEST: Final = 32_000
"""Not 32,767: 32,000 steps of any step that recorders use are few digits long."""
_FIELD: Final = 8
_RECORD_BYTES: Final = 61_440
"""EDF's recommended limit for one data record."""
_LARGEST_RECORD_BYTES: Final = 10_000_000
_SHORTEST_RECORD_S: Final = 0.1
_YEARS: Final = (1985, 2084)
"""The header's two digits of the year mean these (EDF+, section 2.1.3.2)."""
_HELD: Final[frozenset[Held]] = frozenset({"sex", "patient_id", "name", "birth_date"})
_SEX: Final[dict[str | None, Literal["F", "M", "X"]]] = {"female": "F", "male": "M", None: "X"}


def write_edf(record: Record, path: Path) -> tuple[str, ...]:
    """Write `path` as EDF+C; the answer says what could not be kept.

    WriteError where the length and rate make no data records, or where there are too many gaps to describe.
    """
    import edfio

    leads = of_record(record, LARGEST, _fits_header)
    per_record, duration_s = _data_record(record)
    moment, moment_notes, moment_comments = _moment(record)
    patient, recording, field_notes = _identification(record, moment)
    comments = (*invalid_marks(leads), *moment_comments, *comments_for(record, _held(record)))
    with warnings.catch_warnings():
        # edfio warns where a file becomes EDF+ because of its annotations, which is what is wanted here.
        warnings.simplefilter("ignore")
        edf = edfio.Edf(
            [_signal(lead, per_record / duration_s, record.device.filters) for lead in leads],
            patient=patient,
            recording=recording,
            starttime=None if moment is None else moment.time(),
            data_record_duration=duration_s,
            annotations=[edfio.EdfAnnotation(0.0, None, comment) for comment in comments],
        )
        edf.write(path)
    return (*coarse_notes(leads), *moment_notes, *field_notes)


def _fits_header(step_uv: float, offset_uv: float) -> bool:
    """Whether the physical limits are exact in eight characters."""
    limits = (offset_uv - LARGEST * step_uv, offset_uv + LARGEST * step_uv)
    return all(_as_field(limit) is not None for limit in limits)


def _as_field(value: float) -> float | None:
    """The value as EDF's text says it, None where that takes more than eight characters."""
    rounded = round(value, 6)
    text = str(int(rounded)) if rounded.is_integer() else f"{rounded:.6f}".rstrip("0")
    return float(text) if len(text) <= _FIELD and abs(rounded - value) < 1e-9 * abs(value) + 1e-12 else None


def _signal(lead: StoredLead, fs_hz: float, filters: DeviceFilters) -> edfio.EdfSignal:
    import edfio

    low_uv, high_uv = (_as_field(lead.offset_uv + end * LARGEST * lead.step_uv) for end in (-1.0, 1.0))
    if low_uv is None or high_uv is None:
        raise AssertionError("steps were chosen to fit the header")
    return edfio.EdfSignal.from_digital(
        _held_through_gaps(lead).astype(np.int16),
        fs_hz,
        label=f"ECG {lead.name}",
        physical_dimension="uV",
        physical_range=(low_uv, high_uv),
        digital_range=(-LARGEST, LARGEST),
        prefiltering=_prefiltering(filters),
    )


def _held_through_gaps(lead: StoredLead) -> npt.NDArray[np.int64]:
    """(n_samples,): where there is no sample the one before it, so that no program draws a spike there."""
    places = np.where(lead.is_invalid, 0, np.arange(lead.integers.size))
    held: npt.NDArray[np.int64] = lead.integers[np.maximum.accumulate(places)]
    return held


def _prefiltering(filters: DeviceFilters) -> str:
    """As the EDF+ specification writes it: `HP:0.05Hz LP:150Hz N:50Hz`."""
    parts = (("HP", filters.high_pass_hz), ("LP", filters.low_pass_hz), ("N", filters.notch_hz))
    return " ".join(f"{name}:{hz:g}Hz" for name, hz in parts if hz is not None)[:80]


def _data_record(record: Record) -> tuple[int, float]:
    """Samples per data record and its duration in s: whole records, and a rate that the header can tell."""
    n_samples, fs_hz = record.n_samples, record.fs_hz
    lengths = _divisors(n_samples)
    exact = [length for length in lengths if _tells_rate(length, fs_hz)]
    sample_bytes = 2 * len(record.lead_names)
    usual = [
        length
        for length in exact
        if length * sample_bytes <= _RECORD_BYTES and length >= fs_hz * _SHORTEST_RECORD_S
    ]
    whole = [length for length in exact if length * sample_bytes <= _LARGEST_RECORD_BYTES]
    if not whole:
        raise WriteError(
            f"EDF cannot hold {n_samples} samples at {fs_hz:g} Hz exactly: choose another format."
        )
    seconds = [length for length in usual if length == round(fs_hz)]
    per_record = (seconds or sorted(usual, reverse=True) or [max(whole)])[0]
    return per_record, per_record / fs_hz


def _divisors(number: int) -> list[int]:
    small = [part for part in range(1, int(number**0.5) + 1) if number % part == 0]
    return sorted({*small, *(number // part for part in small)})


def _tells_rate(length: int, fs_hz: float) -> bool:
    duration = length / fs_hz
    text = str(int(duration)) if duration.is_integer() else str(duration)
    return len(text) <= _FIELD and "e" not in text


def _moment(record: Record) -> tuple[datetime | None, tuple[str, ...], tuple[str, ...]]:
    """Start of the recording as the header can say it, a note, and a comment where it cannot."""
    moment = record.acquired_at
    if moment is None or _YEARS[0] <= moment.year <= _YEARS[1]:
        return moment, (), ()
    note = f"EDF cannot say a day outside {_YEARS[0]} to {_YEARS[1]}: the time of recording is in a comment."
    return None, (note,), (time_mark(moment),)


def _identification(
    record: Record, moment: datetime | None
) -> tuple[edfio.Patient, edfio.Recording, tuple[str, ...]]:
    import edfio

    patient = record.patient
    code, name = _subfield(patient.patient_id, 24), _subfield(patient.name, 36)
    made = edfio.Patient(code=code, sex=_SEX[patient.sex], birthdate=patient.birth_date, name=name)
    day: date | None = None if moment is None else moment.date()
    recording = edfio.Recording(startdate=day, equipment_code=_subfield(_equipment(record.device), 36))
    changed = [
        what
        for what, written, wanted in (("patient ID", code, patient.patient_id), ("name", name, patient.name))
        if wanted and not _says(written, wanted)
    ]
    note = f"EDF has no room for the {' and the '.join(changed)} as written: also given in a comment."
    return made, recording, (note,) if changed else ()


def _held(record: Record) -> frozenset[Held]:
    """What the header's fields say letter by letter; the rest is said in comments too."""
    patient = record.patient
    texts: tuple[tuple[Held, str | None, int], ...] = (
        ("patient_id", patient.patient_id, 24),
        ("name", patient.name, 36),
    )
    changed = {what for what, text, longest in texts if text and not _says(_subfield(text, longest), text)}
    return _HELD - changed


def _says(written: str, wanted: str) -> bool:
    """Whether the field reads back as the text: EDF+ writes an underscore for each space."""
    return written.replace("_", " ") == wanted


def _equipment(device: DeviceFindings) -> str | None:
    return " ".join(part for part in (device.maker, device.model) if part) or None


def _subfield(text: str | None, longest: int) -> str:
    """ASCII without spaces, as EDF+ asks; X for what is unknown."""
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    joined = "_".join("".join(letter if letter.isprintable() else " " for letter in plain).split())
    return joined[:longest] or "X"
