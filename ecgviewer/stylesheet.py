"""How every widget looks, in Qt's style sheet language; `theme` fills in the colours."""

from __future__ import annotations

from typing import Final

SHEET: Final = """
QWidget { color: $text; font-size: ${body}px; }
QMainWindow, QDialog { background: $window; }
QToolTip { background: $card; color: $text; border: 1px solid $border; padding: 4px 6px; }
QFrame[role="card"] { background: $card; border: 1px solid $border; border-radius: 6px; }
QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="topbar"] { background: $card; border: none; border-bottom: 1px solid $border; }
QFrame[role="notice"] { background: $panel; border: none; border-left: 3px solid $muted; border-radius: 3px; }
QFrame[role="notice"][tone="danger"] { border-left-color: $danger; }
QFrame[role="notice"][tone="caution"] { background: $caution_soft; border-left-color: $caution; }
QFrame[role="notice"][tone="good"] { border-left-color: $good; }

QLabel { background: transparent; border: none; }
QLabel[role="title"] { font-size: ${body}px; font-weight: 600; color: $muted; }
QLabel[role="strong"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="brand"] { font-size: 15px; font-weight: 600; }
QLabel[role="caption"] { font-size: ${caption}px; color: $muted; }
QLabel[role="key"] { font-size: ${key}px; color: $muted; }
QLabel[role="number"] { font-size: 30px; font-weight: 600; }
QLabel[role="warning"] { color: $caution; }
QLabel[role="problem"] { color: $danger; }
QLabel[role="good"] { color: $good; }
QLabel[role="chip"], QLabel[role="chip-blue"], QLabel[role="chip-caution"], QLabel[role="chip-good"],
QLabel[role="chip-danger"] {
  font-size: ${caption}px; border: 1px solid $border; border-radius: 5px; padding: 2px 8px;
  background: $panel;
}
QLabel[role="chip-blue"] { background: $accent_soft; border-color: $accent_soft; color: $accent_ink; }
QLabel[role="chip-caution"] { background: $caution_soft; border-color: $caution_border; color: $caution; }
QLabel[role="chip-good"] { background: $good_soft; border-color: $good_soft; color: $good; }
QLabel[role="chip-danger"] { background: $danger_soft; border-color: $danger_soft; color: $danger; }

QPushButton, QToolButton {
  background: $card; border: 1px solid $border; border-radius: 5px; padding: 4px 10px; min-height: 16px;
}
QPushButton:hover, QToolButton:hover { border-color: $accent; }
QPushButton:pressed, QToolButton:pressed { background: $accent_soft; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: $panel; border-color: $border; }
QPushButton:checked, QToolButton:checked {
  background: $accent_soft; border-color: $accent; color: $accent_ink;
}
QToolButton::menu-indicator { image: none; }
QToolButton[role="quiet"], QPushButton[role="quiet"] { border-color: transparent; background: transparent; }
QToolButton[role="quiet"]:hover, QPushButton[role="quiet"]:hover { background: $accent_soft; }
QPushButton[role="primary"] {
  background: $accent; border-color: $accent; color: $accent_text; font-weight: 600; padding: 7px 12px;
}
QPushButton[role="primary"]:hover { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $rail; border-color: $rail; color: $muted; }
QFrame[role="segmented"] { background: $card; border: 1px solid $border; border-radius: 5px; }
QPushButton[role="segment"] {
  background: transparent; border: none; border-right: 1px solid $border; border-radius: 0; padding: 5px 4px;
}
QPushButton[role="segment"][place="first"] { border-top-left-radius: 4px; border-bottom-left-radius: 4px; }
QPushButton[role="segment"][place="last"] {
  border-right: none; border-top-right-radius: 4px; border-bottom-right-radius: 4px;
}
QPushButton[role="segment"][place="only"] { border-right: none; border-radius: 4px; }
QPushButton[role="segment"]:hover { background: $accent_soft; }
QPushButton[role="segment"]:focus { background: $accent_soft; }
QPushButton[role="segment"]:checked { background: $accent; color: $accent_text; font-weight: 600; }
QPushButton[role="segment"]:disabled { color: $muted; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox {
  background: $field; border: 1px solid $border; border-radius: 5px; padding: 3px 7px; min-height: 18px;
  selection-background-color: $accent; selection-color: $accent_text;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus { border-color: $accent; }
QComboBox:disabled { color: $muted; background: $panel; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView {
  background: $card; border: 1px solid $border; outline: none;
  selection-background-color: $accent_soft; selection-color: $text;
}
QListView, QTreeView, QTableView { background: $panel; border: none; outline: none; }
QListView::item { border-radius: 5px; padding: 4px 6px; }
QListView::item:hover { background: $rail; }
QListView::item:selected { background: $accent_soft; color: $text; }
QMenu { background: $card; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 22px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }
QMenuBar { background: $card; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QStatusBar { background: $card; border-top: 1px solid $border; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { font-size: ${caption}px; color: $muted; }
QProgressBar { background: $rail; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $window; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
