"""The bar at the top: how the ECG is looked at, what it is, whose readings these are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ecgviewer.actions import hint, key
from ecgviewer.plots.layouts import LAYOUTS, LayoutName
from ecgviewer.widgets.action_pill import ActionPill
from ecgviewer.widgets.parts import Chip, Segmented, label, set_role

_LAYOUT_WORDS: dict[LayoutName, str] = {"3x4+II": "3×4 + II", "6x2": "6×2", "12x1": "12×1"}


class Header(QFrame):
    """Announces wishes by action id (see actions.py) and layouts by name."""

    action_wished = Signal(str)
    layout_wished = Signal(str)
    menu_wished = Signal(QWidget)
    """The reader's menu was pressed: open it under this widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "topbar")
        self.brand = label("ECG Viewer", "brand")
        self.layouts = Segmented([(name, _LAYOUT_WORDS[name], hint("layout")) for name in LAYOUTS])
        self.layout_key = label(key("layout"), "key")
        self.layout_key.setToolTip(hint("layout"))
        self.speed = ActionPill("speed", "25 mm/s")
        self.gain = ActionPill("gain", "10 mm/mV")
        self.band = QLabel("0.05–150 Hz")
        self.band.setProperty("role", "chip")
        self.band.setToolTip("Filter band of the drawn traces, zero phase: nothing on the ST segment is bent")
        self.caliper = ActionPill("caliper", "Caliper", checkable=True)
        self.saliency = ActionPill("saliency", "Saliency", checkable=True)
        self.synthetic = Chip("SYNTHETIC", "chip-caution", "Made by a simulator, not recorded from a person.")
        self.digitised = Chip(
            "digitised",
            "chip-caution",
            "Measured from a picture or print of the ECG: peaks may be too low and detail lost.",
        )
        self.research = Chip(
            "Research use only",
            "chip-caution",
            "Not a medical device. Never use it for the care of a patient. (F1)",
        )
        self.reader = QToolButton()
        self.reader.setToolTip("Reader name, folders, appearance, help")
        self.reader.setAccessibleName("Menu")
        self.reader.clicked.connect(self._on_menu)
        self._lay_out()
        for pill in (self.speed, self.gain, self.caliper, self.saliency):
            pill.wished.connect(self.action_wished)
        self.layouts.chosen.connect(self._on_layout)
        self.synthetic.hide()
        self.digitised.hide()
        self.set_reader("")

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(self.brand)
        row.addSpacing(6)
        self.layouts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.layouts)
        row.addSpacing(-4)
        row.addWidget(self.layout_key)
        for widget in (self.speed, self.gain, self.band, self.caliper, self.saliency):
            row.addWidget(widget)
        row.addStretch(1)
        for shown in (self.synthetic, self.digitised, self.research, self.reader):
            row.addWidget(shown)

    def set_view(
        self, layout: LayoutName, speed_mm_s: float, gain_mm_mv: float, *, caliper: bool, saliency: bool
    ) -> None:
        """Show how the ECG is looked at."""
        self.layouts.set_value(layout)
        self.speed.setText(f"{speed_mm_s:g} mm/s")
        self.gain.setText(f"{gain_mm_mv:g} mm/mV")
        self.caliper.setChecked(caliper)
        self.saliency.setChecked(saliency)

    def set_band(self, caption: str, *, is_diagnostic: bool) -> None:
        """Show the filter band; amber when it is not a diagnostic one."""
        self.band.setText(caption)
        set_role(self.band, "chip" if is_diagnostic else "chip-caution")

    def set_synthetic(self, is_synthetic: bool) -> None:
        self.synthetic.setVisible(is_synthetic)

    def set_digitised(self, is_digitised: bool) -> None:
        self.digitised.setVisible(is_digitised)

    def set_reader(self, reader: str) -> None:
        shown = reader if len(reader) <= 24 else reader[:23] + "…"
        self.reader.setText(f"{shown or 'Reader not named'}  ▾")

    def _on_layout(self, name: object) -> None:
        self.layout_wished.emit(str(name))

    def _on_menu(self) -> None:
        self.menu_wished.emit(self.reader)
