"""WFDB records: units, gains, leads, patients and planted truth, on small records written here."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.records import STANDARD_LEADS, RecordError, read_record
from inference.records.wfdb_package import quiet_wfdb
from tests.unit.wfdb_files import some_integers, twelve_leads, write_record


def write_with_wfdb(
    folder: Path, rows: npt.NDArray[np.int64], names: list[str], fmt: str, baseline: int = 0
) -> None:
    """Let the wfdb package itself write `ecg` in one of its formats, 1000 units per mV."""
    n = len(names)
    with quiet_wfdb() as wfdb:
        wfdb.wrsamp(
            "ecg",
            500,
            ["mV"] * n,
            names,
            d_signal=rows.T.copy(),
            fmt=[fmt] * n,
            adc_gain=[1000.0] * n,
            baseline=[baseline] * n,
            write_dir=str(folder),
        )


def test_twelve_leads_come_back_in_mv_and_cannot_be_changed(tmp_path: Path) -> None:
    rows = twelve_leads()

    record = read_record(write_record(tmp_path, rows))

    assert record.lead_names == STANDARD_LEADS
    assert record.fs_hz == 500.0
    assert record.signals_mv.dtype == np.float32
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.report.einthoven_residual_mv == pytest.approx(0.0, abs=1e-6)
    assert record.report.assumed == record.report.derived_leads == record.report.missing_leads == ()
    with pytest.raises(ValueError, match="read-only"):
        record.signals_mv[0, 0] = 1.0


@pytest.mark.parametrize("given", ["ecg.hea", "ecg.dat", "ecg"])
def test_any_part_of_a_record_opens_it(tmp_path: Path, given: str) -> None:
    header = write_record(tmp_path, twelve_leads())

    assert read_record(tmp_path / given).path == header


def test_a_second_signal_file_opens_the_record_that_names_it(tmp_path: Path) -> None:
    header = write_record(tmp_path, twelve_leads(), name="00001_hr")
    text = header.read_text().replace(
        "00001_hr.dat 16 1000(0)/mV 16 0 0 0 0 V", "00001_hr_pre.dat 16 1000(0)/mV 16 0 0 0 0 V"
    )
    header.write_text(text)
    rows = twelve_leads()
    (tmp_path / "00001_hr.dat").write_bytes(rows[:6].T.tobytes())
    (tmp_path / "00001_hr_pre.dat").write_bytes(rows[6:].T.tobytes())

    record = read_record(tmp_path / "00001_hr_pre.dat")

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("gain", "encoding", "mv_per_integer"),
    [
        ("1/uV", "utf-8", 1e-3),
        ("1/µV", "utf-8", 1e-3),
        ("1/µV", "latin-1", 1e-3),
        ("1/μV", "utf-8", 1e-3),
        ("1000/MV", "utf-8", 1e-3),
        ("1e6/V", "utf-8", 1e-3),
        ("0.5(0)/uV", "utf-8", 2e-3),
    ],
)
def test_every_unit_of_voltage_becomes_mv(
    tmp_path: Path, gain: str, encoding: str, mv_per_integer: float
) -> None:
    rows = twelve_leads()

    record = read_record(write_record(tmp_path, rows, gain=gain, encoding=encoding))

    np.testing.assert_allclose(record.signals_mv, rows * mv_per_integer, atol=1e-6)
    assert record.report.assumed == ()


def test_a_missing_unit_is_mv_and_said_to_be_assumed(tmp_path: Path) -> None:
    record = read_record(write_record(tmp_path, twelve_leads(), gain="1000"))

    assert np.nanmax(record.signals_mv) < 4.0
    assert len(record.report.assumed) == 1
    assert "no unit" in record.report.assumed[0]


def test_a_gain_of_zero_is_the_default_gain_and_said_to_be_assumed(tmp_path: Path) -> None:
    rows = twelve_leads()

    record = read_record(write_record(tmp_path, rows, gain="0/mV"))

    np.testing.assert_allclose(record.signals_mv, rows / 200, atol=1e-5)
    assert any("200 units per mV" in note for note in record.report.assumed)


def test_a_missing_baseline_is_the_adc_zero(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(1), ["II"])
    header.write_text("ecg 1 500 1000\necg.dat 16 1000/mV 12 1024 0 0 0 II\n")

    record = read_record(header)

    np.testing.assert_allclose(
        record.lead("II"), (some_integers(1)[0].astype(float) - 1024) / 1000, atol=1e-6
    )


def test_a_unit_that_is_no_voltage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="'mmHg' is not a voltage"):
        read_record(write_record(tmp_path, twelve_leads(), gain="10/mmHg"))


def test_samples_marked_invalid_become_nan(tmp_path: Path) -> None:
    rows = twelve_leads()
    rows[8, 100:110] = -32768

    record = read_record(write_record(tmp_path, rows))

    assert np.flatnonzero(np.isnan(record.lead("V3"))).tolist() == list(range(100, 110))
    assert not np.isnan(record.lead("V2")).any()


def test_a_flat_lead_is_kept_as_it_is(tmp_path: Path) -> None:
    rows = twelve_leads()
    rows[9] = 0

    record = read_record(write_record(tmp_path, rows))

    assert not record.lead("V4").any()
    assert record.missing_leads == ()


def test_gains_that_normalise_each_lead_give_way_to_the_integers(tmp_path: Path) -> None:
    rows = twelve_leads()
    header = write_record(tmp_path, rows)
    lines = header.read_text().splitlines()
    spans = np.ptp(rows, axis=1)
    lines[1:13] = [
        line.replace("1000(0)", f"{span}(3)") for line, span in zip(lines[1:13], spans, strict=True)
    ]
    header.write_text("\n".join(lines))

    record = read_record(header)

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert any("1 µV" in note for note in record.report.assumed)


def test_different_gains_of_a_true_record_are_believed(tmp_path: Path) -> None:
    rows = twelve_leads()
    header = write_record(tmp_path, np.concatenate([rows[:1] * 2, rows[1:]]))
    header.write_text(header.read_text().replace("1000(0)/mV 16 0 0 0 0 I\n", "2000(0)/mV 16 0 0 0 0 I\n"))

    record = read_record(header)

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.report.assumed == ()


def test_limb_leads_are_derived_and_chest_leads_stay_missing(tmp_path: Path) -> None:
    rows = twelve_leads()

    record = read_record(write_record(tmp_path, rows[[1, 0, 6]], ["ii", "i", "v1"]))

    assert record.lead_names == ("II", "I", "V1", "III", "aVR", "aVL", "aVF")
    np.testing.assert_allclose(record.standard_12()[:6], rows[:6] / 1000, atol=2e-6)
    assert record.report.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert record.report.missing_leads == record.missing_leads == ("V2", "V3", "V4", "V5", "V6")
    assert record.report.einthoven_residual_mv is None


def test_other_signals_and_repeated_leads_are_left_out_and_named(tmp_path: Path) -> None:
    record = read_record(write_record(tmp_path, some_integers(4), ["II", "RESP", "V1", "II"]))

    assert record.lead_names == ("II", "V1")
    np.testing.assert_allclose(record.lead("II"), some_integers(4)[0] / 1000, atol=1e-6)
    assert "'RESP'" in record.report.read[1]
    assert "twice" in record.report.read[2]


def test_what_the_caller_says_wins_and_is_reported(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(2), ["ch1", "ch2"])

    record = read_record(header, fs_hz=250, unit="uV", lead_order=["V1", "V2"])

    assert record.fs_hz == 250.0
    assert record.lead_names == ("V1", "V2")
    np.testing.assert_allclose(record.signals_mv, some_integers(2) / 1e6, atol=1e-9)
    assert len(record.report.assumed) == 3


@pytest.mark.parametrize("fmt", ["16", "212", "24", "32", "80", "516", "524"])
def test_what_wfdb_writes_is_read_back(tmp_path: Path, fmt: str) -> None:
    limit = 100 if fmt == "80" else 1500
    rows = np.clip(some_integers(3, 1001), -limit, limit).astype(np.int64)
    write_with_wfdb(tmp_path, rows, ["I", "II", "V1"], fmt, baseline=5)

    record = read_record(tmp_path / "ecg.hea")

    np.testing.assert_allclose(record.signals_mv[:3], (rows - 5) / 1000, atol=1e-6)


@pytest.mark.parametrize("fmt", ["8", "16", "61", "80", "160", "212", "24", "32", "310", "311"])
@pytest.mark.parametrize("offset", [0, 12])
def test_any_bytes_mean_to_us_what_they_mean_to_wfdb(tmp_path: Path, fmt: str, offset: int) -> None:
    where = f"{fmt}+{offset}" if offset else fmt
    content = np.random.default_rng(4).integers(0, 256, 4 * 3 * 400 + offset).astype(np.uint8)
    content[offset : offset + 2] = (0, 128)  # format 16's mark of an invalid sample
    (tmp_path / "ecg.dat").write_bytes(content.tobytes())
    # Whatever the format's width, its largest value is some 20 mV.
    gain = {"16": 2e3, "61": 2e3, "160": 2e3, "24": 5e5, "32": 1e8}.get(fmt, 100)
    lines = [f"ecg.dat {where} {gain:.0f}(7)/mV 12 0 3 0 0 {name}" for name in ("II", "V1", "V2")]
    (tmp_path / "ecg.hea").write_text("\n".join(["ecg 3 500 300", *lines]))

    record = read_record(tmp_path / "ecg.hea")

    with quiet_wfdb() as wfdb:
        expected = wfdb.rdrecord(str(tmp_path / "ecg")).p_signal.T
    np.testing.assert_allclose(record.signals_mv, expected, rtol=1e-6, atol=1e-6)


def test_leads_with_several_samples_per_frame_read_at_their_own_rate(tmp_path: Path) -> None:
    rows = some_integers(2, 1000)
    frames = np.concatenate([rows[0].reshape(-1, 2), rows[1].reshape(-1, 2)], axis=1)
    (tmp_path / "ecg.dat").write_bytes(frames.astype("<i2").tobytes())
    (tmp_path / "ecg.hea").write_text(
        "ecg 2 250 500\necg.dat 16x2 1000 16 0 0 0 0 II\necg.dat 16x2 1000 16 0 0 0 0 V1\n"
    )

    record = read_record(tmp_path / "ecg")

    assert record.fs_hz == 500.0
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)


def test_a_skewed_signal_is_aligned(tmp_path: Path) -> None:
    rows = some_integers(2, 1000)
    header = write_record(tmp_path, rows, ["II", "V1"])
    header.write_text(
        header.read_text().replace(
            "ecg.dat 16 1000(0)/mV 16 0 0 0 0 V1", "ecg.dat 16:3 1000(0)/mV 16 0 0 0 0 V1"
        )
    )

    record = read_record(header)

    np.testing.assert_allclose(record.lead("V1")[:-3], rows[1, 3:] / 1000, atol=1e-6)
    assert np.isnan(record.lead("V1")[-3:]).all()


def test_segments_are_joined_and_gaps_are_nan(tmp_path: Path) -> None:
    rows = some_integers(2, 1000)
    write_record(tmp_path, rows[:, :600], ["II", "V1"], name="a")
    write_record(tmp_path, rows[:1, 600:], ["II"], name="b")
    (tmp_path / "whole.hea").write_text("whole/3 2 500 1100\na 600\n~ 100\nb 400\n# Age: 70\n")

    record = read_record(tmp_path / "whole.hea")

    assert record.n_samples == 1100
    np.testing.assert_allclose(record.lead("II")[:600], rows[0, :600] / 1000, atol=1e-6)
    assert np.isnan(record.lead("II")[600:700]).all()
    np.testing.assert_allclose(record.lead("II")[700:], rows[0, 600:] / 1000, atol=1e-6)
    assert np.isnan(record.lead("V1")[600:]).all()
    assert record.patient.age_years == 70.0


def test_a_header_without_rate_or_length_reads_with_both_reported(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(1), ["II"])
    header.write_text("ecg 1\necg.dat 16 1000/mV 16 0 0 0 0 II\n")

    record = read_record(header)

    assert (record.fs_hz, record.n_samples) == (250.0, 1000)
    assert len(record.report.assumed) == 2


@pytest.mark.parametrize("fmt", ["16", "80"])
def test_reading_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fmt: str) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    rows = np.clip(some_integers(1), -100, 100).astype(np.int64)
    write_with_wfdb(tmp_path, rows, ["II"], fmt)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert read_record(tmp_path / "ecg.hea").n_samples == 1000
