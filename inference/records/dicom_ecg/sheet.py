"""A sheet of paper in a DICOM file instead of samples: an encapsulated PDF, or a picture of the page.

Many archives keep ECGs only so: PS3.3 A.45.1 Encapsulated PDF, A.8 Secondary Capture, A.32.4 VL
Photographic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from inference.records.dicom_ecg.dicom_file import open_dicom, quiet_pydicom
from inference.records.dicom_ecg.elements import Elements
from inference.records.dicom_ecg.subject import Subject, subject_of
from inference.records.errors import RecordError
from inference.records.file_head import HEAD_BYTES, head_of
from inference.records.pdf_reader import is_pdf

_JPEG_MARK: Final = b"\xff\xd8\xff"
_MOST_PX: Final = 64_000_000
"""As of any picture of a page, see `inference.pages.scans.open_picture`."""
_ENCAPSULATED_ITEM: Final = b"\xfe\xff\x00\xe0"
_MOST_ITEMS: Final = 10_000
"""A page comes in a few; pydicom takes a second and 70 MB for half a million."""


@dataclass(frozen=True, slots=True)
class WrappedSheet:
    """A PDF, JPEG or TIFF file's whole content, and of whom it is."""

    content: bytes = field(repr=False)
    suffix: Literal[".pdf", ".jpg", ".tif"]
    subject: Subject
    notes: tuple[str, ...] = ()


def read_wrapped(path: Path) -> WrappedSheet:
    """The sheet in a DICOM file, of several frames the first; RecordError where none can be read."""
    with quiet_pydicom():
        dataset = open_dicom(path)
        document = dataset.data("EncapsulatedDocument")
        if document:
            return WrappedSheet(_pdf(document, path.name), ".pdf", subject_of(dataset))
        pixels = dataset.data("PixelData")
        if not pixels:
            raise RecordError(f"'{path.name[:80]}' holds neither a PDF nor a picture: export it again.")
        has_more = (dataset.number("NumberOfFrames") or 1) > 1
        notes = ("The DICOM file holds several pictures; the first one was opened.",) if has_more else ()
        if pixels.startswith(_ENCAPSULATED_ITEM):
            return WrappedSheet(_jpeg(pixels, path.name), ".jpg", subject_of(dataset), notes)
        return WrappedSheet(_tiff(pixels, dataset, path.name), ".tif", subject_of(dataset), notes)


def _pdf(document: bytes, name: str) -> bytes:
    if not is_pdf(head_of(".pdf", len(document), document[:HEAD_BYTES])):
        raise RecordError(
            f"'{name[:80]}' wraps a document that is no PDF: export the ECG as PDF or waveform."
        )
    return document


def _jpeg(pixels: bytes, name: str) -> bytes:
    """The first frame of encapsulated pixel data (PS3.5 A.4), which only a JPEG decoder can look into."""
    from pydicom.encaps import generate_frames

    n_offsets = int.from_bytes(pixels[4:8], "little") // 4
    if max(n_offsets, pixels.count(_ENCAPSULATED_ITEM)) > _MOST_ITEMS:
        raise RecordError(f"The picture in '{name[:80]}' is in far too many pieces: export it as JPEG.")
    try:
        frame: bytes = next(generate_frames(pixels, number_of_frames=1))
    except Exception as error:
        # As in open_dicom: pydicom names no closed list of what damaged items raise.
        raise RecordError(f"'{name[:80]}' is damaged or cut off: export or copy it again.") from error
    if not frame.startswith(_JPEG_MARK):
        raise RecordError(
            f"The picture in '{name[:80]}' is packed in a way that is not read: export it as JPEG."
        )
    return frame


def _tiff(pixels: bytes, dataset: Elements, name: str) -> bytes:
    """Plain 8-bit pixels, grey or red green blue, as an uncompressed TIFF."""
    from PIL import Image

    rows, columns, samples, bits = (
        int(dataset.number(keyword) or 0)
        for keyword in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")
    )
    meaning = dataset.text("PhotometricInterpretation")
    if bits != 8 or (samples, meaning) not in ((1, "MONOCHROME1"), (1, "MONOCHROME2"), (3, "RGB")):
        raise RecordError(
            f"The picture in '{name[:80]}' is of a kind that is not read: export it as JPEG or PDF."
        )
    n_bytes = rows * columns * samples
    if min(rows, columns) <= 0 or rows * columns > _MOST_PX or len(pixels) < n_bytes:
        raise RecordError(f"The picture in '{name[:80]}' is cut off or far too large: export it again.")
    values: npt.NDArray[np.uint8] = np.frombuffer(pixels, np.uint8, n_bytes)
    if samples == 3:
        by_plane = dataset.number("PlanarConfiguration") == 1
        shape = (3, rows, columns) if by_plane else (rows, columns, 3)
        values = values.reshape(shape).transpose(1, 2, 0) if by_plane else values.reshape(shape)
    else:
        values = values.reshape(rows, columns)
    if meaning == "MONOCHROME1":
        values = 255 - values
    stream = BytesIO()
    Image.fromarray(np.ascontiguousarray(values)).save(stream, "TIFF")
    return stream.getvalue()
