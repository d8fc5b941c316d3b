"""What a finished fold leaves: predictions, history and, of networks on beats, the positives' saliency."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.data.folds import Split
from training.figures.aggregate_saliency import AggregateSaliency
from training.figures.out_of_fold import OutOfFold
from training.figures.read_run import read_saliency, write_saliency
from training.trials.run_folder import write_arrays, write_json

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoldHistory:
    """How a fold's fit went: the epoch that it kept, the seconds that it took, one entry per epoch."""

    kept_epoch: int
    seconds: float
    epochs: tuple[dict[str, float], ...]


def is_finished(folder: Path, run: int) -> bool:
    """Whether the fold's predictions are there: they are written last."""
    return (folder / f"fold{run}.npz").exists()


def write_fold(
    folder: Path,
    split: Split,
    test: FloatArray,
    validation: FloatArray,
    history: FoldHistory,
    saliency: AggregateSaliency | None,
) -> None:
    """Everything of a fold; a fold that was cut off while it was written is not finished."""
    write_json(folder / f"fold{split.run}.json", asdict(history))
    if saliency is not None:
        (folder / f"fold{split.run}").mkdir(exist_ok=True)
        write_saliency(folder / f"fold{split.run}", saliency)
    arrays: dict[str, npt.NDArray[Any]] = {"test_rows": split.test, "test": test}
    arrays |= {"validation_rows": split.validation, "validation": validation}
    write_arrays(folder / f"fold{split.run}.npz", arrays)


def read_folds(folder: Path, runs: Sequence[int], targets: IntArray) -> OutOfFold:
    """The finished folds of `folder` as one; `targets` (n,) are those of all prepared rows."""
    results = [dict(np.load(folder / f"fold{run}.npz", allow_pickle=False)) for run in runs]
    return OutOfFold(
        rows=np.concatenate([result["test_rows"] for result in results]),
        probabilities=np.concatenate([result["test"] for result in results]),
        targets=np.concatenate([targets[result["test_rows"]] for result in results]),
        run=np.concatenate([np.full(result["test_rows"].size, k) for k, result in enumerate(results)]),
        validation=tuple((result["validation"], targets[result["validation_rows"]]) for result in results),
    )


def validation_rows(folder: Path, run: int) -> IntArray:
    """The rows that a finished fold was validated on."""
    rows: IntArray = np.load(folder / f"fold{run}.npz", allow_pickle=False)["validation_rows"]
    return rows


def read_history(folder: Path, run: int) -> FoldHistory:
    """How a finished fold's fit went."""
    values: dict[str, Any] = json.loads((folder / f"fold{run}.json").read_text(encoding="utf-8"))
    return FoldHistory(int(values["kept_epoch"]), float(values["seconds"]), tuple(values["epochs"]))


def read_saliencies(folder: Path, runs: Sequence[int]) -> list[AggregateSaliency]:
    """Of those folds that left one."""
    found = [read_saliency(folder / f"fold{run}") for run in runs]
    return [saliency for saliency in found if saliency is not None]
