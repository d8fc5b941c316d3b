"""Lead names in letters of 3 by 5 pixels, the least that stays readable on a small picture of a sheet."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
HEIGHT_PX: Final = 5
_ROWS: Final = {
    "I": "111 010 010 010 111",
    "V": "101 101 101 101 010",
    "a": "000 011 101 101 011",
    "R": "110 101 110 101 101",
    "L": "100 100 100 100 111",
    "F": "111 100 110 100 100",
    "1": "010 110 010 010 111",
    "2": "110 001 010 100 111",
    "3": "110 001 010 001 110",
    "4": "101 101 111 001 001",
    "5": "111 100 110 001 110",
    "6": "011 100 110 101 010",
}


def lettering(name: str) -> FloatArray:
    """A lead's name as ink (5, 4 * n_letters - 1): 1 where there is ink, one empty column between letters."""
    letters = [
        np.array([[float(dot) for dot in row] for row in _ROWS[letter].split()], dtype=np.float32)
        for letter in name
    ]
    return np.concatenate([np.pad(letter, ((0, 0), (0, 1))) for letter in letters], axis=1)[:, :-1]
