"""What a reader set once and wants to find again, in one small JSON file."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_type_hints

from inference.whole_file import replace_file

LOG: Final = logging.getLogger(__name__)

Theme = Literal["light", "dark"]
Paper = Literal["dim", "dark"]
Layout = Literal["3x4", "6x2", "12x1"]
SaliencyRamp = Literal["paper", "colour-blind"]
_NUMBERS: Final = {"speed_mm_s": (12.5, 25.0, 50.0), "gain_mm_mv": (5.0, 10.0, 20.0)}
"""Settings that are one of a few numbers."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. A value outside its type or range falls back to the default."""

    reader: str = ""
    """Name that readings are stored under; empty: not asked yet."""
    theme: Theme = "light"
    dark_room_paper: Paper = "dim"
    """What the paper is in the dark theme: dimmed, or dark with light traces."""
    layout: Layout = "3x4"
    speed_mm_s: float = 25.0
    gain_mm_mv: float = 10.0
    saliency_ramp: SaliencyRamp = "paper"
    saliency_on: bool = True
    saliency_bundle: str = ""
    """The model whose saliency is shown; empty: the first one that has any."""
    single_beats_on: bool = False
    median_row_on: bool = True
    last_folder: str = ""
    """Folder of records opened last; empty: none."""
    ptb_xl_folder: str = ""
    """PTB-XL, which a retraining starts from; empty: not named yet."""
    ptb_folder: str = ""
    ludb_folder: str = ""
    """PTB and LUDB, which a retrained model is measured on; empty: not named."""


def load_settings(path: Path) -> Settings:
    """The settings kept at `path`; what is missing or broken there is the default, with a log line."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        LOG.warning("The settings in %s cannot be read (%s); the defaults are used.", path, error)
        return Settings()
    if not isinstance(values, dict):
        LOG.warning("The settings in %s are not a list of names and values; the defaults are used.", path)
        return Settings()
    return Settings(**_usable(values, path))


def save_settings(settings: Settings, path: Path) -> None:
    """Keep the settings at `path`, in one step. Raises OSError when the folder cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(asdict(settings), indent=2, ensure_ascii=False))


def _usable(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """The values that fit their setting; a name that this version does not know is passed over."""
    hints = get_type_hints(Settings)
    usable = {}
    for name in (field.name for field in fields(Settings) if field.name in values):
        value = values[name]
        if name in _NUMBERS and type(value) in (int, float) and value in _NUMBERS[name]:
            usable[name] = float(value)
        elif name not in _NUMBERS and _fits(value, hints[name]):
            usable[name] = value
        else:
            LOG.warning("The setting %s in %s is %r; its default is used.", name, path, value)
    return usable


def _fits(value: object, hint: Any) -> bool:
    # type() and not isinstance(): true is no number and no word.
    choices = get_args(hint)
    if choices:
        return any(type(value) is type(choice) and value == choice for choice in choices)
    return type(value) is hint
