"""IndexService: keeps the library's index, looks into its files in the background, and says how far it is.

How a library becomes known:
1. `remembered`: what the folder held last time comes at once, before anything was looked through.
2. `set_paths(paths)` after every scan: what is still true of the files is announced by `found`.
3. The rest is looked into a few files at a time, so that closing, cancelling or another library wait for
   no more than one of them; each handful is kept on the disk before it is announced.
4. When the last file is done, the same ECG in several files is looked for: `same_found`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Signal

from ecgviewer.services.background import Background, ShouldStop
from ecgviewer.services.indexing import Looked, look_into, same_ecgs, still_true

if TYPE_CHECKING:
    from ecgviewer.store.library_index import IndexedFile, LibraryIndex
    from inference.records.record import Record

HANDFUL: Final = 16
"""Files between two words of progress: a few tenths of a second on a slow disk."""
_T = TypeVar("_T")
_TOPIC: Final = "index"
_LISTING_TOPIC: Final = "remembered"


class IndexService(QObject):
    """The one owner of the index; everything it does happens on the index lane."""

    found = Signal(list)
    """list[IndexedFile]: what became known of files of the open library."""
    same_found = Signal(dict)
    """By path: the other files of the open library that hold the same ECG."""
    progress = Signal(int, int)
    """Files looked into, and files in all; equal when nothing is left."""

    def __init__(
        self,
        background: Background,
        file: Path | None,
        parent: QObject | None = None,
        *,
        read: Callable[[Path], Record] | None = None,
    ) -> None:
        super().__init__(parent)
        self._read = read
        self._background = background
        self._file = file
        self._index: LibraryIndex | None = None
        self._left: list[Path] = []
        self._known: dict[str, IndexedFile] = {}
        self._total = 0

    def remembered(
        self,
        find_root: Callable[[], Path | None],
        made_of: Callable[[Path, list[Path]], _T],
        on_answer: Callable[[_T | None], None],
    ) -> None:
        """Ask what the root held when it was last looked through, as `made_of` makes of root and paths.

        Root and answer are made on the index lane: both may take long. None where there is no root.
        """
        self.cancel()
        self._background.supersede(_LISTING_TOPIC)

        def work(_should_stop: ShouldStop) -> _T | None:
            root = find_root()
            return None if root is None else made_of(root, self._listing(root))

        self._background.submit("index", work, on_answer, topic=_LISTING_TOPIC)

    def set_paths(self, paths: tuple[Path, ...], root: Path | None) -> None:
        """The library now holds these files: tell what is known of them, and look into the others."""
        self.cancel()
        self._known = {}
        self._total = len(paths)
        self._background.submit(
            "index", lambda _stop: self._look_up(paths, root), self._on_looked_up, topic=_TOPIC
        )

    def forget_kind(self, suffix: str) -> None:
        """What was found in files of one ending, in lower case, does not hold any more, in any library."""
        self._background.submit("index", lambda _stop: self._forget_kind(suffix), lambda _done: None)

    def cancel(self) -> None:
        """Look into no more files; what was found stays known."""
        self._background.supersede(_TOPIC)
        self._left = []

    def close(self) -> None:
        """Let go of the file; the lane's thread has ended."""
        if self._index is not None:
            self._index.close()

    @property
    def is_busy(self) -> bool:
        return bool(self._left)

    # --- on the index lane ------------------------------------------------------------------------------

    def _open(self) -> LibraryIndex | None:
        # Imported on the lane's thread: SQLAlchemy takes longer than all that stands before the first paint.
        from ecgviewer.store.library_index import LibraryIndex

        if self._index is None and self._file is not None:
            self._index = LibraryIndex.open(self._file)
            if self._index is None:
                self._file = None
        return self._index

    def _listing(self, root: Path) -> list[Path]:
        index = self._open()
        return [] if index is None else [Path(path) for path in index.listing(str(root))]

    def _look_up(self, paths: tuple[Path, ...], root: Path | None) -> Looked:
        index = self._open()
        if index is not None and root is not None:
            self._try_to_keep(lambda: index.keep_listing(str(root), [str(path) for path in paths]))
        return still_true(index, paths)

    def _forget_kind(self, suffix: str) -> None:
        index = self._open()
        if index is not None:
            self._try_to_keep(lambda: index.forget_kind(suffix))

    def _look_into(self, paths: list[Path], should_stop: ShouldStop) -> list[IndexedFile]:
        files = []
        for path in paths:
            if should_stop():
                break
            files.append(look_into(path, self._read))
        index = self._open()
        if index is not None:
            self._try_to_keep(partial(index.keep, files))
        return files

    def _try_to_keep(self, write: Callable[[], None]) -> None:
        """A full disk or another program's lock costs the memory of these files, and nothing else."""
        from ecgviewer.store.errors import StoreError

        try:
            write()
        except StoreError:
            self._index, self._file = None, None

    # --- on the GUI thread ------------------------------------------------------------------------------

    def _on_looked_up(self, looked: Looked) -> None:
        self._left = list(looked.left)
        self._take(list(looked.files))
        if looked.same_as:
            self.same_found.emit(looked.same_as)
        self._go_on()

    def _on_looked_into(self, files: list[IndexedFile]) -> None:
        self._left = self._left[HANDFUL:]
        self._take(files)
        self._go_on()

    def _take(self, files: list[IndexedFile]) -> None:
        self._known |= {file.path: file for file in files}
        if files:
            self.found.emit(files)
        self.progress.emit(self._total - len(self._left), self._total)

    def _go_on(self) -> None:
        if self._left:
            handful = self._left[:HANDFUL]
            self._background.submit(
                "index", partial(self._look_into, handful), self._on_looked_into, topic=_TOPIC
            )
            return
        known = list(self._known.values())
        self._background.submit("index", lambda _stop: same_ecgs(known), self.same_found.emit, topic=_TOPIC)
