"""The formats that are read: each is recognised by what the file holds and read by one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.aecg.reader import ROOT as AECG_ROOT
from inference.records.aecg.reader import read_aecg
from inference.records.dicom_ecg.dicom_head import (
    DICOM_SUFFIXES,
    is_dicom_ecg,
    is_dicom_ecg_sheet,
    is_dicom_sheet,
    is_no_suffix,
    is_other_dicom,
)
from inference.records.dicom_ecg.reader import read_dicom
from inference.records.edf import is_edf, open_edf, read_edf
from inference.records.file_head import FileHead
from inference.records.given import Given
from inference.records.ishne import is_ishne, open_ishne, read_ishne
from inference.records.opened import Opened
from inference.records.pdf_reader import is_pdf
from inference.records.picture_reader import PICTURE_SUFFIXES, is_picture, read_sheet
from inference.records.record import Record
from inference.records.schiller.reader import ROOT as SCHILLER_ROOT
from inference.records.schiller.reader import read_schiller
from inference.records.scp.container import is_scp
from inference.records.scp.reader import read_scp
from inference.records.vendor_xml.cardiosoft import is_cardiosoft, read_cardiosoft
from inference.records.vendor_xml.mortara import is_mortara, read_mortara
from inference.records.vendor_xml.muse import is_ge_muse, read_muse
from inference.records.vendor_xml.philips import is_philips_sierra, read_philips
from inference.records.vendor_xml.physio_control import is_physio_control, read_physio_control


@dataclass(frozen=True, slots=True)
class Format:
    """One file format behind `read_record`."""

    name: str
    """As the reader of the ECG knows it: "Philips Sierra XML"."""
    recognises: Callable[[FileHead], bool]
    """Whether a file with this head is of the format; never raises."""
    read: Callable[[Path, Given], Record]
    """Raises RecordError, and nothing else, for a file that cannot be used."""
    own_suffixes: tuple[str, ...] = ()
    """Endings that hardly anything else has: in a folder such files are listed, and refused with a reason."""
    shared_suffixes: tuple[str, ...] = ()
    """Endings that other files have too: in a folder these are listed where `recognises` says so."""
    open: Callable[[Path, Given], Opened] | None = None
    """Reads the header only, where any stretch of the samples can be read alone; raises RecordError."""
    is_listed: bool = True
    """False for files that are seldom ECGs: opened by hand they get their own refusal, and no folder lists
    them."""


FORMATS: Final[tuple[Format, ...]] = (
    # Before the waveforms, because these are often called ECGs as well.
    Format("ECG sheet in DICOM", is_dicom_ecg_sheet, read_sheet, shared_suffixes=DICOM_SUFFIXES),
    Format("other sheet in DICOM", is_dicom_sheet, read_sheet, is_listed=False),
    Format("DICOM ECG", is_dicom_ecg, read_dicom, shared_suffixes=DICOM_SUFFIXES),
    Format("other DICOM", is_other_dicom, read_dicom, is_listed=False),
    Format("HL7 aECG", lambda head: head.xml_root == AECG_ROOT, read_aecg, shared_suffixes=(".xml", ".aecg")),
    Format(
        "Schiller XML", lambda head: head.xml_root == SCHILLER_ROOT, read_schiller, shared_suffixes=(".xml",)
    ),
    Format("EDF", is_edf, read_edf, own_suffixes=(".edf", ".bdf"), open=open_edf),
    Format("ISHNE Holter", is_ishne, read_ishne, shared_suffixes=(".ecg", ".ann", ".hol"), open=open_ishne),
    Format("GE MUSE XML", is_ge_muse, read_muse, shared_suffixes=(".xml",)),
    Format("Philips Sierra XML", is_philips_sierra, read_philips, shared_suffixes=(".xml",)),
    Format("SCP-ECG", is_scp, read_scp, own_suffixes=(".scp",), shared_suffixes=(".ecg",)),
    Format("Mortara ELI XML", is_mortara, read_mortara, shared_suffixes=(".xml",)),
    Format("GE CardioSoft XML", is_cardiosoft, read_cardiosoft, shared_suffixes=(".xml",)),
    Format("PDF", is_pdf, read_sheet, own_suffixes=(".pdf",)),
    Format("Picture of an ECG sheet", is_picture, read_sheet, shared_suffixes=PICTURE_SUFFIXES),
    # Behind all others in XML: it goes by a name that their files may hold as well.
    Format("Physio-Control XML", is_physio_control, read_physio_control, shared_suffixes=(".xml",)),
)
"""All but WFDB and arrays, which several files make up together (see `reader`)."""

OWN_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.own_suffixes)
SHARED_SUFFIXES: Final = frozenset(suffix for known in FORMATS for suffix in known.shared_suffixes)


def known_formats() -> tuple[str, ...]:
    """The names of all formats that are read, for the reader of the ECG."""
    return tuple(
        dict.fromkeys(
            ("WFDB", *(known.name for known in FORMATS if known.is_listed), "NumPy, CSV or MATLAB tables")
        )
    )


def recognised(head: FileHead) -> Format | None:
    """The format of a file by its head, None for none that is known."""
    return next((known for known in FORMATS if known.recognises(head)), None)


def needs_a_look(suffix: str) -> bool:
    """Whether only the head of a file with this ending (lower case) can say that it is an ECG."""
    return suffix in SHARED_SUFFIXES or is_no_suffix(suffix)


def is_listed(head: FileHead) -> bool:
    """Whether a file with this head is to be listed in a folder or an archive."""
    known = recognised(head)
    return known is not None and known.is_listed
