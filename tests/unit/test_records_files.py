"""Which files of a folder are records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.records import RecordError, read_record
from inference.records.files import find_records
from tests.unit.read_only import closed, open_folder
from tests.unit.wfdb_files import some_integers, twelve_leads, write_record


def test_a_folder_lists_each_record_once_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for name in ("10", "2", "1"):
        write_record(tmp_path, some_integers(1), ["II"], name=name)
        (tmp_path / f"{name}.ii").write_bytes(b"annotation")
    (tmp_path / "a").mkdir()
    write_record(tmp_path / "a", some_integers(1), ["II"], name="deep")

    found = [path.relative_to(tmp_path).as_posix() for path in find_records([tmp_path])]

    assert found == ["1.hea", "2.hea", "10.hea", "a/deep.hea"]


def names_found(folder: Path) -> list[str]:
    return [path.name for path in find_records([folder])]


def test_an_array_without_its_sidecar_is_listed_to_be_refused_with_a_reason(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", some_integers(1))
    np.savez(tmp_path / "b.npz", some_integers(1))

    assert names_found(tmp_path) == ["a.npy", "b.npz"]


@pytest.mark.parametrize(
    ("table", "is_listed"),
    [
        ("I,II,V1\n1,2,3\n", True),
        ("time;II\n0;0,5\n", True),
        ("-aVR\tII\n1\t2\n", True),
        ("ecg_id,age,sex\n1,50,0\n", False),
        ("id,label,I\n1,0,2\n", False),
        ("1,2,3\n4,5,6\n", False),
        ("", False),
    ],
)
def test_a_table_without_its_sidecar_is_listed_where_its_first_row_names_leads(
    tmp_path: Path, table: str, is_listed: bool
) -> None:
    (tmp_path / "ecg.csv").write_text(table)

    assert names_found(tmp_path) == (["ecg.csv"] if is_listed else [])


def test_a_table_with_its_sidecar_is_listed_whatever_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "ecg.csv").write_text("1,2,3\n4,5,6\n")
    (tmp_path / "ecg.json").write_text("{}")

    assert names_found(tmp_path) == ["ecg.csv"]


def test_a_signal_file_that_no_header_names_is_listed_to_be_refused(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(1), ["II"])
    header.write_text(header.read_text().replace("ecg.dat", "other.dat"))
    for name in ("other.dat", "lonely.dat", "lonely.mat"):
        (tmp_path / name).write_bytes((tmp_path / "ecg.dat").read_bytes())

    assert names_found(tmp_path) == ["ecg.hea", "lonely.dat", "lonely.mat"]


def test_the_segments_of_a_record_are_not_records_of_their_own(tmp_path: Path) -> None:
    for name in ("part_1", "part_2", "apart"):
        write_record(tmp_path, some_integers(1), ["II"], name=name)
    (tmp_path / "whole.hea").write_text("whole/3 1 500 2100\npart_1 1000\n~ 100\npart_2 1000\n# apart\n")

    assert names_found(tmp_path) == ["apart.hea", "whole.hea"]


def test_a_header_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    write_record(tmp_path, some_integers(1), ["II"])
    (tmp_path / "broken.hea").write_bytes(b"\x00broken/2 1\necg 10\n")

    assert names_found(tmp_path) == ["broken.hea", "ecg.hea"]


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


def test_a_folder_without_records_is_left_as_soon_as_it_is_to_be_stopped(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.csv").write_text("one,two\n")
    write_record(tmp_path / "b", some_integers(1), ["II"], name="late")
    asked: list[int] = []

    def stop_at_third() -> bool:
        asked.append(1)
        return len(asked) >= 3

    assert list(find_records([tmp_path], stop_at_third)) == []
    assert len(asked) == 3


def test_a_folder_inside_that_may_not_be_listed_is_named_and_refused_with_the_reason() -> None:
    with open_folder() as folder:
        (folder / "ward 3").mkdir()
        write_record(folder, twelve_leads())

        with closed(folder / "ward 3"):
            found = list(find_records([folder]))
            with pytest.raises(RecordError, match="'ward 3' is a folder that may not be looked into"):
                read_record(found[-1])

    assert [path.name for path in found] == ["ecg.hea", "ward 3"]


def test_a_folder_without_records_lists_nothing(tmp_path: Path) -> None:
    assert list(find_records([tmp_path])) == []


@pytest.mark.parametrize(
    ("folder", "expected"), [("ptb-xl", 1900), ("ludb", 93), ("ludb/data", 93), ("ptb", 66), ("cinc2021", 25)]
)
def test_the_real_data_sets_list_all_their_records(test_data: Path, folder: str, expected: int) -> None:
    found = list(find_records([test_data / folder]))

    assert len(found) == len(set(found)) == expected
