"""What is written is read back as the same ECG, in every format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.records import Record, read_record
from inference.records.assemble import Found, assemble
from inference.records.device import DeviceMeasurement
from inference.records.files import find_records
from inference.records.record import Patient, SyntheticTruth
from inference.writing.errors import WriteError
from inference.writing.resolution import INT16_LARGEST, of_record
from inference.writing.targets import TARGETS, target_called
from inference.writing.write import write_record
from tests.unit.written import MOMENT, PATIENT, assert_same_ecg, eight_lead_record, without_facts

READ_BACK = tuple(target.suffix for target in TARGETS)
DEMO = Path(__file__).parents[2] / "resources" / "demo"
TRUTH = SyntheticTruth("occlusion", "LAD", "LAD", 0.2, (0.1, 0.2, 0.3), {"V2": 0.25}, 7, "1")


def round_trip(record: Record, folder: Path, suffix: str) -> Record:
    write_record(record, folder / f"written{suffix}")
    return read_record(folder / f"written{suffix}")


@pytest.mark.parametrize("suffix", READ_BACK)
@pytest.mark.parametrize("step_mv", [0.001, 0.005, 0.00488, 0.0025, 0.00125, 0.0005])
def test_every_fact_and_every_bit_come_back(tmp_path: Path, suffix: str, step_mv: float) -> None:
    record = eight_lead_record(step_mv)
    assert_same_ecg(round_trip(record, tmp_path, suffix), record)


@pytest.mark.parametrize("suffix", READ_BACK)
def test_what_is_unknown_stays_unknown(tmp_path: Path, suffix: str) -> None:
    record = without_facts(eight_lead_record())
    back = round_trip(record, tmp_path, suffix)
    assert back.patient == Patient()
    assert back.acquired_at is None


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_synthetic_ecg_stays_synthetic_with_its_whole_truth(tmp_path: Path, suffix: str) -> None:
    truth = replace(TRUTH, description="ST elevation, 0.25 mV, µV " * 20)
    record = replace(eight_lead_record(), synthetic=truth)
    assert round_trip(record, tmp_path, suffix).synthetic == truth


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_digitised_ecg_stays_digitised(tmp_path: Path, suffix: str) -> None:
    record = eight_lead_record()
    record = replace(record, report=replace(record.report, digitised=True))
    assert round_trip(record, tmp_path, suffix).report.digitised


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_name_with_spaces_accents_and_underscores_comes_back(tmp_path: Path, suffix: str) -> None:
    patient = replace(PATIENT, name="Müller-Lüdenscheidt, Anna Maria Theresia", patient_id="ID_00 17/é")
    record = replace(eight_lead_record(), patient=patient)
    assert round_trip(record, tmp_path, suffix).patient == patient


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_second_round_trip_adds_nothing(tmp_path: Path, suffix: str) -> None:
    once = round_trip(eight_lead_record(), tmp_path, suffix)
    write_record(once, tmp_path / f"again{suffix}")
    assert sorted(read_record(tmp_path / f"again{suffix}").comments) == sorted(once.comments)


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_signal_without_steps_keeps_its_identity_and_moves_by_a_tenth_of_a_microvolt(
    tmp_path: Path, suffix: str
) -> None:
    rows = np.random.default_rng(3).normal(0, 1.0, (3, 1000)).astype(np.float32)
    record = assemble(Found(Path("a"), "made", 500.0, list(zip(("V1", "V2", "V3"), rows, strict=True))))
    back = round_trip(record, tmp_path, suffix)
    assert back.sha256 == record.sha256
    assert np.abs(back.signals_mv - record.signals_mv).max() <= 0.0001 + 1e-6


@pytest.mark.parametrize("suffix", READ_BACK)
def test_a_lead_with_a_large_offset_keeps_its_steps(tmp_path: Path, suffix: str) -> None:
    row = (np.arange(1000) % 700 + 100_000).astype(np.float32) * np.float32(0.001)
    record = assemble(Found(Path("a"), "made", 500.0, [("V1", row), ("V2", row * 0)]))
    back = round_trip(record, tmp_path, suffix)
    assert back.sha256 == record.sha256
    np.testing.assert_allclose(back.signals_mv, record.signals_mv, atol=0.00011)


def test_sixteen_bits_that_cannot_hold_a_range_are_said_to_be_coarse(tmp_path: Path) -> None:
    row = np.linspace(-100, 100, 2000, dtype=np.float32)
    row[::7] = 0.0001
    record = assemble(Found(Path("a"), "made", 500.0, [("V1", row), ("V2", row * 0), ("V3", row * 0)]))
    assert write_record(record, tmp_path / "a.hea") == ()
    assert np.abs(read_record(tmp_path / "a.hea").signals_mv - record.signals_mv).max() < 0.0006
    (note,) = write_record(record, tmp_path / "a.edf")
    assert note == "Lead V1 is stored in steps of 5 µV: its range does not fit finer ones."
    assert np.abs(read_record(tmp_path / "a.edf").signals_mv - record.signals_mv).max() <= 0.00251


def test_fewer_leads_and_odd_lengths_are_written_too(tmp_path: Path) -> None:
    for n_samples in (997, 1001, 1024):
        rows = eight_lead_record(n_samples=n_samples)
        one = assemble(Found(Path("a"), "made", 500.0, [("V2", rows.lead("V4"))], acquired_at=MOMENT))
        for suffix in READ_BACK:
            path = tmp_path / f"n{n_samples}{suffix}"
            write_record(one, path, overwrite=True)
            assert_same_ecg(read_record(path), one)


def test_a_length_and_rate_that_make_no_data_records_are_refused_in_a_sentence(tmp_path: Path) -> None:
    record = eight_lead_record(fs_hz=360.0, n_samples=997)
    with pytest.raises(WriteError, match="EDF cannot hold 997 samples at 360 Hz exactly"):
        write_record(record, tmp_path / "a.edf")
    assert list(tmp_path.glob("*.edf")) == []


def test_the_demo_library_survives_every_format(tmp_path: Path) -> None:
    for path in sorted(DEMO.glob("*.hea"))[::4]:
        record = read_record(path)
        for suffix in READ_BACK:
            write_record(record, tmp_path / f"{path.stem}{suffix}", overwrite=True)
            assert_same_ecg(read_record(tmp_path / f"{path.stem}{suffix}"), record)


@pytest.mark.parametrize("archive", ["ptb-xl", "ptb", "ludb", "cinc2021", "vendor"])
def test_real_ecgs_survive_every_format(tmp_path: Path, test_data: Path, archive: str) -> None:
    found = list(find_records([test_data / archive]))
    for path in found if archive == "vendor" else found[1 :: len(found) // 2]:
        record = read_record(path)
        for suffix in READ_BACK:
            write_record(record, tmp_path / f"{path.stem}{suffix}", overwrite=True)
            assert_same_ecg(read_record(tmp_path / f"{path.stem}{suffix}"), record)


def test_steps_of_many_recorders_are_found_again() -> None:
    for step_uv in (1.0, 4.88, 4.8828125, 2.5, 1.25, 0.5, 3.0517578125, 0.9765625, 10.0):
        record = eight_lead_record(step_uv / 1000)
        leads = of_record(record, INT16_LARGEST)
        assert {lead.worst_uv for lead in leads[:8]} == {0.0}, step_uv
        assert max(lead.worst_uv for lead in leads[8:]) < 0.005, "derived leads carry float32's rounding"


def test_a_file_that_is_there_is_left_alone_unless_allowed(tmp_path: Path) -> None:
    for target in TARGETS:
        path = tmp_path / f"kept{(*target.companions, target.suffix)[0]}"
        path.write_text("precious")
        with pytest.raises(WriteError, match="exists already"):
            write_record(eight_lead_record(), tmp_path / f"kept{target.suffix}")
        assert path.read_text() == "precious"
        path.unlink()
    write_record(eight_lead_record(), tmp_path / "a.npy")
    write_record(eight_lead_record(0.001), tmp_path / "a.npy", overwrite=True)
    assert read_record(tmp_path / "a.npy").sha256 == eight_lead_record(0.001).sha256


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "own.hea")
    before = (tmp_path / "own.dat").read_bytes()
    record = replace(read_record(tmp_path / "own.hea"), fs_hz=250.0)
    with pytest.raises(WriteError, match="belongs to the ECG itself"):
        write_record(record, tmp_path / "own.hea", overwrite=True)
    assert (tmp_path / "own.dat").read_bytes() == before


def test_a_failure_on_the_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Path.replace

    def fails_at_the_header(self: Path, to: Path) -> Path:
        if to.suffix == ".hea":
            raise OSError(28, "No space left on device")
        return kept(self, to)

    monkeypatch.setattr(Path, "replace", fails_at_the_header)
    with pytest.raises(WriteError, match="No space left on device"):
        write_record(eight_lead_record(), tmp_path / "a.hea")
    assert [path for path in tmp_path.iterdir() if path.is_file() or path.name.startswith(".")] == []


def test_a_format_is_chosen_by_name_or_ending_and_an_unknown_one_lists_the_known() -> None:
    assert target_called("dicom") is target_called(".DCM") is target_called("dcm")
    with pytest.raises(WriteError, match=r"'\.docx' is not a format that is written: choose one of WFDB"):
        target_called(".docx")


def test_a_wfdb_name_with_a_space_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="WFDB names hold only letters"):
        write_record(eight_lead_record(), tmp_path / "my ecg.hea")


def test_parts_beside_a_link_to_a_header_are_the_source_too(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "ward").mkdir()
    write_record(eight_lead_record(), tmp_path / "archive" / "a.hea")
    (tmp_path / "archive" / "a.dat").rename(tmp_path / "ward" / "a.dat")
    link = tmp_path / "ward" / "linked.hea"
    try:
        link.symlink_to(tmp_path / "archive" / "a.hea")
    except OSError:
        pytest.skip("this disk has no links")
    record = replace(eight_lead_record(), path=link)
    before = (tmp_path / "ward" / "a.dat").read_bytes()
    with pytest.raises(WriteError, match="belongs to the ECG itself"):
        write_record(record, tmp_path / "ward" / "a.hea", overwrite=True)
    assert (tmp_path / "ward" / "a.dat").read_bytes() == before


@pytest.mark.parametrize("suffix", [".dcm", ".xml"])
def test_a_measured_number_without_a_unit_gets_none(tmp_path: Path, suffix: str) -> None:
    count = DeviceMeasurement("Number of QRS complexes", "12", "")
    record = eight_lead_record()
    record = replace(record, device=replace(record.device, measurements=(count,)))
    assert round_trip(record, tmp_path, suffix).device.measurements == (count,)


def test_comments_that_a_dicom_file_has_no_room_for_are_told(tmp_path: Path) -> None:
    record = replace(eight_lead_record(), comments=tuple(f"{line} {'x' * 100}" for line in range(200)))
    assert any("comments" in note for note in write_record(record, tmp_path / "a.dcm"))
    assert write_record(eight_lead_record(), tmp_path / "b.dcm") == ()
