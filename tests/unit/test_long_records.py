"""Long recordings: opened by their header, looked at in windows, drawn from a pyramid."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.long_records import LONG_S, LongRecord, Pyramid, build, open_long
from inference.records import STANDARD_LEADS, ImportReport, RecordError, read_record
from tests.unit.edf_files import MadeEdf, write_edf
from tests.unit.wfdb_files import twelve_leads, write_record

N_S = 150


def long_edf(folder: Path, **changes: object) -> Path:
    """150 s of I, II and V1 at 100 Hz in EDF+, begun at 22:15:00, with a pause of 20 s after 60 s."""
    rows = twelve_leads(N_S * 100)[[0, 1, 6]].astype(np.int64)
    onsets = [float(second + (20 if second >= 60 else 0)) for second in range(N_S)]
    made = MadeEdf(
        rows,
        ["I", "II", "V1"],
        per_record=100,
        kind="EDF+D",
        onsets=onsets,
        notes={100: "+120.5\x14Patient event\x14\x00"},
        start="02.03.1922.15.00",
        recording="Startdate 02-MAR-2019 X X X",
    )
    return write_edf(folder / "holter.edf", replace(made, **changes))  # type: ignore[arg-type]


def opened(path: Path) -> LongRecord:
    long = open_long(path)
    assert long is not None
    return long


def test_a_long_recording_opens_with_what_its_header_says(tmp_path: Path) -> None:
    long = opened(long_edf(tmp_path))

    assert (long.format, long.lead_names, long.fs_hz) == ("EDF+D", ("I", "II", "V1"), 100.0)
    assert (long.n_samples, long.duration_s) == (17_000, 170.0)
    assert long.acquired_at == datetime(2019, 3, 2, 22, 15)
    assert long.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert long.report.missing_leads == ("V2", "V3", "V4", "V5", "V6")


@pytest.mark.parametrize("n_samples", [5000, int(LONG_S * 500)])
def test_a_recording_of_ordinary_length_is_no_long_one(tmp_path: Path, n_samples: int) -> None:
    assert open_long(write_record(tmp_path, twelve_leads(n_samples))) is None


def test_a_format_that_is_read_whole_is_no_long_one(tmp_path: Path) -> None:
    np.save(tmp_path / "ecg.npy", twelve_leads())

    with zipfile.ZipFile(tmp_path / "ecg.zip", "w") as archive:
        archive.write(long_edf(tmp_path), "holter.edf")

    assert open_long(tmp_path / "ecg.npy") is None
    assert open_long(tmp_path / "ecg.zip") is None
    assert open_long(tmp_path / "ecg.zip" / "holter.edf") is None
    assert read_record(tmp_path / "ecg.zip" / "holter.edf").n_samples == 17_000


def test_what_is_no_recording_is_refused_as_by_read_record(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")

    with pytest.raises(RecordError, match="not an ECG format"):
        open_long(tmp_path / "letter.txt")


def test_a_window_is_what_the_whole_recording_holds_there(tmp_path: Path) -> None:
    path = long_edf(tmp_path)
    whole = read_record(path)

    window = opened(path).window(112.0)

    assert window.report.read[1] == "10 s from 00:01:52 of a recording of 2 min 50 s."
    assert window.acquired_at == datetime(2019, 3, 2, 22, 16, 52)
    assert (window.lead_names, window.path) == (whole.lead_names, path)
    assert window.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert window.comments == ("120.5 s: Patient event",)
    np.testing.assert_array_equal(window.signals_mv, whole.signals_mv[:, 11_200:12_200])
    assert window.sha256 not in (whole.sha256, opened(path).window(111.0).sha256)


@pytest.mark.parametrize(("asked_s", "start"), [(-5.0, 0), (165.0, 16_000), (1e9, 16_000), (0.014, 1)])
def test_a_window_near_an_end_is_moved_inside(tmp_path: Path, asked_s: float, start: int) -> None:
    path = long_edf(tmp_path)

    window = opened(path).window(asked_s)

    assert window.n_samples == 1000
    np.testing.assert_array_equal(window.signals_mv, read_record(path).signals_mv[:, start : start + 1000])


def test_a_window_inside_a_pause_says_where_there_is_no_signal(tmp_path: Path) -> None:
    long = opened(long_edf(tmp_path))

    with pytest.raises(RecordError, match="no valid signal from 00:01:05 to 00:01:15"):
        long.window(65.0)
    assert np.isnan(long.window(55.0).lead("II")[500:]).all()


def test_outside_of_the_recording_there_is_nothing(tmp_path: Path) -> None:
    long = opened(long_edf(tmp_path))

    around = long.read_mv(-3, 17_003)

    assert around.shape == (3, 17_006)
    assert np.isnan(around[:, :3]).all()
    assert np.isnan(around[:, -3:]).all()
    assert np.isfinite(around[:, 3]).all()
    assert long.read_mv(50, 50).shape == (3, 0)


def test_a_file_that_vanishes_is_said_to_be_gone(tmp_path: Path) -> None:
    path = long_edf(tmp_path)
    long = opened(path)
    path.unlink()

    with pytest.raises(RecordError, match="check that it is still there"):
        long.read_mv(0, 10)


def test_several_threads_read_the_same_file_at_once(tmp_path: Path) -> None:
    long = opened(long_edf(tmp_path))
    expected = long.read_mv(0, long.n_samples)
    wrong: list[int] = []

    def read(seed: int) -> None:
        for start in np.random.default_rng(seed).integers(0, 16_000, 50).tolist():
            if not np.array_equal(
                long.read_mv(start, start + 700), expected[:, start : start + 700], equal_nan=True
            ):
                wrong.append(start)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_read_record_sends_a_recording_of_a_day_to_the_viewer(tmp_path: Path) -> None:
    path = write_edf(
        tmp_path / "day.edf", MadeEdf(twelve_leads(100).astype(np.int64), STANDARD_LEADS, per_record=100)
    )
    with path.open("r+b") as stream:
        stream.seek(236)
        stream.write(f"{86_400 * 6:<8}".encode())
        stream.truncate(256 * 13 + 86_400 * 6 * 100 * 12 * 2)  # a sparse file: only its length is written

    with pytest.raises(RecordError, match=r"144.0 hours long.*open it in the viewer"):
        read_record(path)
    long = opened(path)
    assert long.window(86_400 * 5).duration_s == 10.0
    assert long.report.read[0].endswith("518400 s at 100 Hz.")


class FromMemory:
    """Samples that lie in an array; notes which stretches were asked for."""

    def __init__(self, mv: npt.NDArray[np.float32]) -> None:
        self.mv = mv
        self.asked: list[tuple[int, int]] = []

    def read_mv(self, lead_rows: Sequence[int], start: int, stop: int) -> npt.NDArray[np.float32]:
        self.asked.append((start, stop))
        return self.mv[list(lead_rows), start:stop]

    def notes_between(self, _start: int, _stop: int) -> tuple[str, ...]:
        return ()


def in_memory(n_samples: int, gap: slice = slice(0, 0)) -> tuple[LongRecord, npt.NDArray[np.float32]]:
    mv = np.random.default_rng(n_samples).normal(0, 1, (2, n_samples)).astype(np.float32)
    mv[:, gap] = np.nan
    report = ImportReport("made for a test")
    return LongRecord(Path("made"), "made", ("II", "V1"), 500.0, n_samples, report, FromMemory(mv)), mv


def no_news(_share: float) -> None:
    """Progress that nobody follows."""


@pytest.mark.parametrize("n_samples", [300_000, 1_234_567])
@pytest.mark.parametrize("n_columns", [1, 40, 333])
def test_an_envelope_holds_each_columns_extremes_and_little_more(n_samples: int, n_columns: int) -> None:
    long, mv = in_memory(n_samples, slice(50_000, 120_000))
    pyramid = build(long, no_news, lambda: False)
    assert pyramid.is_complete
    start, stop = 10_001, n_samples - 777

    low, high = pyramid.envelope(1, start, stop, n_columns)

    edges = np.linspace(start, stop, n_columns + 1)
    width = (stop - start) / n_columns
    for column in range(n_columns):
        own = mv[1, int(np.ceil(edges[column])) : int(edges[column + 1])]
        around = mv[1, max(0, int(edges[column] - width / 4) - 1) : int(edges[column + 1] + width / 4) + 2]
        if np.isnan(around).all():
            assert np.isnan(low[column])
            assert np.isnan(high[column])
        elif np.isfinite(own).any():
            assert np.nanmin(around) <= low[column] <= np.nanmin(own)
            assert np.nanmax(own) <= high[column] <= np.nanmax(around)


def test_columns_narrower_than_a_bin_are_the_samples_themselves() -> None:
    long, mv = in_memory(200_000)
    pyramid = Pyramid(long)

    low, high = pyramid.envelope(0, 1000, 3000, 2000)
    wide_low, wide_high = pyramid.envelope(0, 1000, 3000, 200)

    np.testing.assert_array_equal(low, mv[0, 1000:3000])
    np.testing.assert_array_equal(high, mv[0, 1000:3000])
    np.testing.assert_array_equal(wide_low, mv[0, 1000:3000].reshape(200, 10).min(axis=1))
    np.testing.assert_array_equal(wide_high, mv[0, 1000:3000].reshape(200, 10).max(axis=1))


@pytest.mark.parametrize("stop", [20_000, 190_000])
def test_envelopes_of_several_leads_are_those_of_each(stop: int) -> None:
    long, _ = in_memory(200_000)
    pyramid = build(long, no_news, lambda: False)

    low, high = pyramid.envelopes([1, 0], 100, stop, 700)

    for row, lead in enumerate([1, 0]):
        alone = pyramid.envelope(lead, 100, stop, 700)
        np.testing.assert_array_equal((low[row], high[row]), alone)


def test_outside_of_the_recording_an_envelope_is_empty() -> None:
    long, _ = in_memory(200_000)
    pyramid = build(long, no_news, lambda: False)

    low, high = pyramid.envelope(0, -200_000, 400_000, 300)

    assert np.isnan(low[:99]).all()
    assert np.isfinite(low[101:199]).all()
    assert np.isnan(high[201:]).all()
    assert np.isnan(pyramid.envelope(0, 300_000, 500_000, 10)[0]).all()
    assert np.isnan(pyramid.envelope(0, 300_000, 300_500, 10)[0]).all()
    assert np.isnan(pyramid.envelope(0, -500_000, -300_000, 10)[1]).all()


def test_a_pyramid_can_be_stopped_used_and_taken_up_again() -> None:
    long, mv = in_memory(4_000_000)
    pyramid = Pyramid(long)
    shares: list[float] = []

    pyramid.grow(shares.append, lambda: len(shares) >= 2)

    known = pyramid.known_until
    assert 0 < known < long.n_samples
    assert shares == sorted(shares)
    low, _ = pyramid.envelope(0, 0, long.n_samples, 100)
    n_known = known * 100 // long.n_samples
    assert np.isfinite(low[:n_known]).all()
    assert np.isnan(low[n_known + 1 :]).all()
    pyramid.grow(shares.append, lambda: False)
    assert shares[-1] == 1.0
    low, high = pyramid.envelope(0, 0, long.n_samples, 1)
    assert (low[0], high[0]) == (mv[0].min(), mv[0].max())


def test_each_sample_is_read_once_and_the_whole_never_at_once() -> None:
    long, _ = in_memory(4_000_000)

    build(long, no_news, lambda: False)

    asked = long.source.asked  # type: ignore[attr-defined]
    assert [start for start, _ in asked[1:]] == [stop for _, stop in asked[:-1]]
    assert (asked[0][0], asked[-1][1]) == (0, 4_000_000)
    assert max(stop - start for start, stop in asked) <= 1_000_000


def test_the_pyramid_of_a_very_long_recording_takes_no_more_memory() -> None:
    day, _ = in_memory(1000)

    weeks = Pyramid(replace(day, lead_names=STANDARD_LEADS, n_samples=31 * 86_400 * 500))

    assert weeks.n_bytes < 100e6
    assert weeks.base_bin > Pyramid(day).base_bin


def test_a_recording_that_ends_after_the_last_year_has_no_clock_and_can_be_read(tmp_path: Path) -> None:
    long = opened(
        long_edf(tmp_path, recording="Startdate 31-DEC-9999 X X X", start="31.12.9923.59.00"),
    )

    assert long.acquired_at is None
    assert long.window(100.0).acquired_at is None


def test_a_time_of_day_that_cannot_be_read_is_said_to_be_a_placeholder(tmp_path: Path) -> None:
    long = opened(long_edf(tmp_path, start="02.03.1925.70.00"))

    assert long.acquired_at == datetime(2019, 3, 2)
    assert long.report.assumed == ("The time of day cannot be read ('25.70.00'); 00:00:00 stands for it.",)
