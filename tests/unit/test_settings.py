"""Settings and the places where they are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ecgviewer import paths
from ecgviewer.settings import Settings, load_settings, save_settings


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    chosen = Settings(
        reader="Zoë Müller",
        theme="dark",
        dark_room_paper="dark",
        layout="6x2",
        speed_mm_s=12.5,
        gain_mm_mv=20.0,
        saliency_ramp="colour-blind",
        saliency_on=False,
        last_folder="/records/März",
    )

    save_settings(chosen, file)

    assert load_settings(file) == chosen
    assert [entry.name for entry in file.parent.iterdir()] == ["settings.json"]


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == Settings()


@pytest.mark.expected_log("defaults are used")
@pytest.mark.parametrize("content", [b"{ half", b"\xff\xfe\x00", b"[1, 2]", b""])
def test_a_broken_file_falls_back_to_the_defaults_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)

    assert load_settings(file) == Settings()
    assert len(caplog.records) == 1


@pytest.mark.expected_log("its default is used")
@pytest.mark.parametrize(
    ("name", "value"),
    [("speed_mm_s", 30), ("speed_mm_s", True), ("gain_mm_mv", "10"), ("theme", "pink"), ("reader", None)],
)
def test_one_bad_value_does_not_take_the_others_with_it(tmp_path: Path, name: str, value: object) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"saliency_on": False, name: value}), encoding="utf-8")

    assert load_settings(file) == Settings(saliency_on=False)


def test_settings_of_the_first_version_still_hold(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"layout": "12x1", "speed_mm_s": 50, "gain_mm_mv": 5}', encoding="utf-8")

    assert load_settings(file) == Settings(layout="12x1", speed_mm_s=50.0, gain_mm_mv=5.0)


def test_a_setting_of_a_newer_version_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"theme": "dark", "hologram": true}', encoding="utf-8")

    assert load_settings(file) == Settings(theme="dark")


def test_one_variable_moves_everything_into_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECGVIEWER_HOME", str(tmp_path / "stick"))
    places = [paths.user_models_folder(), paths.settings_file(), paths.log_file()]

    assert {place.parent for place in places} == {tmp_path / "stick"}
    assert make_url(paths.store_url()).database == str(tmp_path / "stick" / "labels.sqlite")
    assert not (tmp_path / "stick").exists()


def test_without_it_everything_is_in_the_users_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECGVIEWER_HOME")

    assert paths.data_folder().name == "ecgviewer"
    assert Path.home() in paths.data_folder().parents
    assert paths.log_file().is_absolute()


def test_a_folder_name_with_url_characters_still_is_one_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECGVIEWER_HOME", str(tmp_path / "what? 100% #1"))

    assert make_url(paths.store_url()).database == str(tmp_path / "what? 100% #1" / "labels.sqlite")
