"""Stands in for `main.py train retrain` as a real process; a word in FAKE_TRAINING tells it what to do.

finish: tells two stages and writes a bundle; fail: gives up with a sentence; wait: tells one line and waits
to be stopped; die: ends at once without a word; repeat: gives up, repeating what it was told to measure on.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from inference.run_progress import ProgressWriter


def argument(name: str) -> Path:
    return Path(sys.argv[sys.argv.index(name) + 1])


def main(what: str) -> None:
    if what == "die":
        return
    with ProgressWriter(argument("--progress")) as progress:
        progress.running("Training", 3, 15, minutes_left=12.4, sentence="Epoch 3: AUC 0.912 on validation.")
        if what == "fail":
            progress.failed("The base set has no record left to judge on: use a larger base set.")
        elif what == "repeat":
            told = [word for word in ("--ptb", "--ludb") if word in sys.argv]
            progress.failed(" ".join(f"{word} {argument(word)}" for word in told))
        elif what == "wait":
            time.sleep(60)
        else:
            made = Path(os.environ["FAKE_BUNDLE"])
            shutil.copytree(made, argument("--models") / made.name)
            progress.finished("A new version lies ready.", made.name)


if __name__ == "__main__":
    main(os.environ.get("FAKE_TRAINING", "finish"))
