"""The grid of a page that draws it as a picture or a pattern: found by its period, in a rendering.

What repeats along one direction shows as a peak in the spectrum of that direction's mean darkness. A peak
is as sharp as the page is wide, so its place gives the spacing to a few ten thousandths.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.paper_grid import PaperGrid

FloatArray = npt.NDArray[np.float64]

_POINTS_PER_INCH: Final = 72.0
_DARK: Final = 110.0
"""Below it a pixel is ink of trace or letters, which have no part in the grid."""
_SPACINGS_MM: Final = (0.6, 1.7)
"""True millimetres between two fine lines that are looked for: sheets are seldom printed at other sizes."""
_STANDS_OUT: Final = 8.0
"""How many times the typical size around it a peak of the spectrum must have."""
_FINER: Final = 32


def grid_of_picture(picture: npt.NDArray[np.uint8], dpi: float) -> PaperGrid | None:
    """The grid in a rendered page (h, w, 3), None where nothing repeats in both directions.

    `dpi` is how many pixels an inch of the page has.
    """
    lightness = picture.min(axis=2).astype(np.float64)
    is_ink = lightness < _DARK
    if is_ink.all():
        return None
    lightness[is_ink] = np.median(lightness[~is_ink])
    across, down = _period(lightness.mean(axis=0), dpi), _period(lightness.mean(axis=1), dpi)
    if across is None or down is None:
        return None
    x, y = across * _POINTS_PER_INCH / dpi, down * _POINTS_PER_INCH / dpi
    note = f"The grid is no drawing of lines; by its period its 1 mm squares have {x:.3f} x {y:.3f} points."
    return PaperGrid(x, y, note, is_certain=False)


def _period(profile: FloatArray, dpi: float) -> float | None:
    """Pixels per millimetre in a profile (n,) of mean lightness; None where no such period stands out."""
    n = profile.size
    window = np.hanning(n)
    spectrum = np.abs(np.fft.rfft((profile - profile.mean()) * window, n * _FINER))
    frequencies = np.arange(spectrum.size) / (n * _FINER)
    mm = dpi / 25.4
    near = (frequencies > 1.0 / (_SPACINGS_MM[1] * mm)) & (frequencies < 1.0 / (_SPACINGS_MM[0] * mm))
    if not near.any() or not np.isfinite(spectrum).all():
        return None
    typical = float(np.median(spectrum[near]))
    best = int(np.argmax(np.where(near, spectrum, 0.0)))
    if spectrum[best] <= _STANDS_OUT * typical:
        return None
    return float(1.0 / frequencies[best])
