"""What stands on the right without scrolling, what opens at a click, and explanations on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ecgviewer.app import Desk
from ecgviewer.services.inference_service import FoundBundles
from ecgviewer.services.local_engine import find_models, load_engine
from inference.bundle_info import BundleInfo
from inference.records import Record, read_record
from inference.results import ModelAnswer, Prediction
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import (
    DEMO,
    MI,
    OMI,
    SITE,
    SITE_SHARES,
    KnownModels,
    open_demo,
    press,
    shown_texts,
    started,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def is_wholly_seen(widget: QWidget) -> bool:
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def at_size(desk: Desk, width: int, height: int) -> None:
    desk.window.resize(width, height)
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.parametrize("size", [(1366, 768), (1440, 900), (1920, 1080)])
def test_why_and_every_answer_are_seen_without_scrolling(desk: Desk, size: tuple[int, int]) -> None:
    open_demo(desk)
    at_size(desk, *size)
    parts = desk.window.parts
    for part in (parts.why, parts.reading, parts.summary, parts.quality, *parts.models.cards.values()):
        assert is_wholly_seen(part), part.accessibleName() or type(part).__name__


def test_why_is_seen_even_at_1280_by_720(desk: Desk) -> None:
    open_demo(desk)
    at_size(desk, 1280, 720)
    assert is_wholly_seen(desk.window.parts.why)


def test_why_stands_directly_below_the_answer_it_explains(desk: Desk) -> None:
    open_demo(desk)
    at_size(desk, 1440, 900)
    parts = desk.window.parts
    tops = [part.mapTo(desk.window, QPoint()).y() for part in _in_order(desk)]
    assert tops == sorted(tops)
    assert _in_order(desk)[:3] == [parts.models.cards[OMI.name], parts.why, parts.models.cards[MI.name]]


def _in_order(desk: Desk) -> list[QWidget]:
    parts = desk.window.parts
    first, *others = parts.models.cards.values()
    return [first, parts.why, *others, parts.quality, parts.reading]


def test_a_quality_warning_is_seen_without_scrolling_on_a_small_laptop(desk: Desk) -> None:
    open_demo(desk, 11)
    at_size(desk, 1366, 768)
    assert is_wholly_seen(desk.window.parts.summary.caution)
    assert "V3 is missing" in desk.window.parts.summary.caution.text()
    assert is_wholly_seen(desk.window.parts.quality.headline)
    assert "V3 is missing" in desk.window.parts.quality.headline.text()


def test_the_provenance_is_one_line_with_the_whole_in_its_tooltip(make_desk: MakeDesk) -> None:
    desk = make_desk()
    open_demo(desk)
    at_size(desk, 1366, 768)
    provenance = desk.window.parts.models.cards[OMI.name].provenance
    assert provenance.height() < 2 * provenance.fontMetrics().height()
    assert provenance.toolTip() == f"{OMI.name} · {OMI.trained_on}"


def test_a_folded_card_opens_and_closes_at_a_click_and_keeps_its_number(desk: Desk) -> None:
    open_demo(desk)
    card = desk.window.parts.models.cards[MI.name]
    assert "0.83" in shown_texts(card)
    assert MI.trained_on not in shown_texts(card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert MI.trained_on in shown_texts(card)
    desk.window.step(1)
    assert MI.trained_on in shown_texts(card)
    card.arrow.click()
    assert MI.trained_on not in shown_texts(card)
    assert "0.83" in shown_texts(card)


def test_lead_shares_of_the_location_model_are_computed_when_asked_for(make_desk: MakeDesk) -> None:
    models = KnownModels()
    desk = make_desk(models)
    open_demo(desk)
    parts = desk.window.parts
    link = parts.models.cards[SITE.name].saliency
    QApplication.processEvents()
    assert (link.isVisible(), link.text(), link.key) == (True, "Compute lead shares", "W")
    assert models.explained == []
    assert parts.leads.bars.whose == "OMI proxy model"
    link.click()
    assert desk.workspace.record is not None
    assert models.explained == [(desk.workspace.record.sha256, SITE.name)]
    assert parts.leads.bars.whose == "MI location model"
    assert parts.leads.bars.fraction("II") == pytest.approx(SITE_SHARES[1] / 0.25)
    assert "MI location model, in its answer “Inferolateral”" in shown_texts(parts.why)
    assert link.text() == "Lead shares shown"
    parts.models.cards[OMI.name].saliency.click()
    assert parts.leads.bars.whose == "OMI proxy model"
    assert link.text() == "Show lead shares"


def test_its_key_asks_once_and_then_shows_what_is_there(make_desk: MakeDesk) -> None:
    models = KnownModels()
    desk = make_desk(models)
    open_demo(desk)
    for _ in range(2):
        press(desk, Qt.Key.Key_W)
    assert len(models.explained) == 1
    assert desk.window.parts.leads.bars.whose == "MI location model"


def test_an_explanation_that_fails_says_so_on_its_card_and_takes_no_answer_away(make_desk: MakeDesk) -> None:
    desk = make_desk(KnownModels(inexplicable=(SITE.name,)))
    open_demo(desk)
    press(desk, Qt.Key.Key_W)
    parts = desk.window.parts
    card = parts.models.cards[SITE.name]
    shown = shown_texts(card)
    assert "There was no memory left for this." in shown
    assert "0.61" in shown
    assert card.saliency.text() == "Compute lead shares"
    assert parts.leads.bars.whose == "OMI proxy model"
    assert "Inferolateral 0.61" in parts.summary.lines.text()
    desk.window.step(1)
    assert "There was no memory" not in shown_texts(card)


def test_the_shipped_location_model_names_its_leads_only_when_asked() -> None:
    found = find_models()
    info = next(info for info in found.bundles if info.task == "mi-location")
    engine = load_engine(FoundBundles((info,)))
    record = read_record(DEMO / "04_synthetic_rca_clear.hea")
    unasked, asked = (ask(info, record, lambda: False) for ask in (engine.answer, engine.explain))
    assert unasked is not None
    assert asked is not None
    assert unasked.attribution is None
    assert asked.attribution is not None
    assert sum(asked.attribution.lead_shares) == pytest.approx(1.0)
    assert isinstance(asked.outcome, Prediction)
    assert isinstance(unasked.outcome, Prediction)
    assert asked.outcome.probabilities == pytest.approx(unasked.outcome.probabilities, abs=1e-5)
    assert engine.explain(info, record, lambda: True) is None


@dataclass
class SlowToExplain(KnownModels):
    """Explanations that are under way until the test opens the gate."""

    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    stops_seen: list[bool] = field(default_factory=list)

    def explain(
        self, info: BundleInfo, record: Record, should_stop: Callable[[], bool]
    ) -> ModelAnswer | None:
        self.begun.set()
        assert self.gate.wait(20)
        self.stops_seen.append(should_stop())
        return super().explain(info, record, should_stop)


def test_the_card_says_that_it_computes_and_the_next_record_makes_the_answer_stale(
    qtbot: QtBot, ecgviewer_home: Path
) -> None:
    models = SlowToExplain()
    desk, start_up = started(models)
    qtbot.waitUntil(lambda: len(desk.workspace.answers) == 3, timeout=30_000)
    first = desk.workspace.path
    link = desk.window.parts.models.cards[SITE.name].saliency
    link.click()
    assert (link.text(), link.isEnabled()) == ("Computing lead shares…", False)
    qtbot.waitUntil(models.begun.is_set, timeout=30_000)
    desk.window.step(1)
    models.gate.set()
    qtbot.waitUntil(
        lambda: desk.workspace.path != first and len(desk.workspace.answers) == 3,
        timeout=30_000,
    )
    assert models.stops_seen == [True]
    assert desk.workspace.answers[SITE.name].attribution is None
    assert desk.window.parts.leads.bars.whose == "OMI proxy model"
    assert link.text() == "Compute lead shares"
    assert start_up.parent() is None
    desk.close()


def test_without_an_ecg_no_model_says_that_it_computes(desk: Desk) -> None:
    assert desk.workspace.bundles
    assert "Computing" not in shown_texts(desk.window.parts.right)
    assert shown_texts(desk.window.parts.models).count("No ECG is open.") == 3
