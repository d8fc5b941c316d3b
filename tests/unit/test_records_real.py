"""Real records of PTB-XL, PTB, LUDB and CinC 2021, against wfdb and against what they are known to be."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, read_record
from inference.records.files import find_records
from inference.records.wfdb_package import quiet_wfdb

SAMPLE: Final = {"ptb-xl": 30, "ludb": 20, "ptb": 10, "cinc2021": 10}
INTEGERS_READ: Final = "the integers were read as 1 µV each"


def sample(test_data: Path, folder: str) -> list[Path]:
    """Records spread evenly over a data set."""
    everything = list(find_records([test_data / folder]))
    return everything[:: max(1, len(everything) // SAMPLE[folder])]


def integers_were_read(record: Record) -> bool:
    return any(INTEGERS_READ in note for note in record.report.assumed)


@pytest.mark.parametrize("folder", SAMPLE)
def test_records_spread_over_each_data_set_read_whole(test_data: Path, folder: str) -> None:
    for path in sample(test_data, folder):
        record = read_record(path)

        assert record.missing_leads == record.report.derived_leads == ()
        assert record.fs_hz == (1000.0 if folder == "ptb" else 500.0)
        assert record.duration_s == (38.4 if path.stem == "s0010_re" else 10.0)
        assert record.report.einthoven_residual_mv is not None
        assert record.report.einthoven_residual_mv <= 0.0035
        assert integers_were_read(record) == (folder == "ludb")


@pytest.mark.parametrize("folder", ["ptb-xl", "ptb", "cinc2021"])
def test_physical_values_equal_those_of_wfdb(test_data: Path, folder: str) -> None:
    for path in sample(test_data, folder)[::6]:
        with quiet_wfdb() as wfdb:
            expected = wfdb.rdrecord(str(path.with_suffix(""))).p_signal.T

        np.testing.assert_allclose(read_record(path).signals_mv, expected, atol=1e-6)


def test_every_limb_lead_of_ludb_is_in_one_scale_again(test_data: Path) -> None:
    for path in sample(test_data, "ludb"):
        one, two, three, avr, avl, avf = read_record(path).standard_12()[:6]

        np.testing.assert_allclose(two, one + three, atol=1e-5)
        np.testing.assert_allclose(avr, -(one + two) / 2, atol=2e-3)
        np.testing.assert_allclose(avl, (one - three) / 2, atol=2e-3)
        np.testing.assert_allclose(avf, (two + three) / 2, atol=2e-3)


def test_ludb_integers_are_microvolts(test_data: Path) -> None:
    path = test_data / "ludb" / "data" / "7.hea"
    integers = np.fromfile(path.with_suffix(".dat"), dtype="<i2").reshape(-1, 12).T

    record = read_record(path)

    np.testing.assert_allclose(record.signals_mv, integers / 1000, atol=1e-6)
    assert (record.patient.age_years, record.patient.sex) == (50.0, "male")


def test_the_long_record_of_ptb_has_its_fifteen_leads_age_sex_and_day(test_data: Path) -> None:
    record = read_record(test_data / "ptb" / "patient001" / "s0010_re.xyz")

    assert record.lead_names == (*STANDARD_LEADS, "X", "Y", "Z")
    assert record.n_samples == 38_400
    assert (record.patient.age_years, record.patient.sex) == (81.0, "female")
    assert record.acquired_at == datetime(1990, 10, 1)
    assert "Acute infarction (localization): infero-latera" in record.comments


def test_a_record_of_cinc_has_its_age_and_sex(test_data: Path) -> None:
    record = read_record(test_data / "cinc2021" / "E07500.mat")

    assert (record.patient.age_years, record.patient.sex) == (78.0, "male")


def test_a_record_of_ptb_xl_knows_nothing_of_its_patient(test_data: Path) -> None:
    record = read_record(test_data / "ptb-xl" / "records500" / "00000" / "00449_hr_pre.dat")

    assert record.path.name == "00449_hr.hea"
    assert (record.patient.age_years, record.patient.sex, record.acquired_at) == (None, None, None)


def test_a_usual_record_reads_without_importing_wfdb_or_pandas(test_data: Path) -> None:
    script = (
        "import sys; from inference.records import read_record; read_record(sys.argv[1]); "
        "print(sorted({'wfdb', 'pandas', 'torch', 'scipy'} & set(sys.modules)))"
    )
    path = test_data / "ptb-xl" / "records500" / "00000" / "00449_hr.hea"
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
