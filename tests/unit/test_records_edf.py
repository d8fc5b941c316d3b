"""EDF, EDF+ and BDF: scale, names, patient, pauses, and what is refused, on files built field by field."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, RecordError, read_record
from inference.records.device import DeviceFilters
from tests.unit.edf_files import MadeEdf, write_edf
from tests.unit.wfdb_files import some_integers, twelve_leads


def made(n_samples: int = 2000, **changes: object) -> MadeEdf:
    """Twelve leads of whole µV."""
    return replace(MadeEdf(twelve_leads(n_samples).astype(np.int64), STANDARD_LEADS), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dimension", "physical", "mv_per_unit"),
    [
        ("uV", ("-32768", "32767"), 1e-3),
        ("µV", ("-32768", "32767"), 1e-3),
        ("mV", ("-32.768", "32.767"), 1e-3),
        ("mV", ("-32,768", "32,767"), 1e-3),
        ("V", ("-.032768", ".032767"), 1e-3),
        ("uV", ("-65536", "65534"), 2e-3),
        ("uV", ("32768", "-32767"), -1e-3),
    ],
)
def test_each_dimension_and_range_becomes_mv(
    tmp_path: Path, dimension: str, physical: tuple[str, str], mv_per_unit: float
) -> None:
    file = made(dimension=dimension, physical=physical)

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    assert record.report.format == "EDF"
    assert record.lead_names == STANDARD_LEADS
    assert (record.fs_hz, record.n_samples) == (500.0, 2000)
    np.testing.assert_allclose(record.signals_mv, file.rows * mv_per_unit, atol=2e-6)


def test_an_offset_between_digital_and_physical_values_is_taken_out(tmp_path: Path) -> None:
    file = made(digital=("0", "4000"), physical=("-10", "10"), dimension="mV")
    file = replace(file, rows=file.rows + 2000)

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    np.testing.assert_allclose(record.signals_mv, (file.rows - 2000) / 200, atol=1e-5)


def test_bdf_has_24_bits(tmp_path: Path) -> None:
    rows = np.concatenate([twelve_leads(1000).astype(np.int64) * 500, np.full((1, 1000), 65280)])
    rows[0, :2] = (-(2**23), 2**23 - 1)
    file = MadeEdf(
        rows,
        [*STANDARD_LEADS, "Status"],
        kind="24BIT",
        sample_bytes=3,
        digital=("-8388608", "8388607"),
        physical=("-16777.2", "16777.2"),
    )

    record = read_record(write_edf(tmp_path / "ecg.bdf", file))

    assert record.report.format == "BDF"
    assert any("'Status'" in note for note in record.report.read)
    np.testing.assert_allclose(record.signals_mv, rows[:12] * (33.5544 / (2**24 - 1)), atol=1e-3)
    assert record.lead("I")[:2].tolist() == pytest.approx([-16.7772, 16.7772])


@pytest.mark.parametrize(
    ("label", "lead"),
    [("ECG II", "II"), ("EKG II", "II"), ("EKG-II", "II"), ("Lead II", "II"), ("ii", "II"), ("ECG V1", "V1")],
)
def test_a_lead_is_known_in_each_of_its_spellings(tmp_path: Path, label: str, lead: str) -> None:
    file = MadeEdf(some_integers(1).astype(np.int64), [label])

    assert read_record(write_edf(tmp_path / "ecg.edf", file)).lead_names == (lead,)


def test_a_lead_with_a_minus_is_turned_over_and_said_to_be(tmp_path: Path) -> None:
    file = MadeEdf(some_integers(1).astype(np.int64), ["aVR-"])

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    np.testing.assert_allclose(record.lead("aVR"), -file.rows[0] / 1000, atol=1e-6)
    assert any("upside down" in note for note in record.report.read)


@pytest.mark.parametrize("label", ["ECG LA-RA", "ECG", "ECG1", "ECG V1-V2"])
def test_a_derivation_that_is_not_a_lead_is_never_guessed(tmp_path: Path, label: str) -> None:
    path = write_edf(tmp_path / "ecg.edf", MadeEdf(some_integers(1).astype(np.int64), [label]))

    with pytest.raises(RecordError, match="give the lead order"):
        read_record(path)
    assert read_record(path, lead_order=["II"]).lead_names == ("II",)


def test_edf_plus_says_who_when_with_what_and_what_was_noted(tmp_path: Path) -> None:
    file = made(
        kind="EDF+C",
        patient="MCH-0234567 F 02-MAY-1951 Haagse_Harry",
        recording="Startdate 02-MAR-2019 PSG-12 NN H12+_Recorder",
        prefilter="HP:0.05Hz LP:150Hz N:50Hz",
        onsets=[0.25, 1.25, 2.25, 3.25],
        notes={1: "+2.5\x151.5\x14Palpitations\x14Dizzy\x14\x00"},
    )

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    assert record.report.format == "EDF+C"
    assert (record.patient.age_years, record.patient.sex) == (67.0, "female")
    assert (record.patient.patient_id, record.patient.name) == ("MCH-0234567", "Haagse Harry")
    assert record.patient.birth_date == date(1951, 5, 2)
    assert record.acquired_at == datetime(2019, 3, 2, 3, 4, 5, 250_000)
    assert record.device.model == "H12+ Recorder"
    assert record.device.filters == DeviceFilters(0.05, 150.0, 50.0)
    assert record.comments == ("2.5 s: Palpitations", "2.5 s: Dizzy")
    np.testing.assert_allclose(record.signals_mv, file.rows / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("start", "recording", "expected"),
    [
        ("31.12.8423.59.59", "", datetime(2084, 12, 31, 23, 59, 59)),
        ("31.12.8523.59.59", "", datetime(1985, 12, 31, 23, 59, 59)),
        ("01.01.8500.00.00", "Startdate X X X X", None),
        ("01.01.8512.00.00", "", None),
        ("31.02.1912.00.00", "", None),
        ("01.01.yy12.00.00", "Startdate 01-JAN-2090 X X X", datetime(2090, 1, 1, 12)),
        ("02.03.1925.00.00", "", datetime(2019, 3, 2)),
    ],
)
def test_two_digits_of_a_year_are_read_as_the_standard_says(
    tmp_path: Path, start: str, recording: str, expected: datetime | None
) -> None:
    record = read_record(write_edf(tmp_path / "ecg.edf", made(start=start, recording=recording)))

    assert record.acquired_at == expected
    assert any("date of recording" in note for note in record.report.assumed) == (expected is None)


def test_the_free_text_of_plain_edf_is_the_patients_id_and_no_more(tmp_path: Path) -> None:
    record = read_record(write_edf(tmp_path / "ecg.edf", made(patient="4711 Smith", recording="Ward 3")))

    assert record.patient.patient_id == "4711 Smith"
    assert (record.patient.name, record.patient.sex, record.patient.age_years) == (None, None, None)
    assert record.comments == ("Ward 3",)


def test_filters_in_other_words_are_kept_in_these_words(tmp_path: Path) -> None:
    record = read_record(write_edf(tmp_path / "ecg.edf", made(prefilter="baseline filter on")))

    assert record.device.filters == DeviceFilters(notes=("baseline filter on",))


def test_the_pauses_of_edf_plus_d_are_gaps_and_not_joined_over(tmp_path: Path) -> None:
    file = made(kind="EDF+D", onsets=[10, 11, 12.5, 20], recording="")

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    assert record.report.format == "EDF+D"
    assert record.n_samples == 11 * 500
    assert record.acquired_at == datetime(2019, 3, 2, 3, 4, 15)
    for start, first, length in ((0, 0, 1000), (1250, 1000, 500), (5000, 1500, 500)):
        expected = file.rows[:, first : first + length] / 1000
        np.testing.assert_allclose(record.signals_mv[:, start : start + length], expected, atol=1e-6)
    assert np.isnan(record.signals_mv[:, 1000:1250]).all()
    assert np.isnan(record.signals_mv[:, 1750:5000]).all()
    assert any("interrupted 2 times, for 7 s" in note for note in record.report.read)


def test_data_records_that_overlap_in_time_are_refused(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "ecg.edf", made(kind="EDF+D", onsets=[0, 1, 1.5, 2.5]))

    with pytest.raises(RecordError, match="overlap"):
        read_record(path)


def test_a_length_that_is_left_open_follows_from_the_files_size(tmp_path: Path) -> None:
    record = read_record(write_edf(tmp_path / "ecg.edf", made(n_records="-1")))

    assert record.n_samples == 2000
    assert any("length open" in note for note in record.report.assumed)


def test_other_signals_at_other_rates_are_left_out(tmp_path: Path) -> None:
    file = MadeEdf(some_integers(2, 1000).astype(np.int64), ["EKG II", "Resp"], per_record=[500, 25])

    record = read_record(write_edf(tmp_path / "ecg.edf", file))

    assert record.lead_names == ("II",)
    np.testing.assert_allclose(record.lead("II"), file.rows[0] / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"per_record": [500, 250] * 6}, "different sampling rates"),
        ({"n_records": "5"}, "cut off: it holds 4 of 5"),
        ({"dimension": ""}, "no unit for 'I'"),
        ({"dimension": "mmHg"}, "'mmHg' is not a voltage"),
        ({"digital": ("5", "5")}, "no scale"),
        ({"physical": ("nan", "1")}, "physical minimum"),
        ({"physical": ("1", "1_0")}, "physical maximum"),
        ({"record_s": "0"}, "no duration"),
        ({"record_s": "100"}, "50 to 10000 Hz"),
        ({"kind": "EDF+D", "onsets": [0, 1e9, 2e9, 3e9]}, "at most 31 days"),
    ],
)
def test_a_header_that_cannot_be_believed_is_refused_in_a_sentence(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    path = write_edf(tmp_path / "ecg.edf", made(**changes))  # type: ignore[arg-type]

    with pytest.raises(RecordError, match=sentence):
        read_record(path)


def test_a_unit_that_is_not_said_can_be_given(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "ecg.edf", made(dimension=""))

    record = read_record(path, unit="uV")

    np.testing.assert_allclose(record.signals_mv, twelve_leads(2000) / 1000, atol=1e-6)
    assert any("unit was given" in note for note in record.report.assumed)


def test_values_equal_those_of_edfio(tmp_path: Path) -> None:
    import edfio

    rng = np.random.default_rng(3)
    signals = [
        edfio.EdfSignal(
            rng.normal(0, 0.5, 3000).clip(-4, 4), 250, label=f"ECG {name}", physical_dimension="mV"
        )
        for name in ("I", "II", "V5")
    ]
    edfio.Edf(signals, annotations=[edfio.EdfAnnotation(3.5, None, "Syncope")]).write(tmp_path / "ecg.edf")

    record = read_record(tmp_path / "ecg.edf")

    for name, signal in zip(("I", "II", "V5"), signals, strict=True):
        np.testing.assert_allclose(record.lead(name), signal.data, atol=1e-6)
    assert record.comments == ("3.5 s: Syncope",)


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    assert read_record(write_edf(tmp_path / "ecg.dat2", made())).report.format == "EDF"


def test_edf_is_read_without_edfio(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "ecg.edf", made())
    script = (
        "import sys; from inference.records import read_record; read_record(sys.argv[1]); "
        "print(sorted({'edfio', 'wfdb', 'pandas', 'torch', 'scipy'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"
