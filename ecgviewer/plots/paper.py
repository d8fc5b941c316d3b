"""EcgPaper: the millimetre grid, painted from one cached tile."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from ecgviewer.theme import PaperColours, app_font

_FINE_GONE_PX: Final = 1.6
_FINE_FULL_PX: Final = 4.2
"""Between these sizes of a millimetre the fine grid fades: closer lines would only grey the paper."""
_WATERMARK_STEP_MM: Final = (90.0, 44.0)


class EcgPaper:
    """Fine lines every 1 mm, bold lines every 5 mm; may fade to grey so that saliency colours stand out.

    The grid's tile is drawn once per size and colour; painting is one tiled blit, sharp at every scale
    because a 5-mm box is a whole number of device pixels (see `layouts.fit_mm_px`).
    """

    def __init__(self, colours: PaperColours) -> None:
        self._colours = colours
        self._is_faded = False
        self._watermark = ""
        self._tile = QPixmap()
        self._tile_key: tuple[object, ...] = ()

    def set_colours(self, colours: PaperColours) -> None:
        self._colours = colours

    def set_faded(self, is_faded: bool) -> None:
        """Grey grid under saliency, red grid otherwise."""
        self._is_faded = is_faded

    def set_watermark(self, text: str) -> None:
        """A word printed into the paper, under the traces; '' for none."""
        self._watermark = text

    def fine_colour(self, mm_px: float) -> QColor:
        """Colour of the 1-mm lines where a millimetre is `mm_px` logical pixels wide."""
        part = min(max((mm_px - _FINE_GONE_PX) / (_FINE_FULL_PX - _FINE_GONE_PX), 0.0), 1.0)
        fine = QColor(self._colours.fine_faded if self._is_faded else self._colours.fine)
        paper = QColor(self._colours.paper)
        return QColor.fromRgbF(
            paper.redF() + part * (fine.redF() - paper.redF()),
            paper.greenF() + part * (fine.greenF() - paper.greenF()),
            paper.blueF() + part * (fine.blueF() - paper.blueF()),
        )

    def paint(self, painter: QPainter, exposed_mm: QRectF) -> None:
        """Paint the part of the paper that is exposed; the painter's transform maps mm to pixels."""
        transform = painter.worldTransform()
        mm_px = transform.m11()
        ratio = painter.device().devicePixelRatio()
        target = transform.mapRect(exposed_mm).toAlignedRect()
        painter.save()
        painter.resetTransform()
        tile = self._tile_for(mm_px, ratio)
        offset = QPointF(target.left() - transform.dx(), target.top() - transform.dy())
        side = tile.width() / ratio
        painter.drawTiledPixmap(QRectF(target), tile, QPointF(offset.x() % side, offset.y() % side))
        if self._watermark:
            self._paint_watermark(painter, exposed_mm, QPointF(transform.dx(), transform.dy()), mm_px)
        painter.restore()

    def _tile_for(self, mm_px: float, ratio: float) -> QPixmap:
        key = (round(mm_px, 4), ratio, self._is_faded, self._colours)
        if key != self._tile_key:
            self._tile = self._draw_tile(mm_px, ratio)
            self._tile_key = key
        return self._tile

    def _draw_tile(self, mm_px: float, ratio: float) -> QPixmap:
        device_mm = mm_px * ratio
        tile_mm = 50 if device_mm <= 8 else 10
        side = max(round(tile_mm * device_mm), 1)
        tile = QPixmap(side, side)
        tile.fill(QColor(self._colours.paper))
        painter = QPainter(tile)
        width = max(round(ratio), 1)
        fine = self.fine_colour(mm_px)
        bold = QColor(self._colours.bold_faded if self._is_faded else self._colours.bold)
        bold_width = width if mm_px < 9 else 2 * width
        for colour, step, thickness in ((fine, 1, width), (bold, 5, bold_width)):
            for line in range(0, tile_mm, step):
                at = round(line * device_mm)
                painter.fillRect(QRect(at, 0, thickness, side), colour)
            for line in range(0, tile_mm, step):
                at = round(line * device_mm)
                painter.fillRect(QRect(0, at, side, thickness), colour)
        painter.end()
        tile.setDevicePixelRatio(ratio)
        return tile

    def _paint_watermark(self, painter: QPainter, exposed: QRectF, origin: QPointF, mm_px: float) -> None:
        """Repeated over the sheet, so that no zoom and no cropped screenshot loses it."""
        font = app_font(max(round(6.5 * mm_px), 12), semibold=True)
        font.setLetterSpacing(font.SpacingType.PercentageSpacing, 118)
        painter.setFont(font)
        painter.setPen(QColor(self._colours.watermark))
        step_x, step_y = _WATERMARK_STEP_MM
        for column in range(int(exposed.left() // step_x) - 1, int(exposed.right() // step_x) + 1):
            for row in range(int(exposed.top() // step_y) - 1, int(exposed.bottom() // step_y) + 1):
                x = origin.x() + (column * step_x + 12 + (row % 2) * step_x / 2) * mm_px
                y = origin.y() + (row * step_y + 6) * mm_px
                box = QRectF(x, y, step_x * mm_px, 10 * mm_px)
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._watermark
                )
