"""Which files of a folder are records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.records.files import find_records
from tests.unit.wfdb_files import some_integers, write_record


def test_a_folder_lists_each_record_once_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for name in ("10", "2", "1"):
        write_record(tmp_path, some_integers(1), ["II"], name=name)
        (tmp_path / f"{name}.ii").write_bytes(b"annotation")
    (tmp_path / "a").mkdir()
    write_record(tmp_path / "a", some_integers(1), ["II"], name="deep")

    found = [path.relative_to(tmp_path).as_posix() for path in find_records([tmp_path])]

    assert found == ["1.hea", "2.hea", "10.hea", "a/deep.hea"]


def test_an_array_counts_only_with_its_sidecar(tmp_path: Path) -> None:
    for name in ("ecg.npy", "labels.npy"):
        np.save(tmp_path / name, some_integers(1))
    (tmp_path / "ecg.json").write_text("{}")
    (tmp_path / "ptbxl_database.csv").write_text("ecg_id,age\n1,50\n")

    assert list(find_records([tmp_path])) == [tmp_path / "ecg.npy"]


def test_files_given_by_name_stay_whatever_they_are(tmp_path: Path) -> None:
    given = [tmp_path / "gone.hea", tmp_path / "photo.png", Path("x" * 300)]

    assert list(find_records(given)) == given


def test_links_out_of_the_folder_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    write_record(outside, some_integers(1), ["II"], name="other")
    write_record(inside, some_integers(1), ["II"], name="own")
    write_record(inside, some_integers(1), ["II"], name=".hidden")
    (inside / "link.hea").symlink_to(outside / "other.hea")
    (inside / "folder").symlink_to(outside)

    assert list(find_records([inside])) == [inside / "own.hea"]


def test_a_folder_without_records_lists_nothing(tmp_path: Path) -> None:
    assert list(find_records([tmp_path])) == []


@pytest.mark.parametrize(
    ("folder", "expected"), [("ptb-xl", 1900), ("ludb", 93), ("ludb/data", 93), ("ptb", 66), ("cinc2021", 25)]
)
def test_the_real_data_sets_list_all_their_records(test_data: Path, folder: str, expected: int) -> None:
    found = list(find_records([test_data / folder]))

    assert len(found) == len(set(found)) == expected
