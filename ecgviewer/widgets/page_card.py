"""The page in place of the paper: its picture under one line that says what it is and what lies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ecgviewer.plots.page_view import PageView
from ecgviewer.theme import Theme
from ecgviewer.widgets.action_pill import ActionPill
from ecgviewer.widgets.parts import ElidedLabel, Segmented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference.pages.page import Page
    from inference.results import PageMap

_LEGEND = "{method}: 1 is the strongest place on this page"


class PageCard(QWidget):
    """Announces actions by id and the method that is wished; shows what it is given."""

    action_wished = Signal(str)
    method_wished = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PageView(theme, self)
        self.caption = ElidedLabel("", "caption")
        self.swap = ActionPill("page", "Digitised ECG")
        self.areas = ActionPill("lead_areas", "Leads")
        self.methods = Segmented([])
        self._methods: tuple[str, ...] = ()
        self._page: Page | None = None
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self.caption, 1)
        self._row.addWidget(self.methods)
        self._row.addWidget(self.areas)
        self._row.addWidget(self.swap)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.view, 1)
        for pill in (self.swap, self.areas):
            pill.wished.connect(self.action_wished)
        self.methods.hide()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def show_page(self, name: str, page: Page) -> None:
        """A page anew: its picture, and in words whether it was digitised."""
        self._page = page
        leads = page.layout.leads if page.layout is not None else ()
        self.view.set_picture(page.picture, leads)
        state = "digitised" if page.record is not None else "a picture only, not digitised"
        arrangement = f" · {page.layout.arrangement}" if page.layout is not None else ""
        self.caption.setText(f"{name} · page{arrangement} · {state}")
        self.swap.setVisible(page.record is not None)
        self.areas.setEnabled(bool(leads))

    def set_areas_shown(self, are_shown: bool) -> None:
        self.view.set_areas_shown(are_shown)

    def show_maps(self, maps: Sequence[PageMap], method: str, *, is_visible: bool) -> None:
        """A model's map by this method, or by its first one; none where it has none, or it is hidden."""
        from inference.pages.scans.page_sheet import onto_page

        names = tuple(each.method for each in maps)
        if names != self._methods:
            self._set_methods(names)
        shown = next((each for each in maps if each.method == method), maps[0] if maps else None)
        self.methods.setVisible(bool(names))
        if shown is None or self._page is None or not is_visible:
            self.view.set_heat(None, "")
            return
        self.methods.set_value(shown.method)
        heat = onto_page(shown.heat, self._page.sheet, self._page.picture.shape[:2])
        self.view.set_heat(heat, _LEGEND.format(method=shown.method))

    def _set_methods(self, names: tuple[str, ...]) -> None:
        self._methods = names
        self._row.removeWidget(self.methods)
        self.methods.hide()
        self.methods.deleteLater()
        choices = [(name, name, f"Show the map that {name} gives") for name in names]
        self.methods = Segmented(choices)
        self.methods.chosen.connect(lambda name: self.method_wished.emit(str(name)))
        self._row.insertWidget(1, self.methods)
