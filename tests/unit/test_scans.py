"""Scanned and photographed sheets: straightened, read where everything agrees, else refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.pages.page import Page, open_page
from inference.pages.page_words import lead_shares, where_it_lies
from inference.prepare import PrepareError, PrepareSpec, prepare_page
from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.signal.paper_picture import draw_paper_picture, lead_at_pixels
from tests.unit.sheet_pictures import (
    CABRERA_3X4,
    GREEN,
    GREY,
    SIX_BY_TWO,
    STANDARD_3X4,
    Sheet,
    drawn,
    photographed,
    quiet_heart,
    scanned,
)


@pytest.fixture(scope="module")
def heart() -> Record:
    return quiet_heart()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Image.Image], Page]:
    """A picture saved as PNG and opened as a page."""

    def open_it(picture: Image.Image) -> Page:
        picture.save(tmp_path / "sheet.png")
        return open_page(tmp_path / "sheet.png")

    return open_it


def likeness(record: Record, truth: Record, name: str) -> tuple[float, float]:
    """Correlation and gain of a digitised lead against the true one, at the best shift of at most 20 ms."""
    read = record.lead(name)
    held = np.flatnonzero(np.isfinite(read))
    times = np.arange(truth.n_samples) / truth.fs_hz
    best = (-1.0, 0.0)
    for shift_s in np.arange(-0.02, 0.021, 0.0025):
        true = np.interp(held / record.fs_hz + shift_s, times, truth.lead(name))
        correlation = float(np.corrcoef(true, read[held])[0, 1])
        best = max(best, (correlation, float(np.polyfit(true, read[held], 1)[0])))
    return best


def assert_is_of(page: Page, truth: Record, arrangement: str = "3x4") -> None:
    """A page that was digitised, with every lead as it was drawn."""
    assert page.record is not None, page.reason
    assert page.layout is not None
    assert page.layout.arrangement == arrangement
    assert page.record.report.digitised
    assert sorted(page.record.lead_names) == sorted(STANDARD_LEADS)
    likenesses = {name: likeness(page.record, truth, name) for name in STANDARD_LEADS}
    assert min(correlation for correlation, _ in likenesses.values()) > 0.92, likenesses
    assert all(0.9 < gain < 1.1 for _, gain in likenesses.values()), likenesses


@pytest.mark.parametrize(
    "sheet",
    [Sheet(), Sheet(grid=GREEN), Sheet(grid=GREY), Sheet(dpi=300)],
    ids=["red", "green", "grey", "300"],
)
def test_a_clean_scan_is_digitised_whatever_its_grid(
    heart: Record, opened: Callable[[Image.Image], Page], sheet: Sheet
) -> None:
    page = opened(drawn(heart, sheet))
    assert_is_of(page, heart)
    assert page.reason == ""


@pytest.mark.parametrize(
    ("sheet", "size"), [(Sheet(gain_mm_mv=5.0), 1.0), (Sheet(gain_mm_mv=20.0), 0.5)], ids=["5", "20"]
)
def test_a_page_of_another_gain_is_read_by_its_pulses_and_says_so(
    heart: Record, opened: Callable[[Image.Image], Page], sheet: Sheet, size: float
) -> None:
    drawn_heart = replace(heart, signals_mv=heart.signals_mv * np.float32(size))
    page = opened(drawn(drawn_heart, sheet))
    assert_is_of(page, drawn_heart)
    assert page.record is not None
    assert page.layout is not None
    assert page.layout.gain_mm_mv == sheet.gain_mm_mv
    assert f"1 mV is {sheet.gain_mm_mv:g} mm of the paper's own grid." in page.record.report.scaled
    assert page.sheet.notes == (
        f"The page is drawn at {sheet.gain_mm_mv:g} mm/mV and was stretched to the 10 that the model "
        "learned from.",
    )


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        (Sheet(speed_mm_s=50.0), "3x4"),
        (Sheet(rows=SIX_BY_TWO, speed_mm_s=50.0, row_s=5.0, row_mm=28.0), "6x2"),
        (Sheet(rows=SIX_BY_TWO, row_s=5.0, row_mm=28.0), "6x2"),
    ],
    ids=["ten seconds at 50 mm/s", "five at 50", "five at 25"],
)
def test_a_page_at_50_mm_s_or_of_five_seconds_is_read_in_its_own_time(
    heart: Record, opened: Callable[[Image.Image], Page], sheet: Sheet, name: str
) -> None:
    page = opened(drawn(heart, sheet))
    assert_is_of(page, heart, name)
    assert page.record is not None
    assert page.layout is not None
    assert page.record.duration_s == pytest.approx(sheet.row_s, abs=0.02)
    assert page.record.report.assumed[0].startswith(f"{sheet.speed_mm_s:g} mm/s and 10 mm/mV")
    v4 = next(area for area in page.layout.leads if area.name == "V4")
    assert v4.x1 - v4.x0 == pytest.approx((v4.stop_s - v4.start_s) * sheet.speed_mm_s * 8, abs=8)
    assert v4.x1 < page.picture.shape[1]
    warned = [each for each in page.record.report.assumed if each.startswith("Compare the speed")]
    assert len(warned) == (sheet.row_s < 10.0)


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet(row_mm=28.0),
        Sheet(row_s=5.0, row_mm=28.0, speed_mm_s=50.0),
        Sheet(row_mm=28.0, has_names=False),
    ],
    ids=["ten seconds", "five at 50 mm/s", "without names"],
)
@pytest.mark.parametrize("strip", [(), (("II",),)], ids=["alone", "over a strip"])
def test_six_limb_leads_are_never_cut_into_twelve_leads(
    heart: Record, opened: Callable[[Image.Image], Page], sheet: Sheet, strip: tuple[tuple[str, ...], ...]
) -> None:
    rows = (*((name,) for name in STANDARD_LEADS[:6]), *strip)
    page = opened(drawn(heart, replace(sheet, rows=rows)))
    # Six rows are also three of four leads over three strips: without names nothing tells.
    reason = "limb leads that go on" if sheet.has_names or strip else "could be arranged in two ways"
    assert page.record is None
    assert reason in page.reason


def test_a_photograph_of_short_rows_is_read_though_the_table_lies_behind_their_end(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    sheet = Sheet(rows=SIX_BY_TWO, speed_mm_s=50.0, row_s=5.0, row_mm=28.0)
    assert_is_of(opened(photographed(drawn(heart, sheet))), heart, "6x2")


def test_picture_models_see_a_page_at_50_mm_s_squeezed_and_say_so(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    usual, wide = opened(drawn(heart)).sheet, opened(drawn(heart, Sheet(speed_mm_s=50.0))).sheet

    ink, other = (255 - sheet.picture.min(axis=2).astype(float) for sheet in (usual, wide))
    # The pulse stands nearer to the trace on a page that was squeezed.
    shifted = [np.roll(other, shift, axis=1).ravel() for shift in range(-3, 4)]
    assert max(np.corrcoef(ink.ravel(), each)[0, 1] for each in shifted) > 0.85
    assert [note for note in wide.notes if "50 mm/s" in note] != []
    assert usual.notes == ()


@pytest.mark.parametrize(("rows", "name"), [(STANDARD_3X4, "3x4"), (SIX_BY_TWO, "6x2")])
def test_strokes_between_the_leads_are_not_taken_for_the_name_of_lead_i(
    heart: Record, opened: Callable[[Image.Image], Page], rows: tuple[tuple[str, ...], ...], name: str
) -> None:
    page = opened(drawn(heart, Sheet(rows=rows, has_ticks=True, row_mm=28.0)))
    assert_is_of(page, heart, name)


def test_a_page_without_a_rhythm_strip_says_that_the_columns_order_was_assumed(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    without = opened(drawn(heart, Sheet(rows=STANDARD_3X4[:3]))).record
    with_strip = opened(drawn(heart)).record
    assert without is not None
    assert with_strip is not None
    assert any("one stretch of the recording after the other" in each for each in without.report.assumed)
    assert not any("after the other" in each for each in with_strip.report.assumed)


def test_twelve_long_rows_are_larger_than_any_paper_and_still_read(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart, Sheet(rows=[(name,) for name in STANDARD_LEADS], row_mm=40.0, dpi=150)))
    assert_is_of(page, heart, "12x1")


def test_a_lead_is_known_only_where_the_sheet_shows_it(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    record = opened(drawn(heart)).record
    assert record is not None
    assert record.fs_hz == 200.0
    v1 = np.flatnonzero(np.isfinite(record.lead("V1"))) / record.fs_hz
    assert (v1[0], v1[-1]) == pytest.approx((5.0, 7.5), abs=0.05)
    assert record.report.missing_leads == ()


def test_two_columns_of_six_leads_are_read_as_five_seconds_each(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart, Sheet(rows=SIX_BY_TWO, row_mm=28.0)))
    assert_is_of(page, heart, "6x2")


def test_a_turned_and_noisy_scan_is_straightened_and_read(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(scanned(drawn(heart), degrees=-5.0))
    assert_is_of(page, heart)
    assert any("5.0 degrees" in sentence for sentence in page.sentences)


def test_a_sheet_that_lies_upside_down_is_set_upright(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart).rotate(180))
    assert_is_of(page, heart)
    assert "It had been turned by 180 degrees and was set upright." in page.sentences


def test_a_photograph_in_shadow_and_perspective_is_laid_flat(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(photographed(drawn(heart, Sheet(grid=GREY)), seed=3))
    assert_is_of(page, heart)
    areas = {area.name: area for area in page.layout.leads} if page.layout else {}
    heights = [areas[name].baseline_y or 0.0 for name in ("I", "II", "III")]
    assert np.diff(heights) == pytest.approx([36 * 8, 36 * 8], abs=3)


def test_without_readable_names_the_usual_order_is_assumed_and_said(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart, Sheet(has_names=False)))
    assert_is_of(page, heart)
    assert page.record is not None
    assert any("names could not be read" in sentence for sentence in page.record.report.assumed)


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (Sheet(rows=CABRERA_3X4), "do not stand where the standard arrangement has them"),
        (Sheet(rows=CABRERA_3X4, has_names=False), "limb leads contradict each other"),
        (Sheet(has_pulses=False), "no calibration pulse"),
        (Sheet(gain_mm_mv=7.5), "no calibration pulse"),
        (Sheet(row_mm=12.0), ""),
    ],
    ids=["Cabrera", "Cabrera unnamed", "no pulse", "5 mm/mV", "rows that touch"],
)
def test_a_sheet_that_something_speaks_against_stays_a_picture_with_the_reason(
    heart: Record, opened: Callable[[Image.Image], Page], sheet: Sheet, reason: str
) -> None:
    page = opened(drawn(heart, sheet))
    assert page.record is None
    assert reason in page.reason
    assert page.reason.endswith("look at it as a picture, or open the file that the recorder wrote.")


def test_leads_that_changed_places_are_found_out_by_einthoven(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    rows = (("II", "aVR", "V1", "V4"), ("I", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"), ("II",))
    page = opened(drawn(heart, Sheet(rows=rows, has_names=False)))
    assert page.record is None
    assert "limb leads contradict each other" in page.reason


def test_a_picture_without_a_grid_is_shown_as_it_is(opened: Callable[[Image.Image], Page]) -> None:
    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(0, 255, (600, 800, 3), dtype=np.uint8))
    page = opened(picture)
    assert page.record is None
    assert page.layout is None
    assert "no millimetre grid was found on it" in page.reason
    assert page.picture.shape == (600, 800, 3)


def test_read_record_gives_the_digitised_ecg_or_the_reason(heart: Record, tmp_path: Path) -> None:
    drawn(heart).save(tmp_path / "good.png")
    drawn(heart, Sheet(has_pulses=False)).save(tmp_path / "bad.jpg", quality=90)
    assert read_record(tmp_path / "good.png").report.format == "Picture of an ECG sheet"
    with pytest.raises(RecordError, match="no calibration pulse"):
        read_record(tmp_path / "bad.jpg")


def test_a_pdf_that_holds_only_a_scan_is_read_as_one(heart: Record, tmp_path: Path) -> None:
    drawn(heart).save(tmp_path / "scan.pdf", resolution=200.0)
    page = open_page(tmp_path / "scan.pdf")
    assert_is_of(page, heart)
    assert page.record is not None
    assert any("page of the PDF is a picture" in sentence for sentence in page.record.report.read)


def test_exif_orientation_and_the_first_of_several_pages_are_heeded(heart: Record, tmp_path: Path) -> None:
    sheet = drawn(heart)
    exif = Image.Exif()
    exif[0x0112] = 6
    sheet.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=92)
    sheet.save(tmp_path / "two.tif", save_all=True, append_images=[Image.new("RGB", (400, 400))])
    turned, first = open_page(tmp_path / "turned.jpg"), open_page(tmp_path / "two.tif")
    assert not any("was set upright" in sentence for sentence in turned.sentences)
    assert turned.layout is not None
    assert first.layout is not None
    assert "The file has 2 pages; the first one was opened." in first.sentences


@pytest.mark.parametrize(
    ("side", "sentence"),
    [(200, "has only 200 × 200 pixels"), (6_000, "declares 6000 × 6000 pixels"), (20_000, "far more pixels")],
    ids=["too small", "a bomb", "a large bomb"],
)
def test_a_picture_of_impossible_size_is_refused_before_it_is_unpacked(
    tmp_path: Path, side: int, sentence: str
) -> None:
    Image.new("1", (side, side), 1).save(tmp_path / "sheet.png")
    with pytest.raises(RecordError, match=sentence):
        open_page(tmp_path / "sheet.png")


def test_picture_models_see_a_page_as_the_sheet_that_they_learned_from(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(photographed(drawn(heart, Sheet(grid=GREY)), seed=3))
    leads = np.stack([heart.lead(name) for name in STANDARD_LEADS])
    learned = draw_paper_picture(leads)
    seen, drawn_ink = (255 - picture.min(axis=2).astype(float) for picture in (page.sheet.picture, learned))
    assert page.sheet.picture.shape == (224, 224, 3)
    # The page leaves a gap after its pulse that the drawn sheet has not.
    shifted = (np.roll(seen, shift, axis=1) for shift in range(-6, 7))
    assert max(np.corrcoef(each.ravel(), drawn_ink.ravel())[0, 1] for each in shifted) > 0.7
    assert seen.mean() == pytest.approx(drawn_ink.mean(), rel=0.25)
    array = prepare_page(page, PrepareSpec(profile="paper-picture-224")).array
    assert array.shape == (1, 3, 224, 224)
    with pytest.raises(PrepareError, match="reads the samples of an ECG"):
        prepare_page(page, PrepareSpec())


def test_the_leads_under_a_map_are_named_at_50_mm_s_too(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart, Sheet(speed_mm_s=50.0)))
    heat = np.isin(lead_at_pixels(), [STANDARD_LEADS.index("V2"), STANDARD_LEADS.index("V3")])
    assert where_it_lies(heat.astype(np.float32), page.sheet, page.layout) == "Most of it lies on V2 and V3."


def test_the_leads_under_a_map_are_named_and_nothing_else(
    heart: Record, opened: Callable[[Image.Image], Page]
) -> None:
    page = opened(drawn(heart))
    assert page.layout is not None
    on_lead = lead_at_pixels()
    heat = np.zeros((224, 224), dtype=np.float32)
    heat[np.isin(on_lead, [STANDARD_LEADS.index("V2"), STANDARD_LEADS.index("V3")])] = 1.0
    assert where_it_lies(heat, page.sheet, page.layout) == "Most of it lies on V2 and V3."
    shares = lead_shares(heat, page.sheet, page.layout)
    assert shares["V2"] + shares["V3"] > 0.7
    even = np.ones((224, 224), dtype=np.float32)
    assert where_it_lies(even, page.sheet, page.layout).startswith("It is spread over the page")
    assert where_it_lies(heat, page.sheet, None) == ""
    assert where_it_lies(heat * 0, page.sheet, page.layout) == ""
    assert where_it_lies(heat, page.sheet, replace(page.layout, leads=())) == ""


def test_real_prints_are_digitised_truly_or_refused(test_data: Path, tmp_path: Path) -> None:
    from inference.pages.pdf_file import render_page

    n_read = 0
    for name, is_photo in (("12641", False), ("12641", True), ("04432", False)):
        picture = Image.fromarray(render_page(test_data / "pdf" / f"{name}.pdf", 0, 200.0))
        picture = photographed(picture, seed=1) if is_photo else picture
        picture.save(tmp_path / "sheet.jpg", quality=88)
        page = open_page(tmp_path / "sheet.jpg")
        if page.record is None:
            continue
        n_read += 1
        folder = test_data / "ptb-xl" / "records500"
        truth = read_record(next(folder.glob(f"*/{name}_hr.hea")))
        for lead in STANDARD_LEADS:
            correlation, gain = likeness(page.record, truth, lead)
            assert correlation > 0.94, (name, lead)
            assert 0.88 < gain < 1.12, (name, lead)
    assert n_read >= 1
