"""One `LeadData` of a GE MUSE file: samples in mV, scale, place in time, and the device's own doubts."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.record import FloatArray
from inference.records.units import mv_per_unit, scaled_mv
from inference.records.vendor_xml.encoded import decode_base64, integers_of
from inference.records.xml_tree import number_of, text_of

_SAMPLE_BYTES: Final = (1.0, 2.0, 4.0)
_LATEST_SAMPLE: Final = 1e9
LEAD_OFF: Final = "lead off"
_FLAGS: Final = (
    ("LeadOff", LEAD_OFF),
    ("BaselineSway", "baseline sway"),
    ("ExcessiveACNoise", "mains noise"),
    ("MuscleNoise", "muscle noise"),
)


@dataclass(frozen=True, slots=True)
class MuseLead:
    """One lead as it is stored; `values_mv` has shape (n_samples,)."""

    label: str
    values_mv: FloatArray = field(repr=False)
    microvolts_per_bit: float
    first_sample: int
    """Where it begins, in samples after the start of its Waveform."""
    fits_checksum: bool | None
    """None where the file has no checksum for it."""
    flags: tuple[str, ...] = ()
    """What the device marked in it: "lead off", "muscle noise"."""
    has_unit: bool = True
    baseline: float = 0.0
    """FirstSampleBaseline in steps: programs disagree whether it is to be added, subtracted or left."""
    notes: tuple[str, ...] = ()


def read_lead(element: Element, label: str, fs_hz: float, given: Given) -> MuseLead:
    """Decode one lead. RecordError where it is damaged, cut off, or does not say its scale."""
    what = f"Lead {label[:20]}"
    data = decode_base64(text_of(element, "WaveFormData"), what)
    n_bytes = number_of(text_of(element, "LeadSampleSize")) or 2.0
    if n_bytes not in _SAMPLE_BYTES:
        raise RecordError(f"{what} gives {n_bytes:g} bytes to each sample, and 1, 2 or 4 are read.")
    counts = integers_of(data, n_bytes=int(n_bytes), signed=True, what=what)
    microvolts_per_bit = _microvolts_per_bit(element, what, given)
    return MuseLead(
        label=label,
        values_mv=scaled_mv(counts, 0.0, microvolts_per_bit / 1000.0),
        microvolts_per_bit=microvolts_per_bit,
        first_sample=_first_sample(element, fs_hz),
        fits_checksum=_fits_checksum(element, data),
        flags=tuple(words for tag, words in _FLAGS if text_of(element, tag).upper() == "TRUE"),
        has_unit=bool(given.unit or text_of(element, "LeadAmplitudeUnits")),
        baseline=number_of(text_of(element, "FirstSampleBaseline")) or 0.0,
        notes=_count_note(element, what, len(counts)),
    )


def _microvolts_per_bit(element: Element, what: str, given: Given) -> float:
    """LeadAmplitudeUnitsPerBit in LeadAmplitudeUnits: 4.88 µV is usual and never taken for granted."""
    written = text_of(element, "LeadAmplitudeUnitsPerBit")
    # Some national versions write the decimal comma.
    per_bit = number_of(written.replace(",", "."))
    if per_bit is None and given.unit is None:
        raise RecordError(f"{what} does not say its amplitude per bit: give the unit of its samples.")
    unit = given.unit or text_of(element, "LeadAmplitudeUnits") or "uV"
    scale = (1.0 if per_bit is None else per_bit) * mv_per_unit(unit) * 1000.0
    if scale <= 0:
        raise RecordError(
            f"{what} gives its amplitude per bit as {written[:20]}, which is no scale: export the ECG again."
        )
    return scale


def _first_sample(element: Element, fs_hz: float) -> int:
    offset_ms = number_of(text_of(element, "LeadTimeOffset")) or 0.0
    offset_samples = number_of(text_of(element, "LeadOffsetFirstSample")) or 0.0
    first = offset_ms * fs_hz / 1000.0 + offset_samples
    if not 0 <= first < _LATEST_SAMPLE:
        raise RecordError("A lead begins at an impossible time: export or copy the file again.")
    return round(first)


def _fits_checksum(element: Element, data: bytes) -> bool | None:
    """Whether LeadDataCRC32 is the CRC-32 of the decoded bytes; converters write 0 for none."""
    written = number_of(text_of(element, "LeadDataCRC32"))
    return written == zlib.crc32(data) if written else None


def _count_note(element: Element, what: str, n_samples: int) -> tuple[str, ...]:
    declared = number_of(text_of(element, "LeadSampleCountTotal"))
    if declared is None or declared == n_samples:
        return ()
    if declared > n_samples:
        raise RecordError(f"{what} holds {n_samples} of {declared:g} samples: export or copy the file again.")
    return (f"{what} declares {declared:g} samples and holds {n_samples}: all were read.",)
