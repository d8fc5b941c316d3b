"""The comments of a written file: those of the Record, what its format has no field for, and the marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from inference.records.device import DeviceFindings
from inference.records.marks import DIGITISED_MARK, UNKNOWN_TIME_MARK, derived_mark, invalid_mark, is_mark
from inference.records.patient_text import facts_from_comments
from inference.records.record import Record
from inference.records.synthetic import synthetic_comment
from inference.writing.errors import WriteError
from inference.writing.resolution import StoredLead

Held = Literal["age", "sex", "patient_id", "name", "birth_date", "device"]
"""A fact that a format has a field of its own for."""
SYNTHETIC_WARNING: Final = "SYNTHETIC ECG: made by a simulator, not from a patient"
_MAX_STRETCHES: Final = 5000


def comments_for(record: Record, held: frozenset[Held] = frozenset()) -> tuple[str, ...]:
    """One plain line each, without repetition; `held` is what the format says elsewhere."""
    lines = [*_marks(record), *author_lines(record), *_patient_lines(record, held)]
    if "device" not in held:
        # A format that holds a part of it gave back less than an earlier round's comments say.
        said = {comment.partition(":")[0] for comment in record.comments}
        lines += [line for line in device_lines(record.device) if line.partition(":")[0] not in said]
    return tuple(dict.fromkeys(one_line(line) for line in lines))


def invalid_marks(leads: tuple[StoredLead, ...]) -> tuple[str, ...]:
    """For formats that cannot mark a sample as invalid. WriteError where there are too many to say."""
    marks = [invalid_mark(lead.name, lead.is_invalid) for lead in leads if lead.is_invalid.any()]
    if sum(mark.count("-") for mark in marks) > _MAX_STRETCHES:
        raise WriteError(
            "The ECG has more gaps than this format can describe: choose WFDB, DICOM, CSV or NumPy."
        )
    return tuple(marks)


def time_marks(record: Record) -> tuple[str, ...]:
    """For formats that must name a time of recording, where none is known."""
    return () if record.acquired_at is not None else (UNKNOWN_TIME_MARK,)


def device_lines(device: DeviceFindings) -> list[str]:
    """What the device said, in words that name the device as the one who said it."""
    who = " ".join(part for part in (device.maker, device.model, device.software) if part)
    lines = [f"Device: {who}"] if who else []
    lines += [f"Device statement: {statement}" for statement in device.statements]
    lines += [
        f"Device measurement: {each.name} {each.value} {each.unit}".rstrip() for each in device.measurements
    ]
    filters = device.filters
    limits = (
        ("high pass", filters.high_pass_hz),
        ("low pass", filters.low_pass_hz),
        ("notch", filters.notch_hz),
    )
    said = [f"{name} {hz:g} Hz" for name, hz in limits if hz is not None]
    return [*lines, *([f"Device filters: {', '.join([*said, *filters.notes])}"] if said else [])]


def author_lines(record: Record) -> list[str]:
    """The Record's comments but for those that every writer makes anew."""
    own = ("synthetic:", SYNTHETIC_WARNING.lower())
    return [
        comment
        for comment in record.comments
        if not is_mark(comment) and not comment.strip().lower().startswith(own)
    ]


def one_line(text: str) -> str:
    """Text without line breaks or control characters."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())


def _marks(record: Record) -> Iterator[str]:
    """Before all others: whoever opens the file shall see first what is no patient's recording."""
    if record.synthetic is not None:
        yield SYNTHETIC_WARNING
        yield synthetic_comment(record.synthetic)
    if record.report.digitised:
        yield DIGITISED_MARK
    if record.report.derived_leads:
        yield derived_mark(record.report.derived_leads)


def _patient_lines(record: Record, held: frozenset[Held]) -> Iterator[str]:
    """As PhysioNet writes age and sex; only what neither the format nor the Record's own comments say."""
    patient, said = record.patient, facts_from_comments(record.comments).patient
    if "age" not in held and patient.age_years is not None and said.age_years != patient.age_years:
        yield f"Age: {patient.age_years:.10g}"
    if "sex" not in held and patient.sex is not None and said.sex != patient.sex:
        yield f"Sex: {patient.sex.capitalize()}"
    if "patient_id" not in held and patient.patient_id and said.patient_id != patient.patient_id:
        yield f"Patient ID: {patient.patient_id}"
    if "name" not in held and patient.name and said.name != patient.name:
        yield f"Patient name: {patient.name}"
    if "birth_date" not in held and patient.birth_date and said.birth_date != patient.birth_date:
        yield f"Birth date: {patient.birth_date.isoformat()}"
