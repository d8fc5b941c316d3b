"""The manifest: what one program writes, another reads back, or is told which line is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from inference.labels import Omi, Reading
from inference.manifest import ManifestError, ManifestRow, ShownPrediction, read_manifest, write_manifest

ROW = ManifestRow(
    path="records/März/one.hea",
    record_sha256="a" * 64,
    reading=Reading(omi=Omi.YES, location="I", comment="line one\nline two\u2028three"),
    reader="Ada",
    time=datetime(2024, 3, 1, 12, 30, 15, 250, tzinfo=UTC),
    app_version="0.1.0",
    signed=True,
    synthetic=False,
    patient_key="patient 1",
    previous=Reading(omi=Omi.NO),
    predictions=(ShownPrediction("net.tag", "b" * 64, ("none", "mi"), (0.1, 0.9), None),),
)
BARE_ROW = ManifestRow(
    path="",
    record_sha256="c" * 64,
    reading=Reading(),
    reader="",
    time=datetime(2024, 3, 1, tzinfo=timezone(timedelta(hours=2))),
    app_version="0.1.0",
    signed=False,
    synthetic=True,
)


def change_line(path: Path, number: int, change: Callable[[dict[str, Any]], object]) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    values = json.loads(lines[number - 1])
    change(values)
    lines[number - 1] = json.dumps(values)
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    write_manifest(path, [ROW, BARE_ROW])
    return path


def test_rows_come_back_as_they_were_written(manifest: Path) -> None:
    assert read_manifest(manifest) == (ROW, BARE_ROW)


def test_every_line_is_one_json_object_and_the_first_names_schema_and_version(manifest: Path) -> None:
    header, *rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").strip().split("\n")]

    assert header == {"schema": "ecgviewer-manifest", "version": 1, "rows": 2}
    assert [row["record_sha256"] for row in rows] == ["a" * 64, "c" * 64]
    assert rows[0]["omi"] == "yes"
    assert rows[0]["previous"]["omi"] == "no"
    assert rows[1]["omi"] is None


def test_an_empty_manifest_is_a_manifest(tmp_path: Path) -> None:
    assert write_manifest(tmp_path / "none.jsonl", []) == 0
    assert read_manifest(tmp_path / "none.jsonl") == ()


def test_writing_replaces_the_old_file_and_leaves_no_other(manifest: Path) -> None:
    write_manifest(manifest, [BARE_ROW])

    assert read_manifest(manifest) == (BARE_ROW,)
    assert list(manifest.parent.iterdir()) == [manifest]


def test_an_export_that_fails_halfway_leaves_the_old_file_as_it_was(manifest: Path) -> None:
    def rows_of_a_store_that_breaks() -> Any:
        yield BARE_ROW
        raise RuntimeError("the store broke")

    with pytest.raises(RuntimeError, match="the store broke"):
        write_manifest(manifest, rows_of_a_store_that_breaks())

    assert read_manifest(manifest) == (ROW, BARE_ROW)
    assert list(manifest.parent.iterdir()) == [manifest]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"could not be written.*choose another place"):
        write_manifest(tmp_path / "missing" / "labels.jsonl", [ROW])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="could not be read"):
        read_manifest(tmp_path / "labels.jsonl")


@pytest.mark.parametrize(
    ("number", "change", "sentence"),
    [
        (1, lambda header: header.update(schema="other"), "line 1: this is not the header"),
        (1, lambda header: header.update(version=2), "line 1: this manifest has version 2"),
        (1, lambda header: header.pop("rows"), "line 1: the header does not say how many"),
        (2, lambda row: row.pop("reader"), "line 2: the field 'reader' is missing"),
        (2, lambda row: row.update(omi="perhaps"), "line 2: 'perhaps' is not a valid Omi"),
        (3, lambda row: row.update(location="X"), "line 3: 'X' is not an MI location"),
        (3, lambda row: row.update(signed="yes"), "line 3: 'yes' is not true or false"),
        (3, lambda row: row.update(time="2024-03-01T12:00:00"), "line 3: the time has no time zone"),
        (3, lambda row: row.update(time="noon"), "line 3: .*noon"),
        (2, lambda row: row.update(predictions=[3]), "line 2: "),
        (2, lambda row: row["predictions"][0].update(threshold="high"), "line 2: .*high"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(
    manifest: Path, number: int, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    change_line(manifest, number, change)

    with pytest.raises(ManifestError, match=sentence):
        read_manifest(manifest)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1: this is not the header"),
        (b"\x89PNG\r\n\xff", "not UTF-8"),
        (b'{"schema": "ecgviewer-manifest", "version": 1, "rows": 1}\n[1]\n', "line 2: it is not an object"),
        (b'{"schema": "ecgviewer-manifest", "version": 1, "rows": 1}\n{"path"\n', "line 2: "),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(content)

    with pytest.raises(ManifestError, match=sentence):
        read_manifest(path)


def test_a_manifest_that_was_cut_off_between_two_lines_is_refused(manifest: Path) -> None:
    lines = manifest.read_text(encoding="utf-8").split("\n")
    manifest.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")

    with pytest.raises(ManifestError, match="says it holds 2 rows and holds 1"):
        read_manifest(manifest)
