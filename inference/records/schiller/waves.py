"""The leads of a Schiller wave block in mV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.lead_choice import pick_ecg_leads
from inference.records.number_lists import parse_numbers
from inference.records.record import FloatArray
from inference.records.safety import check_shape
from inference.records.strips import Strip
from inference.records.units import mv_per_unit, scaled_mv
from inference.records.xml_tree import number_of, text_of

_AS_TEXT: Final = "COMMASEPARATE"
_PLAIN_EXPONENT: Final = 1.0
"""The exponent beside every rate that has been seen; the maker publishes no meaning of another one."""


@dataclass(frozen=True, slots=True)
class Waves:
    """The leads of one block and what is to be said of them."""

    strip: Strip
    scale: str
    notes: tuple[str, ...]
    checks: tuple[str, ...]
    failed: tuple[str, ...]


def read_waves(block: Element, given: Given) -> Waves:
    """A `wavedata` element. RecordError where rate, scale or samples cannot be told."""
    channels = block.findall("channel")
    fs_hz = given.fs_hz if given.fs_hz is not None else _rate_hz(block)
    check_shape(len(channels), 1, fs_hz)
    picked = pick_ecg_leads(_names(channels, given))
    mv_per_count, scale = _scale(block, given)
    leads: dict[str, FloatArray] = {}
    for column, name in picked.names.items():
        counts = parse_numbers(_digits(channels[column], name), ",")
        leads[name] = picked.upright(name, scaled_mv(counts, 0.0, mv_per_count))
    lengths = {len(values) for values in leads.values()}
    if len(lengths) > 1:
        raise RecordError("The leads hold different numbers of samples: export or copy the file again.")
    n_samples = lengths.pop()
    check_shape(len(leads), n_samples, fs_hz)
    return Waves(Strip(leads, fs_hz), scale, picked.notes, *_count_check(channels, n_samples))


def _rate_hz(block: Element) -> float:
    rate_hz = number_of(text_of(block, "resolution/samplerate/value"))
    exponent = text_of(block, "resolution/samplerate/exponent")
    if rate_hz is None or (exponent and number_of(exponent) != _PLAIN_EXPONENT):
        raise RecordError("The file does not say its sampling rate plainly: give it when opening the file.")
    return rate_hz


def _names(channels: list[Element], given: Given) -> tuple[str, ...]:
    return given.names([text_of(channel, "name") for channel in channels], "channel")


def _scale(block: Element, given: Given) -> tuple[float, str]:
    """mV per count, and the same as the file says it."""
    per_count = number_of(text_of(block, "resolution/yres/unitperbit"))
    unit = given.unit if given.unit is not None else text_of(block, "resolution/yres/units")
    if not per_count or not unit:
        raise RecordError("The file does not say what one count is worth: export the ECG again.")
    return per_count * mv_per_unit(unit), f"{per_count:g} {unit[:10]}"


def _digits(channel: Element, name: str) -> str:
    kind = text_of(channel, "datastype").upper()
    if kind not in ("", _AS_TEXT):
        raise RecordError(
            f"The samples of lead {name} are written as '{kind[:20]}', which is not read: "
            "export the ECG with comma separated samples."
        )
    return text_of(channel, "data")


def _count_check(channels: list[Element], n_samples: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """That the number of samples is the declared one, or else that it is not."""
    declared = {number_of(text_of(channel, "samplecount")) for channel in channels} - {None}
    if not declared:
        return (), ()
    if declared == {float(n_samples)}:
        return (f"Every lead holds the {n_samples} samples that the file declares.",), ()
    return (), (f"The leads hold {n_samples} samples, and the file declares another number.",)
