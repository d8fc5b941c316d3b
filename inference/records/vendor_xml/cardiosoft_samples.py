"""Samples in CardioSoft XML: whole numbers with commas between them, lead by lead or all leads in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.record import FloatArray
from inference.records.safety import MAX_SIGNALS, check_shape
from inference.records.units import scaled_mv
from inference.records.vendor_xml.equal_leads import equal_leads
from inference.records.xml_tree import number_of, text_of

IntArray = npt.NDArray[np.int64]

_MV_PER_UV: Final = 1e-3
_WHOLE_NUMBERS: Final = re.compile(r"\s*+(?:[-+]?+[0-9]{1,9}+\s*+(?:,\s*+|\Z))++")
"""Numbers of nine digits at most, a comma behind each, or behind each but the last."""
_CLEARLY: Final = 2.0
"""How many times rougher the leads have to be in the one order of samples to rule it out for the other."""
_DAMAGED: Final = "The samples of the CardioSoft file are damaged: export the ECG again."


@dataclass(frozen=True, slots=True)
class Strip:
    """Leads as the file names them, one (n_samples,) row in mV each."""

    fs_hz: float
    names: tuple[str, ...]
    rows_mv: tuple[FloatArray, ...] = field(repr=False)
    scaled: str
    checks: tuple[str, ...] = ()


def read_strip(strip: Element) -> Strip:
    """The leads of a `StripData` or `MedianSamples`. RecordError where they differ in length, or are none."""
    leads = strip.findall("WaveformData")
    if not 1 <= len(leads) <= MAX_SIGNALS:
        raise RecordError("The CardioSoft file holds no leads, or far too many: export the ECG again.")
    rows = [_whole_numbers(lead.text or "") for lead in leads]
    n_samples = equal_leads([row.size for row in rows], "lengths")
    return _scaled(strip, tuple(lead.get("lead", "") for lead in leads), rows, n_samples, ())


def read_full_disclosure(full_disclosure: Element) -> Strip:
    """All that was recorded, out of one list of numbers for all leads.

    Programs that read it do not agree on the order: sample by sample with all leads in each, as GE's manual
    is quoted, or second by second with all samples of a lead in each, as in the UK Biobank's files. In the
    wrong order neighbouring numbers are of different leads and the curves jump; RecordError where that does
    not tell the two apart clearly.
    """
    names = tuple(name.strip() for name in text_of(full_disclosure, "LeadOrder").split(",") if name.strip())
    if not 1 <= len(names) <= MAX_SIGNALS:
        raise RecordError("The CardioSoft file does not name its leads: export the ECG again.")
    parts = [element.text or "" for element in full_disclosure.findall("FullDisclosureData")]
    values = np.concatenate([_whole_numbers(part) for part in parts]) if parts else np.zeros(0, np.int64)
    rate_hz = _rate_hz(full_disclosure)
    rows, check = _in_order(values, len(names), round(rate_hz))
    return _scaled(full_disclosure, names, list(rows), rows.shape[1], (check,))


def _in_order(values: IntArray, n_leads: int, rate_hz: int) -> tuple[IntArray, str]:
    """The leads, shape (n_leads, n_samples), and which order of samples it was; a last part is left out."""
    by_sample = values[: values.size // n_leads * n_leads].reshape(-1, n_leads).T
    block = n_leads * max(rate_hz, 1)
    seconds = values[: values.size // block * block].reshape(-1, n_leads, max(rate_hz, 1))
    by_second = seconds.transpose(1, 0, 2).reshape(n_leads, -1)
    if not by_second.size or n_leads == 1:
        raise RecordError(_DAMAGED)
    sample_steps, second_steps = _roughness(by_sample), _roughness(by_second)
    if _CLEARLY * second_steps < sample_steps:
        return (
            by_second,
            "The full disclosure is stored second by second; in the other order the curves jump.",
        )
    if _CLEARLY * sample_steps < second_steps:
        return (
            by_sample,
            "The full disclosure is stored sample by sample; in the other order the curves jump.",
        )
    raise RecordError(
        "The order of the samples in the full disclosure cannot be told: export the ECG with its 10-s strip."
    )


def _roughness(rows: IntArray) -> float:
    """Mean step from one sample to the next."""
    return float(np.abs(np.diff(rows.astype(np.float64), axis=1)).mean()) if rows.shape[1] > 1 else 0.0


def _whole_numbers(text: str) -> IntArray:
    if not _WHOLE_NUMBERS.fullmatch(text):
        raise RecordError(_DAMAGED)
    return np.fromstring(text, dtype=np.int64, sep=",")


def _rate_hz(element: Element) -> float:
    rate_hz = number_of(text_of(element, "SampleRate"))
    if rate_hz is None:
        raise RecordError("The CardioSoft file does not give its sampling rate: export the ECG again.")
    check_shape(1, 1, rate_hz)
    return rate_hz


def _scaled(
    element: Element,
    names: tuple[str, ...],
    rows: Sequence[IntArray],
    n_samples: int,
    checks: tuple[str, ...],
) -> Strip:
    rate_hz = _rate_hz(element)
    check_shape(len(names), n_samples, rate_hz)
    resolution = element.find("Resolution")
    uv_per_step = number_of(text_of(resolution))
    if resolution is None or uv_per_step is None or uv_per_step <= 0:
        raise RecordError("The CardioSoft file does not give its resolution: export the ECG again.")
    unit = resolution.get("units", "").strip()
    if not unit.lower().startswith(("uv", "µv")):
        raise RecordError(f"The resolution of the CardioSoft file is in '{unit[:20]}', which is not read.")
    rows_mv = tuple(scaled_mv(row, 0.0, uv_per_step * _MV_PER_UV) for row in rows)
    return Strip(rate_hz, names, rows_mv, f"One step is {uv_per_step:g} µV, as the file says.", checks)
