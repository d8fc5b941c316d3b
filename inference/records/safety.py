"""Limits on what a file may claim, checked before any memory is taken for it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from inference.records.errors import RecordError

MIN_FS_HZ: Final = 50.0
"""Below 50 Hz a QRS complex cannot be told from noise: such a file is no diagnostic ECG."""
MAX_FS_HZ: Final = 10_000.0
"""High-resolution (late potential) recorders stay below 10 kHz."""
MAX_DURATION_S: Final = 48 * 3600.0
"""The longest usual Holter recording."""
MAX_LONG_DURATION_S: Final = 31 * 86_400.0
"""What is only looked at in stretches may be longer: patch recorders are worn for up to four weeks."""
MAX_SIGNALS: Final = 64
MAX_VALUES: Final = 60_000_000
"""All leads together: 240 MB as float32, twelve leads at 500 Hz for 2.7 hours."""
MAX_TEXT_BYTES: Final = 1_000_000
"""Headers and sidecars are a few kilobytes; a larger one is something else."""


def check_shape(n_leads: int, n_samples: int, fs_hz: float) -> None:
    """Raise RecordError unless this many leads and samples at this rate can be one ECG."""
    _check_leads_and_rate(n_leads, n_samples, fs_hz)
    if n_samples / fs_hz > MAX_DURATION_S or n_samples * n_leads > MAX_VALUES:
        raise RecordError(
            f"The file declares {_short(n_samples)} samples in {n_leads} leads, which is more than this "
            "program reads: cut out the part that matters and open that."
        )


def check_long_shape(n_leads: int, n_samples: int, fs_hz: float) -> None:
    """Raise RecordError unless this can be one recording of which only stretches are read."""
    _check_leads_and_rate(n_leads, n_samples, fs_hz)
    if n_samples / fs_hz > MAX_LONG_DURATION_S:
        raise RecordError(
            f"The file declares {_short(n_samples)} samples per lead, and at most "
            f"{MAX_LONG_DURATION_S / 86_400:g} days are read: check the length and the rate in the file."
        )


def _check_leads_and_rate(n_leads: int, n_samples: int, fs_hz: float) -> None:
    if not 1 <= n_leads <= MAX_SIGNALS:
        raise RecordError(
            f"The file declares {_short(n_leads)} signals, and at most {MAX_SIGNALS} are read: "
            "check that it is an ECG."
        )
    if not MIN_FS_HZ <= fs_hz <= MAX_FS_HZ:
        raise RecordError(
            f"The sampling rate is {fs_hz:g} Hz, and only {MIN_FS_HZ:g} to {MAX_FS_HZ:g} Hz are read: "
            "check the rate in the file."
        )
    if n_samples < 1:
        raise RecordError("The file holds no samples: export the ECG again.")


def contained_file(folder: Path, name: str) -> Path:
    """The file `name` directly inside `folder`, which must be where it really lies.

    A header may name only its neighbours: a path, a URL, or a link that leads out of the folder
    would let a received ECG read any file of this computer.
    """
    if not name or name in {".", ".."} or any(mark in name for mark in ("/", "\\", ":", "\x00")):
        raise RecordError(
            f"The header points to {_quoted(name)}, outside its own folder, and is not followed: "
            "keep a record's files together in one folder."
        )
    path = folder / name
    try:
        real_path, real_folder = path.resolve(strict=True), folder.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError):
        raise RecordError(
            f"The file {_quoted(name)} is missing: copy it into the same folder as the header."
        ) from None
    except (OSError, RuntimeError, ValueError):
        raise RecordError(f"The file {_quoted(name)} cannot be opened: copy the record again.") from None
    if real_path.parent != real_folder:
        raise RecordError(
            f"{_quoted(name)} is a link that leads out of the record's folder and is not followed: "
            "replace the link by the file itself."
        )
    return path


def path_exists(path: Path) -> bool:
    """Whether there is something at `path`; False also where the path itself is impossible."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether `path` is an ordinary file; False also where the path itself is impossible."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def file_size(path: Path) -> int:
    """Size in bytes of a regular file. RecordError for a folder, a device, or what cannot be opened."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise RecordError(f"There is no file {_quoted(path.name)}: check the path.") from None
    except (OSError, ValueError):
        raise RecordError(f"{_quoted(path.name)} cannot be opened: check path and permissions.") from None
    if stat.S_ISDIR(status.st_mode):
        raise _is_a_folder(path)
    if not stat.S_ISREG(status.st_mode):
        raise RecordError(f"{_quoted(path.name)} is not an ordinary file and is not read.")
    if status.st_size == 0:
        raise RecordError(f"{_quoted(path.name)} is empty: copy or export it again.")
    return status.st_size


def _is_a_folder(path: Path) -> RecordError:
    try:
        os.scandir(path).close()
    except OSError:
        return RecordError(
            f"{_quoted(path.name)} is a folder that may not be looked into: check its permissions."
        )
    return RecordError(f"{_quoted(path.name)} is a folder, not an ECG: open a file inside it.")


def read_small_bytes(path: Path) -> bytes:
    """The bytes of a header or sidecar. RecordError where it is missing, unreadable or far too large."""
    if file_size(path) > MAX_TEXT_BYTES:
        raise RecordError(f"{_quoted(path.name)} is too large for what it should be: check the file.")
    try:
        return path.read_bytes()
    except OSError:
        raise RecordError(f"{_quoted(path.name)} may not be read: check its permissions.") from None


def read_small_text(path: Path) -> str:
    """The text of a header or sidecar: UTF-8, or Latin-1 as older recorders write it (µV)."""
    content = read_small_bytes(path)
    if b"\x00" in content:
        raise RecordError(f"{_quoted(path.name)} is not text: check that it is the right file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _quoted(name: str) -> str:
    printable = "".join(character if character.isprintable() else "?" for character in name)
    return f"'{printable[:80]}'"


def _short(count: int) -> str:
    return str(count) if count < 10**12 else "more than a million million"
