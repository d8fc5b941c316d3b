"""Every sample format of WFDB, whole and in stretches, on files packed after signal(5)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.long_records import open_long
from inference.records import read_record
from tests.unit.wfdb_words import (
    FLAC_KINDS,
    PACKED,
    IntRows,
    largest,
    waves,
    write_differences,
    write_packed,
)

LEADS = ("V1", "V2", "V3", "V4", "V5")
LONG = 61_001
"""Samples at 500 Hz of a little over two minutes, an odd number."""


def in_mv(rows: IntRows, fmt: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return rows / float(f"{largest(fmt) / 20:.6f}")


@pytest.mark.parametrize("fmt", [*PACKED, *FLAC_KINDS])
@pytest.mark.parametrize("n_samples", [1000, 1001, 1003])
def test_each_format_comes_back_exactly(tmp_path: Path, fmt: int, n_samples: int) -> None:
    rows = waves(5, n_samples, largest(fmt))

    record = read_record(write_packed(tmp_path, rows, LEADS, fmt))

    assert record.n_samples == n_samples
    np.testing.assert_allclose(record.signals_mv, in_mv(rows, fmt), rtol=1e-6, atol=1e-9)


def test_differences_come_back_exactly(tmp_path: Path) -> None:
    rows = np.cumsum(np.random.default_rng(1).integers(-100, 100, (3, 1000)), axis=1)

    record = read_record(write_differences(tmp_path, rows, LEADS[:3]))

    np.testing.assert_allclose(record.signals_mv, rows / 200, rtol=1e-6)


@pytest.mark.parametrize("fmt", [16, 24, 32, 61, 80, 160, 212, *FLAC_KINDS])
@pytest.mark.parametrize("n_leads", [1, 3])
def test_any_stretch_of_a_long_record_is_what_the_whole_holds_there(
    tmp_path: Path, fmt: int, n_leads: int
) -> None:
    rows = waves(n_leads, LONG, largest(fmt))
    if fmt not in (8, 160):
        rows[0, 40_000:40_010] = -largest(fmt) - 1
    header = write_packed(tmp_path, rows, LEADS[:n_leads], fmt)

    whole = read_record(header)
    opened = open_long(header)

    assert opened is not None
    assert (opened.n_samples, opened.lead_names, opened.fs_hz) == (LONG, LEADS[:n_leads], 500.0)
    for start, stop in ((0, 5), (1, 2), (39_999, 40_011), (60_001, LONG), (777, 30_001)):
        np.testing.assert_array_equal(opened.read_mv(start, stop), whole.signals_mv[:, start:stop])
    last = n_leads - 1
    np.testing.assert_array_equal(opened.read_mv(3, 9, [last])[0], whole.lead(LEADS[last])[3:9])


@pytest.mark.parametrize("fmt", [8, 310, 311])
def test_a_format_that_is_only_read_whole_is_no_long_record(tmp_path: Path, fmt: int) -> None:
    peak = 100 if fmt == 8 else 511
    rows = waves(1, LONG, peak)
    header = (
        write_differences(tmp_path, rows // 4, LEADS[:1])
        if fmt == 8
        else write_packed(tmp_path, rows, LEADS[:1], fmt)
    )

    assert open_long(header) is None
    assert read_record(header).n_samples == LONG


def write_layout(folder: Path) -> tuple[Path, IntRows]:
    """Three segments with a pause between, one of them without V2, behind a layout segment."""
    rows = waves(2, 90_000, 1000)
    for name, first, last, leads in (("a", 0, 20_000, LEADS[:2]), ("b", 30_000, 60_000, LEADS[1:2])):
        places = [LEADS.index(lead) for lead in leads]
        write_packed(folder, rows[places, first:last], leads, 16, name)
    write_packed(folder, rows[::-1, 60_000:], LEADS[1::-1], 212, "c")
    layout = ["layout 2 500 0", "~ 0 200/mV 16 0 0 0 0 V1", "~ 0 200/mV 16 0 0 0 0 V2"]
    (folder / "layout.hea").write_text("\n".join(layout))
    parts = "layout 0\na 20000\n~ 10000\nb 30000\nc 30000\n"
    (folder / "ecg.hea").write_text(f"ecg/5 2 500 90000 10:00:00 05/03/2021\n{parts}")
    expected = np.full((2, 90_000), np.nan)
    expected[:, :20_000] = in_mv(rows[:, :20_000], 16)
    expected[1, 30_000:60_000] = in_mv(rows[1, 30_000:60_000], 16)
    expected[:, 60_000:] = in_mv(rows[:, 60_000:], 212)
    return folder / "ecg.hea", expected


def test_segments_of_a_variable_layout_are_joined_with_their_gaps(tmp_path: Path) -> None:
    header, expected = write_layout(tmp_path)

    record = read_record(header)
    opened = open_long(header)

    assert record.lead_names == ("V1", "V2")
    np.testing.assert_allclose(record.signals_mv, expected, rtol=1e-6)
    assert opened is not None
    assert (opened.lead_names, opened.n_samples) == (("V1", "V2"), 90_000)
    assert opened.acquired_at == record.acquired_at
    np.testing.assert_array_equal(opened.read_mv(0, 90_000), record.signals_mv)
    np.testing.assert_array_equal(
        opened.read_mv(29_990, 60_010, [1, 0]), record.signals_mv[::-1, 29_990:60_010]
    )


def test_segments_of_a_fixed_layout_are_joined(tmp_path: Path) -> None:
    rows = waves(2, 80_000, 1000)
    for name, first, last in (("a", 0, 30_000), ("b", 30_000, 80_000)):
        write_packed(tmp_path, rows[:, first:last], LEADS[:2], 16, name)
    (tmp_path / "ecg.hea").write_text("ecg/2 2 500 80000\na 30000\nb 50000\n")

    opened = open_long(tmp_path / "ecg.hea")

    np.testing.assert_allclose(read_record(tmp_path / "ecg.hea").signals_mv, in_mv(rows, 16), rtol=1e-6)
    assert opened is not None
    np.testing.assert_allclose(opened.read_mv(29_000, 31_000), in_mv(rows[:, 29_000:31_000], 16), rtol=1e-6)
    assert any("2 segments" in note for note in opened.report.read)


def test_several_samples_per_frame_and_several_files_are_read_in_stretches(tmp_path: Path) -> None:
    rows = waves(3, 70_000, 1000)
    frames = np.concatenate([rows[0].reshape(-1, 2), rows[1].reshape(-1, 2)], axis=1)
    (tmp_path / "a.dat").write_bytes(b"head" + frames.astype("<i2").tobytes())
    (tmp_path / "b.dat").write_bytes(rows[2].astype(">i2").tobytes())
    lines = [
        "a.dat 16x2+4 1000 16 0 0 0 0 II",
        "a.dat 16x2+4 1000 16 0 0 0 0 -aVR",
        "b.dat 61x2 2000 16 0 0 0 0 V1",
    ]
    (tmp_path / "ecg.hea").write_text("\n".join(["ecg 3 250 35000", *lines]))

    record = read_record(tmp_path / "ecg.hea")
    opened = open_long(tmp_path / "ecg.hea")

    assert opened is not None
    assert opened.lead_names == ("II", "aVR", "V1")
    assert opened.fs_hz == 500.0
    assert any("upside down" in note for note in opened.report.read)
    np.testing.assert_array_equal(opened.read_mv(101, 1234), record.signals_mv[:3, 101:1234])


def test_gains_that_normalise_each_lead_give_way_to_the_integers_in_long_records_too(tmp_path: Path) -> None:
    one, two = waves(2, LONG, 1000)
    rows = np.stack([one, two, two - one])
    lines = [
        f"ecg.dat 16 {gain}(0)/mV 16 0 0 0 0 {lead}"
        for gain, lead in ((900, "I"), (1100, "II"), (2100, "III"))
    ]
    (tmp_path / "ecg.hea").write_text("\n".join([f"ecg 3 500 {LONG}", *lines]))
    (tmp_path / "ecg.dat").write_bytes(rows.T.astype("<i2").tobytes())

    record = read_record(tmp_path / "ecg.hea")
    opened = open_long(tmp_path / "ecg.hea")

    assert opened is not None
    assert opened.report.assumed == record.report.assumed != ()
    np.testing.assert_array_equal(opened.read_mv(0, 2000), record.signals_mv[:3, :2000])
