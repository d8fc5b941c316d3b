"""File names that are no text: a name in another encoding reaches Python with surrogate escapes (PEP 383).

Neither a database nor a UTF-8 file takes such an escape. On the way there it is written as a character of
private use, U+10DC80 to U+10DCFF, which no file name has, and read back as it was.
"""

from __future__ import annotations

from typing import Final

_ESCAPED: Final = range(0xDC80, 0xDD00)
_PRIVATE: Final = 0x100000
_TO_PRIVATE: Final = {code: _PRIVATE + code for code in _ESCAPED}
_FROM_PRIVATE: Final = {_PRIVATE + code: code for code in _ESCAPED}


def storable(name: str) -> str:
    """A file name, or words that quote one, as text that can be stored anywhere."""
    return name.translate(_TO_PRIVATE)


def as_named(text: str) -> str:
    """Inverse of `storable`."""
    return text.translate(_FROM_PRIVATE)
