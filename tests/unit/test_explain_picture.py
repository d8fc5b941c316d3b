"""Picture models asked about pages: their answers, their maps, and what they are not asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from inference.engine import Engine
from inference.explain import ExplainError
from inference.explain_picture import (
    GRAD_CAM,
    INTEGRATED_GRADIENTS,
    empty_sheet,
    grad_cam,
    integrated_gradients,
)
from inference.nets.pictures import last_map_layer
from inference.pages.page import Page, open_page
from inference.prepare import PrepareSpec
from inference.records import read_record
from inference.registry import find_bundles
from inference.results import ModelFailure, Prediction
from inference.scope import out_of_scope
from tests.unit.model_bundles import BEAT_MODEL, beating_heart, bundle_info, make_bundle, untrained_net
from tests.unit.sheet_pictures import Sheet, drawn

PICTURE_MODEL = "picture-baseline-cnn.test"
SHEET = PrepareSpec(profile="paper-picture-224")
CLASSES = ("normal", "other findings", "MI")
DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    path = tmp_path_factory.mktemp("pages") / "sheet.png"
    drawn(read_record(DEMO / "02_synthetic_lad_clear.hea"), Sheet(dpi=150.0)).save(path)
    return open_page(path)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, PICTURE_MODEL, prepare=SHEET, classes=CLASSES, task="mi")
    make_bundle(folder)
    return Engine(find_bundles([folder]).bundles, device="cpu")


class LooksAt(nn.Module):
    """The darkness of one stretch of columns speaks for the last class."""

    def __init__(self, first: int, stop: int) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 1, 1)
        nn.init.constant_(self.see.weight, -1.0)
        nn.init.constant_(self.see.bias, 5.0)
        self._columns = slice(first, stop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        score = torch.relu(self.see(x))[:, 0, :, self._columns].mean(dim=(1, 2))
        return torch.stack([-score, score], dim=1)


def with_line(column: int) -> torch.Tensor:
    batch = torch.from_numpy(empty_sheet()).clone()
    batch[:, :, 50:170, column - 1 : column + 2] = -2.0
    return batch


def test_integrated_gradients_are_hot_on_the_ink_that_counts() -> None:
    both = torch.minimum(with_line(60), with_line(160))
    heat = integrated_gradients(LooksAt(40, 80), both, 1)
    assert (heat.shape, heat.max(), heat.min()) == ((224, 224), 1.0, 0.0)
    assert heat[:, 40:80].sum() > 0.99 * heat.sum()


def test_grad_cam_is_hot_where_the_map_that_counts_is() -> None:
    heat = grad_cam(LooksAt(40, 80), with_line(60), 1)
    assert (heat.shape, heat.max()) == ((224, 224), 1.0)
    assert heat[60:160, 60].min() > 3 * np.median(heat)


def test_integrated_gradients_leave_empty_paper_cold() -> None:
    heat = integrated_gradients(LooksAt(0, 224), with_line(60), 1)
    assert heat[:, 100:].max() == 0.0
    with pytest.raises(ExplainError, match="nothing on this page"):
        integrated_gradients(LooksAt(0, 224), torch.from_numpy(empty_sheet()), 1)


def test_grad_cam_looks_at_the_deepest_scale_of_the_attention_network() -> None:
    net = untrained_net("efficientnet-b0-msa", 3)
    layer = last_map_layer(net)
    seen: list[tuple[int, ...]] = []
    layer.register_forward_hook(lambda _module, _inputs, output: seen.append(tuple(output.shape)))
    with torch.no_grad():
        net(torch.from_numpy(empty_sheet()))
    assert seen == [(1, 192, 7, 7)]
    with pytest.raises(ValueError, match="convolutions"):
        last_map_layer(nn.Linear(2, 2))


def test_a_picture_model_answers_for_a_page_with_both_maps(engine: Engine, page: Page) -> None:
    answer = engine.answer_page(page, PICTURE_MODEL)
    assert isinstance(answer.outcome, Prediction)
    assert answer.outcome.classes == CLASSES
    assert answer.outcome.record_sha256 == page.sha256
    assert sum(answer.outcome.probabilities) == pytest.approx(1.0, abs=1e-5)
    assert [each.method for each in answer.page_maps] == [GRAD_CAM, INTEGRATED_GRADIENTS]
    assert answer.is_explained
    for shown in answer.page_maps:
        assert shown.heat.shape == (224, 224)
        assert not shown.heat.flags.writeable
        assert shown.target_class in CLASSES
        assert shown.sentence.startswith(("Most of it lies on ", "It is spread"))
        assert not any(word in shown.sentence.lower() for word in ("wall", "anterior", "inferior", "lateral"))


def test_without_maps_only_the_probabilities_come(engine: Engine, page: Page) -> None:
    answer = engine.answer_page(page, PICTURE_MODEL, want_maps=False)
    assert isinstance(answer.outcome, Prediction)
    assert answer.page_maps == ()


def test_models_are_asked_only_about_what_they_read(engine: Engine, page: Page) -> None:
    refused = engine.answer_page(page, BEAT_MODEL).outcome
    assert isinstance(refused, ModelFailure)
    assert (
        refused.sentence == "Not asked: this model reads the samples of an ECG, and this is a picture of one."
    )
    beat, picture = bundle_info(), bundle_info(PICTURE_MODEL, prepare=SHEET)
    record = beating_heart()
    assert out_of_scope(beat, record) is None
    assert out_of_scope(picture, page) is None
    for info, subject in ((beat, page), (picture, record)):
        failure = out_of_scope(info, subject)
        assert failure is not None
        assert failure.record_sha256 == subject.sha256
        assert failure.sentence.startswith("Not asked: this model reads ")


def test_maps_lie_on_ink_of_the_page_and_not_beside_the_sheet(page: Page) -> None:
    from inference.pages.scans.page_sheet import onto_page

    over = onto_page(np.ones((224, 224), dtype=np.float32), page.sheet, page.picture.shape[:2])
    assert over.shape == page.picture.shape[:2]
    assert page.layout is not None
    for area in page.layout.leads:
        middle = round((area.x0 + area.x1) / 2), round(area.baseline_y or 0.0)
        assert over[middle[1], middle[0]] == 1.0
    assert over[:, -1].max() == 0.0
