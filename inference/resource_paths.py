"""Where the program's own data lies, run from source or from a built program."""

from __future__ import annotations

import sys
from pathlib import Path


def resources_folder() -> Path:
    """The `resources` folder; PyInstaller's loader names the folder of a built program in sys._MEIPASS."""
    built = getattr(sys, "_MEIPASS", None)
    root = Path(__file__).resolve().parents[1] if built is None else Path(built)
    return root / "resources"


def shipped_models_folder() -> Path:
    """The model bundles that come with the program, one folder each."""
    return resources_folder() / "models"
