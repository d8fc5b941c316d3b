"""Where a reading of ten seconds of a long recording belongs: the file's path with the window's start.

Written as a media fragment in seconds (W3C Media Fragments URI 1.0, 4.2.1): `holter.edf#t=11560`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FRAGMENT: Final = re.compile(r"^(?P<file>.+)#t=(?P<start_s>\d{1,9}(?:\.\d{1,6})?)$", re.S)


def window_path(path: Path, start_s: float) -> str:
    """The path under which a window's reading is kept: `start_s` with up to three decimals."""
    return f"{path}#t={start_s:.3f}".rstrip("0").rstrip(".")


def split_window_path(text: str) -> tuple[str, float | None]:
    """The file and the window's start in s; None where the path names a whole file."""
    match = _FRAGMENT.match(text)
    return (text, None) if match is None else (match["file"], float(match["start_s"]))
