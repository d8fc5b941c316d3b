"""Which ECG lies in which file, known again without reading it while name, size and time are the same."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.records.place import Place

_LOG = logging.getLogger(__name__)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What was found in a file: the record's SHA-256, or the sentence why it could not be used."""

    sha256: str | None
    refused: str | None = None


class KnownFiles:
    """A JSON Lines file of what was found in which file; lines are only ever appended.

    A last line that was cut off is dropped. Other lines that cannot be read are left out with a line in the
    log: their files are read again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        whole = _whole_lines(path)
        self._n_bytes = len(whole)
        self._known = _parsed_lines(whole, path)

    def get(self, stamp: str) -> KnownFile | None:
        """What is known of the file with this stamp (see `file_stamps`); None for a file never seen."""
        return self._known.get(stamp)

    def add(self, found: Mapping[str, KnownFile]) -> None:
        """Remember what was found, by stamp."""
        lines = [
            json.dumps({"file": stamp, "sha256": file.sha256, "refused": file.refused}) + "\n"
            for stamp, file in found.items()
        ]
        data = "".join(lines).encode()
        with self._path.open("r+b" if self._path.exists() else "w+b") as stream:
            stream.truncate(self._n_bytes)
            stream.seek(self._n_bytes)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        self._n_bytes += len(data)
        self._known |= found


def file_stamps(paths: Sequence[Path]) -> list[str]:
    """A name for each record file as it lies there, 32 hexadecimal digits: path, size and time of change.

    A record's other files count too: those that begin with its stem, as '7.dat' and '7.i' do with '7.hea',
    and '00038_hr_pre.dat' with '00038_hr.hea'. Each folder is listed once.
    """
    folders: dict[Path, dict[str, list[str]]] = {}
    stamps = []
    for path in paths:
        folder = path.parent
        if folder not in folders:
            folders[folder] = _facts_by_stem(folder)
        stem = Path(Place.of(path).file).stem
        facts = folders[folder].get(stem, [])
        said = "\n".join([str(path.absolute()), *sorted(facts)])
        stamps.append(hashlib.sha256(said.encode()).hexdigest()[:32])
    return stamps


def _facts_by_stem(folder: Path) -> dict[str, list[str]]:
    """Name, size and time of every file of a folder, by the stems of the records that it may belong to."""
    facts: dict[str, list[str]] = {}
    if not folder.is_dir():
        return facts
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, dot, _ = entry.name.rpartition(".")
            if dot and entry.is_file():
                stat = entry.stat()
                while stem:
                    facts.setdefault(stem, []).append(f"{entry.name}|{stat.st_size}|{stat.st_mtime_ns}")
                    stem = stem.rpartition("_")[0]
    return facts


def _whole_lines(path: Path) -> bytes:
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1]


def _parsed_lines(data: bytes, path: Path) -> dict[str, KnownFile]:
    found = [_parsed(line) for line in data.splitlines()]
    unreadable = found.count(None)
    if unreadable:
        _LOG.warning("Cache file %s: %d lines cannot be read, their files are read again.", path, unreadable)
    return dict(each for each in found if each is not None)


def _parsed(line: bytes) -> tuple[str, KnownFile] | None:
    """Stamp and finding of one line; None for a line that says neither."""
    try:
        said = json.loads(line)
        stamp, sha256, refused = said["file"], said["sha256"], said["refused"]
    except (ValueError, KeyError, TypeError):
        return None
    is_hash = isinstance(sha256, str) and _SHA256.fullmatch(sha256) is not None
    if not isinstance(stamp, str) or not (is_hash or (sha256 is None and isinstance(refused, str))):
        return None
    return stamp, KnownFile(sha256, refused)
