"""The model card: what it was trained on, measured figures, what it is not, when not to believe it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from inference.bundle_info import BundleInfo
from inference.prepare import Profile
from training.data.folds import N_FOLDS
from training.figures.site_figures import FAMILIES
from training.publishing.retraining_text import external_text, retraining_text

NOTICE = "Research software. Not a medical device. It informs a reader and never replaces one."

_BEAT_SCALES: Final[dict[Profile, str]] = {
    "beat-zscore-12x400": "each lead z-scored",
    "beat-maxabs-12x400": "each lead divided by its largest absolute value",
    "beat-mv-12x400": "in millivolts",
}


def model_card(info: BundleInfo, settings: dict[str, Any], training_data: Sequence[str]) -> str:
    """Markdown text of a bundle's card.md; every figure comes from info.metrics."""
    parts = [
        f"# {info.name}: {info.title}",
        f"**{NOTICE}**",
        f"Task: {info.task}. Architecture: {info.arch}. Classes: {', '.join(info.classes)}. "
        f"Made {info.created}.",
        "## Trained on\n\n" + info.trained_on + "\n\n" + _bullets(training_data),
        "## Input\n\n" + _input_text(info),
        "## Settings\n\n" + _bullets([f"{key}: {value}" for key, value in settings.items()]),
        "## Measured\n\n" + _measured(info.metrics),
        "## What it is not, and when not to believe it\n\n" + _bullets(info.warnings),
    ]
    return "\n\n".join(parts) + "\n"


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _input_text(info: BundleInfo) -> str:
    spec = info.prepare
    band = f"band {spec.band.low_hz:g} to {spec.band.high_hz:g} Hz, zero phase, 500 Hz"
    if spec.is_beat:
        return (
            f"Median beat, samples {spec.first_sample} to {spec.first_sample + spec.n_samples - 1} of 600 "
            f"(R at 300), {_BEAT_SCALES[spec.profile]}; {band}."
        )
    if spec.is_sheet:
        return (
            "The first ten seconds as a picture of the printed sheet, 224x224 in colour, normalised with "
            f"ImageNet's mean and deviation; {band}."
        )
    return (
        f"Per lead one {spec.image_px}x{spec.image_px} picture of each {spec.window_s:g}-s window, "
        f"fixed range of plus or minus {spec.range_mv:g} mV, probabilities averaged over a record's "
        f"windows; {band}."
    )


def _measured(metrics: dict[str, Any]) -> str:
    parts = []
    if "cross_validation" in metrics:
        cv = metrics["cross_validation"]
        parts.append(
            f"Cross-validation, {cv['runs']} of the {N_FOLDS} runs over ten patient-grouped folds "
            "(one tested, one for epoch and threshold, eight to train), tested on known patients only "
            f"({cv['n_records']} records of {cv['n_patients']} patients). Intervals: 95 %, 2,000 bootstrap "
            "draws of whole patients. The shipped weights were trained later, on all records named above: "
            "these figures are of the cross-validation's networks, never of records they were trained on."
        )
        parts.append(_figures_table(cv))
    if "retraining" in metrics:
        parts.append(retraining_text(metrics["retraining"]))
    for sentence in external_text(metrics.get("external", {})):
        parts.append(f"{sentence} Tiny set: read the interval, not the value.")
    return "\n\n".join(parts)


def _figures_table(cv: dict[str, Any]) -> str:
    if "auc_pooled" in cv:
        return _binary_table(cv)
    return _class_table(cv) if "class_recall" in cv else _site_table(cv)


def _class_table(cv: dict[str, Any]) -> str:
    classes = cv["classes"]
    rows = [
        ("Accuracy", _interval(cv["class_accuracy"])),
        (f"Macro recall over {', '.join(classes)}", _interval(cv["class_macro_recall"])),
        *((f"Recall, {name}", _recall(facts)) for name, facts in cv["class_recall"].items()),
        *(
            (f"True {name}, called {', '.join(classes)}", ", ".join(str(n) for n in row))
            for name, row in zip(classes, cv["class_confusion"], strict=True)
        ),
        (f"{classes[-1]} against the others, AUC", _interval(cv["last_class_auc"])),
    ]
    return _table(rows)


def _binary_table(cv: dict[str, Any]) -> str:
    own, shipped = cv["at_own_threshold"], cv["at_shipped_threshold"]
    rows = [
        (
            "AUC, mean over runs",
            f"{cv['auc_mean_over_runs']:.3f} (runs: {', '.join(f'{v:.3f}' for v in cv['auc_per_run'])})",
        ),
        ("AUC, pooled", _interval(cv["auc_pooled"])),
        *(
            (
                f"AUC, pooled, against negatives with {name}",
                f"{_interval(part['auc'])} ({part['n_negative']} records)",
            )
            for name, part in cv.get("by_negatives", {}).items()
        ),
        ("Average precision, pooled", _interval(cv["ap_pooled"])),
        ("Positive records", f"{cv['n_positive']} of {cv['n_records']} ({_part(cv)})"),
        *_decision_rows("each run's own validation threshold", own),
        *_decision_rows(f"the shipped threshold {cv['shipped_threshold']:.4f}", shipped),
        *_operating_rows(cv),
    ]
    return _table(rows) + "\n\n" + _threshold_text(cv) + _selection_text(cv)


def _decision_rows(where: str, figures: dict[str, Any]) -> list[tuple[str, str]]:
    counts = ("true_positive", "false_negative", "false_positive", "true_negative")
    rates = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
    return [
        (f"Confusion (TP, FN, FP, TN) at {where}", ", ".join(str(figures[name]) for name in counts)),
        *((f"{name.replace('_', ' ').capitalize()} at {where}", _interval(figures[name])) for name in rates),
    ]


def _operating_rows(cv: dict[str, Any]) -> list[tuple[str, str]]:
    """Ruling out (sensitivity of 0.90 or more on validation) and in (predictive value of 0.85 or more)."""
    rows = []
    for key, name, rates in (
        ("at_rule_out", "Rule-out", ("sensitivity", "negative_predictive_value")),
        ("at_rule_in", "Rule-in", ("sensitivity", "positive_predictive_value")),
    ):
        if key in cv:
            figures = cv[key]
            rows += [
                (
                    f"{name}: {rate.replace('_', ' ')} at the runs' own thresholds (median "
                    f"{figures['threshold']:.4f})",
                    _interval(figures[rate]),
                )
                for rate in rates
            ]
    return rows


def _threshold_text(cv: dict[str, Any]) -> str:
    return (
        f"The shipped threshold is the median of the {cv['runs']} thresholds that gave the best F1 on a "
        "validation fold each. It was chosen where positives are as frequent as in the tested records; "
        "predictive values hold for that frequency only."
    )


def _selection_text(cv: dict[str, Any]) -> str:
    """Whether the tested records are as difficult as those of unknown patients, which are never tested."""
    tested, untested = (
        cv.get("normal_share_of_tested_negatives"),
        cv.get("normal_share_of_untested_negatives"),
    )
    if tested is None or untested is None:
        return ""
    return (
        f" Of the tested negatives {tested:.0%} are coded as a normal ECG, of the others, whose patient is "
        f"unknown, {untested:.0%}: the tested mix is an easy one. The AUC against other findings is the one "
        f"nearer to practice. In training {cv['positive_share_of_training']:.0%} of the records are positive."
    )


def _part(cv: dict[str, Any]) -> str:
    return f"{cv['n_positive'] / cv['n_records']:.0%}"


def _site_table(cv: dict[str, Any]) -> str:
    macro = ", ".join(cv["families_in_macro_recall"])
    rows = [
        ("Families: accuracy among MI records", _interval(cv["family_accuracy"])),
        (f"Families: macro recall over {macro}", _interval(cv["family_macro_recall"])),
        *((f"Recall, {name}", _recall(facts)) for name, facts in cv["family_recall"].items()),
        *(
            (f"True {name}, called {', '.join(FAMILIES)}", ", ".join(str(n) for n in row))
            for name, row in cv["family_confusion"].items()
        ),
        ("Exact site: accuracy among MI records", _interval(cv["exact_site_accuracy_among_mi"])),
        *((f"Recall, site {name}", _recall(facts)) for name, facts in cv["exact_site_recall"].items()),
        ("MI against N, AUC", _interval(cv["mi_against_none_auc"])),
        ("MI against N, average precision", _interval(cv["mi_against_none_ap"])),
        ("N records called N", _interval(cv["none_called_none"])),
        ("MI records called N", _interval(cv["mi_called_none"])),
    ]
    return _table(rows)


def _recall(facts: dict[str, Any]) -> str:
    people = f"{facts['n_records']} records, {facts['n_patients']} patients"
    if facts["recall"] is None:
        return f"not quoted ({people})"
    return f"{_interval(facts['recall'])} ({people})"


def _interval(figures: dict[str, float]) -> str:
    return f"{figures['value']:.3f} [{figures['low']:.3f} to {figures['high']:.3f}]"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
