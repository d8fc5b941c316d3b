"""What a view drew, read back from its pixels, and small signals to draw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.canvas import PaperCanvas
from ecgviewer.plots.ecg_view import EcgView
from ecgviewer.plots.layouts import LANES, Cell

FS_HZ = 500.0
Pixels = npt.NDArray[np.int64]


def pixels_of(widget: QWidget) -> Pixels:
    """Red, green, blue of a widget as drawn, shape (height, width, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(np.int64)


def rgb(colour: str) -> tuple[int, int, int]:
    made = QColor(colour)
    return made.red(), made.green(), made.blue()


def is_dark(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Where a trace is (ink of names and pulses is dark as well; look where they are not)."""
    return np.asarray(pixels.max(axis=2) < 110)


def to_px(canvas: PaperCanvas, x_mm: float, y_mm: float) -> tuple[int, int]:
    point = canvas.mapFromScene(QPointF(x_mm, y_mm))
    return point.x(), point.y()


def cell_of(view: EcgView | BeatView, lead: str) -> Cell:
    return next(cell for cell in view.sheet.cells if cell.lead == lead)


def flat(seconds: float = 10.0) -> npt.NDArray[np.float32]:
    return np.zeros((12, round(seconds * FS_HZ)), dtype=np.float32)


def show(view: EcgView, signals: npt.NDArray[np.float32], missing: frozenset[str] = frozenset()) -> None:
    view.set_signals(signals, FS_HZ, LANES, missing, "case 1 · 61 y, female")


def bump_beat() -> npt.NDArray[np.float32]:
    """A beat with a QRS-like spike of 0.8 mV and a T wave in every lead."""
    times = (np.arange(600) - 300) / FS_HZ
    one = 0.8 * np.exp(-((times / 0.012) ** 2)) + 0.2 * np.exp(-(((times - 0.25) / 0.05) ** 2))
    return np.tile(one, (12, 1)).astype(np.float32)


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2."""
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
