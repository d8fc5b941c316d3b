"""Coded entries of an ECG object: leads, units, the device's own values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SCP_LEADS: Final = {
    "I": 1,
    "II": 2,
    "V1": 3,
    "V2": 4,
    "V3": 5,
    "V4": 6,
    "V5": 7,
    "V6": 8,
    "V7": 9,
    "V3R": 11,
    "V4R": 12,
    "V5R": 13,
    "V6R": 14,
    "X": 16,
    "Y": 17,
    "Z": 18,
    "III": 61,
    "aVR": 62,
    "aVL": 63,
    "aVF": 64,
    "V8": 66,
    "V9": 67,
}
"""SCP-ECG (EN 1064) section 5.6.3, as PS3.16 CID 3001 takes them over."""
_SCPECG_VERSION: Final = "1.3"
_UCUM_VERSION: Final = "1.4"
_MAX_CODE: Final = 16
_MAX_MEANING: Final = 64


def code(value: str, scheme: str, meaning: str, version: str = "") -> Dataset:
    """One item of a code sequence (PS3.3 8.8)."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = scheme
    if version:
        item.CodingSchemeVersion = version
    item.CodeMeaning = meaning
    return item


def lead_code(lead_name: str) -> Dataset:
    """The channel's source: CID 3001, ECG leads."""
    return code(f"5.6.3-9-{_SCP_LEADS[lead_name]}", "SCPECG", f"Lead {lead_name}", _SCPECG_VERSION)


def microvolt() -> Dataset:
    return code("uV", "UCUM", "microvolt", _UCUM_VERSION)


def unit_code(unit: str) -> Dataset:
    """A unit as the device wrote it; '1' for a number without one."""
    return code((unit or "1")[:_MAX_CODE], "UCUM", (unit or "no units")[:_MAX_MEANING], _UCUM_VERSION)


def measurement_code(name: str) -> Dataset:
    """A device's own name for what it measured, in a scheme of this program: no meaning is guessed."""
    return code(name.upper()[:_MAX_CODE], "99ECGVIEWER", name[:_MAX_MEANING])
