"""The words on a PDF page and where each is seen, from pdfium's own order of the letters."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, Final

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) as in PDF: x' = a x + c y + e, y' = b x + d y + f."""
MAX_LETTERS: Final = 20_000
_GAP_OF_HEIGHT: Final = 1.5
"""Letters further apart than so many of their heights belong to two words, also without a space."""


@dataclass(frozen=True, slots=True)
class PageWord:
    """A word with its box in points of the upright page, y downwards."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle_y(self) -> float:
        return (self.y0 + self.y1) / 2


def read_words(page: Any, to_view: Matrix) -> tuple[PageWord, ...]:
    """The first `MAX_LETTERS` letters of an opened page as words; `to_view` leads to the upright page."""
    from pypdfium2 import raw

    text_page = page.get_textpage()
    try:
        words: list[PageWord] = []
        letters: list[PageWord] = []
        for place in range(min(text_page.count_chars(), MAX_LETTERS)):
            letter = _letter(raw, text_page.raw, place, to_view)
            if letter is None or (letters and not _belongs(letters[-1], letter)):
                words += _joined(letters)
                letters = []
            if letter is not None:
                letters.append(letter)
        return (*words, *_joined(letters))
    finally:
        text_page.close()


def _letter(raw: Any, text_page: Any, place: int, to_view: Matrix) -> PageWord | None:
    """One letter, None for a space or whatever is not seen."""
    code = raw.FPDFText_GetUnicode(text_page, place)
    # Beyond Unicode, and the halves of surrogate pairs, there is no letter.
    if not 32 < code < 0x110000 or 0xD800 <= code < 0xE000 or chr(code).isspace():
        return None
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(text_page, place, left, right, bottom, top):
        return None
    a, b, c, d, e, f = to_view
    xs = [a * x + c * y + e for x, y in ((left.value, bottom.value), (right.value, top.value))]
    ys = [b * x + d * y + f for x, y in ((left.value, bottom.value), (right.value, top.value))]
    if not all(map(math.isfinite, (*xs, *ys))):
        return None
    return PageWord(chr(code), min(xs), min(ys), max(xs), max(ys))


def _belongs(before: PageWord, letter: PageWord) -> bool:
    height = max(before.y1 - before.y0, letter.y1 - letter.y0, letter.x1 - letter.x0)
    aside = max(letter.x0 - before.x1, before.x0 - letter.x1)
    apart = max(letter.y0 - before.y1, before.y0 - letter.y1)
    return max(aside, apart) <= _GAP_OF_HEIGHT * height


def _joined(letters: list[PageWord]) -> list[PageWord]:
    if not letters:
        return []
    text = "".join(letter.text for letter in letters)
    x0, y0 = min(letter.x0 for letter in letters), min(letter.y0 for letter in letters)
    x1, y1 = max(letter.x1 for letter in letters), max(letter.y1 for letter in letters)
    return [PageWord(text, x0, y0, x1, y1)]
