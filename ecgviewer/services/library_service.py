"""The library: which records a folder holds and what is known of each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop
from ecgviewer.services.index_service import IndexService
from ecgviewer.services.library_entry import LibraryEntry, names_for, recording_warnings, with_index
from ecgviewer.services.record_service import LoadedRecord
from inference.records.place import Place

if TYPE_CHECKING:
    from ecgviewer.store import StoredReading
    from ecgviewer.store.library_index import IndexedFile
    from inference.records.record import Record

LabelState = Literal["draft", "signed"]
Labels = dict[str, LabelState]
"""By reader: what each of them has made of one record."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The records found under what the reader opened."""

    title: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    first: Path | None
    """The record to open at once: a file that was opened itself, else the first one."""
    root: Path | None = None
    """The one folder or archive that was opened, if it was one."""
    is_update: bool = False
    """Whether the library is open already, from what was remembered of it: nothing is opened again."""
    problem: str = ""
    """Why the folder could not be looked into; '' where it was."""


def root_of(opened: list[Path]) -> Path | None:
    """The one folder or archive that was opened; None for files, or several places."""
    # Unlike Path.is_dir, False for a folder inside of one that may not be entered.
    is_one = len(opened) == 1 and (os.path.isdir(opened[0]) or opened[0].suffix.lower() == ".zip")  # noqa: PTH112
    return opened[0] if is_one else None


def remembered_scan(root: Path, paths: list[Path]) -> Scan | None:
    """The library as it was when `root` was last looked through; None where that is not known."""
    if not paths:
        return None
    # Through a dictionary, so that hashes, which paths keep, are computed here and not in the window.
    return Scan(root.name, tuple(dict.fromkeys(paths)), tuple(names_for(paths, root)), paths[0], root)


def alone(opened: list[Path]) -> Scan | None:
    """The one file that was opened, before its folder was looked through.

    None for anything else, and for a signal file, which belongs to a header that is to be found first.
    """
    from inference.records.safety import is_file

    if len(opened) != 1 or opened[0].suffix.lower() in (".zip", ".dat", ".mat") or not is_file(opened[0]):
        return None
    file = opened[0]
    return Scan(file.parent.name, (file,), tuple(names_for([file], file.parent)), file)


def scan(opened: list[Path], should_stop: ShouldStop = lambda: False) -> Scan:
    """Find the records in folders and files; a single file brings its folder along,
    an archive what it holds. Ends early, with what was found, where `should_stop` says so."""
    from inference.records.files import find_records
    from inference.records.safety import is_file
    from inference.records.zip_members import ZIP_SUFFIX

    first: Path | None = None
    roots = list(opened)
    if len(opened) == 1 and is_file(opened[0]) and opened[0].suffix.lower() != ZIP_SUFFIX:
        first = opened[0]
        roots = [opened[0].parent]
    found: dict[Path, None] = dict.fromkeys(find_records(roots, should_stop))
    if first is not None and first not in found:
        same = [path for path in found if path.with_suffix("") == first.with_suffix("")]
        first = same[0] if same else first
        found = found if same else {first: None, **found}
    paths = tuple(found)
    title = roots[0].name if len(roots) == 1 else f"{len(roots)} places"
    names = tuple(names_for(list(paths), roots[0] if len(roots) == 1 else None))
    root, problem = root_of(opened), ""
    if root is not None and not paths:
        problem = _closed_words(root)
    return Scan(title, paths, names, first or (paths[0] if paths else None), root, problem=problem)


def _closed_words(root: Path) -> str:
    """Why nothing can be found in a folder; '' where it can be looked through, and for an archive."""
    try:
        if root.is_dir():
            next(root.iterdir(), None)
    except OSError as error:
        reason = error.strerror or str(error)
        return f"{root.name} could not be looked into ({reason}): check it, or choose another folder."
    return ""


class LibraryService(QObject):
    """Keeps the entries of the open library; tells when one of them becomes better known."""

    scanning = Signal()
    library_changed = Signal(object, list)
    """Scan and its list[LibraryEntry]."""
    entries_changed = Signal(list)
    """list[LibraryEntry] that are better known now."""

    def __init__(
        self,
        background: Background,
        index_file: Path | None = None,
        parent: QObject | None = None,
        *,
        read: Callable[[Path], Record] | None = None,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self.index = IndexService(background, index_file, self, read=read)
        self.index.found.connect(self._on_indexed)
        self.index.same_found.connect(self._on_same_found)
        self._shown: Scan | None = None
        self._entries: dict[Path, LibraryEntry] = {}
        self._hashes: dict[str, Path] = {}
        self._hash_of: dict[Path, str] = {}
        self._reader = ""
        self._labels_by_hash: dict[str, Labels] = {}
        self._labels_by_path: dict[str, dict[str, Labels]] = {}
        """By file, then by the path that the reading is kept under: that of the file or of a window of it."""

    def open(self, paths: list[Path]) -> None:
        """Scan folders and files in the background; a newer wish makes an older one stale.

        What is known at once is shown at once, and can be read while the folder is looked through.
        """
        self._background.supersede("library")
        self._shown = None
        self.scanning.emit()
        self.index.remembered(lambda: root_of(paths), remembered_scan, self._on_remembered)
        self._background.submit("reader", lambda _stop: alone(paths), self._on_remembered, topic="library")
        self._background.submit("folder", partial(scan, paths), self._on_scanned, topic="library")

    def look_again(self, suffix: str) -> None:
        """Look anew into the files of one ending, in lower case: other things are said of them now."""
        self.index.forget_kind(suffix)
        self._put(
            [
                replace(entry, is_analysed=False)
                for entry in self._entries.values()
                if entry.path.suffix.lower() == suffix
            ]
        )
        if self._shown is not None:
            self.index.set_paths(self._shown.paths, self._shown.root)

    def entry(self, path: Path) -> LibraryEntry | None:
        return self._entries.get(path)

    def set_reader(self, reader: str) -> None:
        """Whose readings count as read; what others have read is only marked as such."""
        if reader != self._reader:
            self._reader = reader
            self._label_all()

    def set_labels(self, readings: list[StoredReading]) -> None:
        """Take over what the store holds: the last reading of each record by each reader."""
        for stored in readings:
            self._remember(stored)
        self._label_all()

    def note_stored(self, stored: StoredReading) -> None:
        """A reading reached the disk."""
        self._remember(stored)
        path = self._hashes.get(stored.record_sha256, Path(Place.of(stored.record_path).file))
        entry = self._entries.get(path)
        if entry is not None:
            self._put([self._labelled(entry)])

    def note_loaded(self, loaded: LoadedRecord) -> None:
        """A record was looked into."""
        entry = self._entries.get(loaded.path)
        if entry is None:
            return
        record, analysis = loaded.record, loaded.analysis
        if record is None:
            # Ten seconds without signal are no reason to refuse the hours around them, and a picture is seen.
            is_shown = loaded.long is not None or loaded.page is not None
            kind = "page" if loaded.page is not None else entry.kind
            if loaded.page is not None:
                self._know_hash(loaded.path, loaded.page.sha256)
            self._put([self._labelled(replace(entry, kind=kind, refusal="" if is_shown else loaded.refusal))])
            return
        if loaded.long is None:
            self._know_hash(loaded.path, record.sha256)
        is_whole = loaded.long is None
        warnings = recording_warnings(analysis.quality) if analysis is not None and is_whole else []
        known = replace(
            entry,
            patient=record.patient,
            when="" if record.acquired_at is None else f"{record.acquired_at:%Y-%m-%d}",
            is_synthetic=record.synthetic is not None,
            warning=" ".join(warnings),
            kind="long" if loaded.long is not None else "digitised" if record.report.digitised else "",
            refusal="",
            is_analysed=True,
        )
        self._put([self._labelled(known)])

    def _know_hash(self, path: Path, record_sha256: str) -> None:
        self._hashes[record_sha256] = path
        self._hash_of[path] = record_sha256

    def _remember(self, stored: StoredReading) -> None:
        by_hash = self._labels_by_hash.setdefault(stored.record_sha256, {})
        file = Place.of(stored.record_path).file
        by_path = self._labels_by_path.setdefault(file, {}).setdefault(stored.record_path, {})
        for labels in (by_hash, by_path):
            if not stored.signed and stored.reading.is_empty:
                labels.pop(stored.reader, None)
            else:
                labels[stored.reader] = "signed" if stored.signed else "draft"

    def _labelled(self, entry: LibraryEntry) -> LibraryEntry:
        """By path while the file was not read; its content decides afterwards.

        A long recording has no content of its own: what was signed of it anywhere makes it signed.
        """
        record_sha256 = self._hash_of.get(entry.path)
        if record_sha256 is None:
            labels = _joined(self._labels_by_path.get(str(entry.path), {}).values())
        else:
            labels = self._labels_by_hash.get(record_sha256, {})
        if not labels and entry.label is None and not entry.is_read_by_others:
            # Nearly every entry of a large library: making each of them anew would stop the window.
            return entry
        others = labels.keys() - {self._reader}
        return replace(entry, label=labels.get(self._reader), is_read_by_others=bool(others))

    def _label_all(self) -> None:
        self._put([self._labelled(entry) for entry in self._entries.values()])

    def _put(self, entries: list[LibraryEntry]) -> None:
        changed = [entry for entry in entries if self._entries.get(entry.path) != entry]
        self._entries |= {entry.path: entry for entry in changed}
        if changed:
            self.entries_changed.emit(changed)

    def _on_indexed(self, files: list[IndexedFile]) -> None:
        """Facts about files that were looked into; what opening one told already is not told again."""
        known = []
        for file in files:
            entry = self._entries.get(Path(file.path))
            if entry is None or entry.is_analysed or (entry.refusal and file.refusal):
                continue
            if file.record_sha256:
                self._know_hash(entry.path, file.record_sha256)
            known.append(self._labelled(with_index(entry, file)))
        self._put(known)

    def _on_same_found(self, same: dict[str, tuple[str, ...]]) -> None:
        named = [
            replace(entry, same_as=tuple(self._name_of(other) for other in same.get(str(path), ())))
            for path, entry in self._entries.items()
        ]
        self._put(named)

    def _name_of(self, path: str) -> str:
        entry = self._entries.get(Path(path))
        return Path(path).name if entry is None else f"{entry.name} ({entry.path.suffix.lstrip('.')})"

    def _on_remembered(self, remembered: Scan | None) -> None:
        if remembered is not None and self._shown is None:
            self._on_scanned(remembered)

    def _on_scanned(self, found: Scan) -> None:
        shown, self._shown = self._shown, found
        if shown is not None and shown.paths == found.paths:
            return
        self._show(found, kept={} if shown is None else self._entries, is_update=shown is not None)
        self.index.set_paths(found.paths, found.root)

    def _show(self, found: Scan, kept: dict[Path, LibraryEntry], *, is_update: bool) -> None:
        if not is_update:
            self._hashes, self._hash_of = {}, {}
        named = zip(found.paths, found.names, strict=True)
        entries = []
        for path, name in named:
            entry = kept.get(path)
            if entry is None:
                entry = LibraryEntry(path, name)
            elif entry.name != name:
                entry = replace(entry, name=name)
            entries.append(self._labelled(entry))
        self._entries = {entry.path: entry for entry in entries}
        self.library_changed.emit(replace(found, is_update=is_update), entries)


def _joined(places: Iterable[Labels]) -> Labels:
    """What each reader made of a file whose parts have readings of their own; signed outweighs draft."""
    joined: Labels = {}
    for labels in places:
        for reader, state in labels.items():
            joined[reader] = "signed" if "signed" in (state, joined.get(reader)) else "draft"
    return joined
