"""Recognising DICOM by the beginning of a file, also without the preamble that it should have."""

from __future__ import annotations

import re
from typing import Final

from inference.records.file_head import FileHead

PREAMBLE_BYTES: Final = 128
MAGIC: Final = b"DICM"
ECG_CLASS: Final = "1.2.840.10008.5.1.4.1.1.9.1."
"""PS3.4 B.5: 12-lead, general, ambulatory and general 32-bit ECG waveform storage."""
_ECG_CLASS: Final = ECG_CLASS.encode()
_MODALITY_ECG: Final = re.compile(
    rb"\x08\x00\x60\x00(?:CS\x04\x00|\x04\x00\x00\x00)ECG|\x00\x08\x00\x60CS\x00\x04ECG", re.DOTALL
)
_OWN_CLASS: Final = re.compile(
    rb"(?:\x02\x00\x02\x00|\x08\x00\x16\x00)(?:UI..|..\x00\x00)(?P<uid>[0-9.]+)", re.DOTALL
)
"""The class of the file (PS3.10 7.1) or of its data set, and not one of a file that it only refers to."""
_SHEET_CLASS: Final = re.compile(rb"1\.2\.840\.10008\.5\.1\.4\.1\.1\.(?:104\.1|7(?:\.[1-4])?|77\.1\.4)")
"""PS3.4 B.5: encapsulated PDF, secondary capture of one or more frames, photographs."""
_PDF_CLASS: Final = b"1.2.840.10008.5.1.4.1.1.104.1"
DICOM_SUFFIXES: Final = (".dcm", ".dicom", ".ima")
_NO_SUFFIX: Final = re.compile(r"(?:\.[0-9]+)?")
"""DICOM files are often named by a number or by an UID, whose last part only looks like an ending."""
_WITHOUT_PREAMBLE: Final = re.compile(
    rb"[\x02\x08]\x00[\x00-\x20]\x00(?:[A-Z]{2}|[\x00-\xff]{2}\x00\x00)|\x00\x08\x00[\x00-\x20][A-Z]{2}",
    re.DOTALL,
)
"""A first element of group 2 or 8: explicit or implicit little endian, or big endian."""


def is_dicom_ecg(head: FileHead) -> bool:
    """Whether a file is DICOM of an ECG class, or of any other but called an ECG (a scanned sheet)."""
    if _has_preamble(head):
        return _ECG_CLASS in head.data or _MODALITY_ECG.search(head.data) is not None
    return _WITHOUT_PREAMBLE.match(head.data) is not None and _ECG_CLASS in head.data


def is_dicom_sheet(head: FileHead) -> bool:
    """Whether a file is DICOM that wraps a PDF or a picture, and no ECG waveform."""
    return _has_preamble(head) and _SHEET_CLASS.fullmatch(_own_class(head)) is not None


def is_dicom_ecg_sheet(head: FileHead) -> bool:
    """Whether it is also called an ECG."""
    return is_dicom_sheet(head) and _MODALITY_ECG.search(head.data) is not None


def is_dicom_picture(head: FileHead) -> bool:
    """Whether a file is DICOM that wraps a picture."""
    return is_dicom_sheet(head) and _own_class(head) != _PDF_CLASS


def _own_class(head: FileHead) -> bytes:
    match = _OWN_CLASS.search(head.data, PREAMBLE_BYTES)
    return b"" if match is None else match["uid"]


def may_be_dicom(suffix: str) -> bool:
    """Whether files with this ending (lower case) may be DICOM."""
    return suffix in DICOM_SUFFIXES or is_no_suffix(suffix)


def is_no_suffix(suffix: str) -> bool:
    """Whether a name has no ending that says anything."""
    return _NO_SUFFIX.fullmatch(suffix) is not None


def is_other_dicom(head: FileHead) -> bool:
    """Whether a file is DICOM, but nothing in its head says ECG."""
    return _has_preamble(head) and not is_dicom_ecg(head)


def _has_preamble(head: FileHead) -> bool:
    return head.data[PREAMBLE_BYTES : PREAMBLE_BYTES + len(MAGIC)] == MAGIC
