"""Picture files of ECGs, opened without trusting them: what is no picture is refused in one sentence."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from inference.signal.paper_picture import PICTURE_PX, network_pictures

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
_FORMATS: Final = ("JPEG", "PNG", "BMP", "TIFF")
MAX_PIXELS: Final = 50_000_000
"""A page at 600 dpi has 35 million; what claims more is not decoded."""


class PictureError(Exception):
    """A picture file that cannot be used; one plain sentence."""


def read_picture(path: Path) -> Image.Image:
    """The decoded picture, upright, in red, green and blue, on white where it is transparent.

    Raises PictureError for a file that is missing, truncated, too large or not a picture.
    """
    try:
        with warnings.catch_warnings():
            # Of oddities that Pillow can read past it warns; but a header that claims very many pixels is
            # reason enough to stop.
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as opened:
                return _decoded(opened, path)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{path.name} is no JPEG, PNG, BMP or TIFF picture; it was left out.") from error
    except FileNotFoundError as error:
        raise PictureError(f"{path.name} does not exist; it was left out.") from error
    except (OSError, SyntaxError, ValueError) as error:
        # Pillow reports a damaged file as any of these.
        raise PictureError(f"{path.name} is damaged or cut off ({error}); it was left out.") from error


def _decoded(opened: Image.Image, path: Path) -> Image.Image:
    if opened.width * opened.height > MAX_PIXELS:
        raise _too_large(path)
    upright = ImageOps.exif_transpose(opened)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return upright.convert("RGB")


def _too_large(path: Path) -> PictureError:
    return PictureError(
        f"{path.name} has more than {MAX_PIXELS // 1_000_000} million pixels; it was left out, "
        "save it smaller to use it."
    )


def pixels_sha256(picture: Image.Image) -> str:
    """One name for the same pixels, in whatever format they were saved without loss."""
    size = f"{picture.width}x{picture.height}:".encode()
    return hashlib.sha256(size + picture.tobytes()).hexdigest()


def scaled_pixels(picture: Image.Image) -> ByteArray:
    """The picture squeezed to (224, 224, 3), each pixel the mean of what it covers."""
    return np.asarray(picture.resize((PICTURE_PX, PICTURE_PX), Image.Resampling.BOX), dtype=np.uint8)


def load_picture(path: Path) -> FloatArray:
    """A picture file as a network's input (3, 224, 224). Raises PictureError."""
    array: FloatArray = network_pictures(scaled_pixels(read_picture(path))[None])[0]
    return array
