"""Philips Sierra XML: two real files against what they are known to hold, the other variants built."""

from __future__ import annotations

import functools
import struct
import tracemalloc
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, Record, RecordError, read_record
from inference.records.files import find_records
from tests.unit.sierra_files import (
    MICROVOLTS,
    N_ECG,
    as_differences,
    base64_lines,
    beats_104,
    int16,
    sierra_103,
    sierra_104,
    sierra_leads,
    with_pulse,
    write_xml,
    xli,
)

REAL = ("philips_sierra_1-04.xml", "philips_sierra_1-04-01.xml")


@functools.cache
def compressed(height: int = 200) -> str:
    """Twelve leads with their pulse, as the recorder compresses them."""
    return base64_lines(xli(as_differences(with_pulse(sierra_leads(), height))))


def in_mv(record: Record) -> np.ndarray:
    return np.asarray(record.standard_12(), dtype=np.float64)


def measured(record: Record) -> dict[str, str]:
    return {each.name: f"{each.value} {each.unit}".strip() for each in record.device.measurements}


def says(sentences: tuple[str, ...], words: str) -> bool:
    return any(words in sentence for sentence in sentences)


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_is_ten_seconds_on_the_scale_of_its_own_pulse(test_data: Path, name: str) -> None:
    record = read_record(test_data / "vendor" / name)

    assert record.lead_names == STANDARD_LEADS
    assert (record.fs_hz, record.n_samples) == (500.0, 5000)
    assert says(record.report.checks, "measures 1.000 mV in 12 of 12 leads")
    assert says(record.report.read, "was cut off")
    assert record.report.einthoven_residual_mv is not None
    assert record.report.einthoven_residual_mv < 1e-6
    one, two, three, avr, avl, avf = in_mv(record)[:6]
    np.testing.assert_allclose(avr, -(one + two) / 2, atol=0.01)
    np.testing.assert_allclose(avl, (one - three) / 2, atol=0.01)
    np.testing.assert_allclose(avf, (two + three) / 2, atol=0.01)


@pytest.mark.parametrize("name", REAL)
def test_the_median_beat_of_a_real_file_is_the_beat_of_its_rhythm(test_data: Path, name: str) -> None:
    """The QRS complex of the device's beat, slid along each lead, has their shape and their size."""
    record = read_record(test_data / "vendor" / name)
    beat = record.device.median_beat
    assert beat is not None
    assert beat.lead_names == STANDARD_LEADS
    step = round(beat.fs_hz / record.fs_hz)
    for lead, row in zip(beat.lead_names, beat.signals_mv, strict=True):
        qrs = row[::step][240:330].astype(np.float64)
        qrs -= qrs.mean()
        windows = np.lib.stride_tricks.sliding_window_view(record.lead(lead).astype(np.float64), len(qrs))
        centred = windows - windows.mean(axis=1, keepdims=True)
        fit = centred @ qrs / np.sqrt((centred**2).sum(axis=1) * (qrs**2).sum())
        size = centred @ qrs / (qrs @ qrs)
        assert fit.max() > 0.99
        assert np.median(size[fit > 0.93]) == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("name", REAL)
def test_the_devices_qrs_lies_in_its_median_beat_where_it_says(test_data: Path, name: str) -> None:
    record = read_record(test_data / "vendor" / name)
    beat = record.device.median_beat
    assert beat is not None
    onset_ms = float(measured(record)["QRS onset in the median beat"].split()[0])
    duration_ms = float(measured(record)["QRS duration"].split()[0])
    steepest = int(np.argmax(np.abs(np.diff(beat.signals_mv, axis=1)).sum(axis=0)))
    assert onset_ms < steepest * 1000 / beat.fs_hz < onset_ms + duration_ms


def test_what_the_first_real_file_says_of_patient_and_device_is_kept(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / REAL[0])

    assert record.acquired_at == datetime(2010, 1, 19, 15, 19, 22)
    assert (record.patient.age_years, record.patient.sex) == (60.0, "male")
    assert record.patient.birth_date == date(1950, 1, 1)
    assert (record.device.model, record.device.software) == ("PageWriter Touch", "A.01.01.01")
    assert record.device.statements[0] == "SINUS RHYTHM: normal P axis, V-rate 60-99"
    assert measured(record)["QTc (Bazett)"] == "417 ms"
    assert measured(record)["QRS axis"] == "78 °"
    filters = record.device.filters
    assert (filters.high_pass_hz, filters.low_pass_hz, filters.notch_hz) == (0.05, 150.0, None)
    assert record.device.median_beat is not None
    # 1,200 samples are stored, of which the device filled half with 32767.
    assert record.device.median_beat.signals_mv.shape == (12, 600)


def test_an_unknown_sex_stays_unknown(test_data: Path) -> None:
    record = read_record(test_data / "vendor" / REAL[1])

    assert record.patient.sex is None
    assert record.patient.age_years == 69.0


def test_compressed_leads_come_back_to_the_last_count(tmp_path: Path) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed())))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)
    assert record.report.format == "Philips Sierra XML"
    assert says(record.report.read, "stored as differences")
    assert says(record.report.checks, "agree with I and II")


@pytest.mark.parametrize("kind", ["plain", "base64"])
def test_uncompressed_leads_are_taken_as_they_are(tmp_path: Path, kind: str) -> None:
    counts = with_pulse(sierra_leads())
    text = " ".join(map(str, counts.ravel())) if kind == "plain" else base64_lines(int16(counts))
    stored = f'dataencoding="{kind.capitalize()}"'

    record = read_record(write_xml(tmp_path, sierra_104(text, stored=stored)))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)
    assert not says(record.report.read, "stored as differences")


def test_uncompressed_differences_are_known_by_their_samples(tmp_path: Path) -> None:
    text = base64_lines(int16(as_differences(with_pulse(sierra_leads()))))

    record = read_record(write_xml(tmp_path, sierra_104(text, stored='dataencoding="Base64"')))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)


def test_compressed_limb_leads_that_are_no_differences_are_not_put_together(tmp_path: Path) -> None:
    text = base64_lines(xli(with_pulse(sierra_leads())))

    record = read_record(write_xml(tmp_path, sierra_104(text)))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)


def test_limb_leads_in_another_order_are_put_together_by_their_names(tmp_path: Path) -> None:
    order = [*range(6, 12), *range(6)]
    stored = as_differences(with_pulse(sierra_leads()))[order]
    names = [STANDARD_LEADS[row] for row in order]

    record = read_record(write_xml(tmp_path, sierra_104(base64_lines(xli(stored)), leads=names)))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)


def test_a_file_of_1_03_is_read_with_its_sixteen_channels(tmp_path: Path) -> None:
    stored = np.concatenate([as_differences(with_pulse(sierra_leads())), np.zeros((4, 5500), dtype=np.int64)])

    record = read_record(write_xml(tmp_path, sierra_103(base64_lines(xli(stored))), encoding="utf-8"))

    np.testing.assert_allclose(in_mv(record), sierra_leads() * MICROVOLTS / 1000, atol=1e-6)
    assert (record.patient.age_years, record.patient.sex, record.patient.name) == (61.0, None, None)
    assert record.device.model == "HeartstartMRx"
    assert (record.device.filters.high_pass_hz, record.device.filters.low_pass_hz) == (0.05, 150.0)
    assert measured(record) == {
        "Ventricular rate": "41 /min",
        "PR interval": "151 ms",
        "QRS duration": "135 ms",
        "QT interval": "476 ms",
        "QTc": "393 ms",
    }


def test_extra_leads_of_an_eighteen_lead_cart_are_read(tmp_path: Path) -> None:
    names = [*STANDARD_LEADS, "V3R", "V4R", "V7", "V8"]
    counts = with_pulse(np.concatenate([sierra_leads(), sierra_leads(9)[6:10]]))

    record = read_record(
        write_xml(tmp_path, sierra_104(base64_lines(xli(as_differences(counts))), leads=names))
    )

    assert record.lead_names == tuple(names)
    np.testing.assert_allclose(record.lead("V7"), counts[14, :N_ECG] * MICROVOLTS / 1000, atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
def test_a_file_that_declares_utf_16_is_read_however_it_was_saved(tmp_path: Path, encoding: str) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed()), encoding=encoding))

    assert record.patient.name == "Muster, Änne"


def test_the_devices_words_are_kept_apart_from_the_readers(tmp_path: Path) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed())))

    assert record.device.statements == ("SINUS RHYTHM: V-rate 50-99", "ABNORMAL ECG")
    assert record.comments == ("Edited by a reader: Compared with last year", "Unconfirmed Diagnosis")
    assert measured(record)["QRS axis"] == "Indeterminate"
    assert measured(record)["QTc (Hodges)"] == "401 ms"
    assert "T axis" not in measured(record)
    assert record.device.filters.notch_hz == 50.0
    assert record.device.filters.notes == (
        "For its print the device used 0.15 to 100 Hz and a notch at 50 Hz.",
    )
    assert record.device.maker == "Philips Medical Products"


def test_age_follows_from_the_birth_date_and_never_from_the_devices_default(tmp_path: Path) -> None:
    born = read_record(write_xml(tmp_path, sierra_104(compressed())))
    without = sierra_104(compressed()).replace("<dateofbirth>1980-06-15</dateofbirth>", "<dateofbirth/>")
    unborn = read_record(write_xml(tmp_path, without))

    assert born.patient.age_years == 39.0
    assert says(born.report.assumed, "Age follows from birth date")
    assert (unborn.patient.age_years, unborn.patient.birth_date) == (None, None)


def test_the_age_of_an_infant_keeps_its_months(tmp_path: Path) -> None:
    text = sierra_104(compressed())
    months = text.replace("<dateofbirth>1980-06-15</dateofbirth>", "<months>3</months>")
    born = text.replace("1980-06-15", "2019-12-01")

    assert read_record(write_xml(tmp_path, months)).patient.age_years == pytest.approx(0.25)
    assert read_record(write_xml(tmp_path, born)).patient.age_years == pytest.approx(0.25)


def test_a_pulse_that_contradicts_the_declared_resolution_is_refused(tmp_path: Path) -> None:
    path = write_xml(tmp_path, sierra_104(compressed(height=100)))

    with pytest.raises(RecordError, match=r"1 mV measures 0\.500 mV in 12 of 12 leads.*cannot be right"):
        read_record(path)
    by_hand = read_record(path, unit="uV")
    assert says(by_hand.report.failed, "the scale is doubtful")


def test_a_resolution_changed_by_less_than_five_percent_passes_and_is_shown(tmp_path: Path) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed(), resolution="4.88")))

    assert says(record.report.checks, "measures 0.976 mV in 12 of 12 leads")


def test_single_leads_off_the_scale_are_named(tmp_path: Path) -> None:
    counts = with_pulse(sierra_leads())
    counts[8, 5350:5450] = 150

    record = read_record(write_xml(tmp_path, sierra_104(base64_lines(xli(as_differences(counts))))))

    assert says(record.report.failed, "but not in V3: there amplitudes may be wrong")


def test_what_looks_like_a_pulse_in_a_few_leads_is_none(tmp_path: Path) -> None:
    counts = sierra_leads()
    counts[6:9] = with_pulse(counts[6:9])[:, 500:]

    record = read_record(write_xml(tmp_path, sierra_104(base64_lines(xli(counts)), duration_ms=10000)))

    assert record.n_samples == N_ECG
    assert says(record.report.checks, "No calibration pulse was found")


def test_without_a_pulse_nothing_is_cut_off(tmp_path: Path) -> None:
    text = base64_lines(xli(as_differences(sierra_leads())))

    record = read_record(write_xml(tmp_path, sierra_104(text, duration_ms=10000)))

    assert record.n_samples == N_ECG
    assert says(record.report.checks, "No calibration pulse was found")


def test_the_median_beat_of_the_device_is_in_mv_without_its_filling(tmp_path: Path) -> None:
    beat = np.concatenate([np.arange(-100, 200), np.full(60, 32767)])
    text = sierra_104(compressed(), beats=beats_104({"I": beat, "II": beat, "Pleth": beat}))

    found = read_record(write_xml(tmp_path, text)).device.median_beat

    assert found is not None
    assert (found.lead_names, found.fs_hz, found.signals_mv.flags.writeable) == (("I", "II"), 500.0, False)
    np.testing.assert_allclose(found.signals_mv[0, :300], np.arange(-100, 200) * 0.0025, atol=1e-6)


def test_beats_of_1_03_stand_in_their_own_element_and_give_their_duration(tmp_path: Path) -> None:
    beat = base64_lines(int16(np.arange(600)))
    beats = (
        '<repbeats dataencoding="Base64" resolution="1.0">'
        f'<repbeat leadname="II" duration="600">{beat}</repbeat></repbeats>'
    )
    text = sierra_103(compressed(), beats)

    found = read_record(
        write_xml(tmp_path, text, encoding="utf-8"), lead_order=STANDARD_LEADS
    ).device.median_beat

    assert found is not None
    assert found.fs_hz == 1000.0
    np.testing.assert_allclose(found.signals_mv[0], np.arange(600) / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("beats", "says_why"),
    [
        (beats_104({"I": np.arange(9)}, resolution=""), "do not say their resolution"),
        (beats_104({"I": np.arange(9), "II": np.arange(8)}), "differ in length"),
        (beats_104({"I": np.full(9, 32767)}), "no valid sample"),
        (beats_104({"I": np.arange(9)}).replace('"Base64"', '"Zip"'), "encoded as 'Zip'"),
    ],
)
def test_beats_that_cannot_be_used_are_left_out_in_words(tmp_path: Path, beats: str, says_why: str) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed(), beats=beats)))

    assert record.device.median_beat is None
    assert says(record.report.read, "representative beats were left out")
    assert says(record.report.read, says_why)


def test_an_unknown_version_is_read_and_named(tmp_path: Path) -> None:
    record = read_record(write_xml(tmp_path, sierra_104(compressed(), version="1.05")))

    assert says(record.report.assumed, "Version '1.05' of the format is not known")


def test_rate_and_leads_given_by_hand_win_and_are_named(tmp_path: Path) -> None:
    path = write_xml(tmp_path, sierra_104(compressed()))
    order = ("V6", *STANDARD_LEADS[:11])

    record = read_record(path, fs_hz=250, lead_order=order)

    assert (record.fs_hz, record.lead_names) == (250.0, order)
    assert says(record.report.assumed, "The rate was given by hand")


def cut(text: str, first: str, last: str) -> str:
    """The text without what lies between two marks."""
    return text[: text.index(first) + len(first)] + text[text.index(last) :]


@pytest.mark.parametrize(
    ("text", "says_why"),
    [
        (cut(sierra_104("x"), 'notchfilterfreqs="50">', "</parsedwaveforms>"), "holds no waveforms"),
        (sierra_104("@@@@"), "no valid Base64"),
        (sierra_104(compressed()[:9000]), "damaged"),
        (sierra_104(base64_lines(xli(sierra_leads()[:8]))), "damaged or cut off"),
        (sierra_104(base64_lines(int16(sierra_leads())), stored='dataencoding="Base64"'), "60000 of 66000"),
        (sierra_104("1 2 three", stored='dataencoding="Plain"'), "not all integers"),
        (sierra_104("1 2 3", stored='dataencoding="Hex"'), "encoded as 'hex'"),
        (sierra_104(compressed(), stored='dataencoding="Base64" compression="LZMA"'), "compressed by 'LZMA'"),
        (sierra_104(compressed(), resolution="0"), "no scale"),
        (sierra_104(compressed(), resolution=""), "does not say its resolution"),
        (sierra_104(compressed(), duration_ms=10**9), "how long its leads are"),
        (sierra_104(compressed(), duration_ms=360_000), "more samples than a resting ECG"),
        (sierra_104(compressed(), duration_ms=12_000), "damaged or cut off"),
        (sierra_104(compressed(), duration_ms=100_000), "more samples than its data can hold"),
        (sierra_104(compressed(), leads=["Channel1"] * 12), "known ECG lead"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, text: str, says_why: str) -> None:
    with pytest.raises(RecordError, match=says_why):
        read_record(write_xml(tmp_path, text))


def test_flat_lines_that_unpack_to_far_more_than_declared_are_not_unpacked(tmp_path: Path) -> None:
    flat = xli(np.zeros((1, 100_000), dtype=np.int64))
    path = write_xml(tmp_path, sierra_104(base64_lines(flat * 12)))

    tracemalloc.start()
    try:
        with pytest.raises(RecordError, match="damaged"):
            read_record(path)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak_bytes < 30 * path.stat().st_size


def test_detached_electrodes_are_read_though_they_compress_to_nothing(tmp_path: Path) -> None:
    flat = with_pulse(np.zeros((12, N_ECG), dtype=np.int64))

    record = read_record(write_xml(tmp_path, sierra_104(base64_lines(xli(flat)))))

    assert record.n_samples == N_ECG
    assert not record.signals_mv.any()


@pytest.mark.parametrize("packed", [b"", b"\xff\xff", b"\x40\x00\x00", b"\x00\x10\x00"])
def test_impossible_codes_are_refused(tmp_path: Path, packed: bytes) -> None:
    chunk = struct.pack("<ihh", len(packed), 1, 0) + packed

    with pytest.raises(RecordError, match="damaged or cut off"):
        read_record(write_xml(tmp_path, sierra_104(base64_lines(chunk * 12))))


def test_a_folder_lists_the_file_by_its_content(tmp_path: Path) -> None:
    path = write_xml(tmp_path, sierra_104(compressed()))
    write_xml(tmp_path, "<settings/>", name="settings.xml")

    assert list(find_records([tmp_path])) == [path]
