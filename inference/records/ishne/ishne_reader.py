"""ISHNE Holter recordings: opened by their header, any stretch of the leads in mV."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inference.records.assemble import Found
from inference.records.device import DeviceFindings
from inference.records.errors import RecordError
from inference.records.file_head import FileHead
from inference.records.framed_file import FramedFile, FramedSignal
from inference.records.given import Given
from inference.records.ishne.header import SIGNATURE, IshneHeader, read_header
from inference.records.lead_choice import PickedLeads, pick_ecg_leads
from inference.records.opened import Opened
from inference.records.record import Record
from inference.records.safety import check_long_shape
from inference.records.sample_words import INT16
from inference.records.units import mv_per_unit

_BEATS_SIGNATURE: Final = b"ANN  1.0"
_INVALID: Final = -(2**15)
"""What programs write for a lead that was not connected (C# ECG Toolkit, LEAD_FAULT_VALUE)."""
_MV_PER_NV: Final = mv_per_unit("nV")
_AUGMENTED: Final = ("aVR", "aVL", "aVF")
_ORTHOGONAL: Final = ("X", "Y", "Z")


def is_ishne(head: FileHead) -> bool:
    """Whether the file begins as an ISHNE recording or as ISHNE's list of beats."""
    return head.data[:8] in (SIGNATURE, _BEATS_SIGNATURE)


def read_ishne(path: Path, given: Given) -> Record:
    """The whole recording as one Record. Raises RecordError for anything that keeps it from being read."""
    return open_ishne(path, given).whole()


def open_ishne(path: Path, given: Given) -> Opened:
    """The recording with its header read and its samples left in the file.

    Raises RecordError for a file of beats alone, a broken header, or where no lead is known.
    """
    _refuse_beats(path)
    header = read_header(path)
    picked, named = _picked(header, given)
    check_long_shape(len(picked.names), header.n_frames, header.fs_hz)
    signals = tuple(
        FramedSignal(
            column,
            1,
            0.0,
            header.leads[column].nv_per_unit * _MV_PER_NV * (-1.0 if name in picked.inverted else 1.0),
            _INVALID,
        )
        for column, name in picked.names.items()
    )
    source = FramedFile(path, INT16, header.byte_offset, len(header.leads), header.n_frames, signals)
    return Opened(
        Found(
            path=path,
            format="ISHNE Holter",
            fs_hz=header.fs_hz,
            leads=(),
            patient=header.patient,
            acquired_at=header.acquired_at,
            comments=() if header.pacemaker is None else (f"Pacemaker: {header.pacemaker}",),
            device=DeviceFindings(model=header.recorder),
            read=(*picked.notes, *_qualities(header, picked)),
            assumed=(*named, *_given_notes(given), *header.notes),
            checks=("The header's checksum agrees with it.",) if header.checksum_agrees else (),
            failed=()
            if header.checksum_agrees
            else ("The header's checksum does not agree with it: it may be damaged.",),
        ),
        tuple(picked.names.values()),
        header.n_frames,
        source,
    )


def _refuse_beats(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            signature = stream.read(len(_BEATS_SIGNATURE))
    except OSError:
        raise RecordError(f"'{path.name[:80]}' may not be read: check its permissions.") from None
    if signature == _BEATS_SIGNATURE:
        raise RecordError(
            f"'{path.name[:80]}' holds the beats of a Holter and no signal: "
            "open the recording (.ecg) beside it."
        )


def _picked(header: IshneHeader, given: Given) -> tuple[PickedLeads, tuple[str, ...]]:
    """The leads by the standard's codes or by hand, and what that assumes."""
    picked = pick_ecg_leads(given.names([lead.name for lead in header.leads], "lead"))
    if given.lead_order is not None:
        return picked, ("The lead names were given by hand; the file's own were not used.",)
    names = picked.names.values()
    notes: list[str] = []
    if any(name in _AUGMENTED for name in names):
        notes.append("The standard's leads VR, VL and VF were read as aVR, aVL and aVF.")
    if any(name in _ORTHOGONAL for name in names):
        notes.append("The recorder's bipolar X, Y and Z were read as X, Y and Z; they are seldom Frank's.")
    return picked, tuple(notes)


def _qualities(header: IshneHeader, picked: PickedLeads) -> tuple[str, ...]:
    return tuple(
        f"The recorder notes {quality} in lead {name}."
        for column, name in picked.names.items()
        if (quality := header.leads[column].quality) is not None
    )


def _given_notes(given: Given) -> tuple[str, ...]:
    if given.fs_hz is None and given.unit is None:
        return ()
    return ("The file says its own rate and unit; those given by hand were not used.",)
