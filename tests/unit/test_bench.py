"""What the bench says of its samples, and how it reads the program's log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bench's scripts import each other by name, from their own folder."""
    monkeypatch.syspath_prepend(str(BENCH))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(str(getattr(sys.modules[name], "__file__", ""))).parent == BENCH:
            del sys.modules[name]


def script(name: str) -> ModuleType:
    return import_module(name)


def test_a_figure_is_a_median_with_its_quartiles(bench: None) -> None:
    figure = script("figures").Figure("Chain", "read", "ms", (1.0, 2.0, 3.0, 4.0, 100.0), 60.0)
    assert figure.median == 3.0
    assert figure.quartiles == (2.0, 4.0)
    assert script("figures").figure_from_json(figure.to_json()) == figure


def test_a_missed_aim_is_marked_in_the_table_and_a_single_sample_has_no_spread(bench: None) -> None:
    figures = script("figures")
    slow = figures.Figure("Chain", "slow", "ms", (80.0, 90.0, 100.0), 60.0)
    size = figures.Figure("Built", "size", "MB", (812.4,))
    rows = figures.table([slow, size]).splitlines()
    assert "| slow | 90.0 ms ✗ | 85.0–95.0 | 100 | 3 | ≤ 60.0 |" in rows
    assert "| size | 812 MB |  |  | 1 |  |" in rows


def test_where_no_sample_may_miss_an_aim_the_largest_is_judged(bench: None) -> None:
    figures = script("figures")
    stalls = figures.Figure("Window", "stall", "ms", (20.0, 21.0, 70.0), 50.0, True)
    assert "| stall | 21.0 ms ✗ | 20.5–45.5 | 70.0 | 3 | all ≤ 50.0 |" in figures.table([stalls]).splitlines()
    assert figures.figure_from_json(stalls.to_json()) == stalls


def test_the_first_ecg_is_on_screen_when_a_second_sheet_is_drawn(bench: None) -> None:
    def line(second: str, widget: str) -> str:
        region = "Drawing QRegion(0,0 9x9)" if widget else "Marking QRect(0,0 9x9)"
        what = f"{region} of {widget or 'QLabel(0x1)'} at QPoint(0,0)"
        return f"2026-01-02 03:04:{second} INFO qt [MainThread] {what}"

    log = [line("05,000", "MainWindow(0xa)"), line("05,010", "PaperCanvas(0xb)"), line("05,020", "")]
    moments = script("start_times")._moments
    assert moments("\n".join(log)) is None
    log += [line("05,500", "PaperCanvas(0xb)"), line("05,750", "PaperCanvas(0xc)")]
    window, ecg = moments("\n".join(log))
    assert round((ecg - window) * 1e3) == 750
