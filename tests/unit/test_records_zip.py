"""ECGs inside ZIP files."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, RecordError, read_record
from inference.records.files import find_records
from inference.records.zip_members import unpack_into
from tests.unit.wfdb_files import some_integers, twelve_leads, write_record


def zipped(folder: Path, target: Path) -> Path:
    """Everything in `folder` as an archive at `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return target


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """An archive of two WFDB records, a table of patients and an array with its sidecar."""
    inside = tmp_path / "inside"
    (inside / "first").mkdir(parents=True)
    write_record(inside / "first", twelve_leads(), name="a")
    write_record(inside, some_integers(2), ["I", "II"], name="b")
    (inside / "patients.csv").write_text("patient,age\n1,60\n")
    np.save(inside / "c.npy", some_integers(2))
    (inside / "c.json").write_text('{"fs_hz": 500, "unit": "uV", "leads": ["V1", "V2"]}')
    return zipped(inside, tmp_path / "study.zip")


def test_an_archive_lists_its_ecgs_and_nothing_else(study: Path) -> None:
    found = [path.relative_to(study).as_posix() for path in find_records([study])]

    assert sorted(found) == ["b.hea", "c.npy", "first/a.hea"]


def test_a_folder_lists_what_its_archives_hold(study: Path, tmp_path: Path) -> None:
    found = list(find_records([tmp_path]))

    assert study / "first" / "a.hea" in found
    assert tmp_path / "inside" / "b.hea" in found


def test_an_ecg_in_an_archive_is_the_ecg_outside(study: Path, tmp_path: Path) -> None:
    packed = read_record(study / "first" / "a.hea")
    plain = read_record(tmp_path / "inside" / "first" / "a.hea")

    assert packed.sha256 == plain.sha256
    assert packed.path == study / "first" / "a.hea"
    assert "Read from the archive 'study.zip'." in packed.report.read


def test_a_sidecar_is_found_beside_its_array(study: Path) -> None:
    assert read_record(study / "c.npy").lead_names == ("V1", "V2")


def test_an_archive_of_one_ecg_is_opened_like_the_ecg(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write_record(inside, twelve_leads(), name="a")
    archive = zipped(inside, tmp_path / "one.zip")

    assert read_record(archive).sha256 == read_record(inside / "a.hea").sha256


def test_an_archive_of_several_asks_to_choose(study: Path) -> None:
    with pytest.raises(RecordError, match="holds 3 ECGs"):
        read_record(study)


def test_segments_are_read_from_the_archive_and_not_listed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    write_record(inside, twelve_leads(), name="s1")
    write_record(inside, twelve_leads(), name="s2")
    (inside / "whole.hea").write_text("whole/2 12 500 2000\ns1 1000\ns2 1000\n")
    archive = zipped(inside, tmp_path / "segments.zip")

    assert list(find_records([archive])) == [archive / "whole.hea"]
    assert read_record(archive / "whole.hea").n_samples == 2000


def test_nothing_of_an_archive_stays_on_the_disk(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacked))

    read_record(study / "first" / "a.hea")
    with pytest.raises(RecordError):
        read_record(study / "patients.csv")

    assert list(unpacked.iterdir()) == []


def test_a_member_that_points_out_of_the_archive_is_left_alone(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in ("../outside.hea", "/etc/passwd.hea", "C:\\x.hea", "a/../../b.hea"):
            out.writestr(name, "x 1 500 10\nx.dat 16\n")

    assert list(find_records([archive])) == []
    with pytest.raises(RecordError, match="holds no"):
        read_record(archive / ".." / "outside.hea")


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("x.hea", "x 1 500 200000000\nx.dat 16 1000/mV 16 0 0 0 0 II\n")
        with out.open("x.dat", "w") as stream:
            for _ in range(40):
                stream.write(bytes(1_000_000))

    with pytest.raises(RecordError, match="unpacks to more than an ECG can be"):
        read_record(archive / "x.hea")


def test_a_damaged_archive_is_listed_and_says_why(tmp_path: Path, study: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(study.read_bytes()[:-200])

    assert cut in list(find_records([cut]))
    with pytest.raises(RecordError, match="damaged archive"):
        read_record(cut)


def test_a_locked_archive_asks_to_be_unpacked(study: Path, tmp_path: Path) -> None:
    locked = bytearray(study.read_bytes())
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(signature)
        while place >= 0:
            locked[place + flag_at] |= 1
            place = locked.find(signature, place + 4)
    path = tmp_path / "locked.zip"
    path.write_bytes(bytes(locked))

    with pytest.raises(RecordError, match="locked with a password"):
        read_record(path / "first" / "a.hea")


def test_a_member_without_a_name_is_passed_over(study: Path, tmp_path: Path) -> None:
    nameless = bytearray(study.read_bytes())
    place = nameless.find(b"PK\x01\x02")
    length = int.from_bytes(nameless[place + 28 : place + 30], "little")
    # What was the name becomes the comment.
    nameless[place + 28 : place + 34] = bytes(4) + length.to_bytes(2, "little")
    path = tmp_path / "nameless.zip"
    path.write_bytes(bytes(nameless))

    assert len(list(find_records([path]))) == 3


def test_a_matlab_file_in_an_archive_is_read_and_a_record_of_wfdb_counts_once(tmp_path: Path) -> None:
    from scipy.io import savemat

    inside = tmp_path / "inside"
    inside.mkdir()
    signals = twelve_leads() / 1000
    savemat(inside / "own.mat", {"val": signals, "fs": 500.0, "leads": list(STANDARD_LEADS), "unit": "mV"})
    (inside / "b.hea").write_text("b 1 500 5000\nb_1.mat 16 1000/mV 16 0 0 0 0 I\n")
    (inside / "b_1.mat").write_bytes(bytes(10_000))
    archive = zipped(inside, tmp_path / "study.zip")

    found = [path.relative_to(archive).as_posix() for path in find_records([archive])]

    assert found == ["b.hea", "own.mat"]
    np.testing.assert_allclose(read_record(archive / "own.mat").signals_mv, signals, atol=1e-6)


def test_without_room_to_unpack_the_sentence_says_so_and_not_that_the_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no room to unpack"):
        unpack_into(tmp_path / "not there" / "ecg.dcm", b"content")
