"""The representative beats of a Philips Sierra XML file: the device's own median beat."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.lead_choice import pick_ecg_leads
from inference.records.record import FloatArray
from inference.records.safety import check_shape
from inference.records.units import scaled_mv
from inference.records.vendor_xml.encoded import decode_base64, decode_plain, integers_of
from inference.records.vendor_xml.median_beat import median_beat_of
from inference.records.xml_tree import number_of, text_of

IntArray = npt.NDArray[np.int64]

_FILLER: Final = 32_767
"""What stands where a beat is shorter than its 1,200 samples."""
_MAX_SAMPLES: Final = 20_000
"""Two seconds at 10 kHz: no beat is longer."""
_WHAT: Final = "A representative beat"


def read_median_beat(root: Element) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    """The `repbeats`, and a sentence where they are there and cannot be used: the ECG itself can."""
    beats = root.find(".//repbeats")
    if beats is None or beats.find("repbeat") is None:
        return None, ()
    try:
        return _beat(beats), ()
    except RecordError as refused:
        return None, (f"The device's representative beats were left out. {refused}",)


def _beat(beats: Element) -> DeviceMedianBeat:
    microvolts = number_of(beats.get("resolution", ""))
    if microvolts is None or microvolts <= 0:
        raise RecordError("They do not say their resolution.")
    items = beats.findall("repbeat")
    check_shape(len(items), 1, 500.0)
    counts = [_counts(item, beats.get("dataencoding", "")) for item in items]
    fs_hz = _rate_hz(beats, items[0], len(counts[0]))
    check_shape(len(items), max(map(len, counts)), fs_hz)
    picked = pick_ecg_leads([item.get("leadname", "") for item in items])
    leads = [
        (name, picked.upright(name, _in_mv(counts[row], microvolts))) for row, name in picked.names.items()
    ]
    return median_beat_of(leads, fs_hz)


def _counts(item: Element, encoding: str) -> IntArray:
    # In 1.04 the samples are in an element of their own, in 1.03 in the beat itself.
    text = text_of(item, "waveform") or text_of(item)
    if encoding.strip().lower() == "plain":
        return decode_plain(text, _MAX_SAMPLES, _WHAT)
    if encoding.strip().lower() != "base64":
        raise RecordError(f"They are encoded as '{encoding[:20]}', which is not read.")
    counts = integers_of(decode_base64(text, _WHAT), n_bytes=2, signed=True, what=_WHAT)
    if len(counts) > _MAX_SAMPLES:
        raise RecordError("They are longer than any beat.")
    return counts


def _rate_hz(beats: Element, first: Element, n_samples: int) -> float:
    """The rate as written, or as it follows from the duration in ms."""
    written = number_of(beats.get("samplespersec", "") or beats.get("samplespersecond", ""))
    if written:
        return written
    waveform = first.find("waveform")
    duration_ms = number_of((first if waveform is None else waveform).get("duration", ""))
    if not duration_ms:
        raise RecordError("They do not say their sampling rate.")
    return n_samples * 1000.0 / duration_ms


def _in_mv(counts: IntArray, microvolts_per_count: float) -> FloatArray:
    values_mv = scaled_mv(counts, 0.0, microvolts_per_count / 1000.0)
    values_mv[counts == _FILLER] = np.nan
    return values_mv
