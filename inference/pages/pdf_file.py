"""PDF files opened with care: one at a time, in memory, of bounded size; and their pages as pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from inference.pages.pdf_streams import check_streams
from inference.records.errors import RecordError
from inference.records.safety import file_size

MAX_FILE_BYTES: Final = 50_000_000
MAX_PAGES: Final = 20
"""So many pages are looked through for an ECG."""
MAX_PICTURE_PIXELS: Final = 25_000_000
"""A4 at 500 points per inch is 24 million."""
_POINTS_PER_INCH: Final = 72.0
_LONGEST_SIDE_POINTS: Final = 14_400.0
"""The largest page that PDF 1.7 (ISO 32000-1, annex C.2) allows without a unit of its own: 200 inches."""

_PDFIUM: Final = threading.RLock()
"""pdfium keeps state of its own and may be entered by one thread at a time."""


@contextmanager
def opened_pdf(path: Path) -> Iterator[Any]:
    """The pypdfium2 document of a file, for one thread at a time.

    Raises RecordError where it is too large, damaged, needs a password or has no page.
    """
    content = _content(path)
    check_streams(content)
    # Here, because a file of another format must not wait for a PDF library.
    import pypdfium2
    from pypdfium2 import raw

    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise RecordError(
                    f"'{path.name[:80]}' is protected by a password: open it in a PDF viewer and print it "
                    "to a PDF without one."
                ) from None
            raise _damaged(path) from None
        try:
            if len(document) < 1:
                raise _damaged(path)
            yield document
        finally:
            document.close()


@contextmanager
def opened_page(path: Path, document: Any, index: int) -> Iterator[Any]:
    """One page of an opened document. Raises RecordError where it cannot be loaded or has no honest size."""
    import pypdfium2

    try:
        page = document[index]
    except (pypdfium2.PdfiumError, IndexError):
        raise _damaged(path) from None
    try:
        sides = page.get_size()
        if not all(0.0 < side <= _LONGEST_SIDE_POINTS for side in sides):
            raise _damaged(path)
        yield page
    finally:
        page.close()


def render_page(path: Path, page: int = 0, dpi: float = 150.0) -> npt.NDArray[np.uint8]:
    """A page as it is looked at, (h, w, 3) red green blue on white, upright.

    A page that would have more than `MAX_PICTURE_PIXELS` at `dpi` comes out coarser. Raises RecordError for
    what `opened_pdf` refuses and for a page that is not there.
    """
    with opened_pdf(path) as document, opened_page(path, document, page) as opened:
        return page_picture(opened, dpi)


def page_picture(page: Any, dpi: float) -> npt.NDArray[np.uint8]:
    """An opened page as `render_page` gives it."""
    width, height = page.get_size()
    largest = (MAX_PICTURE_PIXELS / (width * height)) ** 0.5
    bitmap = page.render(scale=min(dpi / _POINTS_PER_INCH, largest), rev_byteorder=True)
    try:
        picture: npt.NDArray[np.uint8] = np.array(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()
    return picture


def _content(path: Path) -> bytes:
    if file_size(path) > MAX_FILE_BYTES:
        raise RecordError(
            f"'{path.name[:80]}' is larger than {MAX_FILE_BYTES // 1_000_000} MB: print the page with the "
            "ECG alone."
        )
    try:
        return path.read_bytes()
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None


def _damaged(path: Path) -> RecordError:
    return RecordError(f"'{path.name[:80]}' is not a PDF that can be read: copy or print it again.")
