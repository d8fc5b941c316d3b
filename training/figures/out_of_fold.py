"""What a system said of records that it was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions on records that the predicting network was not trained on, one per tested record.

    `rows` (n,) index the prepared set; `probabilities` (n, n_classes); `targets` and `run` (n,);
    `validation` holds, per run, that run's validation (probabilities, targets) for its threshold.
    """

    rows: IntArray = field(repr=False)
    probabilities: FloatArray = field(repr=False)
    targets: IntArray = field(repr=False)
    run: IntArray = field(repr=False)
    validation: tuple[tuple[FloatArray, IntArray], ...] = field(repr=False)
