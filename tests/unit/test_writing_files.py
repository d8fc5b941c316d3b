"""Written WFDB, EDF, aECG, CSV and NumPy files as other programs see them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import edfio
import numpy as np
import pytest

from inference.records import Record, read_record
from inference.records.assemble import Found, assemble
from inference.records.wfdb_package import quiet_wfdb
from inference.writing.errors import WriteError
from inference.writing.write import write_record
from tests.unit.written import bare_record, eight_lead_record, without_facts

HL7 = "{urn:hl7-org:v3}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.mark.parametrize(("n_samples", "fmt"), [(1000, "16"), (500, "212"), (501, "212")])
def test_wfdb_reads_the_same_samples_gaps_and_checksums(tmp_path: Path, n_samples: int, fmt: str) -> None:
    record = eight_lead_record(n_samples=n_samples)
    if fmt == "212":
        chest = ("V1", "V2", "V3")
        record = assemble(Found(Path("a"), "made", 500.0, [(name, record.lead(name)) for name in chest]))
    write_record(record, tmp_path / "a.hea")
    with quiet_wfdb() as wfdb:
        back = wfdb.rdrecord(str(tmp_path / "a"))
        raw = wfdb.rdrecord(str(tmp_path / "a"), physical=False)
    np.testing.assert_allclose(back.p_signal.T, record.signals_mv, atol=0.0002)
    assert set(back.fmt) == {fmt}
    assert tuple(back.sig_name) == record.lead_names
    assert set(back.units) == {"mV"}
    sums = [int(row.sum()) for row in raw.d_signal.astype(np.int64).T]
    assert [(said - real) % 65_536 for said, real in zip(raw.checksum, sums, strict=True)] == [0] * len(sums)


def noisy(size_mv: float) -> Record:
    rows = np.random.default_rng(5).normal(0, size_mv, (2, 1001)).astype(np.float32)
    return assemble(Found(Path("a"), "made", 500.0, [("V1", rows[0]), ("V2", rows[1])]))


def test_wfdb_takes_32_bits_where_16_are_too_few(tmp_path: Path) -> None:
    record = noisy(0.3)
    rows = record.signals_mv.copy()
    rows[0, ::3] += 99
    write_record(replace(record, signals_mv=rows), tmp_path / "a.hea")
    with quiet_wfdb() as wfdb:
        back = wfdb.rdrecord(str(tmp_path / "a"))
    assert set(back.fmt) == {"32"}
    np.testing.assert_allclose(back.p_signal.T, rows, atol=0.0001)


def test_wfdb_says_age_and_sex_as_physionet_does(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.hea")
    lines = (tmp_path / "a.hea").read_text().splitlines()
    assert lines[0] == "a 12 500 1000 09:30:15 01/05/2024"
    assert {"# Age: 61", "# Sex: Female", "# Chest pain for two hours"} <= set(lines)
    assert "# derived leads: III, aVR, aVL, aVF" in lines
    assert "# Device statement: Sinus rhythm" in lines


def test_edf_is_edf_plus_with_fields_limits_and_filters(tmp_path: Path) -> None:
    record = eight_lead_record()
    write_record(record, tmp_path / "a.edf")
    edf = edfio.read_edf(tmp_path / "a.edf")
    assert edf.reserved == "EDF+C"
    assert (edf.patient.code, edf.patient.sex, edf.patient.name) == ("AB-1234567", "F", "Doe,_Jane")
    assert str(edf.patient.birthdate) == "1963-02-01"
    assert f"{edf.startdate} {edf.starttime}" == "2024-05-01 09:30:15"
    assert edf.recording.equipment_code == "Maker_&_Sons_ECG_3000"
    assert [signal.label for signal in edf.signals] == [f"ECG {name}" for name in record.lead_names]
    first = edf.signals[0]
    assert (first.physical_dimension, first.sampling_frequency) == ("uV", 500.0)
    assert first.prefiltering == "HP:0.05Hz LP:150Hz N:50Hz"
    assert edf.data_record_duration == 1
    valid = ~np.isnan(record.signals_mv)
    back = np.stack([signal.data for signal in edf.signals]) / 1000
    np.testing.assert_allclose(back[valid], record.signals_mv[valid], atol=1e-6)


def test_edf_holds_the_last_value_through_a_gap_and_says_where_it_is(tmp_path: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.edf")
    edf = edfio.read_edf(tmp_path / "a.edf")
    gap = edf.get_signal("ECG V2").data[100:200]
    assert set(gap) == {edf.get_signal("ECG V2").data[99]}
    assert "invalid samples: V2 100-199 999-999" in {note.text for note in edf.annotations}


def test_a_day_before_1985_goes_into_a_comment_of_an_edf_file(tmp_path: Path) -> None:
    moment = eight_lead_record().acquired_at
    assert moment is not None
    record = replace(eight_lead_record(), acquired_at=moment.replace(year=1984))
    notes = write_record(record, tmp_path / "a.edf")
    assert notes == ("EDF cannot say a day outside 1985 to 2084: the time of recording is in a comment.",)
    assert read_record(tmp_path / "a.edf").acquired_at == record.acquired_at


def element(root: Element, path: str) -> Element:
    found = root.find("/".join(f"{HL7}{part}" for part in path.split("/")))
    assert found is not None, path
    return found


def test_an_aecg_has_the_structure_of_the_hl7_sample(tmp_path: Path) -> None:
    record = eight_lead_record()
    write_record(record, tmp_path / "a.xml")
    root = parse(tmp_path / "a.xml").getroot()
    assert root.tag == f"{HL7}AnnotatedECG"
    assert element(root, "effectiveTime/center").get("value") == "20240501093015"
    subject = element(root, "componentOf/timepointEvent/componentOf/subjectAssignment/subject/trialSubject")
    assert element(subject, "id").get("extension") == "AB-1234567"
    person = element(subject, "subjectDemographicPerson")
    assert element(person, "name").text == "Doe, Jane"
    assert element(person, "administrativeGenderCode").get("code") == "F"
    assert element(person, "birthTime").get("value") == "19630201"
    assert element(root, "controlVariable/relatedObservation/value").get("value") == "61"
    series = element(root, "component/series")
    assert element(series, "code").get("code") == "RHYTHM"
    author = element(series, "author/seriesAuthor")
    assert element(author, "manufacturedSeriesDevice/manufacturerModelName").text == "ECG 3000"
    assert element(author, "manufacturerOrganization/name").text == "Maker & Sons"
    sequences = element(series, "component/sequenceSet").findall(f"{HL7}component/{HL7}sequence")
    codes = [element(sequence, "code").get("code") for sequence in sequences]
    assert codes == ["TIME_ABSOLUTE", *(f"MDC_ECG_LEAD_{name.upper()}" for name in record.lead_names)]
    assert element(series, "derivation/derivedSeries/code").get("code") == "REPRESENTATIVE_BEAT"


def test_an_aecgs_numbers_times_their_scale_are_the_samples(tmp_path: Path) -> None:
    record = eight_lead_record(0.00488)
    write_record(record, tmp_path / "a.xml")
    sequences = (
        parse(tmp_path / "a.xml")
        .getroot()
        .findall(f"{HL7}component/{HL7}series/{HL7}component/{HL7}sequenceSet/{HL7}component/{HL7}sequence")
    )
    for row, sequence in zip(record.signals_mv, sequences[1:], strict=True):
        value = element(sequence, "value")
        assert value.get(XSI_TYPE) == "SLIST_PQ"
        digits = np.array([int(digit) for digit in (element(value, "digits").text or "").split()])
        back = digits * float(element(value, "scale").get("value", "")) / 1000
        np.testing.assert_allclose(back[~np.isnan(row)], row[~np.isnan(row)], atol=1e-6)
    assert element(sequences[0], "value/increment").get("value") == "0.002"


def test_an_aecg_does_not_invent_a_time(tmp_path: Path) -> None:
    write_record(without_facts(eight_lead_record()), tmp_path / "a.xml")
    root = parse(tmp_path / "a.xml").getroot()
    assert element(root, "effectiveTime/center").attrib == {"nullFlavor": "UNK"}
    assert "TIME_RELATIVE" in (tmp_path / "a.xml").read_text()


def test_the_sample_file_and_a_written_one_use_the_same_elements(tmp_path: Path, test_data: Path) -> None:
    write_record(eight_lead_record(), tmp_path / "a.xml")
    sample = paths_in(parse(test_data / "vendor" / "aecg_subject1.xml").getroot())
    new = paths_in(parse(tmp_path / "a.xml").getroot()) - sample
    # The device's own words: the sample has its annotations under a beat.
    assert {path for path in new if "annotation" not in path} == set()


def paths_in(root: Element, above: str = "") -> set[str]:
    here = f"{above}/{root.tag.removeprefix(HL7)}"
    return {here}.union(*(paths_in(child, here) for child in root if isinstance(child.tag, str)))


def test_csv_is_a_table_of_leads_and_its_sidecar_says_the_rest(tmp_path: Path) -> None:
    record = eight_lead_record(0.001)
    write_record(record, tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "I,II,V1,V2,V3,V4,V5,V6,III,aVR,aVL,aVF"
    assert len(lines) == 1001
    assert lines[101].split(",")[3] == "nan"
    assert float(lines[1].split(",")[1]) == pytest.approx(float(record.lead("II")[0]))
    beside = json.loads((tmp_path / "a.json").read_text())
    assert (beside["fs_hz"], beside["unit"], beside["sex"]) == (500.0, "mV", "female")


def test_numpy_is_one_array_that_loads_without_pickle(tmp_path: Path) -> None:
    record = bare_record()
    write_record(record, tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), record.signals_mv)


def test_more_gaps_than_a_format_can_describe_are_refused_in_a_sentence(tmp_path: Path) -> None:
    rows = np.zeros((1, 20_000), dtype=np.float32)
    rows[0, ::2] = np.nan
    rows[0, 1::4] = 0.1
    record = assemble(Found(Path("a"), "made", 500.0, [("V1", rows[0])]))
    for suffix in (".edf", ".xml"):
        with pytest.raises(WriteError, match="more gaps than this format can describe: choose WFDB"):
            write_record(record, tmp_path / f"a{suffix}")
    assert write_record(record, tmp_path / "a.hea") == ()
