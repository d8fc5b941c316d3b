"""By what a library knows that a record's files are the same as last time."""

from __future__ import annotations

from pathlib import Path

from ecgviewer.services.file_stamps import stamp_of


def test_a_record_is_its_header_and_the_signals_that_go_on_with_its_name(tmp_path: Path) -> None:
    for name, n_bytes in (("7.hea", 10), ("7.dat", 200), ("7_pre.dat", 3000), ("71.hea", 5), ("71.dat", 7)):
        (tmp_path / name).write_bytes(bytes(n_bytes))
    (tmp_path / "7").mkdir()

    assert stamp_of(tmp_path / "7.hea", {})[0] == 3210


def test_without_its_header_a_record_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "7.dat").write_bytes(bytes(200))

    assert stamp_of(tmp_path / "7.hea", {}) == (-1, -1)
    assert stamp_of(tmp_path / "elsewhere" / "7.hea", {}) == (-1, -1)
