"""ECGs as arrays and tables, with a sidecar or with what the caller says."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, RecordError, SyntheticTruth, read_record
from tests.unit.wfdb_files import twelve_leads, write_record

ROWS_UV = twelve_leads(500)
SIDECAR: dict[str, Any] = {"fs_hz": 500, "unit": "uV", "leads": list(STANDARD_LEADS)}


def write_sidecar(path: Path, **more: object) -> Path:
    """Put a sidecar beside an array file, and give the array's path back."""
    path.with_suffix(".json").write_text(json.dumps(SIDECAR | more), encoding="utf-8")
    return path


def write_npy(folder: Path, rows: object = ROWS_UV) -> Path:
    path = folder / "ecg.npy"
    np.save(path, np.asarray(rows))
    return path


@pytest.mark.parametrize("turned", [False, True])
def test_an_array_reads_with_its_sidecar_either_way_round(tmp_path: Path, turned: bool) -> None:
    path = write_sidecar(write_npy(tmp_path, ROWS_UV.T if turned else ROWS_UV))

    record = read_record(path)

    assert record.lead_names == STANDARD_LEADS
    assert record.fs_hz == 500.0
    np.testing.assert_allclose(record.signals_mv, ROWS_UV / 1000, atol=1e-6)
    assert record.report.assumed == ()


def test_the_arguments_win_over_the_sidecar(tmp_path: Path) -> None:
    path = write_sidecar(write_npy(tmp_path))

    record = read_record(
        path, fs_hz=1000, unit="nV", lead_order=["V1", *STANDARD_LEADS[1:6], "I", *STANDARD_LEADS[7:]]
    )

    assert record.fs_hz == 1000.0
    np.testing.assert_allclose(record.lead("V1"), ROWS_UV[0] / 1e6, atol=1e-9)
    assert len(record.report.assumed) == 3


def test_everything_a_sidecar_says_is_in_the_record(tmp_path: Path) -> None:
    truth = SyntheticTruth("lad", "anterior occlusion", "anterior", 0.2, (1.0, 0.0, 0.0), {"V2": 0.2}, 3, "1")
    path = write_sidecar(
        write_npy(tmp_path),
        age_years=61,
        sex="female",
        acquired_at="2024-05-01T09:30:00+02:00",
        patient_id="A 17",
        synthetic=asdict(truth),
    )

    record = read_record(path)

    assert (record.patient.age_years, record.patient.sex, record.patient.patient_id) == (
        61.0,
        "female",
        "A 17",
    )
    assert record.acquired_at == datetime(2024, 5, 1, 9, 30)
    assert record.synthetic == truth


def test_what_a_sidecar_does_not_say_is_unknown(tmp_path: Path) -> None:
    record = read_record(write_sidecar(write_npy(tmp_path)))

    assert (record.patient.age_years, record.patient.sex, record.patient.patient_id) == (None, None, None)
    assert record.acquired_at is None
    assert record.synthetic is None


def test_values_of_a_sidecar_that_cannot_be_are_unknown_and_reported(tmp_path: Path) -> None:
    record = read_record(write_sidecar(write_npy(tmp_path), age_years=430, sex="x", acquired_at="yesterday"))

    assert (record.patient.age_years, record.patient.sex, record.acquired_at) == (None, None, None)
    assert len(record.report.assumed) == 3


def test_an_archive_reads_its_one_array_with_two_axes(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "ecg.npz", data=ROWS_UV, labels=np.arange(7), rate=np.array(500))

    record = read_record(write_sidecar(tmp_path / "ecg.npz"))

    np.testing.assert_allclose(record.signals_mv, ROWS_UV / 1000, atol=1e-6)


def test_an_archive_with_several_candidates_needs_one_named_signals(tmp_path: Path) -> None:
    np.savez(tmp_path / "ecg.npz", a=ROWS_UV, b=ROWS_UV)
    with pytest.raises(RecordError, match="name the right one 'signals'"):
        read_record(write_sidecar(tmp_path / "ecg.npz"))

    np.savez(tmp_path / "ecg.npz", a=ROWS_UV * 2, signals=ROWS_UV)
    np.testing.assert_allclose(read_record(tmp_path / "ecg.npz").signals_mv, ROWS_UV / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("suffix", "separator", "comma"),
    [
        (".csv", ",", False),
        (".csv", ";", False),
        (".csv", ";", True),
        (".tsv", "\t", False),
        (".tsv", "\t", True),
    ],
)
def test_a_table_reads_with_the_names_in_its_first_row(
    tmp_path: Path, suffix: str, separator: str, comma: bool
) -> None:
    path = tmp_path / f"ecg{suffix}"
    body = "\n".join(separator.join(f"{value / 1000:.3f}" for value in column) for column in ROWS_UV.T)
    names = separator.join(f'"{name.upper()}"' for name in STANDARD_LEADS)
    path.write_text("# exported\n" + names + "\n" + (body.replace(".", ",") if comma else body) + "\n")

    record = read_record(path, fs_hz=500, unit="mV")

    assert record.lead_names == STANDARD_LEADS
    np.testing.assert_allclose(record.signals_mv, ROWS_UV / 1000, atol=1e-6)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_without_names_reads_with_decimal_commas(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "ecg.csv"
    rows = (separator.join(f"{value / 1000:.3f}" for value in column) for column in ROWS_UV.T)
    path.write_text("\n".join(rows).replace(".", ","))

    record = read_record(write_sidecar(path, unit="mV"))

    np.testing.assert_allclose(record.signals_mv, ROWS_UV / 1000, atol=1e-6)


def test_a_table_that_mixes_decimal_points_and_commas_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ecg.csv"
    path.write_text("I;II\n1,234;0.5\n1,250;0.6\n")

    with pytest.raises(RecordError, match="both decimal points and commas"):
        read_record(path, fs_hz=500, unit="mV")


def write_table(folder: Path, names: str, rows: Any = ROWS_UV) -> Path:
    """A CSV in µV with this first row."""
    np.savetxt(folder / "ecg.csv", rows.T, delimiter=",", header=names, comments="", fmt="%d")
    return folder / "ecg.csv"


def test_a_sidecar_that_contradicts_the_first_row_is_refused(tmp_path: Path) -> None:
    path = write_table(tmp_path, "II,I,V1", ROWS_UV[[1, 0, 6]])

    with pytest.raises(RecordError, match=r"Column 1 of 'ecg.csv' is called 'II' .* and 'I' in 'ecg.json'"):
        read_record(write_sidecar(path, leads=["I", "II", "V1"]))


def test_a_column_of_time_is_not_taken_for_the_lead_that_a_sidecar_names(tmp_path: Path) -> None:
    path = write_table(tmp_path, "time,II", np.stack([np.arange(500), ROWS_UV[1]]))

    with pytest.raises(RecordError, match="is called 'time'"):
        read_record(write_sidecar(path, leads=["I", "II"]))


@pytest.mark.parametrize("names", ["i,LEAD II,v1", "ch1,ch2,ch3"])
def test_a_first_row_that_contradicts_nothing_leaves_the_sidecar_its_word(tmp_path: Path, names: str) -> None:
    path = write_table(tmp_path, names, ROWS_UV[[0, 1, 6]])

    record = read_record(write_sidecar(path, leads=["I", "II", "V1"]))

    np.testing.assert_allclose(record.lead("V1"), ROWS_UV[6] / 1000, atol=1e-6)


def test_leads_given_by_hand_win_over_the_first_row(tmp_path: Path) -> None:
    path = write_table(tmp_path, "II,I,V1", ROWS_UV[[1, 0, 6]])

    record = read_record(path, fs_hz=500, unit="uV", lead_order=["V1", "V2", "V3"])

    assert record.lead_names == ("V1", "V2", "V3")


def test_a_time_column_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "ecg.csv"
    table = np.column_stack([np.arange(500) / 500, ROWS_UV[1]])
    np.savetxt(path, table, delimiter=",", header="time,II", comments="")

    record = read_record(path, fs_hz=500, unit="uV")

    assert record.lead_names == ("II",)
    assert "'time'" in record.report.read[1]


def test_nan_and_infinite_values_are_invalid_samples(tmp_path: Path) -> None:
    rows = ROWS_UV.astype(np.float64)
    rows[6, 10:13] = (np.nan, np.inf, 1e300)

    record = read_record(write_sidecar(write_npy(tmp_path, rows)))

    assert np.flatnonzero(np.isnan(record.lead("V1"))).tolist() == [10, 11, 12]
    assert "Lead V1 holds 2 samples beyond 1,000,000 mV, taken as invalid." in record.report.read


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "sampling rate and unit and lead order"),
        ({"fs_hz": 500}, "unit and lead order"),
        ({"fs_hz": 500, "unit": "mV"}, "lead order"),
        ({"unit": "mV", "lead_order": STANDARD_LEADS}, "sampling rate"),
    ],
)
def test_rate_unit_and_lead_order_are_asked_for_and_never_guessed(
    tmp_path: Path, given: dict[str, Any], missing: str
) -> None:
    with pytest.raises(RecordError, match=f"does not say its {missing}: give them .* 'ecg.json'"):
        read_record(write_npy(tmp_path), **given)


def test_a_lead_order_that_names_one_lead_twice_is_refused(tmp_path: Path) -> None:
    order = ["I", "i", *STANDARD_LEADS[2:]]
    with pytest.raises(RecordError, match="names I twice"):
        read_record(write_npy(tmp_path), fs_hz=500, unit="mV", lead_order=order)


@pytest.mark.parametrize(
    ("sidecar", "says"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "JSON object"),
        ('{"fs_hz": "fast"}', "not a rate"),
        ('{"fs_hz": true}', "not a rate"),
        ('{"fs_hz": 1' + "0" * 400 + "}", "not a rate"),
        ('{"fs_hz": NaN, "unit": "mV", "leads": ["II"]}', "give one name per lead"),
        ('{"unit": 5}', "unit that is not text"),
        ('{"leads": "II"}', "not a list of names"),
        ('{"leads": [1]}', "not a list of names"),
        ('{"fs_hz": 500, "unit": "mmHg", "leads": ["I","II","III"]}', "give one name per lead"),
        ('{"synthetic": true}', "synthetic"),
        ("\x00", "not text"),
    ],
)
def test_a_sidecar_that_is_wrong_is_refused_with_one_sentence(
    tmp_path: Path, sidecar: str, says: str
) -> None:
    path = write_npy(tmp_path)
    path.with_suffix(".json").write_text(sidecar)

    with pytest.raises(RecordError, match=says):
        read_record(path)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 3, 4)), "shape 2 x 3 x 4"),
        (np.zeros((12, 0)), "shape 12 x 0"),
        (np.array(3.0), "shape nothing"),
        (np.zeros((12, 50), dtype=bool), "plain numbers"),
        (np.zeros((12, 50), dtype=complex), "plain numbers"),
        (np.full((12, 50), "a"), "plain numbers"),
        (np.zeros((11, 50)), "give one name per lead"),
    ],
)
def test_an_array_that_cannot_be_the_ecg_is_refused(
    tmp_path: Path, array: np.ndarray[Any, Any], says: str
) -> None:
    with pytest.raises(RecordError, match=says):
        read_record(write_sidecar(write_npy(tmp_path, array)))


@pytest.mark.parametrize("text", ["I,II\n1,2\n3\n", "I,II\n1,2\n3,high\n", "I,II\n", "I,II\n1,2,3\n"])
def test_a_table_with_gaps_or_words_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ecg.csv").write_text(text)

    with pytest.raises(RecordError):
        read_record(tmp_path / "ecg.csv", fs_hz=500, unit="mV")


def test_the_same_ecg_has_one_identity_in_every_format(tmp_path: Path) -> None:
    wfdb_record = read_record(write_record(tmp_path, ROWS_UV))
    array_record = read_record(write_sidecar(write_npy(tmp_path)))
    np.savetxt(tmp_path / "ecg.csv", ROWS_UV.T, delimiter=",", fmt="%d")

    assert wfdb_record.sha256 == array_record.sha256 == read_record(tmp_path / "ecg.csv").sha256
