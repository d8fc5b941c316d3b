"""A scanned or photographed page as red, green and blue, whatever picture file it came in."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError
from inference.records.safety import file_size

if TYPE_CHECKING:
    from PIL.Image import Image

ByteArray = npt.NDArray[np.uint8]

MAX_PICTURE_BYTES: Final = 100_000_000
MAX_PICTURE_PX: Final = 64_000_000
"""An A4 page at 600 dpi has 35 million pixels, the largest telephones' photographs 50 million."""
MAX_PX_PER_BYTE: Final = 400
"""A white A4 page with a trace in black and white, the best that compression does, has some 150 per byte."""
MIN_SIDE_PX: Final = 300
"""Below it a page has less than one and a half pixels per millimetre."""
WORKING_PX: Final = 6_500_000
"""Pages are looked at with so many pixels at most: A4 at 250 dpi."""
_FORMATS: Final = ("PNG", "JPEG", "TIFF")


def open_picture(path: Path) -> tuple[ByteArray, tuple[str, ...]]:
    """The first page of a PNG, JPEG or TIFF as (h, w, 3) red green blue, upright by its EXIF orientation.

    Larger pictures come back reduced to `WORKING_PX`. The sentences say what was decided on the way.
    Memory: at most 16 bytes for each of `MAX_PICTURE_PX` pixels, and of 400 pixels per byte of the file.
    Raises RecordError for what is no such picture, too large, or damaged.
    """
    from PIL import Image

    size = file_size(path)
    if size > MAX_PICTURE_BYTES:
        raise RecordError("The picture file is larger than 100 MB: save the page at 300 dpi and open that.")
    try:
        with _quiet_pillow(), Image.open(path, formats=_FORMATS) as picture:
            _check_size(picture.width, picture.height, size)
            n_pages = int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
            pixels = _upright(picture)
    except RecordError:
        raise
    except Image.DecompressionBombError:
        raise RecordError(
            "The picture declares far more pixels than this program reads: save the page at 300 dpi."
        ) from None
    except MemoryError:
        raise RecordError("There is not enough memory for this picture: save it smaller.") from None
    except Exception:
        # Pillow's decoders raise a dozen kinds of errors for damaged files, SyntaxError among them.
        raise RecordError(
            "The picture is damaged or of a kind that is not read: save it as PNG or JPEG and open that."
        ) from None
    notes = (f"The file has {n_pages} pages; the first one was opened.",) if n_pages > 1 else ()
    return pixels, notes


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Without Pillow's warnings and log of what is odd in a file: what matters is said in a sentence."""
    told = logging.getLogger("PIL")
    level = told.level
    told.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        told.setLevel(level)


def bounded(picture: Image) -> ByteArray:
    """A Pillow picture as (h, w, 3) red green blue of at most `WORKING_PX` pixels."""
    from PIL import Image

    excess = picture.width * picture.height / WORKING_PX
    if excess > 1.0:
        side = excess**-0.5
        wanted = (max(1, int(picture.width * side)), max(1, int(picture.height * side)))
        picture = picture.resize(wanted, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture, dtype=np.uint8)


def _check_size(width: int, height: int, file_bytes: int) -> None:
    if min(width, height) < MIN_SIDE_PX:
        raise RecordError(
            f"The picture has only {width} × {height} pixels: scan or photograph the whole page at 200 dpi."
        )
    if width * height > min(MAX_PICTURE_PX, MAX_PX_PER_BYTE * file_bytes):
        raise RecordError(
            f"The picture declares {width} × {height} pixels, more than a file of its size can hold "
            "or than this program reads: save the page at 300 dpi and open that."
        )


def _upright(picture: Image) -> ByteArray:
    from PIL import ImageOps

    if picture.format == "JPEG":
        # A photograph of 50 million pixels is decoded at half its size in a quarter of the time.
        side = (WORKING_PX / (picture.width * picture.height)) ** 0.5
        picture.draft("RGB", (int(picture.width * side), int(picture.height * side)))
    small = picture.reduce(2) if _may_be_halved(picture) else picture
    turned = ImageOps.exif_transpose(small)
    return bounded(_in_colour(turned))


def _may_be_halved(picture: Image) -> bool:
    return picture.mode in ("L", "RGB") and picture.width * picture.height > 4 * WORKING_PX


def _in_colour(picture: Image) -> Image:
    """Any mode as RGB: what is transparent becomes white paper, 16 bits become 8."""
    from PIL import Image

    if picture.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        return Image.fromarray(_eight_bits(np.asarray(picture))).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, layered).convert("RGB")
    return picture.convert("RGB")


def _eight_bits(values: npt.NDArray[Any]) -> ByteArray:
    """Grey values of any depth (h, w) between their smallest and largest as 0 to 255."""
    finite = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    lowest, highest = float(finite.min()), float(finite.max())
    scaled = (finite - lowest) * (255.0 / max(highest - lowest, 1e-6))
    return scaled.astype(np.uint8)
