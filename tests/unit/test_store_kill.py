"""A killed program loses no reading that it had stored."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ecgviewer.store import LabelStore

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import itertools, sys
from ecgviewer.store import LabelStore, ReadingEntry, ShownPrediction
from inference.labels import Omi, Reading

store = LabelStore.open(f"sqlite:///{sys.argv[1]}")
shown = ShownPrediction("net.tag", "b" * 64, ("none", "mi"), (0.25, 0.75), 0.5)
for step in itertools.count():
    stored = store.append(
        ReadingEntry(
            record_sha256=f"record {step % 5}",
            record_path="one.hea",
            reading=Reading(omi=Omi.YES, comment=f"step {step} " + "x" * (step * 997 % 9000)),
            reader="Ada",
            app_version="0.1.0",
            predictions=(shown,),
        )
    )
    print(stored.id, len(stored.reading.comment), flush=True)
"""


def write_until_killed(file: Path, n_lines: int, more_bytes: int) -> dict[int, int]:
    """Let a program store readings, kill it soon after `n_lines` of them, and return id to comment length.

    `more_bytes` of further output are awaited first, so that the kill falls at another point of a write.
    """
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0) as writer:
        assert writer.stdout is not None
        printed = b""
        while printed.count(b"\n") < n_lines:
            chunk = writer.stdout.read(1)
            assert chunk, "the writer ended by itself"
            printed += chunk
        printed += writer.stdout.read(more_bytes) or b""
        writer.send_signal(signal.SIGKILL)
        printed += writer.stdout.read() or b""
    assert writer.returncode == -signal.SIGKILL
    whole_lines = printed.decode().split("\n")[:-1]
    return {int(number): int(length) for number, length in (line.split() for line in whole_lines)}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_every_reading_that_was_announced_as_stored_survives_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "labels.sqlite"
    chance = random.Random(20240301)
    announced: dict[int, int] = {}
    for _ in range(8):
        announced |= write_until_killed(file, chance.randint(1, 60), chance.randint(0, 3))

        raw = sqlite3.connect(file)
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        raw.close()
        store = LabelStore.open(f"sqlite:///{file}")
        kept = {stored.id: stored for number in range(5) for stored in store.history(f"record {number}")}
        store.close()
        assert {number: len(kept[number].reading.comment) for number in announced} == announced
        # The write that the kill fell into is there whole, or not at all: at most one per kill.
        assert all(stored.predictions for stored in kept.values())
    assert len(announced) > 30
    assert len(kept) - len(announced) <= 8
