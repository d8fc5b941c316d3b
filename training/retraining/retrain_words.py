"""The report that `retrain` prints when it is done: what changed, whether it is better, what was left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from inference.bundle_info import BundleInfo
from inference.versions import EXTERNAL, why_switched_off
from training.publishing.retraining_text import (
    became,
    comparison_text,
    drift_text,
    external_text,
    judged_text,
    listed,
    reviewed_text,
    thresholds_text,
)
from training.retraining.judgement import CORRECTED, GOLD, TITLES, UNTOUCHED
from training.retraining.merge import Merged
from training.retraining.readings import Conflict, LeftOut, Lessons

_HEADLINES: Final = {
    "better": "Is it better? Yes, on the {name}: the interval of the difference lies above 0.",
    "worse": "Is it better? No, it is worse on the {name}: keep the present model.",
    "no difference shown": "Is it better? That is not shown: on the {name} the difference may be chance.",
}


def headline(figures: dict[str, Any]) -> str:
    """Whether it is better, by the set that says most: gold, then untouched, then corrected."""
    judged = figures["judged"]
    for name in (GOLD, UNTOUCHED, CORRECTED):
        if "verdict" in judged.get(name, {}):
            return _HEADLINES[judged[name]["verdict"]].format(name=TITLES[name])
    return "Is it better? Nobody can say: there was no set of records to judge on."


def report(info: BundleInfo, merged: Merged, learned: Lessons, changes: Sequence[dict[str, Any]]) -> str:
    """Everything that a user should know of a finished retraining, in lines.

    `changes` belong to merged.changes one by one; files are named here, as the report stays on this machine.
    """
    figures = info.metrics["retraining"]
    changed = [
        f"{change['record']} ({each.record.path.name}): {became(change)}"
        for each, change in zip(merged.changes, changes, strict=True)
    ]
    return "\n".join(
        [
            f"{info.name} written to {info.folder}.",
            headline(figures),
            comparison_text(figures),
            *judged_text(figures),
            *thresholds_text(figures),
            *drift_text(figures["drift"]),
            *external_text(info.metrics.get("external", {})),
            switch_text(info),
            *figures["notes"],
            f"{reviewed_text(figures)} Labels changed or added: {len(changed)}.",
            *(f"  {line}" for line in changed),
            *left_out_text(learned.left_out),
            *conflicts_text(learned.conflicts),
            *listed("Files that could not be used", merged.prepared.refused),
        ]
    )


def switch_text(info: BundleInfo) -> str:
    """Whether the bundle is switched on, and why not."""
    if info.enabled:
        return "It is switched on."
    what_next = "" if EXTERNAL in info.metrics else ": name PTB's and LUDB's folders with --ptb and --ludb"
    return f"It is switched off, because {why_switched_off(info)}{what_next}."


def left_out_text(left_out: Sequence[LeftOut]) -> list[str]:
    """Readings that teach nothing, counted and listed by reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for each in left_out:
        by_reason[each.reason].append(f"{each.file} ({each.reader})")
    reasons = [
        f"  {reason}: {len(files)}: {', '.join(sorted(files))}" for reason, files in sorted(by_reason.items())
    ]
    return [f"Readings that teach this model nothing: {len(left_out)}.", *reasons]


def conflicts_text(conflicts: Sequence[Conflict]) -> list[str]:
    """ECGs that were answered differently, with every answer and which one counts."""
    differing = [f"{conflict.file}: {'; '.join(conflict.answers)}" for conflict in conflicts]
    return listed("ECGs with differing readings, of which the latest signed one counts", differing)
