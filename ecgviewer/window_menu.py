"""The menu under the reader's name: actions of the table, the models' versions, the colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ecgviewer.appearance import Appearance
from ecgviewer.widgets.retrain_words import version_text
from ecgviewer.window_models import WindowModels

if TYPE_CHECKING:
    from inference.versions import Model

ABOVE: Final = ("reader", "", "open_folder", "open_file", "open_demo", "refused", "", "theme")
BELOW: Final = ("", "shortcuts", "show_log", "notice", "", "quit")


class WindowMenu(QObject):
    """Makes the menu anew each time, as things are then; '' among the actions is a line."""

    def __init__(
        self,
        actions: Mapping[str, QAction],
        appearance: Appearance,
        models: WindowModels,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._appearance = appearance
        self._models = models
        self._window = window

    def open_under(self, button: QWidget) -> None:
        """Show the menu beneath the button."""
        menu = self.make()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def make(self) -> QMenu:
        """The whole menu."""
        menu = QMenu(self._window)
        self._add(menu, ABOVE)
        ramp = menu.addAction("Colour-blind-safe saliency colours")
        ramp.setCheckable(True)
        ramp.setChecked(self._appearance.is_colour_blind_safe)
        ramp.triggered.connect(self._appearance.toggle_ramp)
        menu.addSeparator()
        self._fill_models(menu.addMenu("Models"))
        self._add(menu, BELOW)
        return menu

    def _add(self, menu: QMenu, action_ids: Iterable[str]) -> None:
        for action_id in action_ids:
            if action_id:
                menu.addAction(self._actions[action_id])
            else:
                menu.addSeparator()

    def _fill_models(self, menu: QMenu) -> None:
        menu.addAction(self._actions["retrain"])
        retrained = [model for model in self._models.models if len(model.versions) > 1]
        if retrained:
            menu.addSeparator()
        for model in retrained:
            self._fill_versions(menu.addMenu(model.versions[0].title), model)

    def _fill_versions(self, menu: QMenu, model: Model) -> None:
        """Every version, the active one marked: choosing another shows both cards first."""
        for info in model.versions:
            action = menu.addAction(version_text(info, model.base))
            action.setCheckable(True)
            action.setChecked(info is model.active)
            action.setEnabled(info is not model.active)
            action.triggered.connect(lambda _checked, name=info.name: self._models.propose(name))
        menu.addSeparator()
        back = menu.addAction("Go back to the original")
        back.setEnabled(model.active is None or model.active.name != model.base)
        back.triggered.connect(lambda _checked, base=model.base: self._models.go_back(base))
