"""What is said of a retraining: in the bundle's card, and in the report that `retrain` prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from inference.bundle_info import BundleInfo
from training.retraining.merge import LabelChange, Merged
from training.retraining.readings import Conflict, LeftOut, Lessons

NO_SITE_MODEL: Final = (
    "The MI location model cannot be retrained from readings yet: corrected locations are listed, and only "
    "models that answer yes or no learn from them."
)


def retraining_text(figures: Mapping[str, Any]) -> str:
    """The card's paragraph on a retraining, from the bundle's metrics."""
    changes = [f"- {c['record']}: {_became(c)}" for c in figures["changed_labels"]]
    return "\n\n".join(
        [
            " ".join([comparison_text(figures), *figures["notes"]]),
            f"{_reviewed(figures)} Labels changed or added:",
            "\n".join(changes or ["- none"]),
        ]
    )


def comparison_text(figures: Mapping[str, Any]) -> str:
    """Before and after in words: what was compared, on how many records, and what the figures are not of."""
    test, before, after = figures["test"], figures["auc_before"], figures["auc_after"]
    gap = figures["auc_difference"]
    return (
        "Two networks, without and with the readings, were trained on the training part of one split of the "
        "base set, made before any reading was looked at; reviewed patients only train. On the same "
        f"{test['n_records']} test records ({test['n_positive']} positive by the base set's labels, "
        f"{test['n_patients']} patients): AUC {before:.3f} before, {after:.3f} after, difference "
        f"{gap['value']:+.3f} [{gap['low']:+.3f} to {gap['high']:+.3f}] (95 %, whole patients drawn). The "
        "weights in this bundle are of a third network, trained afterwards on every record, these test "
        "records among them: the figures are not of it. Its threshold is that of the network 'after'."
    )


def external_text(external: Mapping[str, Any]) -> list[str]:
    """One sentence per set that the bundle's own weights were measured on."""
    return [
        f"{name}: AUC {part['auc']['value']:.3f} [{part['auc']['low']:.3f} to {part['auc']['high']:.3f}], "
        f"{part['n_positive']} positive of {part['n_records']} records of {part['n_patients']} patients."
        for name, part in external.items()
    ]


def switch_text(info: BundleInfo, lowest_auc: float) -> str:
    """Whether the bundle is switched on, and why not."""
    if info.enabled:
        return "It is switched on."
    if "external" not in info.metrics:
        return (
            "It is switched off, because it was not measured on real acute ECGs: name PTB's and LUDB's "
            "folders with --ptb and --ludb."
        )
    measured = info.metrics["external"]["Pooled external records"]["auc"]["value"]
    return f"It is switched off, because its pooled AUC of {measured:.3f} is below {lowest_auc:.2f}."


def report(info: BundleInfo, merged: Merged, learned: Lessons, lowest_auc: float) -> str:
    """Everything that a user should know of a finished retraining, in lines."""
    figures = info.metrics["retraining"]
    changed = [f"{c.record_id} ({c.file}): {_became(_json(c))}" for c in merged.changes]
    return "\n".join(
        [
            f"{info.name} written to {info.folder}.",
            f"{_reviewed(figures)} Labels changed or added: {len(changed)}.",
            *_indented(changed),
            *left_out_text(learned.left_out),
            *conflicts_text(learned.conflicts),
            *_listed("Files that could not be used", merged.prepared.refused),
            *figures["notes"],
            comparison_text(figures),
            *external_text(info.metrics.get("external", {})),
            switch_text(info, lowest_auc),
            NO_SITE_MODEL,
        ]
    )


def left_out_text(left_out: Sequence[LeftOut]) -> list[str]:
    """Readings that teach nothing, counted and listed by reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for each in left_out:
        by_reason[each.reason].append(f"{each.file} ({each.reader})")
    reasons = [
        f"{reason}: {len(files)}: {', '.join(sorted(files))}" for reason, files in sorted(by_reason.items())
    ]
    return [f"Readings that teach this model nothing: {len(left_out)}.", *_indented(reasons)]


def conflicts_text(conflicts: Sequence[Conflict]) -> list[str]:
    """ECGs that were answered differently, with every answer and which one counts."""
    differing = [f"{conflict.file}: {'; '.join(conflict.answers)}" for conflict in conflicts]
    return _listed("ECGs with differing readings, of which the latest signed one counts", differing)


def changes_json(changes: Iterable[LabelChange]) -> list[dict[str, Any]]:
    """Changes as a bundle keeps them: without the names of files, which may name a patient."""
    return [_json(change) for change in changes]


def _reviewed(figures: Mapping[str, Any]) -> str:
    n, n_new = figures["reviewed_records"], figures["new_records"]
    return f"Records labelled in the app: {n}, {n_new} of them new to the base set."


def _json(change: LabelChange) -> dict[str, Any]:
    return {
        "record": change.record_id,
        "old": change.old,
        "new": change.new,
        "reader": change.reader,
        "time": change.time,
    }


def _became(change: Mapping[str, Any]) -> str:
    return f"{change['old'] or 'new'} -> {change['new']} ({change['reader']}, {change['time']})"


def _listed(heading: str, lines: Sequence[str]) -> list[str]:
    """The heading with the number of lines, and the lines; nothing where there is none."""
    return [f"{heading}: {len(lines)}.", *_indented(lines)] if lines else []


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]
