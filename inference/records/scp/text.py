"""Text in SCP-ECG: ends at a NUL, in the character set that the device names (clause 5.4.5, tag 14)."""

from __future__ import annotations

from typing import Final

_LANGUAGE_CODE: Final = 16
"""Byte of tag 14 that says which character set the text is in."""
_CODECS: Final = {
    0x03: "iso8859_2",
    0x0B: "iso8859_4",
    0x13: "iso8859_5",
    0x1B: "iso8859_6",
    0x23: "iso8859_7",
    0x2B: "iso8859_8",
    0x33: "iso8859_11",
    0x3B: "iso8859_15",
    0x07: "utf_16_le",
    0x0F: "shift_jis",
    0x17: "euc_jp",
    0x1F: "euc_jp",
    0x27: "gb2312",
    0x2F: "cp949",
    0x37: "utf_8",
}


def text_codec(machine: bytes) -> str:
    """The codec of a file's text by its tag 14; '' where ASCII or nothing is declared."""
    code = machine[_LANGUAGE_CODE] if len(machine) > _LANGUAGE_CODE else 0
    if code & 0b1 == 0:
        return ""
    return "latin_1" if code & 0b11 == 0b01 else _CODECS.get(code, "")


def read_text(value: bytes, codec: str) -> str:
    """The text up to its NUL, printable and stripped; what was declared ASCII may be UTF-8 or Latin-1."""
    if codec == "utf_16_le":
        text = value[: len(value) // 2 * 2].decode(codec, errors="replace").partition("\x00")[0]
    else:
        text = _decoded(value.partition(b"\x00")[0], codec)
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _decoded(value: bytes, codec: str) -> str:
    if codec:
        return value.decode(codec, errors="replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
