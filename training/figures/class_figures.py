"""Figures of a model with several classes that are not sites; its last class also against all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.figures.many_classes import Called
from training.figures.out_of_fold import OutOfFold
from training.figures.resampling import N_BOOTSTRAP, PatientDraws
from training.figures.site_figures import recalls
from training.figures.weighted import weighted_auc


def class_metrics(
    result: OutOfFold, patients: Sequence[str], classes: Sequence[str], n_draws: int = N_BOOTSTRAP
) -> dict[str, Any]:
    """Cross-validated figures with patient-clustered intervals; the last class is also judged against all."""
    called = Called(result.probabilities.argmax(axis=1), result.targets, len(classes))
    draws = PatientDraws.of(patients, n_draws)
    truth = [classes[k] for k in called.truth]
    is_last = (result.targets == len(classes) - 1).astype(np.int64)
    last_against_all = weighted_auc(is_last, result.probabilities[:, -1])
    return {
        "n_records": int(result.targets.size),
        "n_patients": len(set(patients)),
        "runs": len(result.validation),
        "classes": list(classes),
        "class_accuracy": draws.interval(called.accuracy).to_json(),
        "class_macro_recall": draws.interval(called.macro_recall).to_json(),
        "class_recall": recalls(called.guessed == called.truth, truth, patients, n_draws),
        "class_confusion": called.confusion().tolist(),
        "last_class_auc": draws.interval(last_against_all).to_json(),
    }
