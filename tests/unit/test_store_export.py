"""From the store to the manifest that training reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecgviewer.store import LabelStore, ReadingEntry, ReadingKind, ShownPrediction, export_manifest
from inference.labels import Omi, Reading
from inference.manifest import ManifestError, read_manifest, write_manifest

YES = Reading(omi=Omi.YES, location="AL")
NO = Reading(omi=Omi.NO)
SHOWN = ShownPrediction("net.tag", "b" * 64, ("none", "mi"), (0.1, 0.9), 0.5)


@pytest.fixture
def store() -> Iterator[LabelStore]:
    opened = LabelStore.open("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "labels.jsonl"


def read(
    store: LabelStore,
    record: str,
    reading: Reading,
    kind: ReadingKind = "sign",
    *,
    reader: str = "Ada",
    synthetic: bool = False,
    import_report: dict[str, object] | None = None,
) -> None:
    """A reader reads a record; signed unless said otherwise."""
    store.append(
        ReadingEntry(
            record_sha256=record,
            record_path=f"records/{record}.hea",
            reading=reading,
            reader=reader,
            app_version="0.1.0",
            kind=kind,
            patient_key=f"patient of {record}",
            synthetic=synthetic,
            predictions=(SHOWN,),
            import_report=import_report,
        )
    )


def test_a_signed_reading_arrives_with_everything_that_training_may_ask_for(
    store: LabelStore, target: Path
) -> None:
    read(store, "one", YES)

    summary = export_manifest(store, target)
    (row,) = read_manifest(target)

    stored = store.latest("one")
    assert stored is not None
    assert (summary.n_rows, summary.n_drafts, summary.n_synthetic) == (1, 0, 0)
    assert (row.path, row.record_sha256, row.patient_key) == ("records/one.hea", "one", "patient of one")
    assert (row.reading, row.reader, row.app_version) == (YES, "Ada", "0.1.0")
    assert (row.time, row.signed, row.synthetic) == (stored.created_at, True, False)
    assert (row.previous, row.predictions) == (None, (SHOWN,))


def test_drafts_and_synthetic_records_are_left_out_and_counted(store: LabelStore, target: Path) -> None:
    read(store, "signed", YES)
    read(store, "draft", NO, "edit")
    read(store, "changed after signing", YES)
    read(store, "changed after signing", NO, "edit")
    read(store, "synthetic", YES, synthetic=True)
    read(store, "taken back", Reading(), "undo")

    summary = export_manifest(store, target)

    assert [row.record_sha256 for row in read_manifest(target)] == ["signed"]
    assert (
        summary.sentence
        == f"1 reading written to {target}; 2 unsigned left out; 1 of synthetic records left out."
    )


def test_drafts_and_synthetic_records_come_when_asked_for(store: LabelStore, target: Path) -> None:
    read(store, "draft", NO, "edit")
    read(store, "synthetic", YES, synthetic=True)
    read(store, "taken back", Reading(), "undo")

    summary = export_manifest(store, target, signed_only=False, include_synthetic=True)

    rows = {row.record_sha256: row for row in read_manifest(target)}
    assert set(rows) == {"draft", "synthetic"}
    assert not rows["draft"].signed
    assert rows["synthetic"].synthetic
    assert summary.sentence == f"2 readings written to {target}."


def test_each_reader_has_a_row_and_it_names_the_answer_that_it_replaced(
    store: LabelStore, target: Path
) -> None:
    read(store, "one", NO)
    read(store, "one", NO, reader="Ben")
    read(store, "one", YES, "edit")
    read(store, "one", YES)
    read(store, "one", YES)

    export_manifest(store, target)

    rows = {row.reader: row for row in read_manifest(target)}
    assert (rows["Ada"].reading, rows["Ada"].previous) == (YES, NO)
    assert (rows["Ben"].reading, rows["Ben"].previous) == (NO, None)


def test_an_export_that_cannot_be_written_leaves_the_store_and_the_old_file(
    store: LabelStore, tmp_path: Path
) -> None:
    read(store, "one", YES)
    write_manifest(tmp_path / "file", [])

    with pytest.raises(ManifestError, match="could not be written"):
        export_manifest(store, tmp_path / "file" / "labels.jsonl")

    assert read_manifest(tmp_path / "file") == ()
    assert store.states() == {"one": "signed"}


def test_readings_of_digitised_ecgs_are_left_out_unless_asked_for(store: LabelStore, target: Path) -> None:
    read(store, "recorded", YES)
    read(store, "photographed", NO, import_report={"digitised": True})
    summary = export_manifest(store, target)
    assert [row.record_sha256 for row in read_manifest(target)] == ["recorded"]
    assert summary.sentence.endswith("1 of digitised records left out.")
    assert export_manifest(store, target, include_digitised=True).n_rows == 2


def test_readings_of_mere_pictures_have_no_samples_to_go_with_and_are_left_out(
    store: LabelStore, target: Path
) -> None:
    read(store, "recorded", YES)
    read(store, "photographed", NO, import_report={"digitised": False, "picture": True})
    summary = export_manifest(store, target, include_digitised=True)
    assert [row.record_sha256 for row in read_manifest(target)] == ["recorded"]
    assert summary.sentence.endswith("1 of pictures without samples left out.")
