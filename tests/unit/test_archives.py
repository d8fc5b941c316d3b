"""What each archive says of an infarction, in all its spellings, and several archives as one set."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inference.labels import MI_LOCATIONS, Omi, Reading
from inference.manifest import ManifestRow, write_manifest
from training.data.cinc import cinc
from training.data.labelled_record import DataSetError, LabelledRecord
from training.data.ludb import ludb
from training.data.ptb import ptb
from training.data.sources import ARCHIVES, labelled_records
from training.retraining.manifest_records import loaders_for


def write_header(path: Path, comments: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{path.stem} 12 500 5000\n" + "".join(f"# {line}\n" for line in comments))


def ptb_record(
    folder: Path, acute: str, former: str = "no", reason: str = "Myocardial infarction", other: str = "no"
) -> LabelledRecord | None:
    """What PTB's loader makes of one header; None where it is left out."""
    comments = [
        f"Reason for admission: {reason}",
        f"Acute infarction (localization): {acute}",
        f"Former infarction (localization): {former}",
        f"Additional diagnoses: {other}",
    ]
    write_header(folder / "patient001" / "s0001_re.hea", comments)
    return next(iter(ptb(folder)), None)


@pytest.mark.parametrize(
    ("words", "site"),
    [
        ("anterior", "A"),
        ("antero-septal", "AS"),
        ("antero-lateral", "AL"),
        ("antero-septo-lateral", "A"),
        ("inferior", "I"),
        ("infero-latera", "IL"),
        ("Infero-Lateral", "IL"),
        ("infero-posterior", "IP"),
        ("infero-posterior-inferior", "IP"),
        ("infero-postero-lateral", "IPL"),
        ("infero-poster-lateral", "IPL"),
        ("lateral", "L"),
        ("posterior", "P"),
        ("postero-lateral", "PL"),
        ("anterior-anterior", "A"),
        ("anterior-inferior", None),
        ("1) anterior 2) inferior", None),
        ("subendocardial", None),
    ],
)
def test_every_spelling_of_ptb_names_its_site_or_none(tmp_path: Path, words: str, site: str | None) -> None:
    record = ptb_record(tmp_path, words)
    assert record is not None
    assert (record.is_mi, record.site, record.infarct_age) == (True, site, "acute")
    assert site is None or site in MI_LOCATIONS


def test_ptb_tells_acute_from_former_and_unites_their_walls(tmp_path: Path) -> None:
    former = ptb_record(tmp_path, "no", "posterior")
    both = ptb_record(tmp_path, "infero-lateral", "posterior")
    unlocalized = ptb_record(tmp_path, "no", "unknown")
    assert former is not None
    assert both is not None
    assert unlocalized is not None
    assert (former.site, former.infarct_age) == ("P", "former")
    assert (both.site, both.infarct_age) == ("IPL", "acute")
    assert (unlocalized.is_mi, unlocalized.site, unlocalized.infarct_age) == (True, None, None)


def test_ptb_leaves_out_whom_its_header_says_nothing_certain_of(tmp_path: Path) -> None:
    healthy = ptb_record(tmp_path, "n/a", "n/a", reason="Healthy control")
    hypertrophy = ptb_record(tmp_path, "no", "no", reason="Hypertrophy")
    assert healthy is not None
    assert hypertrophy is not None
    assert (healthy.is_mi, healthy.site) == (hypertrophy.is_mi, hypertrophy.site) == (False, "N")
    assert ptb_record(tmp_path, "n/a", "n/a", reason="n/a") is None
    assert ptb_record(tmp_path, "no", "unknown", reason="Bundle branch block") is None
    assert ptb_record(tmp_path, "no", "no", reason="Angina", other="Old infarction 1985") is None


def test_ptb_as_it_lies_there(test_data: Path) -> None:
    records = ptb(test_data / "ptb")
    assert Counter((r.site, r.infarct_age) for r in records if r.is_mi) == {
        ("IL", "acute"): 3,
        ("AS", "acute"): 2,
        ("IPL", "acute"): 1,
        ("A", "former"): 2,
        ("I", "former"): 1,
    }
    assert sum(not record.is_mi for record in records) == 51


def test_ludb_tells_stemi_scar_and_what_its_authors_left_open(tmp_path: Path) -> None:
    diagnoses = {
        "1": ["STEMI: anterior wall.", "STEMI: septal.", "STEMI: apical."],
        "2": ["Scar formation: posterior wall."],
        "3": ["Undefined ischemia/scar/supp.NSTEMI: lateral wall."],
        "4": ["Ischemia: inferior wall."],
        "5": ["Scar formation: apical.", "Undefined ischemia/scar/supp.NSTEMI: septal."],
    }
    for name, lines in diagnoses.items():
        write_header(tmp_path / "data" / f"{name}.hea", lines)
    found = {record.record_id: (record.is_mi, record.site, record.infarct_age) for record in ludb(tmp_path)}
    assert found == {
        "ludb/1": (True, "AS", "acute"),
        "ludb/2": (True, "P", "former"),
        "ludb/4": (False, "N", None),
        "ludb/5": (True, None, "former"),
    }


def test_cinc_knows_its_infarction_codes_and_what_only_looks_like_one(tmp_path: Path) -> None:
    codes = {
        "E00001": "164865005,426783006",
        "JS00002": "54329005,57054005",
        "Q0003": "164867002",
        "E00004": "429622005,704997005",
        "A0005": "426783006",
    }
    for name, dx in codes.items():
        write_header(tmp_path / "training" / "g1" / f"{name}.hea", ["Age: NaN", f"Dx: {dx}"])
    found = {record.record_id: (record.is_mi, record.site, record.infarct_age) for record in cinc(tmp_path)}
    assert found == {
        "cinc/E00001": (True, None, None),
        "cinc/JS00002": (True, "A", "acute"),
        "cinc/Q0003": (True, None, "former"),
        "cinc/E00004": (False, "N", None),
    }


def test_a_record_that_cinc_took_from_ptb_xl_has_ptb_xls_patient(test_data: Path) -> None:
    sources = {"cinc": test_data / "cinc2021", "ptb-xl": test_data / "ptb-xl"}
    records = {record.record_id: record for record in labelled_records(sources)}
    for number in ("6000", "6004"):
        copy, original = records[f"cinc/HR0{number}"], records[f"ptb-xl/{number}"]
        assert original.patient_known
        assert (copy.patient, copy.patient_known) == (original.patient, True)
    assert not records["cinc/HR06002"].patient_known
    assert len(records) == 1925


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_a_folder_without_the_archive_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match=r"absent is not a folder: give the folder"):
        labelled_records({name: tmp_path / "absent"})
    with pytest.raises(DataSetError, match=r"holds no .*: give "):
        labelled_records({name: tmp_path})


def test_a_table_that_is_not_ptb_xls_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ptbxl_database.csv").write_text("ecg_id,patient_id,scp_codes,filename_hr\n1,2,{'NORM',a\n")
    with pytest.raises(DataSetError, match=r"line 2: this is not PTB-XL's table"):
        labelled_records({"ptb-xl": tmp_path})


def test_a_data_set_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(DataSetError, match=r"called 'mimic': choose from ptb-xl, ptb, ludb, cinc"):
        labelled_records({"mimic": Path()})
    with pytest.raises(DataSetError, match="No data set is named"):
        labelled_records({})


def test_the_apps_manifest_is_a_source_beside_the_archives(tmp_path: Path) -> None:
    row = ManifestRow(
        path="a.hea",
        record_sha256="ab" * 32,
        reading=Reading(omi=Omi.YES, location="I"),
        reader="Dr. Test",
        time=datetime(2026, 1, 2, tzinfo=UTC),
        app_version="0.1.0",
        signed=True,
        synthetic=False,
        patient_key="p1",
    )
    write_manifest(tmp_path / "labels.jsonl", [row])
    write_header(tmp_path / "ludb" / "data" / "1.hea", ["Sinus rhythm."])
    sources = {"ludb": tmp_path / "ludb", "manifest": tmp_path / "labels.jsonl"}
    read = labelled_records(sources, loaders_for("omi"))
    assert [(record.source, record.is_mi, record.site) for record in read] == [
        ("ludb", False, "N"),
        ("manifest", True, "I"),
    ]
    write_manifest(tmp_path / "labels.jsonl", [])
    with pytest.raises(DataSetError, match="no signed reading"):
        labelled_records(sources, loaders_for("omi"))
