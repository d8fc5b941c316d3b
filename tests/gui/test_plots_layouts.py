"""The geometry of sheets, in mm, without a window."""

from __future__ import annotations

import itertools
import math

import pytest

from ecgviewer.plots.layouts import (
    GAINS_MM_MV,
    LANES,
    LAYOUTS,
    PULSE_MV,
    PULSE_S,
    SPEEDS_MM_S,
    Extent,
    LayoutName,
    Scale,
    Sheet,
    beat_sheet,
    ecg_sheet,
    fit_mm_px,
    place_label,
    row_leads,
    spread_rows,
)


def quiet(count: int) -> list[Extent]:
    return [Extent(0.4, 0.3)] * count


def lay_out(name: LayoutName, scale: Scale | None = None, height_mm: float = 150.0) -> Sheet:
    count = sum(len(row) for row in row_leads(name))
    return ecg_sheet(name, scale or Scale(), height_mm, quiet(count))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_shows_every_lead(name: LayoutName) -> None:
    leads = [cell.lead for cell in lay_out(name).cells]
    assert set(leads) == set(LANES)
    assert len(leads) == (13 if name == "3x4+II" else 12)


def test_columns_of_three_by_four_hold_the_standard_groups() -> None:
    assert row_leads("3x4+II") == (
        ("I", "aVR", "V1", "V4"),
        ("II", "aVL", "V2", "V5"),
        ("III", "aVF", "V3", "V6"),
        ("II",),
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_time_runs_on_from_column_to_column(name: LayoutName) -> None:
    sheet = lay_out(name)
    for row in {cell.row for cell in sheet.cells}:
        cells = [cell for cell in sheet.cells if cell.row == row]
        for before, after in itertools.pairwise(cells):
            assert after.start_s == pytest.approx(before.start_s + before.duration_s)
            assert after.x_mm == pytest.approx(before.x_mm + before.width_mm)
        assert sum(cell.duration_s for cell in cells) == pytest.approx(10.0)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("speed", SPEEDS_MM_S)
@pytest.mark.parametrize("gain", GAINS_MM_MV)
def test_a_second_and_a_millivolt_are_as_long_as_the_paper_says(
    name: LayoutName, speed: float, gain: float
) -> None:
    for cell in lay_out(name, Scale(speed, gain)).cells:
        assert cell.x_of(cell.start_s + 1.0) - cell.x_of(cell.start_s) == pytest.approx(speed)
        assert cell.y_of(0.0) - cell.y_of(1.0) == pytest.approx(gain)
        assert cell.time_at(cell.x_of(3.21)) == pytest.approx(3.21)
        assert cell.level_at(cell.y_of(-0.17)) == pytest.approx(-0.17)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("scale", [Scale(25, 10), Scale(50, 20), Scale(12.5, 5)])
def test_every_row_has_a_pulse_of_one_millivolt_and_two_hundred_milliseconds(
    name: LayoutName, scale: Scale
) -> None:
    sheet = lay_out(name, scale)
    assert len(sheet.pulses) == len(row_leads(name))
    for row, pulse in enumerate(sheet.pulses):
        first = next(cell for cell in sheet.cells if cell.row == row)
        top = min(y for _x, y in pulse)
        on_top = [x for x, y in pulse if y == top]
        assert first.baseline_mm - top == pytest.approx(PULSE_MV * scale.gain_mm_mv)
        assert max(on_top) - min(on_top) == pytest.approx(PULSE_S * scale.speed_mm_s)
        assert max(x for x, _y in pulse) <= first.x_mm
        assert min(x for x, _y in pulse) >= 0.0


def test_a_tall_trace_gets_room_instead_of_crossing_its_neighbour() -> None:
    needs = [[Extent(0.5, 0.5)], [Extent(2.5, 0.5)], [Extent(0.5, 0.5)]]
    first, second, third = spread_rows(needs, 10.0, 100.0)
    assert second - first >= 0.5 * 10 + 2.5 * 10
    assert third - second >= 10.0
    assert first < second < third < 100.0


def test_quiet_rows_are_evenly_spaced() -> None:
    baselines = spread_rows([[Extent(0.3, 0.3)]] * 5, 10.0, 150.0)
    gaps = [b - a for a, b in itertools.pairwise(baselines)]
    assert max(gaps) - min(gaps) <= 1.0


def test_too_little_height_keeps_every_row_on_the_sheet_and_the_first_pulse_whole() -> None:
    baselines = spread_rows([[Extent(3.0, 2.0)]] * 12, 10.0, 120.0)
    assert baselines[0] >= 10.0
    assert list(baselines) == sorted(set(baselines))
    assert baselines[-1] <= 120.0


def test_beat_strips_lie_under_the_traces_of_their_row_and_above_the_next() -> None:
    extents = [Extent(0.8, 0.4)] * 12
    sheet = beat_sheet(Scale(50, 10), 110.0, extents)
    assert [cell.lead for cell in sheet.cells][:5] == ["I", "aVR", "V1", "V4", "II"]
    for cell in sheet.cells:
        assert cell.band_mm >= cell.baseline_mm + 0.4 * 10
        below = [other.y_of(0.8) for other in sheet.cells if other.row == cell.row + 1]
        assert all(cell.band_mm < y for y in below)
        assert cell.band_mm < sheet.height_mm


def test_a_lead_name_moves_past_a_qrs_complex_at_the_start_of_its_lane() -> None:
    cell = lay_out("3x4+II").cells[0]
    clear_left, clear_bottom = place_label(cell, [0.5] * 30, (), 6.0, 4.0)
    assert (clear_left, clear_bottom) == (cell.x_mm, cell.baseline_mm - 4.0)
    left, bottom = place_label(cell, [1.0, 12.0, 12.0, *[0.5] * 27], (), 6.0, 4.0)
    assert left == cell.x_mm + 3
    assert bottom == clear_bottom


def test_a_lead_name_rises_above_a_trace_that_leaves_no_gap() -> None:
    cell = lay_out("3x4+II").cells[1]
    left, bottom = place_label(cell, [9.0] * 30, (), 6.0, 4.0)
    assert left == cell.x_mm
    assert bottom <= cell.baseline_mm - 9.0


def test_five_mm_boxes_are_whole_device_pixels_at_every_size() -> None:
    for width in range(200, 2000, 37):
        mm_px = fit_mm_px(width, 900, 262.5, 76)
        assert math.isclose(mm_px * 5, round(mm_px * 5), abs_tol=1e-9)
        assert mm_px * 262.5 <= width or mm_px == pytest.approx(0.4)


def test_a_point_belongs_to_the_cell_of_its_column_and_nearest_row() -> None:
    sheet = lay_out("3x4+II")
    v2 = next(cell for cell in sheet.cells if cell.lead == "V2")
    assert sheet.cell_near(v2.x_mm + 10, v2.baseline_mm + 3).lead == "V2"


def test_extents_that_do_not_fit_the_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="12 extents for 13 cells"):
        ecg_sheet("3x4+II", Scale(), 100.0, quiet(12))


def test_in_a_crowded_sheet_rows_cross_before_a_tall_trace_is_cut_off_at_an_edge() -> None:
    needs = [[Extent(1.8, 0.3)], [Extent(1.5, 1.5)], [Extent(0.5, 1.6)]]
    first, second, third = spread_rows(needs, 10.0, 66.0)
    assert first >= 1.8 * 10
    assert 66.0 - third >= 1.6 * 10
    assert second - first >= 10.0
    assert third - second >= 10.0
