"""Twelve real PDF prints of PTB-XL against the records that were printed, and what is made of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.prepare import PrepareError, PrepareSpec, prepare
from inference.records import STANDARD_LEADS, Record, read_record
from inference.signal.analysis import analyse
from inference.signal.filters import MODEL_BAND

FloatArray = npt.NDArray[np.float64]
PRINTED = (
    *("01307", "02473", "04432", "07661", "09962", "11705"),
    *("12400", "12641", "12919", "12941", "13446", "21099"),
)
SHIFT_S = 0.008
"""One common shift for all: the prints' first point is the record's mean around 8 ms."""


def printed_and_true(test_data: Path, name: str) -> tuple[Record, Record]:
    true = next((test_data / "ptb-xl" / "records500").rglob(f"{name}_hr.hea"))
    return read_record(test_data / "pdf" / f"{name}.pdf"), read_record(true)


def at_shown(printed: Record, true_mv: FloatArray, lead: str, every: int) -> tuple[FloatArray, FloatArray]:
    """The print's samples of a lead and the record's at the same times; every second one is a drawn point."""
    row = printed.lead(lead).astype(np.float64)
    shown = np.flatnonzero(np.isfinite(row))[::every]
    times_s = shown / printed.fs_hz + SHIFT_S
    inside = times_s <= 9.99
    return row[shown[inside]], np.interp(times_s[inside], np.arange(true_mv.size) / 500.0, true_mv)


@pytest.mark.parametrize("name", PRINTED)
def test_a_print_gives_the_record_back(test_data: Path, name: str) -> None:
    printed, true = printed_and_true(test_data, name)

    assert set(printed.lead_names) == set(STANDARD_LEADS)
    for lead in STANDARD_LEADS:
        true_mv = true.lead(lead).astype(np.float64)
        averaged_mv = np.convolve(true_mv, np.full(5, 0.2), "same")
        assert np.corrcoef(*at_shown(printed, true_mv, lead, 1))[0, 1] >= 0.98
        drawn, expected = at_shown(printed, averaged_mv, lead, 2)
        assert np.corrcoef(drawn, expected)[0, 1] >= 0.999
        assert np.polyfit(expected, drawn, 1)[0] == pytest.approx(1.0, abs=0.01)
        between, expected = at_shown(printed, averaged_mv, lead, 1)
        assert np.corrcoef(between, expected)[0, 1] >= 0.998
        assert np.polyfit(expected, between, 1)[0] == pytest.approx(1.0, abs=0.01)


def test_the_report_says_what_was_read_and_assumed(test_data: Path) -> None:
    report = read_record(test_data / "pdf" / "01307.pdf").report

    assert report.format == "PDF (vector print)"
    assert report.digitised
    assert "Read back from the drawing of a PDF: 3x4 + II at 25 mm/s and 10 mm/mV." in report.read
    assert any("start at 2.5, 5, 7.5 s" in sentence for sentence in report.assumed)
    assert report.resampled[0].startswith("The drawing has 125 points per second")
    assert report.checks == ("The calibration pulse is 10.00 mm high and 5.00 mm wide: 1.000 mV for 200 ms.",)


@pytest.mark.parametrize("name", PRINTED[::3])
def test_each_lead_has_a_median_beat_from_its_own_stretch(test_data: Path, name: str) -> None:
    printed, true = printed_and_true(test_data, name)

    beat, whole = analyse(printed, MODEL_BAND).beat, analyse(true, MODEL_BAND).beat

    assert beat is not None
    assert whole is not None
    for lead in range(12):
        seen = np.corrcoef(beat.signals_mv[lead, 150:550], whole.signals_mv[lead, 150:550])[0, 1]
        assert seen >= 0.95, STANDARD_LEADS[lead]
    assert any("own stretch" in note for note in beat.notes)


@pytest.mark.parametrize("name", PRINTED[1::4])
def test_without_a_rhythm_strip_the_columns_still_give_beats(test_data: Path, name: str) -> None:
    printed, true = printed_and_true(test_data, name)
    rows = printed.signals_mv.copy()
    rows[printed.lead_names.index("II"), int(2.5 * printed.fs_hz) :] = np.nan
    stripped = replace(printed, signals_mv=rows, sha256="without a strip")

    analysis, whole = analyse(stripped, MODEL_BAND), analyse(true, MODEL_BAND)

    assert analysis.beat is not None
    assert np.isfinite(analysis.beat.signals_mv[:, 200:500]).all()
    assert "by QRS onset" in analysis.beat.notes[-1]
    assert analysis.rhythm.heart_rate_bpm == pytest.approx(whole.rhythm.heart_rate_bpm, rel=0.05)


def test_models_see_a_print_or_say_plainly_why_not(test_data: Path) -> None:
    printed = read_record(test_data / "pdf" / "01307.pdf")

    beat = prepare(printed, PrepareSpec())
    assert np.isfinite(beat.array).all()
    assert any("Read back from a drawing" in note for note in beat.notes)
    assert np.isfinite(prepare(printed, PrepareSpec(profile="paper-picture-224")).array).all()
    with pytest.raises(PrepareError, match="no 1-s window of this recording is complete"):
        prepare(printed, PrepareSpec(profile="lead-images-64"))


def test_a_wfdb_record_is_read_without_the_pdf_library(test_data: Path) -> None:
    script = (
        "import sys; from inference.records import read_record; read_record(sys.argv[1]); "
        "print('pypdfium2' in sys.modules or 'inference.pages.vector_pdf' in sys.modules)"
    )
    path = test_data / "ptb-xl" / "records500" / "00000" / "00449_hr.hea"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
