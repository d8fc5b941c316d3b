"""The download command, against a server on this machine: nothing here reaches the network."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference import download
from inference.physionet import DATASETS
from tests.unit.small_physionet import Physionet

LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")


@pytest.fixture
def physionet() -> Iterator[Physionet]:
    server = Physionet()
    server.publish(ludb_files())
    yield server
    server.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ludb"


def ludb_files(n_records: int = 2) -> dict[str, bytes]:
    """LUDB's layout with invented contents; one file is much larger than a transfer's chunks."""
    files = {
        "ludb.csv": b"ID,Sex,Age\n1,F,51\n",
        "RECORDS": "\n".join(f"data/{n}" for n in range(1, n_records + 1)).encode(),
        "LICENSE.txt": b"Open Data Commons Attribution License v1.0",
    }
    for n in range(1, n_records + 1):
        files |= {f"data/{n}.{suffix}": f"{suffix} of {n}".encode() for suffix in ("hea", *LEADS)}
        files[f"data/{n}.dat"] = bytes(range(256)) * 400 * n
    return files


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_every_wanted_file_arrives_whole_and_nothing_else(physionet: Physionet, target: Path) -> None:
    physionet.publish({**ludb_files(), "data/1.atr_avf": b"no such lead", "index.html": b"<html>"})

    assert download.run("ludb", target, physionet.url) == 0

    sums = physionet.files["SHA256SUMS.txt"]
    assert files_below(target) == {**ludb_files(), "SHA256SUMS.txt": sums}


def test_licence_and_citation_come_before_the_first_byte(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    physionet.files = {}

    assert download.run("ludb", target, physionet.url) == 1

    said = capsys.readouterr()
    assert "Licence: Open Data Commons Attribution License" in said.out
    assert "Kalyakulina A" in said.out
    assert "has neither SHA256SUMS.txt nor RECORDS; check the address." in said.err


def test_a_second_run_brings_nothing_that_is_there(physionet: Physionet, target: Path) -> None:
    download.run("ludb", target, physionet.url)
    physionet.requests.clear()

    assert download.run("ludb", target, physionet.url) == 0

    assert physionet.requests == [("SHA256SUMS.txt", None)]


def test_a_line_that_breaks_once_is_continued_where_it_broke(physionet: Physionet, target: Path) -> None:
    physionet.breaks["data/2.dat"] = [70_000]

    assert download.run("ludb", target, physionet.url) == 0

    assert files_below(target)["data/2.dat"] == ludb_files()["data/2.dat"]
    (_, first), (_, second) = [request for request in physionet.requests if request[0] == "data/2.dat"]
    assert first is None
    assert second is not None
    resumed_at = int(re.sub(r"\D", "", second))
    assert 0 < resumed_at <= 70_000


def test_an_interrupted_run_is_continued_by_the_next_one(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    physionet.breaks["data/2.dat"] = [50_000, 10_000, 10_000]

    assert download.run("ludb", target, physionet.url) == 1

    assert "give the same command again to continue" in capsys.readouterr().err
    part = target / "data" / "2.dat.part"
    n_kept = part.stat().st_size
    assert 0 < n_kept <= 70_000
    assert not (target / "data" / "2.dat").exists()
    physionet.requests.clear()

    assert download.run("ludb", target, physionet.url) == 0

    assert ("data/2.dat", f"bytes={n_kept}-") in physionet.requests
    assert physionet.times_sent("data/2.dat") == 1
    assert files_below(target) == {**ludb_files(), "SHA256SUMS.txt": physionet.files["SHA256SUMS.txt"]}


def test_a_server_that_cannot_continue_sends_the_file_again_from_its_start(
    physionet: Physionet, target: Path
) -> None:
    physionet.knows_ranges = False
    physionet.breaks["data/2.dat"] = [50_000]

    assert download.run("ludb", target, physionet.url) == 0
    assert files_below(target)["data/2.dat"] == ludb_files()["data/2.dat"]


@pytest.mark.parametrize(
    "left_over", [b"of another version of the file", b"x" * 300_000, b""], ids=["other", "too long", "empty"]
)
def test_a_part_that_does_not_belong_to_the_file_is_replaced(
    physionet: Physionet, target: Path, left_over: bytes
) -> None:
    (target / "data").mkdir(parents=True)
    (target / "data" / "2.dat.part").write_bytes(left_over)

    assert download.run("ludb", target, physionet.url) == 0
    assert files_below(target)["data/2.dat"] == ludb_files()["data/2.dat"]
    assert not (target / "data" / "2.dat.part").exists()


def test_a_part_that_is_already_whole_is_only_given_its_name(physionet: Physionet, target: Path) -> None:
    (target / "data").mkdir(parents=True)
    (target / "data" / "2.dat.part").write_bytes(ludb_files()["data/2.dat"])

    assert download.run("ludb", target, physionet.url) == 0
    assert physionet.times_sent("data/2.dat") == 0
    assert files_below(target)["data/2.dat"] == ludb_files()["data/2.dat"]


def test_a_file_that_was_changed_on_this_disk_is_brought_again(physionet: Physionet, target: Path) -> None:
    download.run("ludb", target, physionet.url)
    (target / "data" / "1.hea").write_bytes(b"edited")
    physionet.requests.clear()

    assert download.run("ludb", target, physionet.url) == 0

    assert files_below(target)["data/1.hea"] == ludb_files()["data/1.hea"]
    assert [name for name, _ in physionet.requests] == ["SHA256SUMS.txt", "data/1.hea"]


def test_a_wrong_checksum_is_named_not_kept_and_the_other_files_come(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    physionet.files["data/1.dat"] = b"not what was published"

    assert download.run("ludb", target, physionet.url) == 1

    said = capsys.readouterr()
    assert "data/1.dat does not match its checksum and was not kept" in said.err
    assert "30 of 31 files" in said.out
    assert set(files_below(target)) == {*ludb_files(), "SHA256SUMS.txt"} - {"data/1.dat"}


def test_a_file_that_the_server_lost_is_named_and_the_others_come(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del physionet.files["data/2.v6"]

    assert download.run("ludb", target, physionet.url) == 1

    assert "data/2.v6 is not on 127.0.0.1." in capsys.readouterr().err
    assert set(files_below(target)) == {*ludb_files(), "SHA256SUMS.txt"} - {"data/2.v6"}


def test_a_server_without_checksums_is_used_by_its_list_of_records(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del physionet.files["SHA256SUMS.txt"]

    assert download.run("ludb", target, physionet.url) == 0

    assert "only their lengths were checked" in capsys.readouterr().out
    assert files_below(target) == {
        name: content for name, content in ludb_files().items() if name != "LICENSE.txt"
    }


def test_no_name_from_the_server_leads_out_of_the_folder(physionet: Physionet, target: Path) -> None:
    evil = "data/../../../evil.dat"
    physionet.publish({**ludb_files(), evil: b"evil", "/tmp/evil.hea": b"evil"})

    assert download.run("ludb", target, physionet.url) == 0

    assert list(target.parent.parent.rglob("evil*")) == []
    assert physionet.times_sent(evil) == 0


def test_without_a_network_there_is_one_plain_sentence(
    target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        assert download.run("ludb", target, f"http://127.0.0.1:{port}/files/") == 1

    said = capsys.readouterr().err.strip()
    assert said == (
        "There is no connection to 127.0.0.1; check the network and give the same command again to continue."
    )


def test_a_server_in_trouble_is_told_in_one_sentence(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    physionet.status = 503

    assert download.run("ludb", target, physionet.url) == 1

    said = capsys.readouterr().err.strip()
    assert said.startswith("127.0.0.1 could not give a file (503 Error: Service Unavailable")
    assert said.endswith("give the same command again to continue later.")


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk"
)
def test_a_full_disk_is_told_in_one_sentence(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (target / "data").mkdir(parents=True)
    (target / "data" / "2.dat.part").symlink_to("/dev/full")

    assert download.run("ludb", target, physionet.url) == 1

    said = capsys.readouterr().err
    assert f"The disk of {target} is full; free some space and give the same command again" in said
    assert not (target / "data" / "2.dat").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(
    physionet: Physionet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")

    assert download.run("ludb", tmp_path / "taken" / "ludb", physionet.url) == 1

    assert "cannot be written" in capsys.readouterr().err
    assert physionet.requests == []


def test_an_address_with_other_files_is_refused(
    physionet: Physionet, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert download.run("ptb-xl", target, physionet.url) == 1
    assert "does not list ptbxl_database.csv; check the address." in capsys.readouterr().err


def test_an_unknown_dataset_is_refused_with_the_known_ones(
    target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert download.run("mit-bih", target) == 2
    assert capsys.readouterr().err == "There is no dataset 'mit-bih'; choose ptb-xl, ptb, ludb.\n"
    assert not target.exists()


def test_a_silent_server_is_not_waited_for_without_end(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "READ_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        assert download.run("ludb", target, f"http://127.0.0.1:{port}/") == 1

    assert "There is no connection to 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dataset", "wanted", "unwanted"),
    [
        (
            "ptb-xl",
            ("records500/00000/00001_hr.dat", "records500/21000/21837_hr.hea", "ptbxl_database.csv"),
            ("records100/00000/00001_lr.dat", "example_physionet.py", "records500/../../x_hr.dat"),
        ),
        (
            "ptb",
            ("patient001/s0010_re.dat", "patient004/s0020are.xyz", "patient150/s0287lre.hea", "CONTROLS"),
            ("patient001/../x.dat", "ptb.png"),
        ),
        ("ludb", ("data/200.avf", "data/1.dat", "ludb.csv"), ("data/1.atr", "data/one.hea", "/data/1.dat")),
    ],
)
def test_each_dataset_wants_its_records_at_full_rate_and_nothing_else(
    dataset: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    facts = DATASETS[dataset]
    assert [name for name in wanted if not facts.wants(name)] == []
    assert [name for name in unwanted if facts.wants(name)] == []


@pytest.mark.parametrize("dataset", ["ptb-xl", "ptb", "ludb"])
def test_every_record_of_the_real_datasets_is_wanted(test_data: Path, dataset: str) -> None:
    folder = test_data / dataset
    headers = [path.relative_to(folder).as_posix() for path in folder.rglob("*.hea")]

    assert len(headers) > 60
    assert [name for name in headers if not DATASETS[dataset].wants(name)] == []


def test_the_network_libraries_are_loaded_only_by_the_command_itself() -> None:
    code = "import sys, inference.download; print({'requests', 'wfdb', 'urllib3'} & set(sys.modules))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
