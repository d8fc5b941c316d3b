"""A retrained version is compared, activated and given back, only by the reader's hand."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QTextBrowser

from ecgviewer.app import Desk
from ecgviewer.dialogs.proposal_dialog import ProposalDialog
from ecgviewer.widgets.version_figures import UNDECIDED, WORSE
from tests.gui.conftest import MakeDesk
from tests.gui.retrain_help import (
    BASE,
    NEW,
    OMI_BASE,
    SITE_BASE,
    RealVersions,
    own_version,
    version_of,
)
from tests.gui.window_help import open_demo

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def proposal(desk: Desk, name: str = NEW) -> ProposalDialog:
    desk.window.models.propose(name)
    dialog = desk.window.models.proposal
    assert dialog is not None
    return dialog


def texts(dialog: ProposalDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(QLabel)]


def versions_menu(desk: Desk) -> tuple[QMenu, list[QAction]]:
    """The whole menu, which owns the rest, and the entries of the one model with versions."""
    whole = desk.window.menu.make()
    models = next(menu for menu in whole.findChildren(QMenu) if menu.title() == "Models")
    versions = next(menu for menu in models.findChildren(QMenu) if menu.title().startswith("Myocardial"))
    return whole, [action for action in versions.actions() if not action.isSeparator()]


def test_a_version_answers_only_after_it_was_activated_and_no_more_after_going_back(
    make_desk: MakeDesk,
) -> None:
    own_version()
    desk = make_desk(RealVersions())
    open_demo(desk)
    assert BASE in desk.workspace.answers
    proposal(desk).activate.click()
    assert NEW in desk.workspace.answers
    assert BASE not in desk.workspace.answers
    assert NEW in desk.window.parts.models.cards
    desk.window.models.go_back(BASE)
    assert BASE in desk.workspace.answers
    assert NEW not in desk.window.parts.models.cards


def test_the_choice_holds_when_the_program_starts_again(make_desk: MakeDesk) -> None:
    own_version()
    proposal(make_desk(RealVersions())).activate.click()
    later = make_desk(RealVersions())
    assert later.workspace.bundle(NEW) is not None
    assert later.workspace.bundle(BASE) is None


def test_keeping_the_present_model_changes_nothing(make_desk: MakeDesk) -> None:
    own_version()
    desk = make_desk(RealVersions())
    proposal(desk).keep.click()
    assert desk.workspace.bundle(NEW) is None
    assert desk.workspace.bundle(BASE) is not None


def test_both_cards_and_the_figures_stand_side_by_side(make_desk: MakeDesk) -> None:
    own_version()
    dialog = proposal(make_desk(RealVersions()))
    shown = texts(dialog)
    for text in (
        f"Present: {BASE}",
        f"Proposed: {NEW}",
        "base set's test patients (214)",
        "AUC",
        "0.912",
        "0.921",
    ):
        assert text in shown
    assert "+0.009 [−0.004 to +0.021]" in shown
    assert "average precision" in shown
    assert "Too few to judge." in shown
    assert UNDECIDED in shown
    assert "12 records labelled in the app, 2 labels changed or added." in shown
    assert all("Myocardial infarction" in each.toPlainText() for each in dialog.findChildren(QTextBrowser))
    assert len(dialog.findChildren(QTextBrowser)) == 2


@pytest.mark.parametrize(
    ("low", "high", "said"), [(-0.001, 0.02, UNDECIDED), (0.002, 0.02, None), (-0.03, -0.01, WORSE)]
)
def test_an_interval_that_includes_0_or_lies_below_it_is_said_in_words(
    make_desk: MakeDesk, low: float, high: float, said: str | None
) -> None:
    figures: dict[str, Any] = {"base": BASE, "auc_before": 0.912, "auc_after": 0.921}
    own_version(figures=figures | {"auc_difference": {"value": 0.009, "low": low, "high": high}})
    shown = texts(proposal(make_desk(RealVersions())))
    assert [text for text in (UNDECIDED, WORSE) if text in shown] == ([said] if said else [])


def test_a_version_without_figures_says_that_it_has_none(make_desk: MakeDesk) -> None:
    own_version(figures={"base": BASE})
    shown = texts(proposal(make_desk(RealVersions())))
    assert "This version does not say how it compares with the one before." in shown
    assert UNDECIDED not in shown


@pytest.mark.parametrize(
    ("external", "why"),
    [
        (
            {},
            "because it was not measured on real acute ECGs. Retrain with the folders of PTB and LUDB.",
        ),
        ({"external_auc": 0.8127}, "because its pooled AUC of 0.813 on real acute ECGs is below 0.85."),
    ],
)
def test_a_version_that_is_switched_off_cannot_be_activated_and_says_the_measured_reason(
    make_desk: MakeDesk, external: dict[str, float], why: str
) -> None:
    own_version(base=OMI_BASE, enabled=False, **external)
    dialog = proposal(make_desk(RealVersions()), version_of(OMI_BASE))
    assert not dialog.activate.isEnabled()
    assert dialog.activate.toolTip() == f"It is switched off and cannot be activated, {why}"
    assert dialog.activate.toolTip() in texts(dialog)


def test_the_menu_says_of_a_version_that_it_is_switched_off(make_desk: MakeDesk) -> None:
    own_version(enabled=False)
    whole, (_original, new, _back) = versions_menu(make_desk(RealVersions()))
    assert new.text() == "corrected-1a2b3c4d, 2026-12-01, switched off"
    whole.deleteLater()


def test_a_version_that_is_switched_on_can_be_activated_without_a_reason(make_desk: MakeDesk) -> None:
    own_version(base=OMI_BASE, external_auc=0.91)
    dialog = proposal(make_desk(RealVersions()), version_of(OMI_BASE))
    assert dialog.activate.isEnabled()
    assert dialog.activate.toolTip() == ""
    assert not any("switched off" in text for text in texts(dialog))


def test_a_location_model_is_compared_in_a_cardiologists_words(make_desk: MakeDesk) -> None:
    gap = {"value": -0.02, "low": -0.05, "high": -0.01, "p": 0.02}
    names = ("family_accuracy", "agreement_with_label", "mi_against_none_auc")
    figures = {
        f"{name}_{when}": value
        for name in names
        for when, value in (("before", 0.712), ("after", 0.692), ("difference", gap))
    }
    judged = {"base_test_patients": {"title": "base set's test patients", "n_records": 300, **figures}}
    own_version(base=SITE_BASE, figures={"judged": judged})
    shown = texts(proposal(make_desk(RealVersions()), version_of(SITE_BASE)))
    first = shown.index("base set's test patients (300)") + 1
    assert shown[first : first + 4] == [
        "correct wall among infarcts",
        "0.712",
        "0.692",
        "−0.020 [−0.050 to −0.010]",
    ]
    assert "agreement with the label" in shown
    assert "AUC of infarct against none" in shown
    assert WORSE in shown


def test_the_menu_marks_the_active_version_and_offers_the_way_back(make_desk: MakeDesk) -> None:
    own_version()
    desk = make_desk(RealVersions())
    whole, (original, new, back) = versions_menu(desk)
    assert (original.isChecked(), new.isChecked(), back.isEnabled()) == (True, False, False)
    assert new.text() == "corrected-1a2b3c4d, 2026-12-01"
    new.trigger()
    dialog = desk.window.models.proposal
    assert dialog is not None
    dialog.activate.click()
    whole.deleteLater()
    whole, (original, new, back) = versions_menu(desk)
    assert (original.isChecked(), new.isChecked(), back.isEnabled()) == (False, True, True)
    back.trigger()
    assert desk.workspace.bundle(BASE) is not None
    whole.deleteLater()


def test_a_version_whose_weights_changed_falls_back_to_the_original_and_says_so(make_desk: MakeDesk) -> None:
    folder = own_version()
    proposal(make_desk(RealVersions())).activate.click()
    (folder / "weights.safetensors").write_bytes(b"spoilt")
    later = make_desk(RealVersions())
    assert later.workspace.bundle(BASE) is not None
    said = later.window.parts.models.switched_off.text()
    assert f"The weights of {NEW} are not the ones that bundle.json describes" in said
    assert f"The original model {BASE} answers instead." in said
