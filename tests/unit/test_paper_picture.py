"""A record as a picture of its printed sheet: true to the paper's scale, and the same for all who ask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.bundle import input_shape
from inference.engine import Engine
from inference.explain import attribution_of
from inference.prepare import PrepareError, PrepareSpec, prepare
from inference.records import STANDARD_LEADS, read_record
from inference.registry import find_bundles
from inference.results import Prediction
from inference.signal.analysis import analyse
from inference.signal.paper_picture import (
    BASELINES_MM,
    HEIGHT_MM,
    PICTURE_PX,
    WIDTH_MM,
    draw_paper_picture,
    lead_at_pixels,
    network_pictures,
)
from tests.unit.made_records import made_record, regular_record
from tests.unit.model_bundles import beating_heart, bundle_info, make_bundle

SHEET = PrepareSpec(profile="paper-picture-224")
MM_DOWN_PX = PICTURE_PX / HEIGHT_MM
MM_RIGHT_PX = PICTURE_PX / WIDTH_MM
TRACES_FROM_MM = 6.0
PICTURE_MODEL = "picture-baseline-cnn.test"


def flat_leads(n: int = 5000) -> npt.NDArray[np.float32]:
    return np.zeros((12, n), dtype=np.float32)


def darkness(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """0 for paper, 1 for ink; the red of paper and lines is bright, that of ink is not."""
    return np.clip((240.0 - picture[:, :, 0].astype(float)) / 218.0, 0.0, 1.0)


def ink_row(picture: npt.NDArray[np.uint8], column: int, around_mm: float, within_mm: float) -> float:
    """Height in mm from the sheet's top of the ink in a column, looked for around a height."""
    rows = np.arange(PICTURE_PX)
    ink = darkness(picture)[:, column] * (np.abs((rows + 0.5) / MM_DOWN_PX - around_mm) < within_mm)
    return float((ink * (rows + 0.5)).sum() / ink.sum() / MM_DOWN_PX)


@pytest.mark.parametrize(
    ("lead", "row", "from_s", "level_mv"),
    [
        ("I", 0, 0.0, 0.5),
        ("aVL", 1, 2.5, -0.5),
        ("V3", 2, 5.0, 0.3),
        ("V4", 0, 7.5, -0.7),
        ("II", 3, 0.0, 0.5),
    ],
)
def test_a_level_stands_where_ten_mm_per_mv_put_it(
    lead: str, row: int, from_s: float, level_mv: float
) -> None:
    leads = flat_leads()
    leads[STANDARD_LEADS.index(lead)] = level_mv
    picture = draw_paper_picture(leads)
    middle = int((TRACES_FROM_MM + (from_s + 1.8) * 25.0) * MM_RIGHT_PX)
    found = ink_row(picture, middle, BASELINES_MM[row], within_mm=9.0)
    assert found == pytest.approx(BASELINES_MM[row] - 10.0 * level_mv, abs=0.15)


def test_time_runs_at_25_mm_per_second_and_each_lead_shows_its_own_stretch() -> None:
    leads = flat_leads()
    leads[STANDARD_LEADS.index("V5"), 4000:4010] = -1.5
    change = np.abs(draw_paper_picture(leads).astype(int) - draw_paper_picture(flat_leads())).sum(axis=2)
    columns = np.flatnonzero(change.sum(axis=0))
    expected = (TRACES_FROM_MM + 8.01 * 25.0) * MM_RIGHT_PX
    assert columns.mean() + 0.5 == pytest.approx(expected, abs=1.0)
    early = flat_leads()
    early[STANDARD_LEADS.index("V5"), :3000] = 1.0
    np.testing.assert_array_equal(draw_paper_picture(early), draw_paper_picture(flat_leads()))


def test_the_calibration_pulse_is_one_mv_high() -> None:
    column = int(3.0 * MM_RIGHT_PX)
    found = ink_row(draw_paper_picture(flat_leads()), column, BASELINES_MM[2] - 10.0, within_mm=4.0)
    assert found == pytest.approx(BASELINES_MM[2] - 10.0, abs=0.15)


def test_a_missing_lead_is_an_empty_strip_and_changes_no_other() -> None:
    leads = flat_leads()
    leads[:] = 0.4 * np.sin(np.arange(5000) / 40.0)
    whole = draw_paper_picture(leads)
    leads[STANDARD_LEADS.index("V2")] = np.nan
    without = draw_paper_picture(leads)
    changed = (whole != without).any(axis=2)
    down = slice(int(40 * MM_DOWN_PX), int(58 * MM_DOWN_PX))
    right = slice(int((TRACES_FROM_MM + 126) * MM_RIGHT_PX), int((TRACES_FROM_MM + 186) * MM_RIGHT_PX))
    assert darkness(whole)[down, right].max() > 0.8
    assert darkness(without)[down, right].max() < 0.1
    changed[down, right.start - 2 : right.stop + 2] = False
    assert not changed.any()


def test_a_steep_stroke_is_drawn_whole_and_smooth() -> None:
    leads = flat_leads()
    leads[0, 700:] = 1.5
    picture = draw_paper_picture(leads)
    column = int((TRACES_FROM_MM + 700 / 500 * 25.0) * MM_RIGHT_PX)
    stroke = darkness(picture)[int(6 * MM_DOWN_PX) : int(18 * MM_DOWN_PX), column - 1 : column + 2]
    assert (stroke.sum(axis=1) > 0.8).all()
    assert len(np.unique(picture)) > 30


def test_the_paper_has_a_line_every_five_mm_through_the_baselines() -> None:
    blank = draw_paper_picture(np.full((12, 5000), np.nan, dtype=np.float32))
    greens = blank[int(112 * MM_DOWN_PX) :, :, 1].astype(float).mean(axis=1)
    down_mm = (np.arange(greens.size) + int(112 * MM_DOWN_PX) + 0.5) / MM_DOWN_PX
    on_line = np.abs((down_mm - BASELINES_MM[3] + 2.5) % 5.0 - 2.5) < 0.3
    assert greens[on_line].max() < greens[~on_line].mean() - 10


def test_the_same_record_gives_the_same_picture_and_a_larger_one_shows_the_same_sheet() -> None:
    leads = analyse(beating_heart(1), SHEET.band).signals_mv
    small = draw_paper_picture(leads)
    np.testing.assert_array_equal(small, draw_paper_picture(leads))
    large = draw_paper_picture(leads, scale=2)
    assert large.shape == (448, 448, 3)
    reduced = large.reshape(224, 2, 224, 2, 3).mean(axis=(1, 3))
    assert np.abs(reduced - small).mean() < 8


def test_a_model_of_sheets_sees_imagenets_scale() -> None:
    model_input = prepare(regular_record(), SHEET)
    assert model_input.array.shape == (1, *input_shape(SHEET)) == (1, 3, 224, 224)
    assert model_input.array.dtype == np.float32
    pixels = draw_paper_picture(analyse(regular_record(), SHEET.band).signals_mv)
    expected = (pixels / 255.0 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    np.testing.assert_allclose(model_input.array[0].transpose(1, 2, 0), expected, atol=1e-5)
    np.testing.assert_array_equal(model_input.array, network_pictures(pixels[None]))


def test_a_recording_that_does_not_fill_the_sheet_is_refused_with_the_leads() -> None:
    whole = regular_record()
    short = made_record(whole.signals_mv[:, :3600])
    with pytest.raises(PrepareError, match=r"too much of II, V4, V5 and V6 is missing there"):
        prepare(short, SHEET)


def test_the_sheets_spec_survives_json() -> None:
    assert PrepareSpec.from_json(SHEET.to_json()) == SHEET


def test_each_pixel_belongs_to_the_lead_of_its_strip() -> None:
    leads = lead_at_pixels()
    shown = {(30, 20): "I", (30, 200): "V4", (90, 80): "aVL", (140, 130): "V3", (195, 200): "II"}
    assert {place: STANDARD_LEADS[leads[place]] for place in shown} == shown
    assert (leads[:, 2] == -1).all()


def test_a_sheets_saliency_is_shared_among_the_leads_by_the_layout() -> None:
    raw = np.zeros((1, 3, 224, 224), dtype=np.float32)
    raw[0, :, 30, 20] = 1.0
    raw[0, 1, 140, 130] = 1.0
    info = bundle_info(PICTURE_MODEL, prepare=SHEET)
    attribution = attribution_of(info, "record", raw, 1)
    shares = dict(zip(STANDARD_LEADS, attribution.lead_shares, strict=True))
    assert (shares["I"], shares["V3"]) == pytest.approx((0.75, 0.25))
    assert attribution.windows.shape == (12, 0)


@pytest.mark.parametrize("name", [PICTURE_MODEL, "efficientnet-b0-msa.test", "densenet-121-se.test"])
def test_the_engine_answers_and_explains_with_a_model_of_sheets(tmp_path: Path, name: str) -> None:
    make_bundle(tmp_path, name, prepare=SHEET, classes=("normal", "other findings", "MI"), task="mi")
    engine = Engine(find_bundles([tmp_path]).bundles, device="cpu")
    answer = engine.answer(beating_heart(3), name)
    assert isinstance(answer.outcome, Prediction)
    assert sum(answer.outcome.probabilities) == pytest.approx(1.0)
    assert answer.attribution is not None
    assert sum(answer.attribution.lead_shares) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["ptb/patient001/s0010_re.hea", "ludb/data/7.hea"])
def test_real_records_are_drawn_with_ink_in_every_strip(test_data: Path, name: str) -> None:
    record = read_record(test_data / name)
    picture = draw_paper_picture(analyse(record, SHEET.band).signals_mv)
    ink, leads = darkness(picture), lead_at_pixels()
    assert np.isfinite(prepare(record, SHEET).array).all()
    assert all(ink[leads == row].max() > 0.8 for row in range(12))
    assert 0.02 < ink.mean() < 0.15
