"""Commands that need no reader at the screen: pictures of the window, and the export of labels."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ecgviewer.app import Desk

PICTURE_SIZE_PX: Final = (1440, 900)


def export_labels(out: Path, store: str | None, *, with_digitised: bool = False) -> int:
    """Write the signed readings to a manifest and say what was left out.

    Returns 0 when it was written, 1 when it could not be, 2 where the address holds no store. The store
    is only read: a wrong address makes nothing, and labels on a read-only disk can be exported too.
    """
    from ecgviewer.paths import store_url
    from ecgviewer.store import LabelStore, NoStoreError, StoreError, export_manifest
    from inference.manifest import ManifestError

    try:
        opened = LabelStore.open_to_read(store or store_url())
        try:
            print(export_manifest(opened, out, include_digitised=with_digitised).sentence)
        finally:
            opened.close()
    except (StoreError, ManifestError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, NoStoreError) else 1
    return 0


def screenshots(folder: Path, records: list[Path]) -> int:
    """Draw the real window on each record (the demo library by default) to PNG files in `folder`."""
    from ecgviewer.app import has_display, make_application
    from ecgviewer.faults import FaultWatch

    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"The pictures cannot be written to {folder} ({error.strerror}).", file=sys.stderr)
        return 1
    make_application()
    watch = FaultWatch()
    with tempfile.TemporaryDirectory(prefix="ecgviewer-") as home:
        watch.install(Path(home) / "ecgviewer.log")
        desk = _quiet_desk(Path(home))
        try:
            written = _draw_all(desk, folder, records)
        finally:
            desk.close()
            watch.uninstall()
    print(f"{len(written)} pictures of the window are in {folder.absolute()}:")
    for path in written:
        print(f"  {path.name}")
    return 0


def _quiet_desk(home: Path) -> Desk:
    """A window that is drawn but not shown, with everything in line and its labels in memory."""
    from PySide6.QtCore import Qt

    from ecgviewer.app import assemble

    desk = assemble(inline=True, store_url="sqlite://", settings_file=home / "settings.json")
    desk.window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    desk.window.resize(*PICTURE_SIZE_PX)
    desk.window.show()
    desk.store.start()
    desk.inference.start()
    return desk


def _draw_all(desk: Desk, folder: Path, records: list[Path]) -> list[Path]:
    """One picture per record of the library, then the first one in the other layout and in a dark room."""
    written = [_draw(desk, folder / "00-start.png")]
    desk.window.open_paths([path.absolute() for path in records] or [desk.appearance.demo_folder])
    worklist = desk.window.parts.library
    first = path = worklist.neighbour(None, 1)
    number = 0
    while path is not None:
        number += 1
        desk.window.open_record(path)
        written.append(_draw(desk, folder / f"{number:02d}-{_plain(path.stem)}.png"))
        path = worklist.neighbour(path, 1)
    if first is not None:
        desk.window.open_record(first)
        desk.window.do("layout")
        desk.window.do("layout")
        written.append(_draw(desk, folder / "layout-12x1.png"))
        desk.window.do("layout")
        desk.window.do("theme")
        written.append(_draw(desk, folder / "dark-room.png"))
    return written


def _draw(desk: Desk, path: Path) -> Path:
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()
    desk.window.grab().save(str(path))
    return path


def _plain(name: str) -> str:
    """A file name without surprises."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)
