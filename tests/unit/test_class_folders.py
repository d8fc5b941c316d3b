"""Pictures from class folders: classes by tolerant names, damaged files refused, copies in one group."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from inference.records import read_record
from inference.signal.analysis import analyse
from inference.signal.filters import MODEL_BAND
from inference.signal.paper_picture import PICTURE_PX, draw_paper_picture, network_pictures
from tests.unit.made_records import made_record, made_signals
from training.data.class_folders import (
    CLASSES,
    class_folder_set,
    class_of_folder,
    copies_across,
    read_class_folders,
)
from training.data.inputs import EmptySetError
from training.data.picture_files import PictureError, load_picture, read_picture
from training.systems.pictures import PictureRecipe
from training.systems.questions import CLASS_FOLDERS

NORMAL = "Normal Person ECG Images (284x12=3408)"
INFARCTS = "ECG Images of Myocardial Infarction Patients (240x12=2880)"


@cache
def sheet(seed: int) -> Image.Image:
    """A sheet of a record of its own rhythm and height, as scanned in landscape."""
    rng = np.random.default_rng(seed)
    signals, _ = made_signals(list(rng.uniform(0.6, 1.1, 14)))
    signals *= rng.uniform(0.4, 1.6, (12, 1)).astype(np.float32) * rng.choice([-1, 1], (12, 1))
    leads = analyse(made_record(signals.astype(np.float32)), MODEL_BAND).signals_mv
    large = Image.fromarray(draw_paper_picture(leads, scale=2))
    return large.resize((448, 316), Image.Resampling.BOX)


def save(picture: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        (INFARCTS, "MI"),
        ("ECG Images of Patient that have History of MI (172x12=2064)", "history of MI"),
        ("ECG Images of Patient that have abnormal heartbeat (233x12=2796)", "abnormal heartbeat"),
        (NORMAL, "normal"),
        ("myocardial_infarction", "MI"),
        ("MI", "MI"),
        ("HISTORY-OF-MI", "history of MI"),
        ("Abnormal", "abnormal heartbeat"),
        ("train", None),
        ("milestones", None),
    ],
)
def test_a_folders_name_means_its_class_whatever_stands_around_it(name: str, class_name: str | None) -> None:
    assert class_of_folder(name) == class_name


def test_pictures_are_found_under_train_and_test_with_their_classes(tmp_path: Path) -> None:
    save(sheet(1), tmp_path / "train" / NORMAL / "a.png")
    save(sheet(2), tmp_path / "test" / INFARCTS / "b.JPG")
    save(sheet(3), tmp_path / "elsewhere.png")
    (tmp_path / "train" / NORMAL / "notes.txt").write_text("no picture")
    read = read_class_folders(tmp_path)
    assert {(each.path.name, each.class_name) for each in read.pictures} == {
        ("a.png", "normal"),
        ("b.JPG", "MI"),
    }
    assert read.refused == (
        f"elsewhere.png is in no folder named for {', '.join(CLASSES)}; it was left out.",
    )


def test_a_picture_becomes_a_networks_input(tmp_path: Path) -> None:
    grey = Image.new("RGB", (640, 400), (128, 64, 255))
    loaded = load_picture(save(grey, tmp_path / "grey.png"))
    assert (loaded.shape, loaded.dtype) == ((3, 224, 224), np.float32)
    pixels = np.full((1, PICTURE_PX, PICTURE_PX, 3), (128, 64, 255), dtype=np.uint8)
    np.testing.assert_array_equal(loaded, network_pictures(pixels)[0])


def test_transparent_paper_is_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert read_picture(save(clear, tmp_path / "clear.png")).getpixel((3, 3)) == (255, 255, 255)


def test_damaged_files_are_refused_with_a_sentence_each(tmp_path: Path) -> None:
    whole = io.BytesIO()
    sheet(1).save(whole, "JPEG")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(PictureError, match=r"cut\.jpg is damaged or cut off"):
        read_picture(cut)
    text = tmp_path / "text.png"
    text.write_text("this is no picture")
    with pytest.raises(PictureError, match=r"text\.png is no JPEG, PNG, BMP or TIFF picture"):
        read_picture(text)
    with pytest.raises(PictureError, match=r"gone\.png does not exist"):
        read_picture(tmp_path / "gone.png")


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000])
def test_a_picture_that_claims_too_many_pixels_is_not_decoded(tmp_path: Path, side: int) -> None:
    small = io.BytesIO()
    Image.new("1", (8, 8)).save(small, "BMP")
    header = bytearray(small.getvalue())
    header[18:26] = side.to_bytes(4, "little") * 2
    path = tmp_path / "bomb.bmp"
    path.write_bytes(header)
    with pytest.raises(PictureError, match="more than 50 million pixels"):
        read_picture(path)


@pytest.mark.parametrize(
    "kind",
    ["JPEG", "PNG", "BMP", pytest.param("TIFF", marks=pytest.mark.expected_log("More samples per pixel"))],
)
def test_no_spoiled_byte_raises_anything_but_a_sentence(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(0)
    saved = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (20, 24, 3), dtype=np.uint8)).save(saved, kind)
    path, n_refused = tmp_path / "spoiled.png", 0
    for _ in range(150):
        content = bytearray(saved.getvalue())
        for place in rng.integers(0, min(len(content), 300), 3):
            content[place] = int(rng.integers(0, 256))
        path.write_bytes(content)
        try:
            assert read_picture(path).mode == "RGB"
        except PictureError:
            n_refused += 1
    assert n_refused > 0


def test_a_folder_without_a_usable_picture_is_refused_with_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "Normal").mkdir()
    (tmp_path / "Normal" / "a.png").write_text("no picture")
    with pytest.raises(EmptySetError, match=r"could be used: a\.png is no JPEG"):
        read_class_folders(tmp_path)


def half_as_jpeg(picture: Image.Image) -> Image.Image:
    small = io.BytesIO()
    picture.resize((picture.width // 2, picture.height // 2)).save(small, "JPEG", quality=75)
    return Image.open(small).convert("RGB")


COPIES = {
    "the same pixels": lambda picture: picture,
    "smaller and JPEG": half_as_jpeg,
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "mirrored": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_in_one_group_with_its_original_and_strangers_are_not(tmp_path: Path, kind: str) -> None:
    for seed in range(1, 9):
        save(sheet(seed), tmp_path / "train" / NORMAL / f"{seed}.png")
    copy = save(COPIES[kind](sheet(3)), tmp_path / "test" / INFARCTS / "copy.png")
    pictures = read_class_folders(tmp_path).pictures
    group = {each.path.name: each.group for each in pictures}
    assert group[copy.name] == group["3.png"]
    assert len(set(group.values())) == 8
    assert copies_across(pictures, tmp_path / "train", tmp_path / "test").startswith(
        "1 of the 1 pictures in test (100 %) are copies of pictures in train"
    )


def test_strangers_across_train_and_test_are_said_to_be_none(tmp_path: Path) -> None:
    save(sheet(1), tmp_path / "train" / NORMAL / "a.png")
    save(sheet(2), tmp_path / "test" / NORMAL / "b.png")
    pictures = read_class_folders(tmp_path).pictures
    assert copies_across(pictures, tmp_path / "train", tmp_path / "test") == (
        "No picture of the 1 in test was found to be a copy of one in train."
    )


def test_real_sheets_of_different_records_are_strangers(test_data: Path, tmp_path: Path) -> None:
    for path in sorted((test_data / "ludb" / "data").glob("*.hea"))[:12]:
        leads = analyse(read_record(path), MODEL_BAND).signals_mv
        save(Image.fromarray(draw_paper_picture(leads, scale=2)), tmp_path / "normal" / f"{path.stem}.png")
    assert len({each.group for each in read_class_folders(tmp_path).pictures}) == 12


def test_a_class_folders_set_is_split_by_groups_and_read_by_its_recipe(tmp_path: Path) -> None:
    for seed in range(1, 5):
        save(sheet(seed), tmp_path / "set" / ("MI" if seed % 2 else "Normal") / f"{seed}.png")
    save(half_as_jpeg(sheet(2)), tmp_path / "set" / "Normal" / "copy of 2.png")
    read = read_class_folders(tmp_path / "set")
    pictured = class_folder_set(read, tmp_path / "cache" / "pictures.npy")
    recipe = PictureRecipe(question=CLASS_FOLDERS)
    named = {record.record_id: record.patient for record in pictured.records}
    assert named["Normal/copy of 2.png"] == named["Normal/2.png"]
    names = [recipe.classes[k] for k in recipe.targets(pictured)]
    assert names == ["MI" if record.is_mi else "normal" for record in pictured.records]
    for row, record in enumerate(pictured.records):
        np.testing.assert_array_equal(recipe.test_inputs(pictured, row)[0], load_picture(record.path))
    batch, targets = next(iter(recipe.batches(pictured, np.arange(5), np.random.default_rng(0))))
    assert batch.shape == (5, 3, 224, 224)
    assert sorted(targets) == sorted(recipe.targets(pictured))
