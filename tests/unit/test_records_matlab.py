"""Plain MATLAB files, as scipy writes them: names, rate, unit, versions, refusals."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, RecordError, read_record
from inference.records.errors import UndescribedError
from tests.unit.wfdb_files import twelve_leads, write_record


def save(path: Path, variables: dict[str, Any], **options: Any) -> Path:
    """Write a .mat file with scipy."""
    from scipy.io import savemat

    savemat(path, variables, **options)
    return path


def names_in_a_cell() -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    cells = np.empty(12, dtype=object)
    cells[:] = STANDARD_LEADS
    return cells


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "i4"])
def test_a_matrix_with_its_description_beside_it_is_read(
    tmp_path: Path, compressed: bool, dtype: str
) -> None:
    rows = twelve_leads()
    described = {"val": rows.astype(dtype), "Fs": 500.0, "unit": "µV", "leads": names_in_a_cell()}

    record = read_record(save(tmp_path / "ecg.mat", described, do_compression=compressed))

    assert (record.report.format, record.lead_names, record.fs_hz) == ("MATLAB", STANDARD_LEADS, 500.0)
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert record.report.assumed == ()


@pytest.mark.parametrize("version", ["4", "5"])
@pytest.mark.parametrize("turned", [False, True])
def test_rate_unit_and_leads_can_be_given_by_hand(tmp_path: Path, version: str, turned: bool) -> None:
    rows = twelve_leads()
    path = save(tmp_path / "ecg.mat", {"ECG": rows.T if turned else rows}, format=version)

    record = read_record(path, fs_hz=500, unit="uV", lead_order=STANDARD_LEADS)

    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)
    assert len(record.report.assumed) == 3


def test_a_struct_with_age_and_sex_is_read_as_its_fields(tmp_path: Path) -> None:
    rows = twelve_leads()
    struct_ = {"data": rows / 1000, "sex": "Female", "age": 74}
    path = save(tmp_path / "A0001.mat", {"ECG": struct_})

    record = read_record(path, fs_hz=500, unit="mV", lead_order=STANDARD_LEADS)

    assert (record.patient.age_years, record.patient.sex) == (74.0, "female")
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)


@pytest.mark.parametrize("version", ["4", "5"])
def test_names_as_rows_of_text_and_a_sidecar_for_the_rest(tmp_path: Path, version: str) -> None:
    path = save(
        tmp_path / "ecg.mat", {"x": twelve_leads(), "labels": np.array(STANDARD_LEADS)}, format=version
    )
    (tmp_path / "ecg.json").write_text(json.dumps({"fs_hz": 250, "unit": "uV", "age_years": 61}))

    record = read_record(path)

    assert (record.fs_hz, record.lead_names, record.patient.age_years) == (250.0, STANDARD_LEADS, 61.0)


def test_what_nobody_says_is_asked_for(tmp_path: Path) -> None:
    path = save(tmp_path / "ecg.mat", {"val": twelve_leads()})

    with pytest.raises(
        UndescribedError, match="does not say its sampling rate and unit and lead order"
    ) as said:
        read_record(path)
    assert (said.value.table.n_signals, said.value.table.n_samples) == (12, 1000)


def test_a_mat_file_with_its_header_is_a_wfdb_record(tmp_path: Path) -> None:
    rows = twelve_leads()
    header = write_record(tmp_path, rows)
    save(tmp_path / "ecg.mat", {"val": rows}, format="4")
    (tmp_path / "ecg.dat").unlink()
    header.write_text(header.read_text().replace("ecg.dat 16", "ecg.mat 16+24"))

    record = read_record(tmp_path / "ecg.mat")

    assert (record.report.format, record.path) == ("WFDB", header)
    np.testing.assert_allclose(record.signals_mv, rows / 1000, atol=1e-6)


def test_two_matrices_that_could_be_the_ecg_are_not_chosen_between(tmp_path: Path) -> None:
    path = save(tmp_path / "ecg.mat", {"a": twelve_leads(), "b": twelve_leads()})

    with pytest.raises(RecordError, match="2 matrices that could be the ECG"):
        read_record(path)


def test_version_7_3_is_refused_with_what_to_do(tmp_path: Path) -> None:
    text = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "ecg.mat").write_bytes(text.ljust(512, b"\x00") + b"\x89HDF\r\n\x1a\n" + bytes(500))

    with pytest.raises(RecordError, match="save it with the option -v7"):
        read_record(tmp_path / "ecg.mat")


def version_5_with(element: bytes) -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + element


@pytest.mark.parametrize(
    ("element", "sentence"),
    [
        (struct.pack("<2I", 14, 2**31) + bytes(64), "cut off"),
        (struct.pack("<2I", 15, 64) + bytes(64), "compressed variable that is damaged"),
        (struct.pack("<8I2i", 14, 32, 6, 8, 6, 0, 5, 8, 2, 2), "without its header"),
    ],
)
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path: Path, element: bytes, sentence: str) -> None:
    (tmp_path / "ecg.mat").write_bytes(version_5_with(element))

    with pytest.raises(RecordError, match=sentence):
        read_record(tmp_path / "ecg.mat")


def test_a_variable_that_would_unpack_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(60_000_000), 9)
    (tmp_path / "ecg.mat").write_bytes(version_5_with(struct.pack("<2I", 15, len(packed)) + packed))

    with pytest.raises(RecordError, match="absurd size"):
        read_record(tmp_path / "ecg.mat")


def test_dimensions_that_claim_more_than_the_numbers_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "ecg.mat", {"val": twelve_leads()})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<2i", 12, 1000), struct.pack("<2i", 12, 2**30)))

    with pytest.raises(RecordError, match="dimensions do not fit"):
        read_record(path)
