"""Files that must be refused: one plain sentence each, no other exception, no memory taken on their word."""

from __future__ import annotations

import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.records import Record, RecordError, read_record
from tests.unit.wfdb_files import some_integers, twelve_leads, write_record

LINE = "ecg.dat 16 1000(0)/mV 16 0 0 0 0"


def refusal(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(RecordError) as caught:
        read_record(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "is empty"),
        ("\n\n# only a comment\n", "no record line"),
        ("ecg\n", "Line 1"),
        ("ecg twelve 500 1000\n", "Line 1"),
        (f"ecg 2 500 1000\n{LINE} II\n", "declares 2 signals and describes 1"),
        ("ecg 0 500 1000\n", "declares 0 signals"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', 'x 1000')} II\n", "Line 2"),
        (f"ecg 1 500 1000\n{LINE.replace('1000(0)/mV', 'high')} II\n", "Line 2"),
        (f"ecg 1 500 1001\n{LINE} II\n", "holds 1000 of 1001"),
        (f"ecg 1 500 99999999999\n{LINE} II\n", "more than this program reads"),
        (f"ecg 1 500 999999999999999\n{LINE} II\n", "more than a million million"),
        (f"ecg 1 500 {'9' * 40}\n{LINE} II\n", "Line 1"),
        (f"ecg 1 500 -5\n{LINE} II\n", "no samples"),
        (f"ecg 1 20 1000\n{LINE} II\n", "sampling rate is 20 Hz"),
        (f"ecg 1 500000 1000\n{LINE} II\n", "sampling rate is 500000 Hz"),
        (f"ecg 1 0 1000\n{LINE} II\n", "sampling rate is 0 Hz"),
        ("ecg 100 500 10\n" + "".join(f"{LINE} V{n}\n" for n in range(100)), "declares 100 signals"),
        ("ecg 5000 500 10\n" + f"{LINE} V1\n" * 5000, "declares 5000 signals"),
        (f"ecg 2 500 500\n{LINE} RESP\n{LINE} PLETH\n", "known ECG lead"),
        (f"ecg 1 500 1000\n{LINE}\n", "known ECG lead"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', '999 1000')} II\n", "format 999"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', '516 1000')} II\n", "not the FLAC file"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', '16+5000 1000')} II\n", "cut off"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', '16x999999 1000')} II\n", "sampling rate"),
        (f"ecg 1 500 1000\n{LINE.replace('16 1000', '16x0 1000')} II\n", "Line 2"),
        (f"ecg 2 500 1000\n{LINE} II\n{LINE.replace('ecg.dat 16', 'pleth.dat 16x0')} PLETH\n", "Line 3"),
        (f"ecg 2 500 500\n{LINE} II\n{LINE.replace('16 1000', '80 1000')} V1\n", "two formats"),
        (
            f"ecg 2 250 250\n{LINE} II\n{LINE.replace('16 1000', '16x2 1000')} V1\n",
            "different sampling rates",
        ),
        (f"ecg 1 500 1000\n{LINE.replace('ecg.dat', 'gone.dat')} II\n", "missing"),
        ("ecg/2 1 500 1000\nseg 500\nseg 500\n", "'seg.hea' is missing"),
        ("ecg/2 1 500 1000\n../a 500\nb 500\n", "outside its own folder"),
        ("ecg/1 1 500 1000\necg 1000\n", "does not fit its record"),
        ("ecg/1 1 500 1000\n~ 1000\n", "share no sampling rate"),
        ("ecg/2 1 500 500\nseg 1000\n~ -500\n", "Line 3"),
        ("ecg/2 1 500 500\n~ -500\nseg 1000\n", "Line 2"),
    ],
)
def test_a_header_that_cannot_be_true_is_refused_with_one_sentence(
    tmp_path: Path, header: str, says: str
) -> None:
    path = write_record(tmp_path, some_integers(1), ["II"])
    path.write_text(header)

    assert says in refusal(path)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.dat",
        "/etc/hostname",
        "sub/ecg.dat",
        "..",
        ".",
        "~/ecg.dat",
        "http://127.0.0.1:9/ecg.dat",
        "file:ecg.dat",
        "C:\\ecg.dat",
        "..\\secret.dat",
        "s3://bucket/ecg.dat",
    ],
)
def test_a_header_that_points_outside_its_folder_is_not_followed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    path = write_record(folder, some_integers(1), ["II"])
    (tmp_path / "secret.dat").write_bytes((folder / "ecg.dat").read_bytes())
    path.write_text(path.read_text().replace("ecg.dat", name))

    assert "outside its own folder" in refusal(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    path = write_record(folder, some_integers(1), ["II"])
    (folder / "ecg.dat").rename(tmp_path / "secret.dat")
    (folder / "ecg.dat").symlink_to(tmp_path / "secret.dat")

    assert "leads out of the record's folder" in refusal(path)


def test_a_link_inside_a_folder_that_is_itself_linked_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    write_record(folder, some_integers(1), ["II"])
    (tmp_path / "shortcut").symlink_to(folder)

    assert read_record(tmp_path / "shortcut" / "ecg.hea").n_samples == 1000


def test_a_link_that_points_to_itself_is_refused(tmp_path: Path) -> None:
    path = write_record(tmp_path, some_integers(1), ["II"])
    (tmp_path / "ecg.dat").unlink()
    (tmp_path / "ecg.dat").symlink_to(tmp_path / "ecg.dat")

    assert "cannot be opened" in refusal(path)


def test_a_record_without_its_signal_file_says_which_is_missing(tmp_path: Path) -> None:
    path = write_record(tmp_path, twelve_leads())
    (tmp_path / "ecg.dat").unlink()

    assert "'ecg.dat' is missing: copy it" in refusal(path)


def test_a_signal_file_without_its_header_says_what_is_missing(tmp_path: Path) -> None:
    path = write_record(tmp_path, twelve_leads())
    path.unlink()

    assert "no header (.hea)" in refusal(tmp_path / "ecg.dat")


def test_a_signal_file_does_not_open_a_record_that_only_begins_like_it(tmp_path: Path) -> None:
    write_record(tmp_path, twelve_leads(), name="s1")
    (tmp_path / "s10.dat").write_bytes(b"1234")

    assert "no header" in refusal(tmp_path / "s10.dat")


def test_a_cut_off_signal_file_is_refused(tmp_path: Path) -> None:
    path = write_record(tmp_path, twelve_leads())
    whole = (tmp_path / "ecg.dat").read_bytes()
    (tmp_path / "ecg.dat").write_bytes(whole[:-2])

    assert "cut off: it holds 999 of 1000 samples" in refusal(path)


def test_a_flac_file_cut_off_inside_is_refused(test_data: Path, tmp_path: Path) -> None:
    source = test_data / "ptb-xl" / "records500" / "00000"
    for name in ("00449_hr.hea", "00449_hr.dat", "00449_hr_pre.dat"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    whole = (tmp_path / "00449_hr_pre.dat").read_bytes()
    (tmp_path / "00449_hr_pre.dat").write_bytes(whole[: len(whole) // 2])

    assert "copy the record again" in refusal(tmp_path / "00449_hr.hea")


@pytest.mark.parametrize(
    "name", ["photo.png", "notes", "ecg.pdf", "ecg.hea", "ecg.npy", "ecg.npz", "ecg.csv"]
)
def test_binary_garbage_is_refused_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(np.random.default_rng(3).integers(0, 256, 5000).astype(np.uint8).tobytes())

    assert refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["ecg.hea", "ecg.dat", "ecg.npy", "ecg.npz", "ecg.csv", "ecg"])
def test_an_empty_file_a_folder_and_nothing_at_all_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    assert refusal(tmp_path / name)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert refusal(tmp_path / name)


def test_a_folder_is_said_to_be_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "\x00.hea", "x" * 300, "x" * 300 + ".hea", "x" * 252 + ".npy", "/dev/null", "a\x00b.csv"],
)
def test_an_impossible_path_is_refused(path: str) -> None:
    assert refusal(Path(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in its file system")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ecg.hea")

    assert "not an ordinary file" in refusal(tmp_path / "ecg.hea")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="permissions do not bind this user")
@pytest.mark.parametrize("name", ["ecg.hea", "ecg.dat"])
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, name: str) -> None:
    path = write_record(tmp_path, twelve_leads())
    (tmp_path / name).chmod(0)

    assert "may not be read" in refusal(path)


@pytest.mark.parametrize("fs_hz", [float("nan"), float("inf"), -500.0, 0.0])
def test_a_rate_given_by_hand_is_checked_too(tmp_path: Path, fs_hz: float) -> None:
    with pytest.raises(RecordError, match="sampling rate"):
        read_record(write_record(tmp_path, twelve_leads()), fs_hz=fs_hz)


def test_a_lead_order_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="names 2 leads and the file holds 12"):
        read_record(write_record(tmp_path, twelve_leads()), lead_order=["I", "II"])


def test_absurd_sizes_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    header = write_record(tmp_path, some_integers(1), ["II"])
    header.write_text("ecg 1 500 80000000\necg.dat 16 1000/mV 16 0 0 0 0 II\n")
    array = tmp_path / "big.npy"
    np.save(array, np.zeros((1, 10), dtype=np.float32))
    array.write_bytes(array.read_bytes().replace(b"(1, 10)", b"(12, 9999999)".ljust(7)))
    tracemalloc.start()

    refused = [refusal(header), refusal(array)]

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(refused) == 2
    assert peak_bytes < 2_000_000


def test_a_small_archive_that_unpacks_to_a_huge_array_is_refused(tmp_path: Path) -> None:
    head = tmp_path / "head.npy"
    np.save(head, np.zeros((1, 1), dtype=np.float64))
    claimed = head.read_bytes()[:128].replace(b"(1, 1), }" + b" " * 11, b"(12, 90000000), }   ")
    with zipfile.ZipFile(tmp_path / "ecg.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signals.npy", claimed + b"\x00" * 5_000_000)

    assert "shape 12 x 90000000" in refusal(tmp_path / "ecg.npz")


def test_a_small_archive_that_unpacks_to_a_huge_array_header_is_refused(tmp_path: Path) -> None:
    n_bytes = 30_000_000
    with zipfile.ZipFile(tmp_path / "ecg.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signals.npy", b"\x93NUMPY\x02\x00" + n_bytes.to_bytes(4, "little") + b" " * n_bytes)
    tracemalloc.start()

    assert "not a readable array" in refusal(tmp_path / "ecg.npz")

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 2_000_000


def test_a_damaged_archive_of_another_compression_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.random.default_rng(4).normal(size=(3, 20_000)))
    with zipfile.ZipFile(tmp_path / "ecg.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.write(tmp_path / "rows.npy", "signals.npy")
    write_sidecar(tmp_path / "ecg.npz")
    assert isinstance(read_or_refuse(tmp_path / "ecg.npz"), Record)
    content = bytearray((tmp_path / "ecg.npz").read_bytes())
    content[200_000:200_100] = bytes(100)
    (tmp_path / "ecg.npz").write_bytes(content)

    assert "not a readable array" in refusal(tmp_path / "ecg.npz")


@pytest.mark.parametrize("save", [np.save, np.savez])
def test_an_array_of_python_objects_is_never_unpickled(tmp_path: Path, save: Callable[..., None]) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / ("ecg.npz" if save is np.savez else "ecg.npy")
    save(path, np.array([[Trap()]], dtype=object))

    assert refusal(path)
    assert not (tmp_path / "sprung").exists()


# Mutations: whatever a damaged transfer or an ill-meaning sender makes of a record, the answer is a
# Record or one sentence, never another exception.


def read_or_refuse(path: Path) -> Record | str:
    try:
        return read_record(path)
    except RecordError as refused:
        sentence = str(refused)
        assert sentence[-1] == "."
        assert "\n" not in sentence
        return sentence


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three of: a flipped byte, a cut, a doubled piece, a dropped piece, a number blown up."""
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(0, max(1, len(content))))
        piece = content[at : at + int(rng.integers(1, 20))]
        kind = int(rng.integers(0, 6))
        if kind == 0:
            content = content[:at] + bytes([int(rng.integers(0, 256))]) + content[at + 1 :]
        elif kind == 1:
            content = content[:at]
        elif kind == 2:
            content = content[:at] + piece + content[at:]
        elif kind == 3:
            content = content[:at] + content[at + len(piece) :]
        elif kind == 4:
            content = content.replace(b"0", b"99999", int(rng.integers(1, 4)))
        else:
            content = content[:at] + b"-1e9 /(\xff" + content[at:]
    return content


def write_wfdb(folder: Path) -> Path:
    comments = ["age: 50", "sex: F", "ECG date: 01/10/1990"]
    return write_record(folder, twelve_leads(300), comments=comments, clock="10:00:00 01/02/2020")


def write_flac(folder: Path) -> Path:
    import soundfile

    header = write_record(folder, twelve_leads(300)[:6], ["I", "II", "III", "AVR", "AVL", "AVF"])
    header.write_text(header.read_text().replace(".dat 16 ", ".dat 516 "))
    with (folder / "ecg.dat").open("wb") as stream:
        soundfile.write(stream, twelve_leads(300)[:6].T, 48000, format="FLAC", subtype="PCM_16")
    return header


def write_other_format(folder: Path) -> Path:
    header = write_record(folder, twelve_leads(300)[:2], ["I", "II"])
    header.write_text(header.read_text().replace(".dat 16 1000", ".dat 24:2 1000000").replace(" 300", " 190"))
    return header


def write_array(folder: Path, name: str) -> Path:
    path, rows = folder / name, twelve_leads(300)[:3]
    if name.endswith(".npy"):
        np.save(path, rows)
    elif name.endswith(".npz"):
        np.savez_compressed(path, signals=rows)
    else:
        np.savetxt(path, rows.T, delimiter=",", header="I,II,III", comments="", fmt="%d")
    write_sidecar(path)
    return path


def write_sidecar(path: Path) -> None:
    description = {"fs_hz": 500, "unit": "uV", "leads": ["I", "II", "III"], "age_years": 50, "sex": "male"}
    path.with_suffix(".json").write_text(json.dumps(description))


WRITERS: dict[str, Callable[[Path], Path]] = {
    "format 16": write_wfdb,
    "FLAC": write_flac,
    "format 24": write_other_format,
    "npy": lambda folder: write_array(folder, "ecg.npy"),
    "npz": lambda folder: write_array(folder, "ecg.npz"),
    "csv": lambda folder: write_array(folder, "ecg.csv"),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_unharmed_record_of_each_kind_reads(tmp_path: Path, kind: str) -> None:
    assert isinstance(read_or_refuse(WRITERS[kind](tmp_path)), Record)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("part", ["description", "samples"])
def test_a_damaged_record_reads_or_is_refused_and_nothing_else(tmp_path: Path, kind: str, part: str) -> None:
    path = WRITERS[kind](tmp_path)
    is_array = path.suffix != ".hea"
    target = path.with_suffix(".json") if is_array else path
    if part == "samples":
        target = path if is_array else path.with_suffix(".dat")
    whole = target.read_bytes()
    rng = np.random.default_rng(20)

    refused = 0
    for _ in range(60):
        target.write_bytes(mutated(whole, rng))
        refused += isinstance(read_or_refuse(path), str)

    assert refused > 5
