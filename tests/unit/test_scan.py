"""A scan of a long recording: which windows are asked, what is a gap, and what the command line writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from inference.bundle_info import BundleInfo, read_bundle_info
from inference.long_records import LongRecord, open_long
from inference.long_records.places import read_place
from inference.prepare import PrepareSpec
from inference.records import Record, RecordError
from inference.records.given import Given
from inference.records.leads import STANDARD_LEADS
from inference.records.place import Place
from inference.results import ModelAnswer, ModelFailure, Prediction
from inference.scan import CAVEAT, ScanCurve, can_be_scanned, scan_window, unreadable, window_starts_s
from inference.signal import analysis
from inference.signal.analysis import analyse
from main import main
from tests.unit.long_files import write_long
from tests.unit.model_bundles import BEAT_MODEL, SITE_MODEL, beating_heart, make_bundle
from training.data.known_files import file_stamps
from training.data.preparing import prepare_block


def opened(header: Path) -> LongRecord:
    long = open_long(header)
    assert long is not None
    return long


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, BEAT_MODEL)
    make_bundle(folder, SITE_MODEL)
    return folder


@pytest.fixture(scope="module")
def bundle(models: Path) -> BundleInfo:
    return read_bundle_info(models / BEAT_MODEL)


class Known:
    """An engine that answers 0.7, or fails; it keeps the hashes it was asked about."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.asked: list[str] = []

    def answer(self, record: Record, bundle: str, want_attribution: bool, *_more: object) -> ModelAnswer:
        assert not want_attribution
        self.asked.append(record.sha256)
        if self.failing:
            return ModelAnswer(ModelFailure(bundle, record.sha256, self.failing))
        said = Prediction(bundle, "0", record.sha256, PrepareSpec(), ("no MI", "MI"), (0.3, 0.7), 0.5)
        return ModelAnswer(said)


def never() -> bool:
    return False


def test_windows_lie_wholly_inside_the_recording_and_follow_each_other() -> None:
    assert window_starts_s(35.0).tolist() == [0.0, 10.0, 20.0]
    assert window_starts_s(30.0).tolist() == [0.0, 10.0, 20.0]
    assert window_starts_s(9.9).size == 0
    assert window_starts_s(86_400.0).size == 8640
    assert window_starts_s(30.0, stride_s=5.0).tolist() == [0.0, 5.0, 10.0, 15.0, 20.0]


def test_a_window_is_answered_by_every_model_that_has_one_probability(
    tmp_path: Path, bundle: BundleInfo, models: Path
) -> None:
    long, engine = opened(write_long(tmp_path, 130)), Known()
    found = scan_window(engine, [bundle], long, 40.0, never)
    assert found.probabilities == {bundle.name: 0.7}
    assert found.why == {}
    assert engine.asked == [long.window(40.0).sha256]
    assert can_be_scanned(bundle)
    assert not can_be_scanned(read_bundle_info(models / SITE_MODEL))


def test_seconds_without_signal_are_a_gap_with_its_reason_and_no_model_is_asked(
    tmp_path: Path, bundle: BundleInfo
) -> None:
    long, engine = opened(write_long(tmp_path, 130, silent=[(40, 60)])), Known()
    found = scan_window(engine, [bundle], long, 40.0, never)
    assert found.probabilities == {}
    assert "no valid signal" in found.why[bundle.name]
    assert engine.asked == []


def test_a_model_that_fails_leaves_a_gap_with_its_sentence(tmp_path: Path, bundle: BundleInfo) -> None:
    long = opened(write_long(tmp_path, 130))
    found = scan_window(Known("There is no median beat."), [bundle], long, 0.0, never)
    assert found.probabilities == {}
    assert found.why == {bundle.name: "There is no median beat."}


def test_ten_seconds_of_noise_are_not_asked_about(tmp_path: Path, bundle: BundleInfo) -> None:
    header = write_long(tmp_path, 130)
    samples = np.fromfile(header.with_suffix(".dat"), dtype="<i2").reshape(-1, 12)
    noise = np.random.default_rng(1).normal(0.0, 400.0, (2500, 5)).astype("<i2")
    samples[5000:7500, 6:11] += noise
    header.with_suffix(".dat").write_bytes(samples.tobytes())
    long, engine = opened(header), Known()
    assert scan_window(engine, [bundle], long, 20.0, never).why == {
        bundle.name: "Not asked: 5 leads are noisy, flat, off or clipped."
    }
    assert engine.asked == []
    assert unreadable(analyse(long.window(0.0))) is None


def test_the_highest_answer_of_a_curve_is_never_a_gap() -> None:
    values = np.array([np.nan, 0.2, np.nan, 0.6, 0.1])
    curve = ScanCurve("one", "0", np.arange(5) * 10.0, values, 5)
    assert curve.highest == 3
    assert curve.is_complete
    assert ScanCurve("one", "0", np.arange(5) * 10.0, np.full(5, np.nan), 2).highest is None


@pytest.mark.parametrize("start_s", [0.0, 11_560.0, 20.5, 86_390.004])
def test_the_path_of_a_window_names_file_and_start(start_s: float) -> None:
    place = Place("/ecgs/my #t=3 holter.hea", start_s)
    assert place.text.startswith("/ecgs/my #t=3 holter.hea#t=")
    assert Place.of(place.text) == place


def test_a_path_that_is_no_text_is_written_as_text_and_found_again() -> None:
    place = Place("/ecgs/M\udcfcller.hea", 20.0)
    assert place.text.encode("utf-8").startswith(b"/ecgs/M")
    assert Place.of(place.text) == Place.of(Path(place.text)) == place


@pytest.mark.parametrize(
    "text", ["/ecgs/holter.hea", "/ecgs/a#t=.hea", "#t=5", "/a#t=1e9", "/a#t=-5", "/a#unit=mV&x=1"]
)
def test_other_paths_name_whole_files(text: str) -> None:
    assert Place.of(text) == Place(text)


@pytest.mark.parametrize(
    "given",
    [
        Given(500.0),
        Given(unit="mV"),
        Given(257.003906, "uV", ("I", "II, filtered", "50 % & more", "Ableitung Ω")),
        Given(lead_order=("I=1", "V#2")),
    ],
)
def test_the_path_of_a_described_table_names_what_was_said_of_it(given: Given) -> None:
    place = Place("/ecgs/100 % #unit.csv", given=given)
    assert Place.of(place.text) == Place.of(Path(place.text)) == place


def test_a_reading_of_a_described_table_is_read_as_it_was_described_for_training(tmp_path: Path) -> None:
    path = tmp_path / "table.npy"
    np.save(path, np.round(beating_heart().signals_mv * 1000).astype(np.int16))
    said = Given(500.0, "uV", STANDARD_LEADS)
    with pytest.raises(RecordError):
        read_place(path)
    record = read_place(Path(Place(str(path), given=said).text))
    assert (record.fs_hz, record.lead_names) == (500.0, STANDARD_LEADS)
    block = prepare_block([Path(Place(str(path), given=said).text)], PrepareSpec(), ())
    assert [known.sha256 for known in block.found] == [record.sha256]


def test_a_reading_of_a_window_finds_its_ten_seconds_again_for_training(tmp_path: Path) -> None:
    header = write_long(tmp_path, 130, episodes=[(50, 70)])
    place = Path(Place(str(header), 50.0).text)
    asked = opened(header).window(50.0)
    assert read_place(place).sha256 == asked.sha256 != read_place(Path(Place(str(header), 0.0).text)).sha256
    block = prepare_block([place], PrepareSpec(), ())
    assert [known.sha256 for known in block.found] == [asked.sha256]


def test_a_window_of_what_is_no_long_recording_any_more_is_refused(tmp_path: Path) -> None:
    header = write_long(tmp_path, 20)
    with pytest.raises(RecordError, match="no long recording"):
        read_place(Path(Place(str(header), 10.0).text))


def test_a_window_is_read_again_when_its_file_has_changed(tmp_path: Path) -> None:
    header = write_long(tmp_path, 130)
    places = [Path(Place(str(header), start_s).text) for start_s in (20.0, 20.5)]
    before = file_stamps(places)
    header.with_suffix(".dat").write_bytes(header.with_suffix(".dat").read_bytes() + b"\0\0")
    assert len({*before, *file_stamps(places)}) == 4


def test_predict_writes_a_line_for_every_ten_seconds_of_a_long_recording(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = write_long(tmp_path, 130, silent=[(20, 30)])
    out = tmp_path / "out.jsonl"
    words = ["predict", str(header), "--json", str(out), "--models", str(models), "--no-saliency"]
    assert main([*words, "--bundle", BEAT_MODEL]) == 0
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [entry["start_s"] for entry in entries] == [10.0 * place for place in range(13)]
    assert {entry["path"] for entry in entries} == {str(header)}
    assert "no valid signal" in entries[2]["error"]
    answered = [entry for entry in entries if "error" not in entry]
    assert len(answered) == 12
    assert answered[0]["sha256"] == opened(header).window(0.0).sha256
    assert len(answered[0]["predictions"][0]["probabilities"]) == 2
    told = capsys.readouterr().err
    assert "13 × 10 s, 1 without an answer." in told
    assert CAVEAT in told
    assert "1 records, 0 refused." in told


def test_a_file_that_is_gone_is_no_gap_in_the_answers(tmp_path: Path, bundle: BundleInfo) -> None:
    header = write_long(tmp_path, 130)
    long, engine = opened(header), Known()
    header.with_suffix(".dat").unlink()
    found = scan_window(engine, [bundle], long, 40.0, never)
    assert found.unread == "'holter.dat' cannot be read any more: check that it is still there."
    assert (found.probabilities, found.why, engine.asked) == ({}, {}, [])


def test_ten_seconds_on_which_the_program_fails_do_not_end_predict(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = analysis.analyse

    def failing(record: Record) -> analysis.EcgAnalysis:
        if "from 00:00:20" in record.report.read[1]:
            raise ZeroDivisionError
        return whole(record)

    monkeypatch.setattr(analysis, "analyse", failing)
    out = tmp_path / "out.jsonl"
    words = ["predict", str(write_long(tmp_path, 130)), "--json", str(out), "--models", str(models)]
    assert main([*words, "--no-saliency", "--bundle", BEAT_MODEL]) == 0
    entries = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [entry["start_s"] for entry in entries if "error" in entry] == [20.0]
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()
