"""Lead names on a page, by comparing their shapes with the twelve names in a few typefaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from inference.pages.scans.loose_ink import LoosePart
from inference.pages.scans.straighten import PX_PER_MM
from inference.records.leads import STANDARD_LEADS
from inference.resource_paths import resources_folder
from inference.signal.paper_letters import lettering

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

FloatArray = npt.NDArray[np.float32]

_LEAST_MM: Final = 1.2
_MOST_MM: Final = 6.0
"""Height of a letter on a sheet."""
_NEXT_LETTER: Final = 0.75
"""Letters of a word stand no further apart than this part of their height."""
_MOST_LETTERS: Final = 3
_SIDE_PX: Final = 24
_SURE: Final = 0.65
"""Least correlation of a word with the name that it resembles most, for it to be taken for a lead's name."""
_SURE_OTHER: Final = 0.78
"""The same for a word that speaks against an arrangement."""
_AS_ALIKE: Final = 0.12
_FAR_LESS_ALIKE: Final = 0.25
"""In a typeface that is not known here V2 and V3 may change places, but neither is taken for V4 or aVL."""
_MOST_WORDS: Final = 80
"""A page with more words among its rows is looked at no further: twelve of them are names."""
_MOST_PARTS: Final = 600
_DOT: Final = np.ones((5, 5), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FoundName:
    """A lead's name and its middle in pixels of the page."""

    name: str
    """The name that it resembles most."""
    x: float
    y: float
    likeness: Mapping[str, float]
    """Its correlation with each of the twelve names."""

    def may_be(self, name: str) -> bool:
        """Whether it resembles this name as much as any, within what a strange typeface changes."""
        return self.likeness[name] >= self.likeness[self.name] - _AS_ALIKE

    def is_surely_not(self, name: str) -> bool:
        """Whether it is another lead's name; never for I, as which any short upright stroke can be read.

        Many recorders draw such a stroke where one lead gives way to the next.
        """
        best = self.likeness[self.name]
        return self.name != "I" and best >= _SURE_OTHER and self.likeness[name] < best - _FAR_LESS_ALIKE


def find_names(parts: Sequence[LoosePart], wider: int = 1) -> list[FoundName]:
    """The lead names among a page's loose ink; what is not clearly one of the twelve is left out.

    Where the page was squeezed, letters were so many times `wider` on it.
    """
    letters = [_as_written(part, wider) for part in parts if _is_letter(part)][:_MOST_PARTS]
    found = []
    for word in _words(letters)[:_MOST_WORDS]:
        likeness = _likeness_to_names(word)
        best = max(likeness, key=lambda name: likeness[name])
        if likeness[best] >= _SURE:
            x0, x1 = min(part.x0 for part in word), max(part.x1 for part in word)
            y0, y1 = min(part.y0 for part in word), max(part.y1 for part in word)
            found.append(FoundName(best, (x0 + x1) / 2 / wider, (y0 + y1) / 2, likeness))
    return found


def _as_written(part: LoosePart, wider: int) -> LoosePart:
    if wider == 1:
        return part
    shape = np.repeat(part.shape, wider, axis=1)
    return replace(part, x0=part.x0 * wider, x1=part.x1 * wider, shape=shape)


def _is_letter(part: LoosePart) -> bool:
    height_mm, width_mm = (part.y1 - part.y0) / PX_PER_MM, (part.x1 - part.x0) / PX_PER_MM
    return not part.touches and _LEAST_MM <= height_mm <= _MOST_MM and width_mm <= 3 * _MOST_MM


def _words(letters: Sequence[LoosePart]) -> list[list[LoosePart]]:
    """Letters that stand side by side, from left to right; words of more than three letters are left out."""
    words: list[list[LoosePart]] = []
    for letter in sorted(letters, key=lambda part: part.x0):
        for word in words:
            last = word[-1]
            height = max(last.y1 - last.y0, letter.y1 - letter.y0)
            is_level = min(last.y1, letter.y1) - max(last.y0, letter.y0) > 0.5 * height
            if is_level and letter.x0 - last.x1 <= _NEXT_LETTER * height:
                word.append(letter)
                break
        else:
            words.append([letter])
    return [word for word in words if len(word) <= _MOST_LETTERS]


def _likeness_to_names(word: Sequence[LoosePart]) -> dict[str, float]:
    """How much a word resembles each of the twelve names, in the typeface that suits it best."""
    x0, x1 = min(part.x0 for part in word), max(part.x1 for part in word)
    y0, y1 = min(part.y0 for part in word), max(part.y1 for part in word)
    shape = np.zeros((y1 - y0, x1 - x0), dtype=np.float32)
    for part in word:
        place = shape[part.y0 - y0 : part.y1 - y0, part.x0 - x0 : part.x1 - x0]
        np.maximum(place, part.shape, out=place)
    return {name: max(_likeness(shape, each) for each in shapes) for name, shapes in _shapes().items()}


def _likeness(word: FloatArray, name: FloatArray) -> float:
    """Correlation of two shapes brought to one size; 0 where one is much broader than the other."""
    broader = (word.shape[1] / word.shape[0]) / (name.shape[1] / name.shape[0])
    if not 0.6 < broader < 1.67:
        return 0.0
    first, second = _resized(word, name.shape[1]), name
    if first.std() < 1e-6 or second.std() < 1e-6:
        # A bare stroke is the letter I in most typefaces.
        return 1.0 if first.std() == second.std() else 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _resized(shape: FloatArray, width: int) -> FloatArray:
    from PIL import Image, ImageFilter

    picture = Image.fromarray((shape * 255).astype(np.uint8)).resize(
        (width, _SIDE_PX), Image.Resampling.BILINEAR
    )
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(1.0)), dtype=np.float32)


@cache
def _shapes() -> dict[str, list[FloatArray]]:
    """Each name's shapes (24, w) from 0 to 1, cut to the ink, one per typeface."""
    from PIL import ImageFont as Typefaces

    fonts: list[FreeTypeFont | ImageFont] = [
        Typefaces.truetype(str(resources_folder() / "fonts" / file), 48)
        for file in ("Inter-Regular.otf", "Inter-SemiBold.otf")
    ]
    fonts.append(Typefaces.load_default(48))
    drawn = {name: [_drawn(name, font) for font in fonts] for name in STANDARD_LEADS}
    # The letters of the project's own small sheets have the serifs that many recorders give to I.
    whole = {name: [*shapes, np.kron(lettering(name), _DOT)] for name, shapes in drawn.items()}
    return {name: [_resized(each, each.shape[1]) for each in shapes] for name, shapes in whole.items()}


def _drawn(name: str, font: FreeTypeFont | ImageFont) -> FloatArray:
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (300, 120), 0)
    ImageDraw.Draw(canvas).text((40, 20), name, fill=255, font=font)
    box = canvas.getbbox()
    assert box is not None
    cut = canvas.crop(box)
    width = max(4, round(cut.width * _SIDE_PX / cut.height))
    return np.asarray(cut.resize((width, _SIDE_PX)), dtype=np.float32) / np.float32(255.0)
