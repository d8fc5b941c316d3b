"""The samples in Mortara ELI XML: 16-bit numbers as base64, a channel or a typical cycle of them."""

from __future__ import annotations

import base64
import binascii
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from inference.records.device import DeviceMedianBeat
from inference.records.errors import RecordError
from inference.records.lead_choice import pick_ecg_leads
from inference.records.record import FloatArray
from inference.records.safety import MAX_SIGNALS, check_shape
from inference.records.units import scaled_mv
from inference.records.vendor_xml.equal_leads import equal_leads
from inference.records.xml_tree import number_of

_USUAL_FORM: Final = (("BITS", "16"), ("FORMAT", "SIGNED"), ("ENCODING", "BASE64"))
"""How every file that is known stores them; leaving it out means the same."""


def sampling_rate_hz(element: Element) -> float:
    """The rate of a channel or of the typical cycle. RecordError where it is not given, or cannot be."""
    rate_hz = number_of(element.get("SAMPLE_FREQ", ""))
    if rate_hz is None:
        raise RecordError("A channel of the file has no sampling rate: export the ECG again.")
    check_shape(1, 1, rate_hz)
    return rate_hz


def channel_mv(channel: Element, fs_hz: float) -> FloatArray:
    """One lead of the rhythm in mV, shape (n_samples,). RecordError where it is not as long as it says."""
    if number_of(channel.get("OFFSET", "0")) != 0.0:
        raise RecordError(
            "A channel of the file has an OFFSET, whose meaning Mortara has not published: "
            "export the ECG in another format."
        )
    row = _samples_mv(channel, channel)
    # Some programs count samples in DURATION, others milliseconds.
    duration = number_of(channel.get("DURATION", ""))
    if duration is not None and duration not in (row.size, round(row.size * 1000 / fs_hz)):
        raise RecordError("A channel of the file is shorter or longer than it says: export the ECG again.")
    return row


def median_beat(cycle: Element | None) -> tuple[DeviceMedianBeat | None, tuple[str, ...]]:
    """The typical cycle; left out, and said, where it is not whole: the rhythm does not need it."""
    channels = [] if cycle is None else cycle.findall("TYPICAL_CYCLE_CHANNEL")[:MAX_SIGNALS]
    if cycle is None or not channels:
        return None, ()
    try:
        rows = [_samples_mv(channel, cycle) for channel in channels]
        fs_hz = sampling_rate_hz(cycle)
        check_shape(len(rows), equal_leads([row.size for row in rows], "lengths"), fs_hz)
        picked = pick_ecg_leads([channel.get("NAME", "") for channel in channels])
    except RecordError as problem:
        return None, (f"The device's median beat was left out: {problem}",)
    leads = {name: picked.upright(name, rows[at]) for at, name in picked.names.items()}
    return DeviceMedianBeat.of(leads, fs_hz), ()


def _samples_mv(element: Element, format_of: Element) -> FloatArray:
    """The samples of one lead in mV: 16-bit little-endian numbers as base64, in the attribute or the text."""
    form = [format_of.get(name, usual).strip().upper() for name, usual in _USUAL_FORM]
    if form != [usual for _, usual in _USUAL_FORM]:
        raise RecordError(f"The samples are stored as {' '.join(form)[:60]}, which is not read.")
    steps_per_mv = number_of(format_of.get("UNITS_PER_MV", ""))
    if steps_per_mv is None or steps_per_mv <= 0:
        raise RecordError("The file does not say how many steps are 1 mV: export the ECG again.")
    try:
        data = base64.b64decode("".join((element.get("DATA") or element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise RecordError("The samples of the file are damaged: export the ECG again.") from None
    if not data or len(data) % 2:
        raise RecordError("The samples of the file are damaged: export the ECG again.")
    return scaled_mv(np.frombuffer(data, dtype="<i2"), 0.0, 1.0 / steps_per_mv)
