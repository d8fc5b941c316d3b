"""Sheets that DICOM files wrap: encapsulated PDFs and pictures, built, read like the sheets themselves."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from inference.pages.page import is_page, open_page
from inference.records import Record, RecordError, read_record
from inference.records.files import find_records
from tests.unit.dicom_files import TWELVE_LEAD, ecg, group, write_dicom
from tests.unit.pdf_sheets import Sheet as PrintedSheet
from tests.unit.pdf_sheets import heart, sheet_pdf
from tests.unit.sheet_pictures import drawn, quiet_heart

PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
CAPTURE_CLASS = "1.2.840.10008.5.1.4.1.1.7"
AT = datetime(2024, 2, 29, 13, 14, 15, 250_000)


def wrapped(sop_class: str, **elements: Any) -> Dataset:
    """A DICOM file of Marie Curie without samples."""
    dataset = ecg([], sop_class=sop_class, PatientAge="056Y")
    del dataset.WaveformSequence
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def with_pdf(content: bytes, **elements: Any) -> Dataset:
    padded = content + b"\0" * (len(content) % 2)
    return wrapped(
        PDF_CLASS, EncapsulatedDocument=padded, MIMETypeOfEncapsulatedDocument="application/pdf", **elements
    )


def with_picture(picture: Image.Image, **elements: Any) -> Dataset:
    n_samples = len(picture.getbands())
    pixels = np.asarray(picture).tobytes()
    facts = {
        "Rows": picture.height,
        "Columns": picture.width,
        "SamplesPerPixel": n_samples,
        "BitsAllocated": 8,
        "PhotometricInterpretation": "RGB" if n_samples == 3 else "MONOCHROME2",
        "PixelData": pixels + b"\0" * (len(pixels) % 2),
    }
    return wrapped(CAPTURE_CLASS, **facts | elements)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return sheet_pdf(heart(), PrintedSheet())


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return drawn(quiet_heart())


def test_an_encapsulated_print_is_the_print_with_the_files_patient_and_time(
    tmp_path: Path, pdf: bytes
) -> None:
    (tmp_path / "sheet.pdf").write_bytes(pdf)
    plain = read_record(tmp_path / "sheet.pdf")
    path = write_dicom(tmp_path / "1.2.840.1", with_pdf(pdf))

    record = read_record(path)

    assert is_page(path)
    assert record.sha256 == plain.sha256
    assert (record.path, record.report.digitised) == (path, True)
    assert record.acquired_at == AT
    assert (record.patient.patient_id, record.patient.age_years) == ("P-17", 56.0)
    assert (record.patient.sex, record.patient.birth_date) == ("female", date(1967, 11, 7))
    assert record.report.read[0] == "The sheet was taken out of a DICOM file."


@pytest.mark.parametrize("kind", ["plain", "planes", "jpeg"])
def test_a_captured_page_is_looked_at_like_its_picture(
    tmp_path: Path, picture: Image.Image, kind: str
) -> None:
    dataset, syntax = with_picture(picture), str(ExplicitVRLittleEndian)
    plain = tmp_path / ("sheet.jpg" if kind == "jpeg" else "sheet.png")
    picture.save(plain, quality=95)
    if kind == "planes":
        planes = np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1)).tobytes()
        dataset.PlanarConfiguration, dataset.PixelData = 1, planes + b"\0" * (len(planes) % 2)
    elif kind == "jpeg":
        dataset.PixelData, syntax = encapsulate([plain.read_bytes()]), str(JPEGBaseline8Bit)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    expected, page = open_page(plain), open_page(write_dicom(tmp_path / "capture.dcm", dataset, syntax))

    assert expected.record is not None
    assert page.record is not None, page.reason
    assert page.record.sha256 == expected.record.sha256
    assert page.record.patient.patient_id == "P-17"


def test_grey_pages_are_the_same_whichever_end_is_black(tmp_path: Path, picture: Image.Image) -> None:
    grey = picture.convert("L")
    inverted = Image.fromarray(255 - np.asarray(grey))
    dark = with_picture(inverted, PhotometricInterpretation="MONOCHROME1")
    pages = [
        open_page(write_dicom(tmp_path / name, dataset))
        for name, dataset in (("two.dcm", with_picture(grey)), ("one.dcm", dark))
    ]
    np.testing.assert_array_equal(pages[0].picture, pages[1].picture)


def test_a_page_that_is_not_read_keeps_its_picture_and_says_why(tmp_path: Path) -> None:
    blank = Image.new("RGB", (600, 400), (255, 255, 255))
    path = write_dicom(tmp_path / "blank.dcm", with_picture(blank))
    page = open_page(path)
    assert page.record is None
    assert page.path == path
    assert "no millimetre grid" in page.reason


def test_a_folder_lists_sheets_that_are_called_ecgs_and_no_others(tmp_path: Path, pdf: bytes) -> None:
    called = write_dicom(tmp_path / "ecg.dcm", with_pdf(pdf))
    write_dicom(tmp_path / "letter.dcm", with_pdf(pdf, Modality="DOC"))
    assert list(find_records([tmp_path])) == [called]
    assert isinstance(read_record(tmp_path / "letter.dcm"), Record)


def test_a_print_that_refers_to_its_waveform_is_read_as_the_print(tmp_path: Path, pdf: bytes) -> None:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = TWELVE_LEAD, "1.2.3"
    dataset = with_pdf(pdf, ReferencedInstanceSequence=[reference])
    path = write_dicom(tmp_path / "sheet.dcm", dataset)
    page = open_page(path)
    assert page.record is not None
    assert page.record.patient == read_record(path).patient
    assert page.record.patient.patient_id == "P-17"


def test_a_waveform_that_refers_to_a_print_stays_a_waveform(tmp_path: Path) -> None:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = PDF_CLASS, "1.2.3"
    dataset = ecg([group(np.zeros((12, 5000), np.int16))], ReferencedInstanceSequence=[reference])
    dataset.StudyDescription = "%PDF-1.4"
    assert not is_page(write_dicom(tmp_path / "waveform.dcm", dataset))


def test_readings_of_a_page_belong_to_the_dicom_file_and_not_to_every_copy_of_its_picture(
    tmp_path: Path,
) -> None:
    blank = with_picture(Image.new("RGB", (600, 400), (255, 255, 255)))
    paths = [write_dicom(tmp_path / "one.dcm", blank)]
    blank.PatientID = "P-18"
    paths.append(write_dicom(tmp_path / "two.dcm", blank))
    assert [open_page(path).sha256 for path in paths] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    ]


def test_further_pictures_of_a_file_are_not_left_out_in_silence(tmp_path: Path) -> None:
    blank = Image.new("RGB", (600, 400), (255, 255, 255))
    pixels = np.asarray(blank).tobytes()
    dataset = with_picture(blank, NumberOfFrames="2", PixelData=pixels + pixels)
    page = open_page(write_dicom(tmp_path / "two.dcm", dataset))
    assert "The DICOM file holds several pictures; the first one was opened." in page.sentences


def test_sides_below_zero_are_refused_in_words(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "sheet.dcm", with_picture(Image.new("L", (400, 400))))
    content = path.read_bytes()
    for side in (b"\x28\x00\x10\x00", b"\x28\x00\x11\x00"):
        content = content.replace(side + b"US\x02\x00\x90\x01", side + b"SS\x02\x00\x70\xfe")
    path.write_bytes(content)
    with pytest.raises(RecordError, match="cut off or far too large"):
        read_record(path)


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path, pdf: bytes) -> None:
    path = write_dicom(tmp_path / ("\N{ANATOMICAL HEART}" * 63), with_pdf(pdf))
    assert read_record(path).path == path


def test_a_waveform_is_never_taken_for_a_sheet(tmp_path: Path) -> None:
    counts = np.zeros((12, 5000), np.int16)
    path = write_dicom(tmp_path / "waveform.dcm", ecg([group(counts)], StudyDescription=CAPTURE_CLASS))
    assert not is_page(path)


@pytest.mark.parametrize(
    ("dataset", "says_why"),
    [
        (with_pdf(b"<ClinicalDocument/>"), "no PDF"),
        (with_pdf(b"%PDF-1.4 and no more"), "not a PDF that can be read"),
        (wrapped(PDF_CLASS), "neither a PDF nor a picture"),
        (with_picture(Image.new("L", (400, 400)), BitsAllocated=16), "of a kind that is not read"),
        (with_picture(Image.new("L", (400, 400)), Rows=60_000), "cut off or far too large"),
        (with_picture(Image.new("L", (400, 400)), Rows=0), "cut off or far too large"),
        (with_picture(Image.new("L", (400, 400)), PixelData=b"\xfe\xff\x00\xe0\0\0\0\0" * 20_000), "pieces"),
        (with_picture(Image.new("L", (400, 400)), PixelData=b"\xfe\xff\x00\xe0\0\0\x02\0" * 20), "pieces"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(tmp_path: Path, dataset: Dataset, says_why: str) -> None:
    with pytest.raises(RecordError, match=says_why):
        read_record(write_dicom(tmp_path / "sheet.dcm", dataset))
