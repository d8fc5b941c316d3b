"""The table of actions itself."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence

from ecgviewer.actions import ACTIONS


def test_no_key_belongs_to_two_actions() -> None:
    keys = Counter(QKeySequence(key).toString() for action in ACTIONS for key in action.keys)

    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_a_name_and_a_hint() -> None:
    assert [action.id for action in ACTIONS if not action.text or not action.tooltip] == []
