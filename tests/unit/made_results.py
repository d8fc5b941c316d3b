"""Results of systems that were never trained, with answers that are known beforehand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from training.figures.out_of_fold import OutOfFold
from training.figures.system_result import Epoch, SystemResult, TestedRecord

SITES = ("N", "A", "I", "L")


def made_result(
    name: str = "first",
    *,
    n_folds: int = 3,
    per_fold: int = 60,
    separation: float = 1.5,
    seed: int = 0,
    classes: Sequence[str] = ("no MI", "MI"),
    task: str = "mi",
) -> SystemResult:
    """A system tested on `n_folds` folds: records, labels and folds alike for every name and seed.

    Three records in five belong to a patient with one more record. `separation` is how far the logits of
    right and wrong classes lie apart.
    """
    n = n_folds * per_fold
    targets = np.random.default_rng(99).integers(0, len(classes), n)
    run = np.arange(n) // per_fold
    probabilities = _softmax(targets, len(classes), separation, seed)
    records = tuple(
        TestedRecord(f"made/{k}", f"patient {k // 2 * 2 if k % 5 < 3 else k}", "made") for k in range(n)
    )
    parts = [np.flatnonzero(run == (fold + 1) % n_folds) for fold in range(n_folds)]
    return SystemResult(
        name=name,
        title=f"The {name} system",
        task=task,
        classes=tuple(classes),
        predictions=OutOfFold(
            rows=np.arange(n),
            probabilities=probabilities,
            targets=targets,
            run=run,
            validation=tuple((probabilities[rows], targets[rows]) for rows in parts),
        ),
        folds=tuple(range(n_folds)),
        folds_total=n_folds,
        records=records,
        validation_patients=tuple(tuple(records[row].patient for row in rows) for rows in parts),
        n_parameters=6_991_682,
        seconds=4321.0,
        settings={"epochs": 100, "batch": 128},
        history=tuple(made_history(fold) for fold in range(n_folds)),
    )


def _softmax(targets: np.ndarray, n_classes: int, separation: float, seed: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, 1, (targets.size, n_classes))
    logits[np.arange(targets.size), targets] += separation
    scores = np.exp(logits)
    return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def made_history(fold: int, n_epochs: int = 12) -> tuple[Epoch, ...]:
    rng = np.random.default_rng(fold)
    return tuple(
        Epoch(
            epoch,
            train_loss=float(0.7 * np.exp(-epoch / 6) + 0.05 + rng.normal(0, 0.01)),
            validation_loss=float(0.6 * np.exp(-epoch / 5) + 0.2 + rng.normal(0, 0.02)),
            learning_rate=1e-4,
            score=float(0.85 - 0.3 * np.exp(-epoch / 4) + rng.normal(0, 0.01)),
        )
        for epoch in range(1, n_epochs + 1)
    )


def scored_result(
    targets: Sequence[int],
    scores: Sequence[float],
    validation: tuple[Sequence[int], Sequence[float]],
    patients: Sequence[str] | None = None,
) -> SystemResult:
    """A two-class system with one fold, of these test and validation records."""
    people = patients or [f"p{k}" for k in range(len(targets))]
    return SystemResult(
        name="scored",
        title="Scored",
        task="mi",
        classes=("no MI", "MI"),
        predictions=OutOfFold(
            rows=np.arange(len(targets)),
            probabilities=two_columns(scores),
            targets=np.asarray(targets),
            run=np.zeros(len(targets), dtype=np.int64),
            validation=((two_columns(validation[1]), np.asarray(validation[0])),),
        ),
        folds=(4,),
        folds_total=10,
        records=tuple(TestedRecord(f"made/{k}", name, "made") for k, name in enumerate(people)),
        validation_patients=(tuple(f"v{k}" for k in range(len(validation[0]))),),
    )


def two_columns(scores: Sequence[float]) -> np.ndarray:
    positive = np.asarray(scores, dtype=np.float32)
    return np.stack([1 - positive, positive], axis=1)


def write_run(
    folder: Path, results: Sequence[SystemResult], *, toml: str = "", everyone: SystemResult | None = None
) -> Path:
    """A run folder as training leaves it. The records are those that `everyone` (else the longest) tested."""
    names = json.dumps([result.name for result in results])
    (folder).mkdir(parents=True, exist_ok=True)
    (folder / "experiment.toml").write_text(toml or f'title = "A made experiment"\nsystems = {names}\n')
    longest = everyone or max(results, key=lambda result: len(result.records))
    lines = [
        json.dumps(
            {
                "row": int(row),
                "record_id": record.record_id,
                "patient": record.patient,
                "source": "ptb-xl",
                "sha256": f"{row:064x}",
                "label": longest.classes[target],
            }
        )
        for row, record, target in zip(
            longest.predictions.rows, longest.records, longest.predictions.targets, strict=True
        )
    ]
    (folder / "records.jsonl").write_text("\n".join(lines) + "\n")
    for result in results:
        write_system(folder / result.name, result)
    return folder


def write_system(folder: Path, result: SystemResult) -> None:
    """One system's folder of a run; validation records are those of the next fold, as in `made_result`."""
    folder.mkdir(exist_ok=True)
    said, arrays = result.predictions, {}
    for place, fold in enumerate(result.folds):
        probabilities, targets = said.validation[place]
        arrays[f"validation_rows_{fold}"] = np.arange(targets.size)
        arrays[f"validation_targets_{fold}"] = targets
        arrays[f"validation_probabilities_{fold}"] = probabilities
    np.savez(
        folder / "predictions.npz",
        rows=said.rows,
        run=np.asarray(result.folds)[said.run],
        targets=said.targets,
        probabilities=said.probabilities,
        **arrays,
    )
    facts = {
        "name": result.name,
        "title": result.title,
        "task": result.task,
        "classes": list(result.classes),
        "n_parameters": result.n_parameters,
        "settings": dict(result.settings),
        "seconds": result.seconds,
        "folds_run": list(result.folds),
        "folds_total": result.folds_total,
    }
    (folder / "system.json").write_text(json.dumps(facts))
    history = [[asdict(epoch) for epoch in epochs] for epochs in result.history]
    (folder / "history.json").write_text(json.dumps(history))
