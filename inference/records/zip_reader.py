"""Reading an ECG out of a ZIP file, and finding the ones that it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from inference.records.array_files import first_row_in
from inference.records.errors import RecordError
from inference.records.file_head import HEAD_BYTES, head_of
from inference.records.formats import OWN_SUFFIXES, is_listed, needs_a_look
from inference.records.leads import names_leads
from inference.records.record import Record
from inference.records.wfdb_header import files_named
from inference.records.zip_members import ZipMembers, opened_zip, private_folder

_ARRAY_SUFFIXES: Final = (".npy", ".npz")
_TABLE_SUFFIXES: Final = (".csv", ".tsv")
_MAX_SEGMENTS: Final = 1000


def read_zip(path: Path, read: Callable[[Path], Record]) -> Record:
    """The one ECG of an archive. RecordError where it holds none, or several."""
    found = records_in_zip(path)
    if len(found) != 1:
        raise RecordError(
            f"'{path.name[:80]}' holds {len(found)} ECGs: open it as a library and choose one."
            if found
            else f"'{path.name[:80]}' holds no file that looks like an ECG: unpack it and look inside."
        )
    return read_zip_member(path, found[0].relative_to(path).as_posix(), read)


def read_zip_member(archive: Path, name: str, read: Callable[[Path], Record]) -> Record:
    """The ECG in member `name`, unpacked with the files that belong to it and removed after `read`."""
    with opened_zip(archive) as members, private_folder() as folder:
        if name not in members:
            raise RecordError(
                f"'{archive.name[:80]}' holds no '{PurePosixPath(name).name[:80]}': open it again."
            )
        for companion in _companions(members, name):
            members.unpack(companion, folder)
        record = read(members.unpack(name, folder))
    note = f"Read from the archive '{archive.name[:80]}'."
    report = replace(record.report, read=(*record.report.read, note))
    return replace(record, path=archive / name, report=report)


def records_in_zip(path: Path) -> list[Path]:
    """The paths (`archive.zip/name`) of what looks like an ECG in an archive, in the archive's order."""
    with opened_zip(path) as members:
        segments = {
            _beside(name, segment)
            for name in members.names
            if name.lower().endswith(".hea")
            for segment in files_named(members.text(name))
            if segment.endswith(".hea")
        }
        found = {name for name in members.names if name not in segments and _is_ecg(members, name)}
        found.update(_plain_matlab(members))
        return [path / name for name in members.names if name in found]


def _plain_matlab(members: ZipMembers) -> list[str]:
    """MATLAB files that belong to no WFDB record of the archive."""
    headers = [name for name in members.names if name.lower().endswith(".hea")]
    described = {PurePosixPath(name).with_suffix("").as_posix() for name in headers}
    matlab = [
        name
        for name in members.names
        if name.lower().endswith(".mat") and PurePosixPath(name).with_suffix("").as_posix() not in described
    ]
    if not matlab:
        return []
    named = {_beside(name, other) for name in headers for other in files_named(members.text(name))}
    return [name for name in matlab if name not in named]


def _is_ecg(members: ZipMembers, name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".hea", *_ARRAY_SUFFIXES, *OWN_SUFFIXES):
        return True
    if suffix in _TABLE_SUFFIXES:
        return _sidecar(name) in members or names_leads(first_row_in(members.head(name, HEAD_BYTES)))
    if not needs_a_look(suffix):
        return False
    return is_listed(head_of(suffix, members.size(name), members.head(name, HEAD_BYTES)))


def _companions(members: ZipMembers, name: str) -> list[str]:
    """The other members that reading `name` needs: a header's signals, an array's sidecar."""
    if not name.lower().endswith(".hea"):
        beside = [_sidecar(name)]
    else:
        beside = [_beside(name, other) for other in files_named(members.text(name))[:_MAX_SEGMENTS]]
        inner = [other for other in beside if other.endswith(".hea") and other in members]
        beside += [_beside(other, file) for other in inner for file in files_named(members.text(other))]
    return [other for other in dict.fromkeys(beside) if other in members and other != name]


def _beside(name: str, other: str) -> str:
    """The name of a member in the same folder of the archive as `name`."""
    return PurePosixPath(name).with_name(other).as_posix() if other and "/" not in other else ""


def _sidecar(name: str) -> str:
    return PurePosixPath(name).with_suffix(".json").as_posix()
