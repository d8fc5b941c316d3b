"""read_record: one door for every ECG file."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Final

from inference.records.array_reader import ARRAY_SUFFIXES, read_array
from inference.records.errors import RecordError
from inference.records.file_head import read_head
from inference.records.formats import recognised
from inference.records.given import Given
from inference.records.record import Record
from inference.records.safety import file_size, is_file, path_exists, read_small_text
from inference.records.wfdb_header import parse_header
from inference.records.wfdb_reader import read_wfdb
from inference.records.zip_members import ZIP_SUFFIX, split_zip_path
from inference.records.zip_reader import read_zip, read_zip_member

_WFDB_SIGNAL_SUFFIXES: Final = (".dat", ".mat", ".xyz", ".flac")


def read_record(
    path: str | PathLike[str],
    *,
    fs_hz: float | None = None,
    unit: str | None = None,
    lead_order: Sequence[str] | None = None,
) -> Record:
    """Read one ECG file into a Record in mV.

    `path` is a file of any format in docs/formats.md; of a WFDB record it may be the header, a signal file
    or the name without extension. Rate, unit ("mV", "uV", "V") and lead order (one name per signal in the
    file) win over what the file says where the format leaves them open, and the report names them.

    Raises RecordError (one plain sentence) for any file that cannot be used, and nothing else.
    """
    path = Path(path)
    given = Given(fs_hz, unit, None if lead_order is None else tuple(lead_order))
    inside = split_zip_path(path)
    if inside is not None:
        return read_zip_member(*inside, lambda unpacked: _read_file(unpacked, given))
    if path.suffix.lower() == ZIP_SUFFIX:
        return read_zip(path, lambda unpacked: _read_file(unpacked, given))
    return _read_file(path, given)


def _read_file(path: Path, given: Given) -> Record:
    if path.suffix.lower() in ARRAY_SUFFIXES:
        return read_array(path, given)
    if path.suffix.lower() not in (".hea", *_WFDB_SIGNAL_SUFFIXES) and is_file(path):
        known = recognised(read_head(path))
        if known is not None:
            return known.read(path, given)
    return read_wfdb(_header_of(path), given)


def _header_of(path: Path) -> Path:
    """The `.hea` file for whatever part of a WFDB record was given."""
    suffix = path.suffix.lower()
    if suffix == ".hea":
        return path
    if suffix in _WFDB_SIGNAL_SUFFIXES:
        return _header_naming(path)
    with_header = path.with_name(f"{path.name}.hea") if path.name else path
    if with_header != path and path_exists(with_header):
        return with_header
    file_size(path)
    raise RecordError(
        f"'{path.name[:80]}' is not an ECG format that is read: open a WFDB header (.hea) or an array "
        "(.npy, .npz, .csv, .tsv)."
    )


def _header_naming(signal_file: Path) -> Path:
    """The header of a signal file, also where one record has several (PTB-XL's `_pre.dat`)."""
    own = signal_file.with_suffix(".hea")
    if path_exists(own):
        return own
    for length in range(len(signal_file.stem) - 1, 0, -1):
        header = signal_file.with_name(f"{signal_file.stem[:length]}.hea")
        if path_exists(header) and _names_file(header, signal_file.name):
            return header
    file_size(signal_file)
    raise RecordError(f"'{signal_file.name[:80]}' has no header (.hea) beside it: copy both into one folder.")


def _names_file(header: Path, file_name: str) -> bool:
    return any(signal.file_name == file_name for signal in parse_header(read_small_text(header)).signals)
