"""SCP-ECG: what was encoded from the standard comes back as it was, and what cannot be read says why."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.records import Record, RecordError, read_record
from inference.records.device import DeviceMeasurement
from inference.records.files import find_records
from inference.signal.r_peaks import detect_r_peaks
from tests.unit.broken_copies import broken_copies, read_or_refused
from tests.unit.scp_files import (
    FAR_FROM_ZERO,
    NEAR_ZERO,
    STANDARD_ROWS,
    STANDARD_TABLE,
    Beat,
    Scp,
    machine_tag,
    scp_file,
    section,
    small_scp,
    statements,
    with_reference_beat,
)

IntArray = npt.NDArray[np.int64]
CODINGS = {
    "plain": {},
    "plain, second differences": {"difference": 2},
    "standard table": {"tables": STANDARD_TABLE},
    "standard table, first differences": {"tables": STANDARD_TABLE, "difference": 1},
    "standard table, second differences": {"tables": STANDARD_TABLE, "difference": 2},
    "the standard's table, written out": {"tables": (STANDARD_ROWS,), "difference": 2},
    "two tables that switch": {"tables": (NEAR_ZERO, FAR_FROM_ZERO), "difference": 2},
}


def read(folder: Path, scp: Scp | bytes) -> Record:
    """The Record of a file with these contents."""
    path = folder / "ecg.scp"
    path.write_bytes(scp if isinstance(scp, bytes) else scp_file(scp))
    return read_record(path)


def refusal(folder: Path, scp: Scp | bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(RecordError) as refused:
        read(folder, scp)
    return str(refused.value)


def steps_of(record: Record) -> dict[str, IntArray]:
    """A record's leads in whole microvolts."""
    return {
        name: np.round(record.lead(name).astype(np.float64) * 1000).astype(np.int64)
        for name in record.lead_names
    }


@pytest.mark.parametrize("coding", CODINGS)
def test_a_real_ecg_comes_back_to_the_bit_from_every_coding(
    test_data: Path, tmp_path: Path, coding: str
) -> None:
    original = read_record(test_data / "ptb-xl" / "records500" / "00000" / "00449_hr.hea")

    record = read(tmp_path, Scp(steps_of(original), **CODINGS[coding]))

    np.testing.assert_array_equal(record.signals_mv, original.signals_mv)
    assert record.sha256 == original.sha256
    assert (record.lead_names, record.fs_hz) == (original.lead_names, 500.0)
    assert record.report.checks == ("The checksums of the file and of its sections fit.",)


def test_real_ecgs_come_back_to_the_bit_when_their_reference_beat_was_subtracted(
    test_data: Path, tmp_path: Path
) -> None:
    paths = list(find_records([test_data / "ptb-xl" / "records500"]))[::400]

    for original in map(read_record, paths):
        peaks = detect_r_peaks(original.signals_mv, 500.0).tolist()
        scp = with_reference_beat(steps_of(original), peaks, tables=STANDARD_TABLE, difference=2)
        record = read(tmp_path, scp)

        np.testing.assert_array_equal(record.signals_mv, original.signals_mv)
        assert record.report.resampled == ()
        beat = record.device.median_beat
        assert beat is not None
        assert scp.reference is not None
        assert (beat.lead_names, beat.fs_hz) == (original.lead_names, 500.0)
        np.testing.assert_allclose(beat.signals_mv * 1000, np.stack([*scp.reference.values()]), atol=1e-3)


def test_bimodal_compression_keeps_the_qrs_complexes_of_a_real_ecg_and_says_what_it_lost(
    test_data: Path, tmp_path: Path
) -> None:
    original = read_record(test_data / "ptb-xl" / "records500" / "00000" / "00009_hr.hea")
    peaks = detect_r_peaks(original.signals_mv, 500.0).tolist()
    scp = with_reference_beat(steps_of(original), peaks, tables=STANDARD_TABLE, difference=2, decimation=4)

    record = read(tmp_path, scp)

    protected = np.zeros(original.n_samples, dtype=bool)
    for beat in scp.beats:
        protected[beat.protected[0] - 1 : beat.protected[1]] = True
    np.testing.assert_array_equal(record.signals_mv[:, protected], original.signals_mv[:, protected])
    lost = record.signals_mv[:, ~protected] - original.signals_mv[:, ~protected]
    assert float(np.sqrt(np.mean(lost**2))) < 0.02
    assert record.fs_hz == 500.0
    assert record.report.resampled == (
        "Outside of the QRS complexes the device kept only 125 of 500 samples per second (bimodal "
        "compression); those between were drawn as straight lines.",
    )


def test_a_straight_line_survives_bimodal_compression(tmp_path: Path) -> None:
    ramp = 8 * np.arange(520, dtype=np.int64)
    beat = Beat(200, 260, 320, protected=(221, 300))
    reference = {"I": np.zeros(100, dtype=np.int64)}

    record = read(tmp_path, Scp({"I": ramp}, beats=[beat], reference=reference, decimation=4))

    # A mean of four samples lies between the second and the third, and is drawn at the third.
    np.testing.assert_allclose(record.lead("I")[4:216] * 1000, ramp[4:216] - 4, atol=1e-3)
    np.testing.assert_allclose(record.lead("I")[220:300] * 1000, ramp[220:300], atol=1e-3)


def test_amplitudes_follow_the_scale_of_the_file(tmp_path: Path) -> None:
    record = read(tmp_path, small_scp(nv_per_step=2500, interval_us=1000))

    np.testing.assert_allclose(record.lead("I") * 1000, small_scp().rows["I"] * 2.5, rtol=1e-6)
    assert record.fs_hz == 1000.0
    assert record.report.scaled == ("One step is 2.5 µV, as the file says.",)


def test_a_reference_beat_of_another_scale_is_added_in_its_own(tmp_path: Path) -> None:
    rows = {"I": small_scp().rows["I"].repeat(3)}
    scp = with_reference_beat(rows, [500, 1000], nv_per_step=1000, reference_nv=5000, difference=2)

    record = read(tmp_path, scp)

    np.testing.assert_allclose(record.lead("I") * 1000, rows["I"], atol=1e-3)


def test_leads_recorded_one_after_the_other_are_empty_where_they_were_not(tmp_path: Path) -> None:
    record = read(tmp_path, small_scp(starts={"I": 1, "V2": 501}))

    assert record.n_samples == 1000
    assert np.isnan(record.lead("I")[500:]).all()
    assert np.isnan(record.lead("V2")[:500]).all()
    np.testing.assert_allclose(record.lead("V2")[500:] * 1000, small_scp().rows["V2"], atol=1e-3)
    assert "The leads were not all recorded at the same time; where one was not, it is empty." in (
        record.report.read
    )


def test_lead_codes_become_leads_and_an_inverted_lead_is_turned_over(tmp_path: Path) -> None:
    row = small_scp().rows["I"]
    names = ("I", "III", "-aVR", "V4R", "V8", "CC5")

    record = read(tmp_path, Scp(dict.fromkeys(names, row)))

    assert record.lead_names[:5] == ("I", "III", "aVR", "V4R", "V8")
    np.testing.assert_allclose(record.lead("aVR") * 1000, -row, atol=1e-3)
    assert "Signal 'CC5' is not an ECG lead that this program knows and was left out." in record.report.read


def test_patient_device_filters_and_comments_are_read(tmp_path: Path) -> None:
    tags = (
        (0, b"M\xfcller\0"),
        (1, b"Eva\0"),
        (2, b"4711\0"),
        (4, struct.pack("<HB", 18, 2)),
        (5, struct.pack("<HBB", 2024, 9, 8)),
        (8, b"\x02"),
        (10, b"\0\x01\x02Digoxin\0"),
        (13, b"chest pain\0"),
        (14, machine_tag("C350", ("A1", "S77", "SW 3.2", "P 1", "Acme"), language=1)),
        (25, struct.pack("<HBB", 2026, 3, 9)),
        (26, bytes([14, 30, 5])),
        (27, struct.pack("<H", 5)),
        (28, struct.pack("<H", 150)),
        (29, b"\x06"),
        (30, b"bed 4\0"),
        (33, b"\x02\0"),
        (200, b"of the maker"),
    )

    record = read(tmp_path, small_scp(tags=tags))

    patient = record.patient
    assert (patient.name, patient.patient_id, patient.sex) == ("Eva Müller", "4711", "female")
    assert (patient.age_years, patient.birth_date) == (1.5, date(2024, 9, 8))
    assert record.acquired_at == datetime(2026, 3, 9, 14, 30, 5)
    assert (record.device.maker, record.device.model, record.device.software) == ("Acme", "C350", "SW 3.2")
    filters = record.device.filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.05, 150.0, 50.0)
    assert filters.notes == ("Artefact filter.",)
    assert record.comments == ("Referral indication: chest pain", "Free text: bed 4", "Drug: Digoxin")
    assert "The limb electrodes were on the torso (Mason-Likar)." in record.report.read


def test_what_the_file_does_not_say_of_its_patient_stays_unknown(tmp_path: Path) -> None:
    tags = ((2, b"\0"), (4, struct.pack("<HB", 0, 0)), (8, b"\x09"), (25, struct.pack("<HBB", 2026, 13, 9)))

    record = read(tmp_path, small_scp(tags=tags))

    patient = record.patient
    assert (patient.age_years, patient.sex, patient.patient_id, patient.name, patient.birth_date) == (
        (None,) * 5
    )
    assert (record.acquired_at, record.device.maker, record.device.filters.low_pass_hz) == (None, None, None)


@pytest.mark.parametrize(
    ("age", "years"), [((54, 1), 54.0), ((26, 3), 0.498), ((10, 4), 0.027), ((48, 5), 0.005)]
)
def test_an_age_is_read_in_its_unit(tmp_path: Path, age: tuple[int, int], years: float) -> None:
    record = read(tmp_path, small_scp(tags=((4, struct.pack("<HB", *age)),)))

    assert record.patient.age_years == years


def test_an_age_that_is_not_stored_follows_from_the_birth_date_and_that_is_said(tmp_path: Path) -> None:
    tags = ((5, struct.pack("<HBB", 1960, 3, 10)), (25, struct.pack("<HBB", 2026, 3, 9)))

    record = read(tmp_path, small_scp(tags=tags))

    assert record.patient.age_years == 65.0
    assert "The age follows from the birth date and the day of recording." in record.report.assumed


def test_a_clock_that_was_never_set_gives_neither_time_nor_age(tmp_path: Path) -> None:
    born, day, clock = struct.pack("<HBB", 1960, 3, 10), struct.pack("<HBB", 1970, 1, 1), bytes([0, 3, 12])

    record = read(tmp_path, small_scp(tags=((5, born), (25, day), (26, clock))))

    assert (record.acquired_at, record.patient.age_years) == (None, None)
    assert any("never set" in note for note in record.report.assumed)


@pytest.mark.parametrize("clock", [b"", bytes([25, 0, 0])])
def test_a_day_without_a_time_is_said(tmp_path: Path, clock: bytes) -> None:
    record = read(tmp_path, small_scp(tags=((25, struct.pack("<HBB", 2026, 3, 9)), (26, clock))))

    assert record.acquired_at == datetime(2026, 3, 9)
    assert "The file gives the day of recording without a time." in record.report.assumed


def test_an_age_that_cannot_be_is_unknown_and_that_is_said(tmp_path: Path) -> None:
    record = read(tmp_path, small_scp(tags=((4, struct.pack("<HB", 400, 1)),)))

    assert record.patient.age_years is None
    assert "Age is taken as unknown: the file says 400 years." in record.report.assumed


@pytest.mark.parametrize(
    ("language", "written"),
    [(0x07, "Иванов".encode("utf-16-le") + b"\0\0"), (0x13, "Иванов".encode("iso8859_5"))],
)
def test_names_are_read_in_the_character_set_of_the_file(
    tmp_path: Path, language: int, written: bytes
) -> None:
    machine = machine_tag("X", ("", "", "", "", ""), language=language)

    record = read(tmp_path, small_scp(tags=((0, written), (14, machine))))

    assert record.patient.name == "Иванов"


def test_a_maker_is_known_by_its_code_where_it_has_no_name(tmp_path: Path) -> None:
    record = read(tmp_path, small_scp(tags=((14, machine_tag("AT", ("", "", "", "", ""), maker_code=17)),)))

    assert (record.device.maker, record.device.model) == ("Schiller", "AT")


def test_measurements_of_the_device_are_kept_with_their_units_and_undefined_ones_left_out(
    tmp_path: Path,
) -> None:
    beat = struct.pack("<5H3h", 20, 130, 180, 276, 29999, 45, -30, 999)
    section_7 = struct.pack("<BBHH", 1, 0, 812, 29999) + beat + struct.pack("<H2B", 2, 0, 0)
    section_7 += struct.pack("<HHHBH", 74, 0, 431, 1, 0)
    section_10 = struct.pack("<HHHH", 1, 0, 4, 62) + struct.pack("<31h", *[29999] * 14, 210, *[29999] * 16)

    record = read(tmp_path, small_scp(further={7: section_7, 10: section_10}))

    assert record.device.measurements == (
        DeviceMeasurement("RR interval", "812", "ms"),
        DeviceMeasurement("P duration", "110", "ms"),
        DeviceMeasurement("PR interval", "160", "ms"),
        DeviceMeasurement("QRS duration", "96", "ms"),
        DeviceMeasurement("P axis", "45", "°"),
        DeviceMeasurement("QRS axis", "-30", "°"),
        DeviceMeasurement("P onset", "20", "ms"),
        DeviceMeasurement("P offset", "130", "ms"),
        DeviceMeasurement("QRS onset", "180", "ms"),
        DeviceMeasurement("QRS offset", "276", "ms"),
        DeviceMeasurement("Ventricular rate", "74", "/min"),
        DeviceMeasurement("QTc (Bazett)", "431", "ms"),
        DeviceMeasurement("V2 J point amplitude", "210", "µV"),
    )


def test_statements_are_the_devices_in_words_and_codes(tmp_path: Path) -> None:
    words = statements([b"Sinus rhythm\0", b"ST elevation, consider acute infarct\0", b"\0"], status=1)
    codes = statements([b"\x01IMI\0ACU\0", b"\x02in words\0"], status=0)

    record = read(tmp_path, small_scp(further={8: words, 11: codes}))

    assert record.device.statements == (
        "Sinus rhythm",
        "ST elevation, consider acute infarct",
        "Code IMI ACU",
        "in words",
    )
    assert "The interpretation was confirmed by a reader." in record.report.read


@pytest.mark.parametrize("number", [1, 7, 8, 10, 11])
def test_a_damaged_section_without_samples_is_left_out_and_named(tmp_path: Path, number: int) -> None:
    body = b"\xfe\xff\xff\xff" + b"\xfe" * 7

    record = read(tmp_path, small_scp(further={number: body}))

    assert f"Section {number} is damaged and was left out." in record.report.checks
    np.testing.assert_allclose(record.lead("I") * 1000, small_scp().rows["I"], atol=1e-3)


def test_a_wrong_checksum_is_said_and_the_ecg_is_read(tmp_path: Path) -> None:
    data = bytearray(scp_file(small_scp(tags=((0, b"Meier\0"),))))
    place = data.index(b"Meier")
    data[place] ^= 1

    record = read(tmp_path, bytes(data))

    assert record.patient.name == "Leier"
    assert record.report.failed == (
        "The checksum of the whole file, section 1 does not fit: the file was changed or damaged after it "
        "was written, compare it with the print.",
    )


def test_a_damaged_reference_beat_is_left_out_where_nothing_was_subtracted(tmp_path: Path) -> None:
    scp = with_reference_beat(small_scp().rows, [250], subtract=False, further={5: bytes(8)})

    record = read(tmp_path, scp)

    assert record.device.median_beat is None
    assert "Section 5 is damaged and was left out." in record.report.checks
    np.testing.assert_allclose(record.lead("I") * 1000, small_scp().rows["I"], atol=1e-3)


def test_a_damaged_reference_beat_that_was_subtracted_is_refused(tmp_path: Path) -> None:
    scp = with_reference_beat(small_scp().rows, [250], further={5: bytes(8)})

    assert refusal(tmp_path, scp) == "The SCP-ECG file is damaged or cut off: export or copy it again."


def test_a_lead_that_ends_a_little_early_keeps_its_end_as_not_recorded(tmp_path: Path) -> None:
    data = scp_file(small_scp())
    spans = struct.pack("<II", 1, 500)
    longer = data.replace(spans, struct.pack("<II", 1, 520))

    record = read(tmp_path, longer)

    assert np.isnan(record.lead("I")[500:]).all()
    assert record.n_samples == 520
    assert any("500 of its 520 samples" in note for note in record.report.assumed)


def test_a_file_is_recognised_by_what_it_holds_and_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.ecg").write_bytes(scp_file(small_scp()))
    (tmp_path / "b.ecg").write_bytes(b"something else")
    (tmp_path / "c.scp").write_bytes(b"something else")

    found = [path.name for path in find_records([tmp_path])]

    assert found == ["a.ecg", "c.scp"]
    assert read_record(tmp_path / "a.ecg").report.format == "SCP-ECG"


def test_a_version_1_file_without_its_name_is_recognised(tmp_path: Path) -> None:
    data = scp_file(small_scp(version=10)).replace(b"SCPECG", bytes(6))

    record = read(tmp_path, data)

    assert record.report.read[1].startswith("SCP-ECG 1:")


def test_what_was_given_by_hand_is_not_needed_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ecg.scp"
    path.write_bytes(scp_file(small_scp()))

    record = read_record(path, fs_hz=250.0)

    assert record.fs_hz == 500.0
    assert "The rate given by hand was not used: the file states its own." in record.report.assumed


def test_a_file_that_is_cut_off_says_how_long_it_should_be(tmp_path: Path) -> None:
    data = scp_file(small_scp())

    assert f"should be {len(data)} bytes long and has {len(data) - 100}" in refusal(tmp_path, data[:-100])


def test_a_long_term_ecg_is_refused_with_a_way_out(tmp_path: Path) -> None:
    data = scp_file(small_scp(further={12: bytes(100)}))
    without_rhythm = data.replace(struct.pack("<HI", 6, len(section(6, bytes(2010)))), bytes(6))

    assert "long-term ECG (section 12" in refusal(tmp_path, without_rhythm)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (((1, 1, 1, 0, 0), (2, 2, 1, 1, 0)), "one prefix begins another"),
        (((1, 1, 1, 0, 0), (1, 9, 1, 5, 1)), "a base is to be added to a value"),
        (((1, 1, 2, 0, 0),), "a switch that is neither"),
        (((0, 0, 1, 0, 0),), "a code without bits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_that_cannot_be_read_one_way_only_is_refused(
    tmp_path: Path, table: tuple[tuple[int, int, int, int, int], ...], why: str
) -> None:
    count = struct.pack("<HH", 1, len(table))
    rows = b"".join(struct.pack("<BBBhI", *row) for row in table)

    assert "Huffman table" in refusal(tmp_path, small_scp(further={2: count + rows})), why


def test_a_version_1_file_protects_the_stretches_that_it_subtracts_from(tmp_path: Path) -> None:
    ramp = 8 * np.arange(520, dtype=np.int64)
    beat = Beat(221, 260, 300, protected=(221, 300))
    reference = {"I": np.zeros(100, dtype=np.int64)}
    whole = Scp({"I": ramp}, beats=[beat], reference=reference, decimation=4)
    # Section 4 ends behind the stretches of subtraction: nothing is protected by name.
    section_4 = struct.pack("<HHHHIII", 200, 1, 1, 0, 221, 260, 300)

    record = read(tmp_path, replace(whole, further={4: section_4}, version=10))

    np.testing.assert_allclose(record.lead("I")[220:300] * 1000, ramp[220:300], atol=1e-3)


def test_a_file_that_asks_for_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    data = scp_file(small_scp())
    spans = struct.pack("<II", 1, 500)

    assert "more samples than a resting ECG has" in refusal(
        tmp_path, data.replace(spans, struct.pack("<II", 1, 600_000))
    )
    assert "damaged or cut off" in refusal(tmp_path, data.replace(spans, struct.pack("<II", 1, 400_000)))
    assert "0 leads" in refusal(tmp_path, small_scp(further={3: bytes(20)}))
    many_beats = struct.pack("<HHH", 200, 1, 60_000) + bytes(14 * 60_000)
    assert "damaged or cut off" in refusal(tmp_path, small_scp(subtract=True, further={4: many_beats}))


def test_a_file_far_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "ecg.scp"
    path.write_bytes(scp_file(small_scp()))
    with path.open("r+b") as stream:
        stream.truncate(17_000_000)

    with pytest.raises(RecordError, match="larger than any resting ECG in SCP-ECG"):
        read_record(path)


def test_rates_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    scp = with_reference_beat(small_scp().rows, [250], decimation=6)

    assert "sampling rates that do not go together" in refusal(tmp_path, scp)


def test_broken_copies_are_read_or_refused(tmp_path: Path) -> None:
    compressed = with_reference_beat(
        small_scp().rows, [250], tables=STANDARD_TABLE, difference=2, decimation=4
    )
    whole = [scp_file(small_scp(further={8: statements([b"x\0"])})), scp_file(compressed)]
    path = tmp_path / "ecg.scp"

    for data in broken_copies(whole, n_copies=200):
        path.write_bytes(data)
        assert read_or_refused(path)
