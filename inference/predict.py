"""`main.py predict`: records in, one JSON object per record out, without a window.

A recording of more than two minutes has one object for each ten seconds, with `start_s`: separate answers,
no burden analysis, and not validated on ambulatory recordings.
Each line has `path`, then either `error` or `sha256`, `predictions` (per bundle `bundle`, `classes` with
the positive class last, `probabilities`, `threshold`, `notes`, or `bundle` and `error`) and
`lead_shares` ({bundle: {lead: share}}).
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from inference.registry import BrokenBundle, Registry, find_bundles
from inference.scan import CAVEAT, unreadable, window_starts_s
from inference.versions import answering, models_of, read_choices

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo
    from inference.engine import Engine
    from inference.long_records import LongRecord
    from inference.records.record import Record
    from inference.results import ModelAnswer

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
MAX_LINE_BYTES: Final = 1_000_000
_FAULT: Final = "The program failed on this file; its messages say where."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What to predict: `bundles` empty means every enabled one, of retrained models the active version."""

    paths: tuple[Path, ...]
    out: Path
    model_folders: tuple[Path, ...]
    bundles: tuple[str, ...] = ()
    want_saliency: bool = True
    choices: Path | None = None
    """Which version of each model answers (inference.versions); None: every bundle found is asked."""


def run(job: Job, messages: TextIO | None = None) -> int:
    """Predict every record and write JSON Lines; progress and problems go to `messages` (stderr).

    Returns 0 when every file was read or refused with a reason, 1 when there is no model or the output
    cannot be written, 2 when a bundle was named that does not exist or the output would replace another file.
    """
    told = messages or sys.stderr
    registry = find_bundles(job.model_folders)
    asked = _active(registry, job.choices, told)
    chosen, broken, unknown = _choose(registry, asked, job.bundles)
    if unknown:
        known = ", ".join(info.name for info in registry.bundles) or "none"
        print(f"There is no model called {unknown[0]}. Models found: {known}.", file=told)
        return EXIT_USAGE
    if not chosen:
        print(_no_model(job, registry, broken), file=told)
        return EXIT_FAILED
    try:
        if not _may_be_overwritten(job.out):
            print(f"{job.out} exists and was not written by this command. Choose another name.", file=told)
            return EXIT_USAGE
        with job.out.open("w", encoding="utf-8", newline="\n") as lines:
            from inference.engine import Engine

            predictor = _Predictor(Engine(registry.bundles), chosen, broken, job.want_saliency)
            _write_all(predictor, job.paths, lines, told)
    except OSError as error:
        print(f"{job.out} cannot be written ({error.strerror}). Choose another place.", file=told)
        return EXIT_FAILED
    return EXIT_DONE


def _may_be_overwritten(out: Path) -> bool:
    """Whether nothing is lost there: no file, an empty one or an earlier output, but no ECG or sidecar."""
    if not out.is_file():
        return True
    with out.open("rb") as file:
        line = file.readline(MAX_LINE_BYTES)
    try:
        entry = json.loads(line) if line else {"path": ""}
    except ValueError:
        return False
    return isinstance(entry, dict) and "path" in entry


def _active(registry: Registry, choices: Path | None, told: TextIO) -> Sequence[BundleInfo]:
    """The bundles to ask where none is named; says which activated version cannot be used."""
    if choices is None:
        return registry.bundles
    models = models_of(registry, read_choices(choices))
    for model in models:
        if model.problem:
            print(model.problem, file=told)
    return answering(models)


def _choose(
    registry: Registry, asked: Sequence[BundleInfo], names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[BrokenBundle, ...], tuple[str, ...]]:
    """Names of the bundles to ask, the broken ones to report, and the names that nothing answers to."""
    if not names:
        return tuple(info.name for info in asked if info.enabled), registry.broken, ()
    broken = tuple(each for each in registry.broken if each.name in names)
    usable = tuple(dict.fromkeys(name for name in names if registry.get(name) is not None))
    known = {*usable, *(each.name for each in broken)}
    return usable, broken, tuple(name for name in names if name not in known)


def _no_model(job: Job, registry: Registry, broken: Sequence[BrokenBundle]) -> str:
    if broken:
        return f"No usable model was found. {broken[0].sentence}"
    if registry.bundles:
        names = ", ".join(info.name for info in registry.bundles)
        return f"Every model found is switched off ({names}): name one with --bundle to ask it all the same."
    return f"No model was found in {', '.join(str(folder) for folder in job.model_folders)}."


def _write_all(predictor: _Predictor, paths: Iterable[Path], lines: TextIO, told: TextIO) -> None:
    from inference.records.files import find_records

    count = refused = 0
    for count, path in enumerate(find_records(paths), start=1):
        n_windows = n_refused = 0
        for entry in predictor.entries(path):
            n_windows += "start_s" in entry
            n_refused += "error" in entry
            lines.write(json.dumps(entry, allow_nan=False) + "\n")
            lines.flush()
        if n_windows:
            what = f"{n_windows} × 10 s, {n_refused} without an answer. {CAVEAT}"
        else:
            refused += n_refused
            what = entry.get("error", "")
        print(f"{count}  {path}  {what}".rstrip(), file=told)
    print(f"{count} records, {refused} refused.", file=told)


@dataclass(frozen=True, slots=True)
class _Predictor:
    engine: Engine
    bundles: tuple[str, ...]
    broken: tuple[BrokenBundle, ...]
    want_saliency: bool

    def entries(self, path: Path) -> Iterator[dict[str, Any]]:
        """One record's JSON object, or one for each window of a long recording.

        It has `error` where the file or the window is refused.
        """
        from inference.long_records import open_long
        from inference.records import RecordError, read_record

        try:
            long = open_long(path)
            record = read_record(path) if long is None else None
        except RecordError as error:
            yield {"path": str(path), "error": str(error)}
        except Exception:
            # One file must not end a run over thousands; the traceback tells the bug.
            _log.exception("Reading %s failed", path)
            yield {"path": str(path), "error": _FAULT}
        else:
            if record is not None:
                yield {"path": str(path), **self._said(record)}
            elif long is not None:
                for start_s in window_starts_s(long.duration_s):
                    yield {"path": str(path), "start_s": float(start_s), **self._window(long, start_s)}

    def _window(self, long: LongRecord, start_s: float) -> dict[str, Any]:
        """What there is to say of ten seconds: the answers, or why there are none."""
        from inference.records import RecordError
        from inference.signal.analysis import analyse

        try:
            record = long.window(start_s)
            sentence = unreadable(analyse(record))
        except RecordError as error:
            return {"error": str(error)}
        except Exception:
            # Ten seconds must not end a run over hours; the traceback tells the bug.
            _log.exception("Reading %s at %g s failed", long.path, start_s)
            return {"error": _FAULT}
        return self._said(record) if sentence is None else {"error": sentence}

    def _said(self, record: Record) -> dict[str, Any]:
        answers = {name: self._answer(record, name) for name in self.bundles}
        predictions = [_prediction_entry(name, answer) for name, answer in answers.items()]
        predictions += [{"bundle": each.name, "error": each.sentence} for each in self.broken]
        return {
            "sha256": record.sha256,
            "predictions": predictions,
            "lead_shares": _lead_shares(answers),
        }

    def _answer(self, record: Record, name: str) -> ModelAnswer:
        from inference.results import ModelAnswer
        from inference.scope import out_of_scope

        info = next((each for each in self.engine.bundles if each.name == name), None)
        refused = None if info is None else out_of_scope(info, record)
        return ModelAnswer(refused) if refused else self.engine.answer(record, name, self.want_saliency)


def _prediction_entry(name: str, answer: ModelAnswer) -> dict[str, Any]:
    from inference.results import ModelFailure

    outcome = answer.outcome
    if isinstance(outcome, ModelFailure):
        return {"bundle": name, "error": outcome.sentence}
    return {
        "bundle": name,
        "bundle_sha256": outcome.bundle_sha256,
        "classes": list(outcome.classes),
        "probabilities": list(outcome.probabilities),
        "threshold": outcome.threshold,
        "notes": list(outcome.notes),
    }


def _lead_shares(answers: dict[str, ModelAnswer]) -> dict[str, dict[str, float]]:
    from inference.records.leads import STANDARD_LEADS

    return {
        name: dict(zip(STANDARD_LEADS, answer.attribution.lead_shares, strict=True))
        for name, answer in answers.items()
        if answer.attribution is not None
    }
