"""From a DICOM file to a Record."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from inference.records.assemble import Found, assemble
from inference.records.device import DeviceFindings, DeviceMedianBeat
from inference.records.dicom_ecg.dicom_file import open_dicom, quiet_pydicom
from inference.records.dicom_ecg.dicom_head import ECG_CLASS
from inference.records.dicom_ecg.elements import Elements
from inference.records.dicom_ecg.findings import Annotations, ChannelNames, annotations_of
from inference.records.dicom_ecg.groups import Group, read_group
from inference.records.dicom_ecg.roles import Roles, told_apart
from inference.records.dicom_ecg.subject import subject_of
from inference.records.errors import RecordError
from inference.records.given import Given
from inference.records.record import Record
from inference.records.strips import Strip, join_strips

MAX_GROUPS: Final = 16
"""PS3.3 A.34 allows five multiplex groups in an ECG."""


def read_dicom(path: Path, given: Given) -> Record:
    """Read the ECG waveform of a DICOM file; what was given by hand wins over the file and is reported.

    Recordings in several groups are joined by their times (see `strips`); a median beat becomes the
    device's own. Memory stays below 15 times the file's size, 35 times where leads stored in pieces are
    joined, and up to `MAX_INFLATION` times as much for a deflated file. Raises RecordError for anything else.
    """
    with quiet_pydicom():
        dataset = open_dicom(path)
        roles, group_notes, channels = _roles(path, dataset, given)
        said = annotations_of(dataset, channels)
        found = _found(path, dataset, roles, (*group_notes, *said.notes), said, given)
    return assemble(found)


def _roles(path: Path, dataset: Elements, given: Given) -> tuple[Roles, tuple[str, ...], ChannelNames]:
    items = dataset.items("WaveformSequence")
    if not items:
        raise RecordError(_without_waveform(path, dataset))
    groups: list[Group] = []
    channels: dict[int, tuple[str, ...]] = {}
    problems: list[tuple[int, RecordError]] = []
    for number, item in enumerate(items[:MAX_GROUPS], 1):
        try:
            groups.append(read_group(item, given))
            channels[number] = groups[-1].channel_names
        except RecordError as error:
            problems.append((number, error))
    try:
        roles = told_apart(groups)
    except RecordError:
        # Where the recording itself could not be read, its own reason says more than that it is missing.
        if problems:
            raise problems[0][1] from None
        raise
    notes = tuple(f"Waveform group {number} was left out. {error}" for number, error in problems)
    return roles, notes, channels


def _found(
    path: Path, dataset: Elements, roles: Roles, further: tuple[str, ...], said: Annotations, given: Given
) -> Found:
    joined = join_strips([Strip(group.leads, group.fs_hz, group.start_s) for group in roles.recordings])
    subject = subject_of(dataset)
    used = [roles.recordings[place] for place in joined.used]
    main = used[0]
    damaged = tuple(f"The element {keyword} is damaged and was left out." for keyword in dataset.damaged)
    channel_notes = dict.fromkeys(note for group in used for note in group.notes)
    return Found(
        path=path,
        format="DICOM",
        fs_hz=joined.fs_hz,
        leads=tuple(joined.leads.items()),
        patient=subject.patient,
        acquired_at=subject.acquired_at,
        comments=tuple(dataset.text("PatientComments").splitlines()),
        device=DeviceFindings(
            maker=dataset.text("Manufacturer") or None,
            model=dataset.text("ManufacturerModelName") or None,
            software=", ".join(dataset.texts("SoftwareVersions")) or None,
            statements=said.statements,
            measurements=said.measurements,
            filters=main.filters,
            median_beat=_median_beat(roles.median_beat),
        ),
        read=(*joined.read, *channel_notes, *roles.notes, *further, *damaged),
        assumed=(*given.notes, *joined.assumed, *subject.notes),
        failed=tuple(dict.fromkeys(note for group in used for note in group.failed)),
        scaled=(f"Samples were scaled as the file says, {main.scale} in lead {next(iter(main.leads))}.",)
        if main.scale
        else (),
    )


def _median_beat(group: Group | None) -> DeviceMedianBeat | None:
    return None if group is None else DeviceMedianBeat.of(group.leads, group.fs_hz)


def _without_waveform(path: Path, dataset: Elements) -> str:
    from pydicom.uid import UID

    written = dataset.text("SOPClassUID")
    if not written or written.startswith(ECG_CLASS):
        return f"'{path.name[:80]}' is damaged or cut off: export or copy it again."
    return (
        f"'{path.name[:80]}' is DICOM of the kind '{UID(written).name[:60]}' and holds no ECG waveform: "
        "export the ECG as a DICOM waveform."
    )
