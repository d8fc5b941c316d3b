"""Page: an ECG sheet as a picture, with the places of its leads and, where it could be read, its Record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from inference.pages.page_layout import LeadArea, PageLayout
from inference.pages.pdf_file import render_page
from inference.pages.scans.ink import ink_of
from inference.pages.scans.open_picture import open_picture
from inference.pages.scans.page_sheet import PageSheet, sheet_of_rows
from inference.pages.scans.scan import look_at
from inference.pages.vector_pdf import NoVectorTraceError, PdfSheet, read_pdf_sheet
from inference.records.assemble import assemble
from inference.records.dicom_ecg.dicom_head import is_dicom_sheet, may_be_dicom
from inference.records.dicom_ecg.sheet import read_wrapped
from inference.records.errors import RecordError
from inference.records.file_head import FileHead, read_head
from inference.records.formats import recognised
from inference.records.pdf_reader import is_pdf
from inference.records.picture_reader import PICTURE_SUFFIXES, is_picture, read_sheet
from inference.records.record import Record
from inference.records.zip_members import private_folder, unpack_into

ByteArray = npt.NDArray[np.uint8]

SCAN_DPI: Final = 220.0
"""At which a scanned page inside a PDF is looked at: 8.7 pixels per millimetre."""
_VIEW_DPI: Final = 150.0
_BEFORE_LEADS_MM: Final = 5.5
"""On the drawn sheet a pulse rises so far before the first lead."""


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet as it is looked at.

    `picture` (h, w, 3) red green blue, read-only, straightened where its grid was found; `layout` in its
    pixels. `record` is digitised, None where the sheet could not be read with confidence: `reason` says why,
    as one sentence. `sheet` is what picture models see of it.
    """

    path: Path
    picture: ByteArray = field(repr=False)
    sheet: PageSheet = field(repr=False)
    layout: PageLayout | None = field(default=None, repr=False)
    record: Record | None = None
    reason: str = ""
    sentences: tuple[str, ...] = ()
    """How the picture was made straight, one sentence each."""
    sha256: str = ""
    """SHA-256 of the file: what is read off the page stays with it, however it is straightened one day."""
    is_print: bool = False
    """Whether the leads are drawn as lines, and not as a picture: then the Record is nearly the drawing."""


def is_page(path: Path) -> bool:
    """Whether a file is a picture or PDF, or DICOM around one. RecordError where it cannot be opened."""
    suffix = path.suffix.lower()
    if suffix not in (*PICTURE_SUFFIXES, ".pdf") and not may_be_dicom(suffix):
        return False
    known = recognised(read_head(path))
    return known is not None and known.read is read_sheet


def open_page(path: Path) -> Page:
    """The sheet in a picture file, a PDF, or DICOM around one, with its Record where it could be read.

    Raises RecordError for a file that is no picture and no PDF, or cannot be opened; a sheet that can be
    looked at but not read is a Page without a record.
    """
    head = read_head(path)
    page = _unwrapped(path) if is_dicom_sheet(head) else _opened(path, head)
    return replace(page, sha256=_file_sha256(path))


def _unwrapped(path: Path) -> Page:
    """The sheet in a DICOM file, unpacked for as long as it is looked at."""
    wrapped = read_wrapped(path)
    with private_folder() as folder:
        inside = folder / f"{path.stem[:40]}{wrapped.suffix}"
        unpack_into(inside, wrapped.content)
        page = _opened(inside, read_head(inside))
    said = ("The sheet was taken out of a DICOM file.", *wrapped.notes)
    page = replace(page, path=path, sentences=(*said, *page.sentences))
    if page.record is None:
        return page
    report, subject = page.record.report, wrapped.subject
    report = replace(report, read=(*said, *report.read), assumed=(*report.assumed, *subject.notes))
    record = replace(
        page.record, path=path, patient=subject.patient, acquired_at=subject.acquired_at, report=report
    )
    return replace(page, record=record)


def _opened(path: Path, head: FileHead) -> Page:
    if is_picture(head):
        picture, notes = open_picture(path)
        return _scanned(path, picture, notes)
    if not is_pdf(head):
        raise RecordError(f"'{path.name[:80]}' is no PNG, JPEG, TIFF or PDF: open it as what it is.")
    try:
        sheet = read_pdf_sheet(path)
    except NoVectorTraceError:
        return _scanned(path, render_page(path, 0, SCAN_DPI), ("The first page of the PDF is a picture.",))
    return _printed(path, sheet)


def read_page(path: Path) -> Record:
    """The Record on a sheet. Raises RecordError, with the reason, where it could not be read."""
    page = open_page(path)
    if page.record is None:
        raise RecordError(page.reason)
    return page.record


def _scanned(path: Path, picture: ByteArray, notes: tuple[str, ...]) -> Page:
    scan = look_at(path, picture, notes)
    reason = (
        f"The page was not turned into an ECG, because {scan.reason}: look at it as a picture, or open the "
        "file that the recorder wrote."
    )
    return _page(path, scan.picture, scan.sheet, scan.layout, scan.record, reason, scan.sentences)


def _printed(path: Path, sheet: PdfSheet) -> Page:
    picture = render_page(path, sheet.page, _VIEW_DPI)
    layout = _in_pixels(sheet.layout, picture)
    ink = ink_of(picture, is_ruled=False)
    left = min((area.x0 for area in layout.leads), default=0.0) - _BEFORE_LEADS_MM / layout.mm_per_x
    as_seen = sheet_of_rows(ink, left, _row_baselines(layout), 1.0 / layout.mm_per_x)
    return replace(_page(path, picture, as_seen, layout, assemble(sheet.found), "", ()), is_print=True)


def _row_baselines(layout: PageLayout) -> list[float]:
    """One baseline for each row of leads: those of its leads differ by as much as their offsets."""
    rows: dict[int, list[float]] = {}
    for area in layout.leads:
        if area.baseline_y is not None:
            rows.setdefault(round(area.y0), []).append(area.baseline_y)
    return sorted(float(np.median(baselines)) for baselines in rows.values())


def _page(
    path: Path,
    picture: ByteArray,
    sheet: PageSheet,
    layout: PageLayout | None,
    record: Record | None,
    reason: str,
    sentences: tuple[str, ...],
) -> Page:
    picture = np.array(picture)
    picture.flags.writeable = False
    return Page(path, picture, sheet, layout, record, "" if record else reason, sentences)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _in_pixels(layout: PageLayout, picture: ByteArray) -> PageLayout:
    """A layout in points of a PDF page in the pixels of its picture."""
    across, down = picture.shape[1] / layout.width, picture.shape[0] / layout.height
    return replace(
        layout,
        unit="pixel",
        width=float(picture.shape[1]),
        height=float(picture.shape[0]),
        mm_per_x=layout.mm_per_x / across,
        mm_per_y=layout.mm_per_y / down,
        leads=tuple(_scaled(area, across, down) for area in layout.leads),
    )


def _scaled(area: LeadArea, across: float, down: float) -> LeadArea:
    baseline = None if area.baseline_y is None else area.baseline_y * down
    return replace(
        area,
        x0=area.x0 * across,
        x1=area.x1 * across,
        y0=area.y0 * down,
        y1=area.y1 * down,
        baseline_y=baseline,
    )
