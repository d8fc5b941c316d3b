"""Undo and redo of readings, with a real undo stack and a real store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QUndoStack
from pytestqt.qtbot import QtBot

from ecgviewer.commands import EditReading, describe_change
from ecgviewer.store import LabelStore, ReadingEntry, ReadingKind
from inference.labels import Culprit, Omi, Reading

RECORD = "a" * 64
EMPTY = Reading()
YES = Reading(omi=Omi.YES)
NO = Reading(omi=Omi.NO)


class ReadingDesk:
    """A reader at one record: what they change, take back and sign goes into the store."""

    def __init__(self, store: LabelStore) -> None:
        self.store = store
        self.stack = QUndoStack()
        self.current = EMPTY

    def write(self, reading: Reading, kind: ReadingKind) -> None:
        self.current = reading
        self.store.append(
            ReadingEntry(
                record_sha256=RECORD,
                record_path="one.hea",
                reading=reading,
                reader="Ada",
                app_version="0.1.0",
                kind=kind,
            )
        )

    def change(self, after: Reading) -> None:
        self.stack.push(EditReading(self.current, after, self.write))

    def type_comment(self, text: str) -> None:
        for end in range(1, len(text) + 1):
            self.change(Reading(omi=self.current.omi, comment=text[:end]))

    def sign(self) -> None:
        self.write(self.current, "sign")
        self.stack.setClean()

    def stored(self) -> list[tuple[str, Reading]]:
        return [(stored.kind, stored.reading) for stored in self.store.history(RECORD)]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[ReadingDesk]:
    store = LabelStore.open("sqlite://")
    yield ReadingDesk(store)
    store.close()


def test_undo_and_redo_add_to_the_history_and_erase_nothing(desk: ReadingDesk) -> None:
    desk.change(YES)
    desk.change(NO)
    desk.stack.undo()
    desk.stack.undo()
    desk.stack.redo()

    assert desk.stored() == [("edit", YES), ("edit", NO), ("undo", YES), ("undo", EMPTY), ("redo", YES)]
    assert desk.current == YES


def test_one_undo_takes_back_a_whole_typed_comment(desk: ReadingDesk) -> None:
    desk.change(YES)
    desk.type_comment("ST elevation in II")
    assert desk.stack.count() == 2

    desk.stack.undo()
    assert desk.current == YES
    desk.stack.redo()
    assert desk.current == Reading(omi=Omi.YES, comment="ST elevation in II")


def test_every_typed_state_is_in_the_store_although_it_is_one_step(desk: ReadingDesk) -> None:
    desk.type_comment("abc")

    assert [reading.comment for _, reading in desk.stored()] == ["a", "ab", "abc"]
    assert desk.stack.count() == 1


def test_an_answer_between_two_comments_keeps_them_apart(desk: ReadingDesk) -> None:
    desk.type_comment("ab")
    desk.change(Reading(omi=Omi.YES, comment="ab"))
    desk.change(Reading(omi=Omi.YES, comment="abc"))

    desk.stack.undo()
    assert desk.current == Reading(omi=Omi.YES, comment="ab")
    desk.stack.undo()
    assert desk.current == Reading(comment="ab")


def test_typing_that_ends_where_it_began_leaves_no_step(desk: ReadingDesk) -> None:
    desk.change(YES)
    desk.change(Reading(omi=Omi.YES, comment="a"))
    desk.change(YES)

    assert desk.stack.count() == 1
    assert desk.stack.undoText() == "OMI: yes"


def test_typing_after_a_signature_is_a_step_of_its_own(desk: ReadingDesk) -> None:
    desk.type_comment("ab")
    desk.sign()
    desk.change(Reading(comment="abc"))
    desk.stack.undo()

    assert desk.current == Reading(comment="ab")
    assert [kind for kind, _ in desk.stored()] == ["edit", "edit", "sign", "edit", "undo"]
    assert desk.store.states() == {RECORD: "draft"}


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (Reading(omi=Omi.UNCERTAIN), "OMI: uncertain"),
        (Reading(location="IPL"), "location: Inferoposterolateral"),
        (Reading(culprit=Culprit.LCX), "culprit: LCx"),
        (Reading(confidence=5), "confidence: 5"),
        (Reading(comment="old infarct?"), "edit comment"),
        (Reading(omi=Omi.YES, location="A"), "edit reading"),
    ],
)
def test_the_menu_names_what_undo_would_take_back(after: Reading, words: str) -> None:
    assert describe_change(EMPTY, after) == words


def test_a_withdrawn_answer_is_named_too() -> None:
    assert describe_change(YES, EMPTY) == "OMI: not answered"
