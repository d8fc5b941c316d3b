"""What a card and a report say of a retraining, in plain words, from the bundle's metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from inference.versions import FIGURE_NAMES

MOST_CHANGES_SHOWN: Final = 100
_VERDICTS: Final = {
    "better": "Better: the interval of the difference lies above 0.",
    "worse": "Worse: the interval of the difference lies below 0.",
    "no difference shown": "No difference is shown: the interval of the difference includes 0, so chance "
    "alone may have made it.",
}
_CAUTIONS: Final = {
    "corrected_records": " Readers chose which records to correct, often because a model was wrong there: "
    "this shows what was learned, not how good the model is elsewhere."
}


def retraining_text(figures: Mapping[str, Any]) -> str:
    """The card's paragraphs on a retraining."""
    changed = figures["changed_labels"][:MOST_CHANGES_SHOWN]
    more = figures["n_changed_labels"] - len(changed)
    changes = [f"- {change['record']}: {became(change)}" for change in changed]
    return "\n\n".join(
        [
            " ".join([comparison_text(figures), *judged_text(figures), *figures["notes"]]),
            " ".join(thresholds_text(figures)),
            " ".join(drift_text(figures["drift"])),
            f"{reviewed_text(figures)} Labels changed or added (all in changed_labels.csv):",
            "\n".join([*(changes or ["- none"]), *([f"- and {more} more"] if more else [])]),
        ]
    )


def comparison_text(figures: Mapping[str, Any]) -> str:
    """What was compared with what, and what the figures are not of."""
    n = figures["rotations"]
    started = " (the latter start from the weights of the former)" if figures["fine_tuned_from"] else ""
    return (
        f"Networks without and with the readings{started} were trained on the same folds of patients"
        f" ({n} of 5 test parts), which were frozen before any reading was looked at and stay the same in "
        "every later retraining. Each record was judged by networks that had seen nothing of its patient. "
        "The weights in this bundle are of one more network, trained afterwards on every record but the gold "
        "set's patients: the figures are not of it, unless said so."
    )


def judged_text(figures: Mapping[str, Any]) -> list[str]:
    """Before and after on each set of records, with what the difference means."""
    sentences = [_judged(name, each) for name, each in figures["judged"].items()]
    if "bundle_on_gold" in figures:
        auc = figures["bundle_on_gold"]["auc"]
        sentences.append(
            f"The weights in this bundle on the gold set: AUC {auc['value']:.3f} [{auc['low']:.3f} to "
            f"{auc['high']:.3f}]."
        )
    return sentences


def _judged(name: str, each: Mapping[str, Any]) -> str:
    positive = f", {each['n_positive']} positive" if "n_positive" in each else ""
    head = f"On the {each['title']} ({each['n_records']} records{positive}, {each['n_patients']} patients): "
    if "not_judged" in each:
        text: str = each["not_judged"]
        return head + text[0].lower() + text[1:]
    parts = [_figure(figure, each) for figure in FIGURE_NAMES if f"{figure}_difference" in each]
    return f"{head}{'; '.join(parts)}. {_VERDICTS[each['verdict']]}{_CAUTIONS.get(name, '')}"


def _figure(figure: str, each: Mapping[str, Any]) -> str:
    gap = each[f"{figure}_difference"]
    return (
        f"{FIGURE_NAMES[figure]} {each[f'{figure}_before']:.3f} before, {each[f'{figure}_after']:.3f} after, "
        f"difference {gap['value']:+.3f} [{gap['low']:+.3f} to {gap['high']:+.3f}], p = {gap['p']:.3f}"
    )


def thresholds_text(figures: Mapping[str, Any]) -> list[str]:
    """The thresholds chosen anew, on validation records only."""
    chosen = figures["thresholds"]
    if not chosen:
        return ["A location model decides by its most probable class and has no threshold."]
    names = {
        "best_f1": "best F1 (the one that the bundle uses)",
        "rule_out": "rule-out (sensitivity at least 0.90)",
        "rule_in": "rule-in (positive predictive value at least 0.85)",
    }
    parts = [
        f"{words} {chosen[name]['value']:.4f}"
        if chosen[name]["value"] is not None
        else f"{words}: none. {chosen[name]['why_none'].rstrip('.')}"
        for name, words in names.items()
    ]
    return [
        f"Thresholds, chosen on {chosen['n_validation']} validation records of the networks with the "
        f"readings: {'; '.join(parts)}."
    ]


def drift_text(drift: Mapping[str, Any]) -> list[str]:
    """How the labels drifted by the readings: how common each class was and is, and who changed what."""
    shares = [
        f"{name} {_share(drift['before'], name)} before, {_share(drift['after'], name)} after"
        for name in drift["before"]
    ]
    by_reader = [f"{reader}: {_kinds(kinds)}" for reader, kinds in drift["changes_by_reader"].items()]
    return [
        f"Labels to train on: {'; '.join(shares)}.",
        f"Changed: {_kinds(drift['changes'])}.",
        *([f"By reader: {'; '.join(by_reader)}."] if len(by_reader) > 1 else []),
    ]


def _share(counts: Mapping[str, int], name: str) -> str:
    total = sum(counts.values())
    return f"{counts[name]} of {total} ({counts[name] / total:.1%})" if total else "0 of 0"


def _kinds(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in kinds.items() if n) or "none"


def reviewed_text(figures: Mapping[str, Any]) -> str:
    """How many records the readings are of."""
    n, n_new = figures["reviewed_records"], figures["new_records"]
    return f"Records labelled in the app: {n}, {n_new} of them new to the base set."


def became(change: Mapping[str, Any]) -> str:
    """One label's way, with who changed it and when."""
    use = " (gold set, not trained on)" if change["use"] == "gold" else ""
    return f"{change['old'] or 'new'} -> {change['new']} ({change['reader']}, {change['time']}){use}"


def external_text(external: Mapping[str, Any]) -> list[str]:
    """One sentence per set that the bundle's own weights were measured on."""
    return [
        f"{name}: AUC {part['auc']['value']:.3f} [{part['auc']['low']:.3f} to {part['auc']['high']:.3f}], "
        f"{part['n_positive']} positive of {part['n_records']} records of {part['n_patients']} patients."
        for name, part in external.items()
    ]


def listed(heading: str, lines: Sequence[str]) -> list[str]:
    """The heading with the number of lines, and the lines; nothing where there is none."""
    return [f"{heading}: {len(lines)}.", *(f"  {line}" for line in lines)] if lines else []
