"""Labels, preparation and folds: what is trained on is what the files say, and no patient leaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.prepare import PrepareSpec, prepare
from inference.records import read_record
from inference.signal.analysis import analyse
from tests.unit.labelled_sets import labelled, saved_records
from training.data.folds import LeakageError, Split, assign_folds, make_splits, refuse_leakage
from training.data.inputs import EmptySetError, prepare_set, prepare_some
from training.data.ludb import ludb_stemi_against_others
from training.data.ptb import ptb_acute_against_healthy
from training.data.ptb_xl import ptb_xl, site_of_codes


@pytest.mark.parametrize(
    ("codes", "site"),
    [
        (("NORM", "SR"), "N"),
        (("LVH", "CLBBB"), "N"),
        (("IMI",), "I"),
        (("ASMI", "INJAS"), "AS"),
        (("IMI", "LMI"), "IL"),
        (("ASMI", "ALMI"), "A"),
        (("IPMI", "INJIL"), "IPL"),
        (("ASMI", "IMI"), None),
    ],
)
def test_a_records_codes_name_one_site_or_none(codes: tuple[str, ...], site: str | None) -> None:
    assert site_of_codes(codes) == site


def test_ptb_xl_counts_every_mi_or_injury_code_whatever_its_likelihood(test_data: Path) -> None:
    records = ptb_xl(test_data / "ptb-xl")
    assert len(records) == 1900
    assert sum(record.is_mi for record in records) == 451
    assert sum(not record.patient_known for record in records) == 798
    assert all((record.site == "N") == (not record.is_mi) for record in records)


def test_an_nstemi_in_ludb_is_no_stemi(test_data: Path) -> None:
    positives = [record.record_id for record in ludb_stemi_against_others(test_data / "ludb") if record.is_mi]
    assert positives == ["ludb/7", "ludb/24", "ludb/55"]


def test_ptb_gives_its_acute_infarcts_and_healthy_controls(test_data: Path) -> None:
    records = ptb_acute_against_healthy(test_data / "ptb")
    assert (sum(r.is_mi for r in records), sum(not r.is_mi for r in records)) == (6, 28)


def test_training_sees_bit_for_bit_what_the_viewer_feeds_the_model(test_data: Path) -> None:
    records = ptb_xl(test_data / "ptb-xl")[::400]
    prepared = prepare_set(records, PrepareSpec(), None)
    for row, labelled_record in enumerate(prepared.records):
        record = read_record(labelled_record.path)
        spec = PrepareSpec()
        in_viewer = prepare(record, spec, analyse(record, spec.band)).array
        assert in_viewer[0, 0].tobytes() == np.ascontiguousarray(prepared.inputs[row]).tobytes()


def test_prepared_records_come_back_from_the_cache_unchanged(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=3)
    first = prepare_set(records, PrepareSpec(), tmp_path / "cache")
    again = prepare_set(records, PrepareSpec(), tmp_path / "cache")
    np.testing.assert_array_equal(first.inputs, again.inputs)
    assert first.sha256 == again.sha256


def test_a_changed_file_is_prepared_again(tmp_path: Path) -> None:
    records = saved_records(tmp_path / "data", n=2)
    first = prepare_set(records, PrepareSpec(), tmp_path / "cache")
    signals = np.load(records[0].path)
    np.save(records[0].path, signals[:, : signals.shape[1] - 500])
    assert prepare_set(records, PrepareSpec(), tmp_path / "cache").sha256[0] != first.sha256[0]


def test_a_record_that_cannot_be_prepared_is_listed_with_its_reason(tmp_path: Path) -> None:
    records = saved_records(tmp_path, n=2)
    np.save(records[1].path, np.zeros((12, 5000), dtype=np.float32))
    prepared = prepare_set(records, PrepareSpec(), None)
    assert [record.record_id for record in prepared.records] == ["made/0"]
    assert len(prepared.refused) == 1
    assert prepared.refused[0].startswith("made/1: ")


def test_no_patient_is_on_both_sides_and_unknown_patients_only_train() -> None:
    records = [labelled(k, patient=f"p{k // 2}", is_mi=k % 4 < 2, known=k >= 20) for k in range(120)]
    sha256 = [f"signal{k}" for k in range(120)]
    strata = [str(record.is_mi) for record in records]
    assert (assign_folds(records, strata)[:20] == -1).all()
    tested: set[int] = set()
    for split in make_splits(records, sha256, strata):
        parts = [split.train, split.validation, split.test]
        patients = [{records[row].patient for row in part} for part in parts]
        assert not patients[0] & patients[1]
        assert not patients[0] & patients[2]
        assert not patients[1] & patients[2]
        assert all(row >= 20 for row in np.concatenate([split.validation, split.test]))
        assert set(range(20)) <= set(split.train.tolist())
        tested |= set(split.test.tolist())
    assert tested == set(range(20, 120))


def test_a_planted_duplicate_of_another_patient_stops_the_run() -> None:
    records = [labelled(k, patient=f"p{k}", is_mi=k % 2 == 0) for k in range(60)]
    sha256 = [f"signal{k}" for k in range(59)] + ["signal0"]
    with pytest.raises(LeakageError, match="remove the duplicate"):
        make_splits(records, sha256, ["a"] * 60)


def test_a_patient_on_both_sides_of_a_split_stops_the_run() -> None:
    split = Split(0, np.array([0, 1]), np.array([2]), np.array([3]))
    with pytest.raises(LeakageError, match=r"The same patient \(p1\) is in train and test of run 0"):
        refuse_leakage(split, ["a", "b", "c", "d"], ["p0", "p1", "p2", "p1"])


def test_a_set_without_a_usable_record_is_refused_with_the_reasons(tmp_path: Path) -> None:
    missing = [labelled(k, path=tmp_path / f"missing{k}.npy") for k in range(2)]
    assert prepare_set(missing, PrepareSpec(), None).inputs.shape == (0, 12, 400)
    with pytest.raises(EmptySetError, match=r"No record of PTB could be used: made/0: .*missing0.*missing1"):
        prepare_some("PTB", missing, PrepareSpec(), tmp_path / "cache")


def test_folds_do_not_depend_on_anything_but_records_and_strata() -> None:
    records = [labelled(k, patient=f"p{k}", is_mi=k % 3 == 0) for k in range(90)]
    strata = [str(record.is_mi) for record in records]
    renamed = [replace(record, path=Path("elsewhere")) for record in records]
    np.testing.assert_array_equal(assign_folds(records, strata), assign_folds(renamed, strata))
