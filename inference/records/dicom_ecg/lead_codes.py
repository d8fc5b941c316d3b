"""Lead names of DICOM channels: by code, by the code's meaning, or by the channel's label."""

from __future__ import annotations

import re
from typing import Final

from inference.records.dicom_ecg.elements import Elements
from inference.records.leads import KNOWN_LEADS, read_lead_name

_BY_NUMBER: Final = {
    1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6", 9: "V7",
    11: "V3R", 12: "V4R", 13: "V5R", 14: "V6R", 16: "X", 17: "Y", 18: "Z",
    61: "III", 62: "aVR", 63: "aVL", 64: "aVF", 65: "-aVR", 66: "V8", 67: "V9",
}  # fmt: skip
"""Lead numbers of SCP-ECG (EN 1064, 5.6.3-9) and of ISO/IEEE 11073-10101 (partition 2), the same in both;
DICOM PS3.16 CID 3001. Others (Frank I, calibration leads) are no leads of this program."""
_NUMBERED: Final = re.compile(r"(?:5\.6\.3-9-|2:)(?P<number>[0-9]{1,4})")
_MDC_BLOCK: Final = 2 << 16
"""11073-10101 also counts all terms through: partition times 65,536 plus the number within it."""


def lead_of(channel: Elements) -> tuple[str, str]:
    """The name of a channel's lead as `read_lead_name` takes it, and a note ('' for none).

    A known code decides; a contradicting label is noted. A code of another lead (Frank's I) is never
    read as one of ours because its meaning looks like it.
    """
    code, label = channel.code("ChannelSourceSequence"), channel.text("ChannelLabel")
    number = _number(code.value)
    if number is None:
        spoken = (code.value, code.meaning, label)
        known = (name for name in map(_plain, spoken) if read_lead_name(name).name in KNOWN_LEADS)
        return next(known, label or code.meaning or code.value), ""
    name = _BY_NUMBER.get(number, f"{code.meaning or label or 'lead'} ({code.value})")
    labelled = read_lead_name(_plain(label))
    if number in _BY_NUMBER and labelled.name in KNOWN_LEADS and labelled != read_lead_name(name):
        return name, f"A channel is coded as lead {name} and labelled '{label[:40]}'; the code was taken."
    return name, ""


def _number(code: str) -> int | None:
    match = _NUMBERED.fullmatch(code)
    if match:
        return int(match["number"])
    whole = int(code) if re.fullmatch(r"[0-9]{6}", code) else 0
    return whole - _MDC_BLOCK if _MDC_BLOCK <= whole < _MDC_BLOCK + 256 else None


def _plain(text: str) -> str:
    """`Lead I (Einthoven)` and `aVR, augmented voltage, right` without what follows the name."""
    return re.sub(r"\s*\(Einthoven\)", "", text.split(",")[0])
