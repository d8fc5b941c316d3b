"""The rhythm leads of a Philips Sierra XML file in counts, with all that turns them into mV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.leads import STANDARD_LEADS
from inference.records.safety import check_shape
from inference.records.vendor_xml.encoded import decode_base64, decode_plain, integers_of
from inference.records.vendor_xml.philips_calibration import RECORDED_S
from inference.records.vendor_xml.philips_limb_leads import LimbLeads, put_together
from inference.records.vendor_xml.philips_xli import decode_xli
from inference.records.xml_tree import number_of, text_of

IntArray = npt.NDArray[np.int64]

MAX_VALUES: Final = 2_000_000
"""All leads together: sixteen leads for four minutes at 500 Hz. The format is for resting ECGs of 11 s."""
_ALWAYS_READ: Final = 150_000
"""Twelve leads for 25 s, however short their text: detached electrodes compress to next to nothing."""
_MOST_PER_CHARACTER: Final = 4
_STANDARD_SETS: Final = ("STD-12", "10-WIRE")
"""The acquisition types that name no leads and mean the twelve standard ones in their order."""
_WAVEFORMS: Final = "The waveform data"


@dataclass(frozen=True, slots=True)
class SierraWaveforms:
    """Rhythm leads as they were recorded, one name per row of `leads.counts`."""

    fs_hz: float
    names: tuple[str, ...]
    leads: LimbLeads
    microvolts_per_count: float | None
    """None where the file does not say."""
    zero_count: float
    """The count that stands for 0 mV."""


def read_waveforms(root: Element, given: Given) -> SierraWaveforms:
    """The leads of `parsedwaveforms`. RecordError where they are absent, cut off, damaged or too many."""
    stored = root.find(".//parsedwaveforms")
    if stored is None or not text_of(stored):
        raise RecordError("The file holds no waveforms, only the report: export it with its waveforms.")
    signal = root.find(".//signalcharacteristics")
    written_hz = _number(stored, signal, ("samplespersecond",), ("samplingrate",)) or given.fs_hz
    if written_hz is None:
        raise RecordError("The file does not say its sampling rate: give the rate in Hz.")
    # How many samples there are does not change with a rate given by hand.
    n_samples = _declared_samples(stored, written_hz)
    fs_hz = given.fs_hz or written_hz
    names = given.lead_order or _lead_names(stored, signal)
    check_shape(len(names), n_samples, fs_hz)
    _check_against_text(len(names) * n_samples, text_of(stored))
    counts, compressed = _counts(stored, signal, len(names), n_samples)
    return SierraWaveforms(
        fs_hz=fs_hz,
        names=names,
        leads=put_together(counts, names, _ecg_samples(n_samples, fs_hz), by_default=compressed),
        microvolts_per_count=_number(stored, signal, ("resolution",), ("resolution", "signalresolution")),
        zero_count=_number(stored, signal, ("signaloffset",), ("signaloffset",)) or 0.0,
    )


def _check_against_text(n_values: int, text: str) -> None:
    """Before anything is unpacked: recorders write some two samples per Base64 character, flat lines more."""
    if n_values > MAX_VALUES:
        raise RecordError("The file declares more samples than a resting ECG has: check the file.")
    if n_values > max(_ALWAYS_READ, _MOST_PER_CHARACTER * len(text)):
        raise RecordError("The file declares more samples than its data can hold: export it again.")


def written_of(stored: Element | None, signal: Element | None, attribute: str, element: str = "") -> str:
    """What a file says of its samples: in 1.04 beside them (attribute), in 1.03 only with the acquisition."""
    beside = "" if stored is None else stored.get(attribute, "").strip()
    return beside or text_of(signal, element or attribute)


def _number(
    stored: Element, signal: Element | None, attributes: tuple[str, ...], elements: tuple[str, ...]
) -> float | None:
    texts = [stored.get(name, "") for name in attributes] + [text_of(signal, name) for name in elements]
    return next((value for text in texts if (value := number_of(text)) is not None), None)


def _lead_names(stored: Element, signal: Element | None) -> tuple[str, ...]:
    labels = tuple(stored.get("leadlabels", "").replace(",", " ").split())
    if labels:
        declared = number_of(stored.get("numberofleads", ""))
        return labels[: int(declared)] if declared and 0 < declared < len(labels) else labels
    kind = text_of(signal, "acquisitiontype") or text_of(signal, "leadset")
    if kind.upper() not in _STANDARD_SETS:
        raise RecordError("The file does not name its leads: give the lead order.")
    allocated = number_of(text_of(signal, "numberchannelsallocated"))
    return STANDARD_LEADS[: int(allocated)] if allocated and allocated >= 1 else STANDARD_LEADS


def _declared_samples(stored: Element, fs_hz: float) -> int:
    duration_ms = number_of(stored.get("durationperchannel", ""))
    if duration_ms is None or not 0 < duration_ms * fs_hz < 1000.0 * MAX_VALUES:
        raise RecordError("The file does not say how long its leads are: export it again.")
    return round(duration_ms * fs_hz / 1000.0)


def _ecg_samples(n_samples: int, fs_hz: float) -> int:
    n_without_pulse = n_samples - round(RECORDED_S * fs_hz)
    return n_without_pulse if n_without_pulse > 0 else n_samples


def _counts(stored: Element, signal: Element | None, n_leads: int, n_samples: int) -> tuple[IntArray, bool]:
    """Counts, shape (n_leads, n_samples), and whether they were compressed."""
    method = _compression(stored)
    if method not in ("", "XLI"):
        raise RecordError(f"The waveforms are compressed by '{method[:20]}', which is not read.")
    if method == "XLI":
        leads = decode_xli(decode_base64(text_of(stored), _WAVEFORMS), n_leads, n_samples)
        return np.stack([lead[:n_samples] for lead in leads]), True
    values = _uncompressed(stored, signal, n_leads * n_samples)
    if len(values) < n_leads * n_samples:
        raise RecordError(
            f"The file holds {len(values)} of {n_leads * n_samples} samples: export or copy it again."
        )
    return values[: n_leads * n_samples].reshape(n_leads, n_samples), False


def _compression(stored: Element) -> str:
    if stored.get("compressflag", "").strip().lower() in ("false", "no", "0"):
        return ""
    method = (stored.get("compression") or stored.get("compressmethod") or "").strip()
    return "" if method.lower() in ("none", "uncompressed") else method.upper()


def _uncompressed(stored: Element, signal: Element | None, n_values: int) -> IntArray:
    encoding = stored.get("dataencoding", "").strip().lower()
    if encoding == "plain":
        return decode_plain(text_of(stored), n_values, _WAVEFORMS)
    if encoding != "base64":
        raise RecordError(f"The waveforms are encoded as '{encoding[:20]}', which is not read.")
    bits = written_of(stored, signal, "bitspersample") or stored.get("nbitspersample", "").strip() or "16"
    if bits not in ("16", "32"):
        raise RecordError(f"The samples have '{bits[:20]}' bits, and only 16 and 32 are read.")
    signed = written_of(stored, signal, "signalsigned").lower() not in ("false", "no", "0")
    data = decode_base64(text_of(stored), _WAVEFORMS)
    return integers_of(data, n_bytes=int(bits) // 8, signed=signed, what=_WAVEFORMS)
