"""The page of the open file: shown in place of the paper, with what picture models say of it.

News come after those of `window_news`, which has set the panels for a record, or for a file that is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ecgviewer.services.inference_service import WhyRequest
from ecgviewer.widgets import wording
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace, bundles_in_scope

if TYPE_CHECKING:
    from inference.pages.page import Page
    from inference.results import PageMap


class WindowPage(QObject):
    """Renders the workspace's page into the parts; passes the wishes of the page on."""

    def __init__(self, workspace: Workspace, parts: WindowParts, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._parts = parts
        self._method = ""
        workspace.record_opening.connect(self._on_opening)
        workspace.record_changed.connect(self._on_record)
        workspace.answers_changed.connect(self._show_answers)
        workspace.view_changed.connect(self._show_view)
        parts.ecg.sheet.action_wished.connect(parts.ecg.action_wished)
        parts.ecg.sheet.method_wished.connect(self._on_method)

    def _on_opening(self) -> None:
        self._parts.header.set_digitised(False)

    def _on_record(self) -> None:
        workspace, parts = self._workspace, self._parts
        page, record = workspace.page, workspace.record
        parts.header.set_digitised(record is not None and record.report.digitised)
        if page is None or workspace.path is None:
            return
        parts.ecg.sheet.show_page(workspace.path.stem, page)
        if record is None:
            parts.quality.set_facts([page.reason], list(page.sentences))
            parts.reading.set_can_read(True)
        self._show_view()
        self._show_answers()

    def _show_view(self) -> None:
        workspace, ecg = self._workspace, self._parts.ecg
        if workspace.page is None:
            return
        if workspace.record is None or workspace.view.as_page:
            ecg.show_sheet()
        else:
            ecg.show_paper()
        ecg.sheet.set_areas_shown(workspace.view.lead_areas)
        self._show_maps(workspace.page)

    def _show_answers(self) -> None:
        workspace, parts = self._workspace, self._parts
        page = workspace.page
        if page is None:
            return
        self._show_maps(page)
        parts.models.show_only({info.name for info in bundles_in_scope(workspace)})
        if workspace.record is None:
            bundles, answers = bundles_in_scope(workspace), dict(workspace.answers)
            # A page seen as no model learned to see it: its number must not stand there like any other.
            lines = wording.summary_lines(bundles, answers, is_doubtful=bool(page.sheet.notes))
            parts.summary.set_summary(lines or ["Computing…"], page.reason, is_above=False)

    def _show_maps(self, page: Page) -> None:
        maps = self._maps_of(page)
        sheet = self._parts.ecg.sheet
        sheet.show_maps(maps, self._method, is_visible=self._workspace.view.saliency)
        if not maps or not sheet.isVisible():
            return
        shown = next((each for each in maps if each.method == self._method), maps[0])
        info = self._workspace.bundle(shown.bundle)
        self._parts.why.set_why(wording.map_sentence(shown, info))
        card = self._parts.models.cards.get(shown.bundle)
        if card is not None:
            card.set_why(WhyRequest(), is_shown=self._workspace.view.saliency)

    def _maps_of(self, page: Page) -> tuple[PageMap, ...]:
        answers = self._workspace.answers.values()
        return next((answer.page_maps for answer in answers if answer.page_maps), ())

    def _on_method(self, method: str) -> None:
        self._method = method
        if self._workspace.page is not None:
            self._show_maps(self._workspace.page)
