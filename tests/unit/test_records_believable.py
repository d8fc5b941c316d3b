"""What a file cannot mean as it stands: leads upside down, empty leads, voltages of no heart, limb leads
that contradict each other. It is put right and said, warned of, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.prepare import PrepareError, PrepareSpec, prepare
from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.amplitude import MAX_SWING_MV
from inference.records.files import find_records
from inference.records.record import EINTHOVEN_LIMIT_MV
from inference.signal.analysis import analyse
from tests.unit.made_records import made_signals
from tests.unit.wfdb_files import IntRows, some_integers, twelve_leads, write_record

INVALID = -(2**15)


def heart_uv() -> IntRows:
    """Twelve leads of ten beats in µV whose limb leads obey Einthoven and Goldberger, (12, n_samples)."""
    rows = np.round(1000 * made_signals([0.9] * 9)[0]).astype(np.int16)
    one, two = rows[0] // 2 * 2, rows[1] // 2 * 2
    rows[:6] = np.stack([one, two, two - one, -(one + two) // 2, one - two // 2, two - one // 2])
    return rows


def read_floats(folder: Path, rows: np.ndarray, unit: str = "mV") -> Record:
    """These rows as an array of twelve leads."""
    np.save(folder / "ecg.npy", rows)
    return read_record(folder / "ecg.npy", fs_hz=500, unit=unit, lead_order=STANDARD_LEADS)


def notes_of(record: Record) -> str:
    """What a model's answer would say of the recording."""
    return " ".join(prepare(record, PrepareSpec()).notes)


@pytest.mark.parametrize("written", ["-aVR", "aVR-", "-AVR", "minus aVR"])
def test_an_inverted_lead_of_a_header_is_negated_and_reported(tmp_path: Path, written: str) -> None:
    rows = twelve_leads()
    rows[3] = -rows[3]
    names = [*STANDARD_LEADS[:3], written, *STANDARD_LEADS[4:]]

    record = read_record(write_record(tmp_path, rows, names))

    assert record.lead_names == STANDARD_LEADS
    np.testing.assert_allclose(record.lead("aVR"), -rows[3] / 1000, atol=1e-6)
    assert f"Lead aVR is stored upside down, as '{written}', and was negated." in record.report.read


def test_an_inverted_limb_lead_of_an_array_is_negated_before_others_follow_from_it(tmp_path: Path) -> None:
    rows = twelve_leads()
    np.save(tmp_path / "ecg.npy", np.stack([rows[0], -rows[2]]))

    record = read_record(tmp_path / "ecg.npy", fs_hz=500, unit="uV", lead_order=["I", "-III"])

    np.testing.assert_allclose(record.lead("III"), rows[2] / 1000, atol=1e-6)
    np.testing.assert_allclose(record.lead("II"), rows[1] / 1000, atol=1e-6)


@pytest.mark.parametrize("names", [("-aVR", "aVR"), ("aVR", "-aVR")])
def test_of_a_lead_in_both_ways_the_plain_one_is_read_and_that_is_said(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    rows = twelve_leads()[:2]

    record = read_record(write_record(tmp_path, rows, names))

    np.testing.assert_allclose(record.lead("aVR"), rows[names.index("aVR")] / 1000, atol=1e-6)
    assert "Lead aVR is in the file both ways up; the inverted one was left out." in record.report.read
    assert not any("negated" in note for note in record.report.read)


def test_a_limb_lead_without_a_valid_sample_is_derived_from_two_others(tmp_path: Path) -> None:
    rows = twelve_leads()
    expected = rows[0] / 1000
    rows[0] = INVALID

    record = read_record(write_record(tmp_path, rows))

    np.testing.assert_allclose(record.lead("I"), expected, atol=1e-6)
    assert record.report.derived_leads == ("I",)
    assert record.missing_leads == ()
    assert "I holds no valid sample." in record.report.read


def test_a_chest_lead_without_a_valid_sample_is_missing(tmp_path: Path) -> None:
    rows = twelve_leads()
    rows[7] = INVALID

    record = read_record(write_record(tmp_path, rows))

    assert record.report.missing_leads == record.missing_leads == ("V2",)
    assert "V2 holds no valid sample." in record.report.read


def test_a_file_without_any_valid_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="No lead of the file holds a valid sample"):
        read_record(write_record(tmp_path, np.full((12, 500), INVALID, dtype=np.int16)))
    with pytest.raises(RecordError, match="No lead of the file holds a valid sample"):
        read_floats(tmp_path, np.full((12, 500), np.inf))


@pytest.mark.parametrize("gain", ["1/mV", "1e-3/uV", "1e-30/mV", "1e-36(0)/mV", "1e-99/mV", "1e-9/V"])
def test_a_gain_that_gives_no_heart_s_voltage_is_refused(tmp_path: Path, gain: str) -> None:
    with pytest.raises(RecordError, match="check the unit or the gain"):
        read_record(write_record(tmp_path, heart_uv(), gain=gain))


def test_gains_that_differ_and_are_absurd_are_refused_without_a_warning(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(12), gain="1e-35(0)/mV")
    header.write_text(header.read_text().replace("1e-35(0)", "2e-35(0)", 1))

    with pytest.raises(RecordError, match="check the unit or the gain"):
        read_record(header)


def test_microvolts_taken_for_millivolts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"swing by [0-9,]+ mV, and no ECG reaches 50 mV: check the unit"):
        read_floats(tmp_path, heart_uv().astype(np.float64))


def test_offsets_and_spikes_are_no_amplitude(tmp_path: Path) -> None:
    rows = heart_uv() / 1000 + np.linspace(-300, 300, 12)[:, None]
    rows[:, 100] += 400.0

    np.testing.assert_allclose(read_floats(tmp_path, rows).signals_mv, rows, atol=1e-3)


def test_samples_that_no_amplifier_gives_are_invalid_and_reported(tmp_path: Path) -> None:
    rows = heart_uv() / 1000
    rows[8, 100:103] = 1e30
    rows[9] = 1e30

    record = read_floats(tmp_path, rows)

    assert np.flatnonzero(np.isnan(record.lead("V3"))).tolist() == [100, 101, 102]
    assert "Lead V3 holds 3 samples beyond 1,000,000 mV, taken as invalid." in record.report.read
    assert record.missing_leads == ("V4",)
    assert analyse(record).beat is not None


def test_one_lead_of_impossible_size_is_a_note_on_every_answer(tmp_path: Path) -> None:
    rows = heart_uv() / 1000
    rows[8] *= 1000

    assert "V3 swings by" in notes_of(read_floats(tmp_path, rows))


def test_voltages_too_small_for_a_heart_are_a_note_on_every_answer(tmp_path: Path) -> None:
    note = notes_of(read_floats(tmp_path, heart_uv() / 1000 * 0.045))

    assert "No lead swings by more than" in note
    assert "µV: check the unit or the gain." in note


@pytest.mark.parametrize("factor", [1e-3, 1e-6])
def test_where_no_beat_is_left_of_too_small_voltages_the_refusal_names_the_unit(
    tmp_path: Path, factor: float
) -> None:
    with pytest.raises(PrepareError, match=r"No lead swings by more than .* check the unit or the gain"):
        notes_of(read_floats(tmp_path, heart_uv() / 1000 * factor))


@pytest.mark.parametrize("factor", [1e-12, 1e-20, 1e-30, 1e-36, 1e-40])
def test_voltages_of_any_smallness_are_named_without_a_numeric_warning(tmp_path: Path, factor: float) -> None:
    kinds = [finding.kind for finding in analyse(read_floats(tmp_path, heart_uv() / 1000 * factor)).quality]

    assert "too_small" in kinds


def test_a_flat_recording_is_flat_and_not_too_small(tmp_path: Path) -> None:
    kinds = {finding.kind for finding in analyse(read_floats(tmp_path, np.zeros((12, 5000)))).quality}

    assert "flat" in kinds
    assert "too_small" not in kinds


def test_limb_leads_that_contradict_each_other_are_a_note_on_every_answer(tmp_path: Path) -> None:
    names = ["aVR", "II", "III", "I", *STANDARD_LEADS[4:]]

    record = read_record(write_record(tmp_path, heart_uv(), names))

    assert record.report.breaks_einthoven
    assert "II differs from I + III by up to" in notes_of(record)


def test_limb_leads_that_agree_are_no_note(tmp_path: Path) -> None:
    record = read_record(write_record(tmp_path, heart_uv()))

    assert not record.report.breaks_einthoven
    assert notes_of(record) == ""


@pytest.mark.parametrize("folder", ["ptb-xl", "ludb", "ptb", "cinc2021"])
def test_the_limits_leave_real_records_a_wide_margin(test_data: Path, folder: str) -> None:
    found = list(find_records([test_data / folder]))
    for path in found[:: max(1, len(found) // 40)]:
        record = read_record(path)
        swings = np.percentile(
            np.abs(record.signals_mv - np.median(record.signals_mv, axis=1)[:, None]), 99.9
        )

        assert swings < MAX_SWING_MV / 2
        assert (record.report.einthoven_residual_mv or 0.0) < EINTHOVEN_LIMIT_MV / 20
        kinds = {finding.kind for finding in analyse(record).quality}
        assert not kinds & {"too_small", "too_large", "einthoven"}
