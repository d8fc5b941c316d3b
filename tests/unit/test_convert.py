"""`main.py convert`, from the command line in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import main
from inference.records import read_record
from inference.writing.write import write_record
from tests.unit.wfdb_files import twelve_leads
from tests.unit.wfdb_files import write_record as write_plain_wfdb
from tests.unit.written import eight_lead_record

Said = pytest.CaptureFixture[str]


def convert(*words: object) -> int:
    return main.main(["convert", *map(str, words)])


def test_a_file_becomes_the_format_of_the_targets_ending(tmp_path: Path, capsys: Said) -> None:
    source = write_plain_wfdb(tmp_path, twelve_leads())
    for name in ("a.dcm", "a.edf", "a.xml", "a.csv", "b.npy", "b.hea"):
        assert convert(source, tmp_path / name) == 0
        assert read_record(tmp_path / name).sha256 == read_record(source).sha256
    assert capsys.readouterr().out.splitlines()[-1] == "1 ECG written, 0 not written."


def test_a_folder_keeps_its_relative_names_and_tells_what_was_refused(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "in" / "ward 3").mkdir(parents=True)
    write_record(eight_lead_record(), tmp_path / "in" / "a.npy")
    write_record(eight_lead_record(0.001), tmp_path / "in" / "ward 3" / "b.edf")
    (tmp_path / "in" / "broken.npy").write_bytes(b"nothing")

    assert convert(tmp_path / "in", tmp_path / "out", "--to", "wfdb") == 1

    made = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.hea"))
    assert made == ["a.hea", "ward_3/b.hea"]
    said = capsys.readouterr().out
    assert "broken.npy  'broken.npy' is not a readable array" in said
    assert said.splitlines()[-1] == "2 ECGs written, 1 not written."


def test_two_sources_of_one_name_get_two_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_record(eight_lead_record(), tmp_path / "in" / "a.npy")
    write_record(eight_lead_record(0.001), tmp_path / "in" / "a.edf")
    assert convert(tmp_path / "in", tmp_path / "out", "--to", "dcm") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a-2.dcm", "a.dcm"]


def test_derived_leads_are_named_in_the_report(tmp_path: Path, capsys: Said) -> None:
    write_record(eight_lead_record(), tmp_path / "a.npy")
    assert convert(tmp_path / "a.npy", tmp_path / "b.dcm") == 0
    assert "Derived leads are marked as such: III, aVR, aVL, aVF." in capsys.readouterr().out


def test_an_existing_file_is_refused_and_with_overwrite_replaced(tmp_path: Path, capsys: Said) -> None:
    write_record(eight_lead_record(), tmp_path / "a.npy")
    (tmp_path / "b.dcm").write_text("precious")
    assert convert(tmp_path / "a.npy", tmp_path / "b.dcm") == 1
    assert "'b.dcm' exists already" in capsys.readouterr().out
    assert (tmp_path / "b.dcm").read_text() == "precious"
    assert convert(tmp_path / "a.npy", tmp_path / "b.dcm", "--overwrite") == 0
    assert read_record(tmp_path / "b.dcm").sha256 == eight_lead_record().sha256


def test_a_target_inside_the_source_is_refused_whatever_is_allowed(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "in").mkdir()
    write_record(eight_lead_record(), tmp_path / "in" / "a.npy")
    for target in (tmp_path / "in", tmp_path / "in" / "deeper", tmp_path):
        assert convert(tmp_path / "in", target, "--to", "edf", "--overwrite") == 2
        assert "lie inside one another" in capsys.readouterr().out


def test_wishes_that_cannot_be_fulfilled_exit_with_2(tmp_path: Path, capsys: Said) -> None:
    write_record(eight_lead_record(), tmp_path / "a.npy")
    assert convert(tmp_path / "a.npy", tmp_path / "b.docx") == 2
    assert convert(tmp_path / "a.npy", tmp_path / "b", "--to", "word") == 2
    assert convert(tmp_path / "a.npy", tmp_path) == 2
    (tmp_path / "empty").mkdir()
    assert convert(tmp_path / "empty", tmp_path / "out", "--to", "edf") == 2
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("'.docx' is not a format that is written: choose one of WFDB (.hea)")
    assert said[2].startswith("Say in which format to write, with --to")
    assert said[3].startswith("No ECG was found in")


def test_a_missing_source_is_one_line_and_status_1(tmp_path: Path, capsys: Said) -> None:
    assert convert(tmp_path / "nothing.npy", tmp_path / "b.dcm") == 1
    assert "There is no file 'nothing.npy'" in capsys.readouterr().out


def test_a_single_file_is_de_identified_with_its_list_beside_it(
    tmp_path: Path, capsys: Said, ecgviewer_home: Path
) -> None:
    write_record(eight_lead_record(), tmp_path / "a.npy")
    (tmp_path / "out").mkdir()
    assert convert(tmp_path / "a.npy", tmp_path / "out", "--to", "edf", "--de-identify") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ecg.edf", "ecg.removed.json"]
    assert (ecgviewer_home / "export.key").is_file()
    said = capsys.readouterr().out
    assert "Removed: patient name, patient ID, birth date, comments" in said
    assert "Jane" not in said


def test_real_archives_convert_and_keep_their_identity(tmp_path: Path, test_data: Path) -> None:
    (tmp_path / "in").mkdir()
    for path in (test_data / "cinc2021").glob("E0750*"):
        shutil.copy(path, tmp_path / "in")
    assert convert(tmp_path / "in", tmp_path / "out", "--to", "DICOM") == 0
    made = sorted((tmp_path / "out").iterdir())
    assert made
    for path in made:
        assert read_record(path).sha256 == read_record(tmp_path / "in" / f"{path.stem}.hea").sha256
