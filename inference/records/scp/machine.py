"""Tag 14 of section 1: the device that acquired the ECG.

EN 1064 clause 5.4.5: numbers of institution, department and device (2 bytes each), type, maker (1 each),
model (6), further codes up to byte 35, then five texts that end at a NUL: revision of the analysing program,
serial number, software of the device, software of the protocol, maker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.records.scp.text import read_text

_MAKER: Final = 7
_MODEL: Final = slice(8, 14)
_TEXTS: Final = 36
_MAKERS: Final = (
    *("", "Burdick", "Cambridge", "Compumed", "Datamed", "Fukuda", "Hewlett-Packard"),
    *("Marquette Electronics", "Mortara Instruments", "Nihon Kohden", "Okin", "Quinton", "Siemens"),
    *("Spacelabs", "Telemed", "Hellige", "ESA-OTE", "Schiller", "Picker-Schwarzer"),
    *("et medical devices", "Zwönitz"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """Who made the device; None where the file does not say."""

    maker: str | None = None
    model: str | None = None
    software: str | None = None


def read_machine(value: bytes, codec: str) -> Machine:
    """The device of a tag's value; nothing of it where the tag is missing or shorter than its fixed part."""
    if len(value) < _MODEL.stop:
        return Machine()
    texts = [read_text(text, codec) for text in value[_TEXTS:].split(b"\x00")]
    _analysis, _serial, software, _protocol, maker = [*texts, "", "", "", "", ""][:5]
    code = value[_MAKER]
    if not maker and code < len(_MAKERS):
        maker = _MAKERS[code]
    model = read_text(value[_MODEL], "" if codec == "utf_16_le" else codec)
    return Machine(maker or None, model or None, software or None)
