"""A page in the window: in place of the paper, with its leads, a model's map, and the word digitised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ecgviewer.app import Desk
from inference.bundle_info import BundleInfo
from inference.labels import Omi
from inference.pages.page import Page
from inference.prepare import PrepareSpec
from inference.records import Record, read_record
from inference.results import ModelAnswer, PageMap, Prediction
from tests.gui.conftest import MakeDesk
from tests.gui.window_help import DEMO, OMI, KnownModels, press, shown_texts
from tests.unit.sheet_pictures import Sheet, drawn

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

PICTURE = BundleInfo(
    name="efficientnet-b0-msa.sheet-ptbxl",
    arch="efficientnet-b0-msa",
    task="mi",
    title="Sheet: normal, other findings or MI",
    trained_on="Sheets drawn from PTB-XL.",
    classes=("normal", "other findings", "MI"),
    prepare=PrepareSpec(profile="paper-picture-224"),
    threshold=None,
    saliency_scale=None,
)


class PictureModels(KnownModels):
    """A picture model whose map lies on V2, beside a model of beats; who was asked about what is kept."""

    def answer(self, info: BundleInfo, record: object, should_stop: object) -> ModelAnswer | None:  # type: ignore[override]
        assert isinstance(record, Page) == info.prepare.is_sheet, f"{info.name} cannot speak of this"
        if isinstance(record, Page):
            self.asked.append((record.sha256, info.name))
            return ModelAnswer(_prediction(record))
        return super().answer(info, record, should_stop)  # type: ignore[arg-type]

    def explain(self, info: BundleInfo, record: object, _should_stop: object) -> ModelAnswer | None:  # type: ignore[override]
        assert isinstance(record, Page)
        heat = np.zeros((224, 224), dtype=np.float32)
        heat[60:110, 115:168] = 1.0
        maps = tuple(
            PageMap(info.name, record.sha256, "MI", method, heat, "Most of it lies on V2.")
            for method in ("Grad-CAM", "Integrated Gradients")
        )
        return ModelAnswer(_prediction(record), page_maps=maps)


def _prediction(page: Page) -> Prediction:
    return Prediction(
        PICTURE.name, "0" * 64, page.sha256, PICTURE.prepare, PICTURE.classes, (0.1, 0.2, 0.7), None
    )


@pytest.fixture(scope="module")
def heart() -> Record:
    return read_record(DEMO / "01_synthetic_normal.hea")


def opened(make_desk: MakeDesk, path: Path, heart: Record, sheet: Sheet) -> Desk:
    drawn(heart, sheet).save(path)
    desk = make_desk(PictureModels(bundles=(OMI, PICTURE)))
    desk.window.open_paths([path])
    QApplication.processEvents()
    return desk


def test_a_page_that_was_read_is_shown_as_page_and_as_digitised_ecg(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet(has_names=True))
    parts = desk.window.parts
    assert desk.workspace.record is not None, desk.workspace.refusal
    assert parts.ecg.is_sheet_shown
    assert "digitised" in parts.ecg.sheet.caption.text()
    assert parts.header.digitised.isVisible()
    press(desk, Qt.Key.Key_E)
    assert not parts.ecg.is_sheet_shown
    assert parts.header.digitised.isVisible()
    assert parts.header.digitised.text() == "digitised"
    press(desk, Qt.Key.Key_E)
    assert parts.ecg.is_sheet_shown


def test_picture_models_see_the_page_and_the_others_the_record(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet())
    workspace = desk.workspace
    assert workspace.record is not None
    assert workspace.page is not None
    assert set(workspace.answers) == {OMI.name, PICTURE.name}
    hashes = {name: answer.outcome.record_sha256 for name, answer in workspace.answers.items()}
    assert hashes == {OMI.name: workspace.record.sha256, PICTURE.name: workspace.page.sha256}


def test_a_page_that_was_not_read_says_why_and_only_the_picture_model_answers(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet(has_pulses=False))
    parts = desk.window.parts
    assert desk.workspace.record is None
    assert parts.ecg.is_sheet_shown
    assert not parts.header.digitised.isVisible()
    assert "a picture only" in parts.ecg.sheet.caption.text()
    assert "no calibration pulse" in shown_texts(parts.summary)
    assert "MI 0.70, not to be relied on" in shown_texts(parts.summary)
    assert "OMI" not in shown_texts(parts.summary)
    assert not parts.models.cards[OMI.name].isVisible()
    assert parts.models.cards[PICTURE.name].isVisible()
    assert not parts.ecg.sheet.swap.isVisible()


def test_a_page_that_was_not_read_can_be_labelled_and_keeps_its_label(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    path = tmp_path / "sheet.png"
    desk = opened(make_desk, path, heart, Sheet(has_pulses=False))
    press(desk, Qt.Key.Key_1)
    press(desk, Qt.Key.Key_Return)
    assert desk.workspace.desk.state == "signed"
    entry = desk.workspace.library.entry(path)
    assert entry is not None
    assert entry.label == "signed"

    desk.window.open_paths([DEMO])
    assert desk.workspace.desk.reading.omi is None
    desk.window.open_paths([path])
    QApplication.processEvents()
    assert desk.workspace.desk.reading.omi is Omi.YES
    stored = desk.workspace.desk.history[-1]
    assert stored.record_path == str(path)
    assert stored.is_of_picture
    assert "no calibration pulse" in str(stored.import_report)
    assert [shown.bundle for shown in stored.predictions] == [PICTURE.name]


def test_a_map_comes_when_it_is_asked_for_goes_with_s_and_names_a_lead(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet())
    parts, view = desk.window.parts, desk.window.parts.ecg.sheet.view
    assert not view.is_heat_shown
    press(desk, Qt.Key.Key_W)
    assert view.is_heat_shown
    assert "Most of it lies on V2." in shown_texts(parts.why)
    before = view.grab().toImage()
    press(desk, Qt.Key.Key_S)
    assert not view.is_heat_shown
    assert view.grab().toImage() != before
    press(desk, Qt.Key.Key_S)
    parts.ecg.sheet.method_wished.emit("Integrated Gradients")
    assert "Integrated Gradients shows" in shown_texts(parts.why)


def test_leads_are_outlined_on_wish_and_the_page_can_be_zoomed(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet())
    view = desk.window.parts.ecg.sheet.view
    plain = view.grab().toImage()
    press(desk, Qt.Key.Key_U)
    assert view.grab().toImage() != plain
    scale = view.transform().m11()
    desk.window.do("zoom_in")
    assert view.transform().m11() > scale
    desk.window.do("reset_view")
    assert view.transform().m11() == pytest.approx(scale)


def test_a_recording_after_a_page_is_on_paper_again(
    make_desk: MakeDesk, tmp_path: Path, heart: Record
) -> None:
    desk = opened(make_desk, tmp_path / "sheet.png", heart, Sheet())
    desk.window.open_paths([DEMO])
    QApplication.processEvents()
    parts = desk.window.parts
    assert parts.ecg.is_paper_shown
    assert not parts.header.digitised.isVisible()
    assert not parts.models.cards[PICTURE.name].isVisible()
    assert parts.models.cards[OMI.name].isVisible()


def test_a_picture_that_is_no_ecg_to_measure_is_a_picture_in_the_worklist_and_not_refused(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (400, 300), (255, 250, 250)).save(tmp_path / "blank.png")
    desk = make_desk()
    desk.window.open_paths([tmp_path])

    entry = desk.workspace.library.entry(tmp_path / "blank.png")
    assert entry is not None
    assert (entry.kind, entry.refusal) == ("page", "")
    assert not desk.window.parts.library.refused_button.isVisible()
    assert desk.window.parts.library.unknown_paths() == []
