"""`main.py predict`: one JSON object per record, errors as sentences, an exit status to rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.records import STANDARD_LEADS, read_record
from main import main
from tests.unit.model_bundles import BEAT_MODEL, SITE_MODEL, make_bundle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_bundle(folder, BEAT_MODEL)
    make_bundle(folder, SITE_MODEL)
    make_bundle(folder, "ecg-smart-net.off", enabled=False)
    broken = folder / "ecg-smart-net.broken"
    broken.mkdir()
    (broken / "bundle.json").write_text("{", encoding="utf-8")
    return folder


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def predicted(models: Path, out: Path, *arguments: str | Path) -> list[dict[str, Any]]:
    words = ["predict", *map(str, arguments), "--json", str(out), "--models", str(models)]
    assert main(words) == 0
    return lines_of(out)


def test_real_records_and_refused_files_get_a_line_each(
    models: Path, tmp_path: Path, test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    infarct = test_data / "ptb" / "patient001" / "s0010_re.hea"
    healthy = test_data / "ludb" / "data" / "1.hea"
    notes = tmp_path / "notes.txt"
    notes.write_text("not an ECG", encoding="utf-8")
    absent = tmp_path / "absent.hea"
    entries = predicted(models, tmp_path / "out.jsonl", infarct.parent, healthy, notes, absent)
    assert [entry["path"] for entry in entries] == [str(path) for path in (infarct, healthy, notes, absent)]
    assert [sorted(entry) for entry in entries[2:]] == [["error", "path"]] * 2
    assert entries[0]["sha256"] == read_record(infarct).sha256
    by_bundle = {each["bundle"]: each for each in entries[0]["predictions"]}
    assert set(by_bundle) == {BEAT_MODEL, SITE_MODEL, "ecg-smart-net.broken"}
    assert by_bundle[BEAT_MODEL]["classes"][-1] == "MI"
    assert by_bundle[BEAT_MODEL]["threshold"] == 0.5
    assert sum(by_bundle[SITE_MODEL]["probabilities"]) == pytest.approx(1.0)
    assert "readable" in by_bundle["ecg-smart-net.broken"]["error"]
    for shares in entries[1]["lead_shares"].values():
        assert tuple(shares) == STANDARD_LEADS
        assert sum(shares.values()) == pytest.approx(1.0)
    assert set(entries[1]["lead_shares"]) == {BEAT_MODEL, SITE_MODEL}
    assert "4 records, 2 refused." in capsys.readouterr().err


def test_a_record_that_suits_no_model_keeps_its_identity(models: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat.npy"
    np.save(flat, np.zeros((12, 5000), dtype=np.float32))
    sidecar = {"fs_hz": 500, "unit": "mV", "leads": list(STANDARD_LEADS)}
    flat.with_suffix(".json").write_text(json.dumps(sidecar), encoding="utf-8")
    (entry,) = predicted(models, tmp_path / "out.jsonl", flat, "--bundle", BEAT_MODEL)
    assert len(entry["sha256"]) == 64
    (failed,) = entry["predictions"]
    assert failed["bundle"] == BEAT_MODEL
    assert failed["error"].startswith("Not run")
    assert entry["lead_shares"] == {}


def test_named_bundles_are_asked_even_when_switched_off_and_without_saliency(
    models: Path, tmp_path: Path, test_data: Path
) -> None:
    record = test_data / "ludb" / "data" / "1.hea"
    (entry,) = predicted(
        models, tmp_path / "out.jsonl", record, "--no-saliency", "--bundle", "ecg-smart-net.off"
    )
    assert [each["bundle"] for each in entry["predictions"]] == ["ecg-smart-net.off"]
    assert entry["lead_shares"] == {}


def test_an_unknown_bundle_is_wrong_usage(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", "x.hea", "--json", str(tmp_path / "o"), "--models", str(models), "--bundle", "nobody"]
    assert main(words) == 2
    assert "no model called nobody" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_no_model_and_no_place_to_write_are_one_sentence_each(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "x.hea", "--json", str(tmp_path / "o"), "--models", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"No model was found in {tmp_path}.\n"
    nowhere = tmp_path / "absent" / "out.jsonl"
    assert main(["predict", "x.hea", "--json", str(nowhere), "--models", str(models)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{nowhere} cannot be written")
    assert told.count("\n") == 1


def test_an_ecg_or_its_sidecar_is_never_overwritten_but_an_earlier_output_is(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("01_synthetic_normal.hea", "01_synthetic_normal.dat"):
        (tmp_path / name).write_bytes((ROOT / "resources" / "demo" / name).read_bytes())
    sidecar = tmp_path / "ecg.json"
    sidecar.write_text('{\n  "fs_hz": 500\n}\n', encoding="utf-8")
    header = tmp_path / "01_synthetic_normal.hea"
    for victim in (header, header.with_suffix(".dat"), sidecar):
        before = victim.read_bytes()
        assert main(["predict", str(header), "--json", str(victim), "--models", str(models)]) == 2
        assert capsys.readouterr().err.startswith(f"{victim} exists and was not written by this command")
        assert victim.read_bytes() == before
    out = tmp_path / "out.jsonl"
    assert predicted(models, out, header) == predicted(models, out, header)


def test_models_that_are_all_switched_off_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_bundle(tmp_path, "ecg-smart-net.off", enabled=False)
    assert main(["predict", "x.hea", "--json", str(tmp_path / "o"), "--models", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Every model found is switched off (ecg-smart-net.off)")
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "words", [["predict"], ["predict", "x.hea"], ["download", "mimic", "--to", "x"], ["--nope"]]
)
def test_wrong_usage_exits_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: main.py" in capsys.readouterr().err


def test_the_command_line_itself_writes_predictions_without_a_window(
    models: Path, tmp_path: Path, test_data: Path
) -> None:
    out = tmp_path / "out.jsonl"
    record = test_data / "ludb" / "data" / "1.hea"
    words = ["predict", str(record), "--json", str(out), "--models", str(models), "--bundle", BEAT_MODEL]
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    (entry,) = lines_of(out)
    assert len(entry["predictions"][0]["probabilities"]) == 2


def test_every_file_of_a_folder_that_looks_like_an_ecg_gets_a_line(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    np.save(folder / "a.npy", np.zeros((12, 5000)))
    (folder / "b.csv").write_text("I,II\n0.1,0.2\n", encoding="utf-8")
    (folder / "c.dat").write_bytes(b"1234")
    (folder / "patients.csv").write_text("id,age\n1,50\n", encoding="utf-8")

    lines = predicted(models, tmp_path / "out.jsonl", folder)

    assert [Path(line["path"]).name for line in lines] == ["a.npy", "b.csv", "c.dat"]
    assert "sampling rate" in lines[0]["error"]
    assert "unit" in lines[1]["error"]
    assert "no header" in lines[2]["error"]
