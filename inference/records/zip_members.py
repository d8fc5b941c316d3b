"""ECGs inside ZIP files: `study.zip/first.dcm` is the path of one, as if the archive were a folder.

What a member needs is unpacked into a private folder among the system's temporary files, read, and removed
at once.
"""

from __future__ import annotations

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from inference.records.errors import RecordError
from inference.records.safety import MAX_TEXT_BYTES, file_size, is_file

ZIP_SUFFIX: Final = ".zip"
MAX_UNPACKED_BYTES: Final = 300_000_000
"""What one record may unpack to, all its files together; more than any record that is read whole."""
MAX_RATIO: Final = 200
"""Flat lines written as text shrink some fifty times; a bomb, a thousand times and more."""
_FREE_BYTES: Final = 10_000_000
"""Below this the ratio does not matter."""
_MAX_MEMBERS: Final = 100_000
_MAX_HEADS_BYTES: Final = 200_000_000
"""All beginnings of members together, read to tell which of them are ECGs."""
_CHUNK_BYTES: Final = 1 << 20

DAMAGED_ARCHIVE: Final = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    UnicodeError,
)
"""What zipfile and its decompressors raise for archives that are damaged, encrypted or of another kind."""


def split_zip_path(path: Path) -> tuple[Path, str] | None:
    """The archive and the member's name in `a.zip/folder/b.hea`; None for a path outside of archives."""
    for parent in path.parents:
        if parent.suffix.lower() == ZIP_SUFFIX and is_file(parent):
            return parent, path.relative_to(parent).as_posix()
    return None


class ZipMembers:
    """The files in an archive by their names, with every name checked and every size counted."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        infos = archive.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise RecordError(
                f"'{name}' holds more than {_MAX_MEMBERS:,} files: unpack it and open the folder."
            )
        self._infos = {info.filename: info for info in infos if _is_plain(info)}
        self._left = MAX_UNPACKED_BYTES
        self._heads_left = _MAX_HEADS_BYTES

    @property
    def names(self) -> list[str]:
        """Names of ordinary files in the order of the archive; hidden and unsafe ones are left out."""
        return list(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def head(self, name: str, n_bytes: int) -> bytes:
        """The beginning of a member. RecordError where it cannot be unpacked."""
        with self._readable(), self._archive.open(self._infos[name]) as stream:
            content = stream.read(n_bytes)
        self._heads_left -= len(content)
        if self._heads_left < 0:
            raise _too_much(self._name)
        return content

    def size(self, name: str) -> int:
        """What the archive says that a member unpacks to, in bytes."""
        return self._infos[name].file_size

    def text(self, name: str) -> str:
        """A small text member (a header)."""
        return self.head(name, MAX_TEXT_BYTES).decode("latin-1")

    def unpack(self, name: str, folder: Path) -> Path:
        """Write one member into `folder` under its last name. RecordError where it grows beyond measure."""
        info = self._infos[name]
        target = folder / PurePosixPath(name).name
        allowed = min(self._left, max(_FREE_BYTES, MAX_RATIO * info.compress_size))
        written = 0
        target.unlink(missing_ok=True)
        unpack_into(target, b"")
        with self._readable(), self._archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                written += len(chunk)
                if written > allowed:
                    raise RecordError(
                        f"'{target.name[:80]}' in '{self._name}' unpacks to more than an ECG can be: "
                        "check where the archive comes from."
                    )
                unpack_into(target, chunk)
        self._left -= written
        return target

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except DAMAGED_ARCHIVE as error:
            raise _unreadable(self._name, error) from None


@contextmanager
def opened_zip(path: Path) -> Iterator[ZipMembers]:
    """The archive at `path`, for the length of a `with`. RecordError where it is damaged."""
    file_size(path)
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED_ARCHIVE as error:
        raise _unreadable(path.name, error) from None
    with archive:
        yield ZipMembers(archive, path.name[:80])


def unpack_into(target: Path, content: bytes) -> None:
    """Add to a file in a private folder. RecordError where the disk is full or may not be written."""
    try:
        with target.open("ab") as out:
            out.write(content)
    except OSError as error:
        raise RecordError(
            f"There is no room to unpack the file ({error.strerror}): free some space for temporary files."
        ) from None


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user can look into, gone after the `with`."""
    with tempfile.TemporaryDirectory(prefix="ecg-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    parts = PurePosixPath(name).parts
    # A name may be empty, which ZipInfo.is_dir does not expect.
    return bool(name) and not (
        info.is_dir()
        or name.startswith("/")
        or any(mark in name for mark in ("\\", ":", "\x00"))
        or any(part.startswith(".") or part == "__MACOSX" for part in parts)
    )


def _too_much(name: str) -> RecordError:
    return RecordError(f"'{name}' holds too many files to look into: unpack it and open the folder.")


def _unreadable(name: str, error: Exception) -> RecordError:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return RecordError(f"'{name}' is locked with a password: unpack it first and open the folder.")
    return RecordError(f"'{name}' is a damaged archive, or packed in a way that is not read: copy it again.")
