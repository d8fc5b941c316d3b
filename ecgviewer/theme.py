"""Colours, type and the application stylesheet: every colour of the program is named here."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from string import Template
from typing import Final, Literal

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from ecgviewer.stylesheet import SHEET

FONT_FAMILY: Final = "Inter"
BODY_PX: Final = 12
TITLE_PX: Final = 13
CAPTION_PX: Final = 11
KEY_PX: Final = 10
"""Keys on the faces of controls: to be found, not to be read."""

BLANK_BELOW: Final = 0.15
"""Saliency under this part of full scale is left blank: it is within what unremarkable beats show."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A saliency colour scale from 0 to 1 whose lightness falls all the way, so that it reads in grey."""

    name: str
    title: str
    stops: tuple[str, ...]

    def shade(self, value: float) -> QColor:
        """The colour of a value; values outside 0..1 take the end colours."""
        place = min(max(value, 0.0), 1.0) * (len(self.stops) - 1)
        index = min(int(place), len(self.stops) - 2)
        low, high = QColor(self.stops[index]), QColor(self.stops[index + 1])
        part = place - index
        return QColor.fromRgbF(
            low.redF() + part * (high.redF() - low.redF()),
            low.greenF() + part * (high.greenF() - low.greenF()),
            low.blueF() + part * (high.blueF() - low.blueF()),
        )


YELLOW_RED: Final = Ramp(
    "yellow-red", "Yellow to dark red", ("#fff0ac", "#fdc83f", "#f5822a", "#c3241f", "#640812")
)
CIVIDIS: Final = Ramp(
    "cividis",
    "Yellow to dark blue (colour-blind safe)",
    ("#fee838", "#bcae6c", "#7d7c78", "#414d6b", "#00224e"),
)
RAMPS: Final = {ramp.name: ramp for ramp in (YELLOW_RED, CIVIDIS)}


def ramp(value: float, scale: Ramp = YELLOW_RED) -> QColor | None:
    """The band colour of a saliency value on the absolute scale; None (blank) for low values and NaN."""
    return scale.shade(value) if value >= BLANK_BELOW else None


@dataclass(frozen=True, slots=True)
class PaperColours:
    """ECG paper and what is drawn on it. `*_faded` replace the grid colours under saliency."""

    paper: str
    fine: str
    bold: str
    fine_faded: str
    bold_faded: str
    trace: str
    member: str
    device: str
    """The median beat that the device stored."""
    """Single beats behind the median."""
    ink: str
    """Lead names, caliper text."""
    mark: str
    """Calibration pulse, column separators, fiducial ticks."""
    caution: str
    """'V3 missing', a rejected beat: amber that reads on this paper, whatever the room."""
    band_back: str
    """Ground of a saliency strip, always light so that falling lightness keeps its meaning."""
    band_edge: str
    watermark: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything that a widget or plot needs to know of colour. Red: danger and high saliency only."""

    name: str
    is_dark: bool
    window: str
    panel: str
    card: str
    border: str
    field: str
    text: str
    muted: str
    rail: str
    accent: str
    accent_text: str
    accent_soft: str
    accent_ink: str
    danger: str
    danger_soft: str
    caution: str
    caution_soft: str
    caution_border: str
    good: str
    good_soft: str
    paper: PaperColours
    ramp: Ramp = YELLOW_RED


_LIGHT_PAPER: Final = PaperColours(
    paper="#fff9f7",
    fine="#f3d3d0",
    bold="#e6aaa5",
    fine_faded="#e9e7e6",
    bold_faded="#d0cdcb",
    trace="#1a1a1a",
    member="#b4b0ae",
    device="#2f6db5",
    ink="#2a2a2a",
    mark="#55504e",
    caution="#7d5500",
    band_back="#fffdf8",
    band_edge="#d5cfca",
    watermark="#ecd9d6",
)
_DIM_PAPER: Final = replace(
    _LIGHT_PAPER,
    paper="#cfc7c4",
    fine="#c1aeab",
    bold="#a98b87",
    fine_faded="#bdb8b5",
    bold_faded="#9d9896",
    trace="#101010",
    member="#8f8885",
    device="#24578f",
    ink="#161616",
    mark="#3b3634",
    caution="#5f3f00",
    band_back="#e6e0d8",
    band_edge="#a39c97",
    watermark="#b9aba8",
)
_DARK_PAPER: Final = PaperColours(
    paper="#16181c",
    fine="#2b2226",
    bold="#4a3338",
    fine_faded="#23262a",
    bold_faded="#363a40",
    trace="#ece8e2",
    member="#70747b",
    device="#6fa8ec",
    ink="#d8d6d2",
    mark="#a3a09c",
    caution="#e9c26b",
    band_back="#d8d2c8",
    band_edge="#5d6068",
    watermark="#40373c",
)

LIGHT: Final = Theme(
    name="light",
    is_dark=False,
    window="#ebedf1",
    panel="#f5f7fa",
    card="#ffffff",
    border="#d9dde3",
    field="#ffffff",
    text="#1d2127",
    muted="#69717d",
    rail="#e6e8ec",
    accent="#1f4f91",
    accent_text="#ffffff",
    accent_soft="#e0eafb",
    accent_ink="#1b4fa0",
    danger="#ab1f1a",
    danger_soft="#fbeceb",
    caution="#7d5500",
    caution_soft="#fff3d6",
    caution_border="#e8cf8e",
    good="#1c7440",
    good_soft="#e4f4ea",
    paper=_LIGHT_PAPER,
)
_DARK: Final = Theme(
    name="dark",
    is_dark=True,
    window="#101216",
    panel="#171a1f",
    card="#1d2127",
    border="#343a43",
    field="#14171b",
    text="#e4e6ea",
    muted="#98a0ab",
    rail="#343a43",
    accent="#3b78c9",
    accent_text="#ffffff",
    accent_soft="#20344f",
    accent_ink="#9cc3f5",
    danger="#ef7a72",
    danger_soft="#3a2122",
    caution="#e9c26b",
    caution_soft="#352c18",
    caution_border="#6b5727",
    good="#6fcb93",
    good_soft="#1a3325",
    paper=_DIM_PAPER,
)


def make_theme(
    name: Literal["light", "dark"] = "light",
    dark_paper: Literal["dim", "dark"] = "dim",
    ramp_name: str = YELLOW_RED.name,
) -> Theme:
    """The theme for the reader's settings: in the dark, either dim paper or dark paper with a light trace."""
    chosen = LIGHT if name == "light" else _DARK
    if name == "dark" and dark_paper == "dark":
        chosen = replace(chosen, paper=_DARK_PAPER)
    return replace(chosen, ramp=RAMPS.get(ramp_name, YELLOW_RED))


def fonts_folder() -> Path:
    """Where the shipped fonts lie, from source and in the built program."""
    root = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent))
    return root / "resources" / "fonts"


def load_fonts(folder: Path | None = None) -> str:
    """Register the shipped fonts with Qt and return their family. Needs a QGuiApplication.

    Raises FileNotFoundError when the shipped fonts are not there (a damaged installation).
    """
    if FONT_FAMILY in QFontDatabase.families():
        return FONT_FAMILY
    files = sorted((folder or fonts_folder()).glob("Inter-*.otf"))
    if not files or any(QFontDatabase.addApplicationFont(str(path)) < 0 for path in files):
        raise FileNotFoundError(f"The program's own font is missing from {folder or fonts_folder()}.")
    return FONT_FAMILY


def app_font(px: int = BODY_PX, *, semibold: bool = False) -> QFont:
    """The one typeface with tabular figures, so that numbers stand in columns and do not jump."""
    font = QFont(FONT_FAMILY)
    font.setPixelSize(px)
    font.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Fonts, palette and stylesheet of the whole application; cheap enough to call on every change."""
    load_fonts()
    app.setStyle("Fusion")
    app.setFont(app_font())
    app.setPalette(_palette(theme))
    app.setStyleSheet(stylesheet(theme))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, theme.window),
        (roles.WindowText, theme.text),
        (roles.Base, theme.field),
        (roles.AlternateBase, theme.panel),
        (roles.Text, theme.text),
        (roles.PlaceholderText, theme.muted),
        (roles.Button, theme.card),
        (roles.ButtonText, theme.text),
        (roles.ToolTipBase, theme.card),
        (roles.ToolTipText, theme.text),
        (roles.Highlight, theme.accent),
        (roles.HighlightedText, theme.accent_text),
        (roles.Link, theme.accent_ink),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return palette


def stylesheet(theme: Theme) -> str:
    """The application stylesheet. Widgets choose their look by the dynamic property `role`.

    Frames: `card`, `panel`, `topbar`, `notice` (with `tone` danger, caution or good), `segmented`.
    Labels: `title`, `strong`, `body`, `caption`, `key`, `number`, `warning`, `problem`, `good`, and chips
    `chip`, `chip-caution`, `chip-good`, `chip-danger`, `chip-blue`. Buttons: `pill` (checkable),
    `primary`, `quiet`, and `segment` with `place` first, middle, last or only.
    """
    colours = {field.name: getattr(theme, field.name) for field in fields(theme)}
    return Template(SHEET).substitute(colours, body=BODY_PX, title=TITLE_PX, caption=CAPTION_PX, key=KEY_PX)
