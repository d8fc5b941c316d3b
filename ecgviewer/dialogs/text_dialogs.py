"""Windows that are read: a model's card, and the notice of what this program is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from ecgviewer import __version__

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo

NOTICE: Final = """\
## ECG Viewer {version}

**Research software. Not a medical device.** It has not been approved for any clinical use. Nothing that it
shows may guide the care of a patient.

The models were trained on public ECG archives. No public archive has labels from angiography: what a model
calls OMI or MI is learned from written ECG codes and, where its card says so, from simulated occlusions.
Each model's card says what it was trained on, its measured figures, and when not to believe it.

Saliency shows what a model's output is sensitive to. It does not show where a heart is injured.

ECGs stay on this computer. Readings are kept in

`{store}`

The log is kept in

`{log}`
"""


class TextDialog(QDialog):
    """Markdown to read, without links to the outside."""

    def __init__(self, title: str, markdown: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(680, 560)
        self.browser = text_browser(markdown)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.browser, 1)
        column.addWidget(buttons)


def text_browser(markdown: str) -> QTextBrowser:
    """Markdown to read and to copy from; its links lead nowhere."""
    browser = QTextBrowser()
    browser.setOpenLinks(False)
    browser.setMarkdown(markdown)
    _give_air(browser.document())
    return browser


def _give_air(document: QTextDocument) -> None:
    """Space between paragraphs: Qt's Markdown leaves none."""
    document.setDocumentMargin(16)
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        layout = block.blockFormat()
        layout.setBottomMargin(4.0 if block.textList() is not None else 9.0)
        cursor.setPosition(block.position())
        cursor.setBlockFormat(layout)
        block = block.next()


def card_text(info: BundleInfo) -> str:
    """The card of a bundle as Markdown; where its file is missing, what bundle.json says of it."""
    try:
        return info.card_path.read_text(encoding="utf-8")
    except OSError:
        warnings = "\n".join(f"- {warning}" for warning in info.warnings)
        return f"# {info.title}\n\n{info.trained_on}\n\n{warnings}\n\nThis model came without a card."


def model_card_dialog(info: BundleInfo, parent: QWidget | None = None) -> TextDialog:
    """The card of a bundle, to read."""
    return TextDialog(f"Model card: {info.name}", card_text(info), parent)


def notice_dialog(store: str, log: Path, parent: QWidget | None = None) -> TextDialog:
    """About this program, and what it is not."""
    return TextDialog("About and notice", NOTICE.format(version=__version__, store=store, log=log), parent)
