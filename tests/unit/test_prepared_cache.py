"""The cache of prepared records: what is in it, what survives, and what is made again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import inference
from inference.prepare import ModelInput, PrepareSpec, prepare
from inference.records import Record, read_record
from inference.signal.analysis import EcgAnalysis, analyse
from tests.unit.labelled_sets import labelled, saved_records
from training.data import inputs, preparing
from training.data.columns import Column, all_columns, beat_columns, measuring_code
from training.data.inputs import prepare_set
from training.data.known_files import KnownFile
from training.data.labelled_record import LabelledRecord
from training.data.prepared_set import MissingColumnError, PreparedSet, joined
from training.data.preparing import Block
from training.data.row_view import RowView

SPEC = PrepareSpec()
ROOT = Path(__file__).resolve().parents[2]
KILLED_WHILE_PREPARING = """
import os, signal, sys
from pathlib import Path
from inference.prepare import PrepareSpec
from tests.unit.labelled_sets import saved_records
from training.data import inputs, preparing
records = saved_records(Path(sys.argv[1]), n=10)
inputs.BLOCK_RECORDS = 3
n_read, read = 0, preparing.read_place
def read_and_die(path):
    global n_read
    n_read += 1
    if n_read == 8:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(path)
preparing.read_place = read_and_die
inputs.prepare_set(records, PrepareSpec(), Path(sys.argv[2]), n_workers=1)
"""


def rate_row(record: Record, analysis: EcgAnalysis, model_input: ModelInput) -> npt.NDArray[np.float32]:
    """Heart rate, to stand for a measured feature."""
    return np.array([analysis.rhythm.heart_rate_bpm or np.nan], dtype=np.float32)


RATE = Column("rate_bpm", (1,), "float32", rate_row)


@pytest.fixture
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read while preparing, in order."""
    paths: list[Path] = []

    def read(path: Path) -> Record:
        paths.append(path)
        return read_record(path)

    monkeypatch.setattr(preparing, "read_place", read)
    return paths


def assert_same(first: PreparedSet, second: PreparedSet) -> None:
    assert (first.records, first.sha256, first.refused) == (second.records, second.sha256, second.refused)
    assert set(first.columns) == set(second.columns)
    for name, column in first.columns.items():
        assert np.asarray(column).tobytes() == np.asarray(second.columns[name]).tobytes(), name


def test_rows_are_bit_for_bit_what_prepare_and_analyse_give(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=3)
    prepared = prepare_set(records, SPEC, tmp_path / "cache", columns=[*all_columns(SPEC), RATE])
    for row, labelled_record in enumerate(prepared.records):
        record = read_record(labelled_record.path)
        analysis = analyse(record, SPEC.band)
        model_input = prepare(record, SPEC, analysis)
        assert model_input.beat is not None
        assert prepared.sha256[row] == record.sha256
        assert prepared.inputs[row].tobytes() == model_input.array[0, 0].tobytes()
        assert prepared.beats_mv[row].tobytes() == model_input.beat.signals_mv.tobytes()
        assert prepared.leads_mv[row].tobytes() == analysis.signals_mv[:, :5000].tobytes()
        assert prepared.column("rate_bpm")[row, 0] == np.float32(analysis.rhythm.heart_rate_bpm)


def test_columns_of_a_cache_are_memory_maps_and_those_without_one_are_not(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=3)
    cached, held = (prepare_set(records, SPEC, cache) for cache in (tmp_path / "cache", None))
    for name in ("inputs", "beats_mv", "leads_mv"):
        assert isinstance(cached.columns[name], np.memmap)
        assert not isinstance(held.columns[name], np.memmap)
    assert_same(cached, held)


def test_a_column_that_was_not_asked_for_is_not_written_and_says_so(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=2)
    prepared = prepare_set(records, SPEC, tmp_path / "cache", columns=beat_columns(SPEC))
    with pytest.raises(MissingColumnError, match=r"no column 'leads_mv', only inputs, beats_mv"):
        _ = prepared.leads_mv
    assert not list((tmp_path / "cache").rglob("leads_mv*"))


def test_nothing_is_read_twice_and_a_new_record_is_prepared_alone(
    tmp_path: Path, files_read: list[Path]
) -> None:
    records = saved_records(tmp_path / "data", n=4)
    prepare_set(records[:3], SPEC, tmp_path / "cache")
    files_read.clear()
    first = prepare_set(records[:3], SPEC, tmp_path / "cache")
    assert files_read == []
    more = prepare_set(records[::-1], SPEC, tmp_path / "cache")
    assert files_read == [records[3].path]
    np.testing.assert_array_equal(np.asarray(more.inputs)[::-1][:3], first.inputs)


def test_a_further_column_joins_the_rows_that_are_there(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=3)
    prepare_set(records, SPEC, tmp_path / "cache", columns=beat_columns(SPEC))
    later = prepare_set(records[1:], SPEC, tmp_path / "cache", columns=[*beat_columns(SPEC), RATE])
    assert later.column("rate_bpm").shape == (2, 1)
    assert_same(later, prepare_set(records[1:], SPEC, None, columns=[*beat_columns(SPEC), RATE]))


def test_a_refused_record_is_remembered_with_its_sentence(tmp_path: Path, files_read: list[Path]) -> None:
    records = saved_records(tmp_path / "data", n=3)
    np.save(records[1].path, np.zeros((12, 5000), dtype=np.float32))
    first = prepare_set(records, SPEC, tmp_path / "cache")
    files_read.clear()
    again = prepare_set(records, SPEC, tmp_path / "cache")
    assert files_read == []
    assert [refusal.split(":")[0] for refusal in again.refused] == ["made/1"]
    assert_same(first, again)


def test_a_changed_sidecar_makes_its_record_known_no_more(tmp_path: Path, files_read: list[Path]) -> None:
    records = saved_records(tmp_path / "data", n=2)
    first = prepare_set(records, SPEC, tmp_path / "cache")
    sidecar = records[0].path.with_suffix(".json")
    sidecar.write_text(sidecar.read_text().replace("500", "250"))
    files_read.clear()
    assert prepare_set(records, SPEC, tmp_path / "cache").sha256[0] != first.sha256[0]
    assert files_read == [records[0].path]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_after_kill_9_preparing_goes_on_where_it_stopped(tmp_path: Path, files_read: list[Path]) -> None:
    command = [sys.executable, "-c", KILLED_WHILE_PREPARING, str(tmp_path / "data"), str(tmp_path / "cache")]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    records = [replace(record) for record in saved_again(tmp_path / "data")]
    resumed = prepare_set(records, SPEC, tmp_path / "cache")
    assert files_read == [record.path for record in records[6:]]
    assert_same(resumed, prepare_set(records, SPEC, None))


def saved_again(folder: Path) -> list[LabelledRecord]:
    """The records that another process saved in this folder."""
    return [
        labelled(k, patient=f"p{k}", is_mi=k % 2 == 1, path=folder / f"made{k}.npy")
        for k in range(len(list(folder.glob("*.npy"))))
    ]


@pytest.mark.expected_log("its rows are made again|cannot be read, their files are read again")
@pytest.mark.parametrize(
    "pattern", ["records.index", "files.jsonl", "inputs-*.rows", "inputs-*.checks", "fiducials-*.rows"]
)
@pytest.mark.parametrize("damage", ["garbage", "half of it", "gone", "a turned byte"])
def test_a_damaged_cache_file_is_made_again(tmp_path: Path, pattern: str, damage: str) -> None:
    records = saved_records(tmp_path / "data", n=2)
    columns = beat_columns(SPEC)
    sound = prepare_set(records, SPEC, None, columns=columns)
    prepare_set(records, SPEC, tmp_path / "cache", columns=columns)
    (file,) = (tmp_path / "cache").rglob(pattern)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x55
    broken = {
        "garbage": b"\x00garbage\xff\n" * 9,
        "half of it": data[: len(data) // 2],
        "a turned byte": data,
    }
    file.unlink()
    if damage != "gone":
        file.write_bytes(broken[damage])
    assert_same(prepare_set(records, SPEC, tmp_path / "cache", columns=columns), sound)
    assert_same(prepare_set(records, SPEC, tmp_path / "cache", columns=columns), sound)


def test_two_processes_prepare_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "BLOCK_RECORDS", 2)
    records = saved_records(tmp_path / "data", n=6)
    two = prepare_set(records, SPEC, tmp_path / "cache", n_workers=2)
    assert_same(two, prepare_set(records, SPEC, None, n_workers=1))


def test_of_two_runs_on_one_cache_only_the_first_prepares(tmp_path: Path, files_read: list[Path]) -> None:
    records = saved_records(tmp_path / "data", n=4)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(prepare_set, records, SPEC, tmp_path / "cache", n_workers=1) for _ in range(2)]
        first, second = (run.result() for run in runs)
    assert len(files_read) == 4
    assert_same(first, second)


def peak_bytes(folder: Path, n: int) -> int:
    """What preparing n records takes at its peak beyond the list of records itself."""
    records = [labelled(k, path=folder / f"{k}.npy") for k in range(n)]
    tracemalloc.start()
    try:
        prepared = prepare_set(records, SPEC, folder, n_workers=1)
        assert len(prepared) == n
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_blocks(
        blocks: Sequence[Sequence[Path]], spec: PrepareSpec, columns: Sequence[Column], n_workers: int
    ) -> Iterator[Block]:
        for paths in blocks:
            hashes = [f"{int(path.stem):064x}" for path in paths]
            rows = {each.name: np.ones((len(paths), *each.shape), each.dtype) for each in columns}
            yield Block(tuple(KnownFile(sha256) for sha256 in hashes), rows)

    monkeypatch.setattr(inputs, "prepared_blocks", made_blocks)
    few, many = (peak_bytes(tmp_path / str(n), n) for n in (64, 256))
    row_bytes = sum(column.row_bytes for column in all_columns(SPEC))
    assert row_bytes > 250_000
    assert many - few < 192 * 3_000


def test_taking_rows_copies_none_of_the_long_ones(tmp_path: Path) -> None:
    prepared = prepare_set(saved_records(tmp_path / "data", n=5), SPEC, tmp_path / "cache")
    whole = np.asarray(prepared.inputs)
    some, part = prepared.take(np.array([4, 0, 2])), prepared.take(np.array([1, 2, 3]))
    assert isinstance(some.inputs, RowView)
    assert isinstance(part.inputs, np.memmap)
    assert np.shares_memory(part.inputs, prepared.inputs)
    np.testing.assert_array_equal(some.inputs, whole[[4, 0, 2]])
    np.testing.assert_array_equal(some.take(np.array([2, 1])).inputs, whole[[2, 0]])
    assert [record.record_id for record in some.records] == ["made/4", "made/0", "made/2"]
    assert some.fingerprints == tuple(prepared.fingerprints[k] for k in (4, 0, 2))


def test_a_view_of_rows_is_indexed_like_an_array() -> None:
    array = np.arange(6 * 3 * 4).reshape(6, 3, 4)
    rows = np.array([5, 1, 3, 1])
    view, copied = RowView(array, rows), array[rows]
    mask = np.array([True, False, True, True])
    keys = (0, -1, np.array([2, 0]), [1, 1], mask, slice(1, 3), (2, slice(None), slice(0, 2)), ..., (..., 0))
    for key in (*keys, (np.array([0, 3]), [1, 2])):
        np.testing.assert_array_equal(view[key], copied[key])
    assert (view.shape, view.dtype, view.ndim, view.size, len(view)) == ((4, 3, 4), copied.dtype, 3, 48, 4)
    np.testing.assert_array_equal(list(view), copied)
    with pytest.raises(IndexError):
        view[4]


def test_two_sets_are_joined_with_the_columns_that_both_have(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=4)
    with_leads = prepare_set(records[:2], SPEC, None)
    without = prepare_set(records[2:], SPEC, None, columns=beat_columns(SPEC))
    assert_same(joined(with_leads, without), prepare_set(records, SPEC, None, columns=beat_columns(SPEC)))


def test_a_column_of_another_shape_than_it_promises_is_a_bug(tmp_path: Path) -> None:
    wrong = replace(RATE, shape=(2,))
    with pytest.raises(ValueError, match=r"rate_bpm promises rows of \(2,\) and gave \(1,\)"):
        prepare_set(saved_records(tmp_path, n=1), SPEC, None, columns=[wrong])
    with pytest.raises(ValueError, match="not of 'lead-images-64'"):
        beat_columns(PrepareSpec(profile="lead-images-64"))


def test_rows_are_made_again_after_a_change_to_how_waves_are_measured(tmp_path: Path) -> None:
    package = Path(inference.__file__).parent
    versions = []
    for number, changed in enumerate(
        ("", "measure/fiducials.py", "signal/median_beat.py", "records/leads.py")
    ):
        copy = shutil.copytree(package, tmp_path / str(number), ignore=shutil.ignore_patterns("__pycache__"))
        if changed:
            (copy / changed).write_text((copy / changed).read_text(encoding="utf-8") + "\n", encoding="utf-8")
        versions.append(measuring_code(copy))

    assert versions[0] == measuring_code(package)
    assert len({*versions[:3]}) == 3
    assert versions[3] == versions[0], "a reader that gives other samples gives another record's hash"
