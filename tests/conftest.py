"""What every test stands on: no display, no user folder, no silent warning, real ECGs where there are any."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before anything can import Qt: tests draw to memory.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TESTS = Path(__file__).parent
DESKTOP_FOLDERS = ("gui", "e2e", "frozen")
NEEDS_QT = re.compile(r"\b(PySide6|pyqtgraph|qtbot|qapp|(from|import)\s+ecgviewer(?!\.store\b))")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--room`: which half of the tests (see tests/run_all.py)."""
    parser.addoption(
        "--room",
        choices=("all", "headless", "desktop"),
        default="all",
        help="headless: tests that need no Qt; desktop: the others",
    )
    # Known here too, because the headless room runs without the plugin that owns them.
    if "pytestqt.plugin" not in sys.modules:
        for name in ("qt_api", "qt_log_level_fail"):
            parser.addini(name, "read by pytest-qt where it is loaded", default="")


def needs_qt(path: Path) -> bool:
    """Whether a test file belongs to the desktop room."""
    if path.relative_to(TESTS).parts[0] in DESKTOP_FOLDERS:
        return True
    return NEEDS_QT.search(path.read_text(encoding="utf-8")) is not None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the test files of the other room, and with Qt's folders the conftest that imports it."""
    room = config.getoption("--room")
    if room == "headless" and collection_path.parent == TESTS and collection_path.name in DESKTOP_FOLDERS:
        return True
    if room == "all" or not collection_path.name.startswith("test_"):
        return None
    return True if needs_qt(collection_path) != (room == "desktop") else None


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real ECGs named by ECGVIEWER_TEST_DATA; the test is skipped where there is none."""
    folder = os.environ.get("ECGVIEWER_TEST_DATA", "")
    if not folder:
        pytest.skip("ECGVIEWER_TEST_DATA is not set: there are no real ECGs to test with")
    if not Path(folder).is_dir():
        pytest.skip(f"ECGVIEWER_TEST_DATA names {folder}, which is not a folder")
    return Path(folder)


@pytest.fixture(autouse=True)
def ecgviewer_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of its own for everything that the program would keep for its user."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ECGVIEWER_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def _no_unexpected_log_warning(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fail a test that logged a warning or an error which it does not name with `expected_log`."""
    expected = [re.compile(str(mark.args[0])) for mark in request.node.iter_markers("expected_log")]
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    unexpected = [
        f"{record.name}: {record.getMessage()}"
        for record in records
        if record.levelno >= logging.WARNING
        and not any(pattern.search(record.getMessage()) for pattern in expected)
    ]
    if unexpected:
        pytest.fail("unexpected log messages:\n" + "\n".join(unexpected), pytrace=False)
