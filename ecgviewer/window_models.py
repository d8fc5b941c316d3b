"""Retraining and the models' versions in the window: dialogs, notices, and which version answers.

How a new version comes into use:
1. The dialog wishes for a retraining; the RetrainService runs it in a process of its own.
2. Its news go to the dialog while it is open, and to the notice bar when the run ends or was found again.
3. A finished run's bundle is looked up among the versions and shown beside the active one.
4. The reader activates it or keeps the present one; only then is the choice written and the engine loaded
   anew. `go_back` writes the original's name in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ecgviewer import paths
from ecgviewer.appearance import Appearance
from ecgviewer.dialogs.folder_choice import FolderChoice
from ecgviewer.dialogs.proposal_dialog import ProposalDialog
from ecgviewer.dialogs.retrain_dialog import RetrainDialog
from ecgviewer.services.retrain_plan import Plan, bases_of
from ecgviewer.services.retrain_run import RunNews
from ecgviewer.widgets.notice_bar import Tone
from ecgviewer.widgets.retrain_words import notice_text
from ecgviewer.widgets.status_strip import StatusStrip
from ecgviewer.window_parts import WindowParts
from ecgviewer.workspace import Workspace
from inference.versions import activate

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.versions import Model


class WindowModels(QObject):
    """Wires the retraining service, its dialogs and the choice of versions."""

    def __init__(
        self,
        workspace: Workspace,
        appearance: Appearance,
        *,
        parts: WindowParts,
        status: StatusStrip,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._appearance = appearance
        self._parts = parts
        self._status = status
        self._window = window
        self.dialog: RetrainDialog | None = None
        self.proposal: ProposalDialog | None = None
        workspace.retraining.changed.connect(self._on_news)
        workspace.retraining.refused.connect(self._on_refused)
        parts.notice.wished.connect(self._on_notice_wished)
        parts.notice.dismissed.connect(workspace.retraining.settle)

    @property
    def models(self) -> tuple[Model, ...]:
        """Each model with its versions."""
        return self._workspace.inference.models

    # --- the dialog of a retraining ---------------------------------------------------------------------

    def open_retraining(self) -> None:
        """Show the dialog: of the run that lives or waits to be looked at, else of a new one."""
        if self.models:
            self._show_retraining()
        else:
            self._workspace.inference.look_for_versions(self._show_retraining)

    def _show_retraining(self) -> None:
        if self.dialog is None:
            self.dialog = self._make_dialog()
        news = self._workspace.retraining.news
        if news is not None and (news.is_alive or not news.run.is_settled):
            self.dialog.show_run(news)
        else:
            self._on_anew()
        self.dialog.show()
        self.dialog.activateWindow()

    def _make_dialog(self) -> RetrainDialog:
        dialog = RetrainDialog(bases_of(self.models), paths.user_models_folder(), self._window)
        dialog.ask.set_data(self._appearance.data_folders)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.ask.folder_wished.connect(self._on_folder_wished)
        dialog.ask.folders_changed.connect(self._on_folders_changed)
        dialog.ask.changed.connect(self._ask_plan)
        dialog.ask.start_wished.connect(self._on_start_wished)
        dialog.run.stop_wished.connect(self._on_stop_wished)
        dialog.run.again_wished.connect(self._workspace.retraining.start_again)
        dialog.run.log_wished.connect(self._on_log_wished)
        dialog.run.proposal_wished.connect(self._on_proposal_wished)
        dialog.run.anew_wished.connect(self._on_anew)
        dialog.finished.connect(self._on_dialog_closed)
        return dialog

    def _ask_plan(self) -> None:
        if self.dialog is None:
            return
        ask = self.dialog.ask
        ask.set_plan(None)
        if ask.base is not None:
            self._workspace.retraining.plan(ask.base, ask.data, self._on_plan)

    def _on_plan(self, plan: Plan) -> None:
        if self.dialog is not None:
            self.dialog.ask.set_plan(plan)

    def _on_folder_wished(self, choice: FolderChoice) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, f"Folder of {choice.archive}", choice.folder)
        if chosen and self.dialog is not None:
            choice.set_folder(chosen)
            self._on_folders_changed()

    def _on_folders_changed(self) -> None:
        if self.dialog is not None:
            self._appearance.remember_data(self.dialog.ask.data)
            self._ask_plan()

    def _on_start_wished(self) -> None:
        assert self.dialog is not None, "only an open dialog wishes"
        ask = self.dialog.ask
        if ask.base is not None:
            self._workspace.retraining.start(ask.base, ask.data)

    def _on_stop_wished(self) -> None:
        buttons = QMessageBox.StandardButton
        pressed = QMessageBox.question(
            self._window,
            "Stop the retraining?",
            "What is finished stays, and starting it again goes on from there.",
            buttons.Yes | buttons.Cancel,
            buttons.Cancel,
        )
        if pressed == buttons.Yes:
            self._workspace.retraining.stop()

    def _on_log_wished(self) -> None:
        news = self._workspace.retraining.news
        if news is not None:
            self._status.open_folder(news.run.folder)

    def _on_anew(self) -> None:
        self._workspace.retraining.settle()
        self._parts.notice.hide()
        if self.dialog is not None:
            self.dialog.show_ask()
            self._ask_plan()

    def _on_dialog_closed(self, _code: int) -> None:
        self.dialog = None
        news = self._workspace.retraining.news
        if news is not None:
            self._show_notice(news)

    # --- news of a run ----------------------------------------------------------------------------------

    def _on_news(self, news: RunNews) -> None:
        if self.dialog is not None and not (news.run.is_settled and not news.is_alive):
            self.dialog.show_run(news)
        if news.stage == "finished":
            self._workspace.inference.look_for_versions(lambda: self._show_notice(news))
        else:
            self._show_notice(news)

    def _show_notice(self, news: RunNews) -> None:
        """Of a run that lives or waits to be looked at, unless its dialog says so already."""
        notice = self._parts.notice
        if self.dialog is not None or (news.run.is_settled and not news.is_alive):
            notice.hide()
            return
        button = "Compare…" if news.stage == "finished" else "Show…"
        tone: Tone = "good" if news.is_alive or news.stage == "finished" else "caution"
        notice.tell(notice_text(news), button, tone)

    def _on_notice_wished(self) -> None:
        news = self._workspace.retraining.news
        if news is not None and news.stage == "finished":
            self._on_proposal_wished()
        else:
            self.open_retraining()

    def _on_refused(self, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.set_refusal(sentence)
        else:
            self._status.tell(sentence)

    # --- versions ---------------------------------------------------------------------------------------

    def _on_proposal_wished(self) -> None:
        """Look at the bundle that the last run made."""
        news = self._workspace.retraining.news
        if news is not None and news.line is not None and news.line.bundle is not None:
            name = news.line.bundle
            self._workspace.inference.look_for_versions(lambda: self.propose(name))

    def propose(self, name: str) -> None:
        """Show a version beside the active one; the reader activates it or keeps the present one."""
        for model in self.models:
            for info in model.versions:
                if info.name == name:
                    self._show_proposal(model, info)
                    return
        self._on_refused(f"The model {name} cannot be used: its folder is gone or broken. Retrain again.")

    def go_back(self, base: str) -> None:
        """Let the original model answer again."""
        self._activate(base, base)

    def _show_proposal(self, model: Model, info: BundleInfo) -> None:
        dialog = self.proposal = ProposalDialog(model.active, info, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._activate(model.base, info.name))
        dialog.decided.connect(self._on_decided)
        dialog.finished.connect(self._on_proposal_closed)
        dialog.open()

    def _on_decided(self) -> None:
        """Activated or kept: the run behind it needs no notice any more."""
        self._workspace.retraining.settle()
        self._parts.notice.hide()
        if self.dialog is not None:
            self.dialog.close()

    def _on_proposal_closed(self, _code: int) -> None:
        self.proposal = None

    def _activate(self, base: str, name: str) -> None:
        problem = _told(lambda: activate(paths.active_models_file(), base, name))
        if problem:
            self._status.tell(f"{name} could not be activated ({problem}); the present model goes on.")
            return
        self._status.tell(f"{name} answers from now on.")
        self._workspace.reload_models()


def _told(deed: Callable[[], None]) -> str:
    """Do something with a file; why it could not be done, '' where it was."""
    try:
        deed()
    except OSError as error:
        return error.strerror or str(error)
    return ""
