"""What a retrained bundle says of itself against the one before: its own figures as rows of text.

In a bundle's metrics, `retraining` holds sets of records that both systems were judged on, at any depth:
`title`, `n_records`, for each figure `NAME_before`, `NAME_after` and `NAME_difference` (`value`, `low`,
`high`), or `not_judged` with the sentence why not. The first figure of a set is the one that decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference.versions import FIGURE_NAMES, RETRAINING

if TYPE_CHECKING:
    from inference.bundle_info import BundleInfo

UNDECIDED: Final = (
    "The interval of each deciding difference includes 0: nothing here shows that the new version is better."
)
WORSE: Final = (
    "On one of these sets the new version is worse: the whole interval of its difference is below 0."
)
_AS_THEY_ARE: Final = ("changed_labels", "thresholds")
"""Parts of the metrics without such sets."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure without and with the readings, and the difference with its interval, as text."""

    name: str
    before: str
    after: str
    difference: str
    sign: int
    """1 where the interval lies above 0, -1 where below, 0 where it includes 0 or is not known."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """One set of records: its figures, the deciding one first, or why there are none."""

    title: str
    rows: tuple[FigureRow, ...]
    not_judged: str = ""


def judged_sets(info: BundleInfo) -> list[JudgedSet]:
    """Every set that the bundle was judged on, in its own order."""
    figures = info.metrics.get(RETRAINING)
    return list(_sets("test records", figures)) if isinstance(figures, dict) else []


def caution_text(sets: list[JudgedSet]) -> str:
    """What speaks against activating, by the deciding figure of each set; '' where nothing does."""
    signs = [each.rows[0].sign for each in sets if each.rows]
    if -1 in signs:
        return WORSE
    return UNDECIDED if signs and not any(signs) else ""


def facts_text(info: BundleInfo) -> str:
    """How many records were reviewed and relabelled, where the bundle says so."""
    figures = info.metrics.get(RETRAINING, {})
    reviewed, changed = figures.get("reviewed_records"), figures.get("changed_labels")
    n_changed = figures.get("n_changed_labels", len(changed) if isinstance(changed, list) else None)
    told = []
    if isinstance(reviewed, int):
        told.append(f"{reviewed} records labelled in the app")
    if isinstance(n_changed, int):
        told.append(f"{n_changed} labels changed or added")
    return f"{', '.join(told)}." if told else ""


def _sets(name: str, figures: Mapping[str, Any]) -> Iterator[JudgedSet]:
    title = figures.get("title") if isinstance(figures.get("title"), str) else name
    n = _count_in(figures)
    rows = tuple(_rows(figures))
    not_judged = figures.get("not_judged")
    if rows or isinstance(not_judged, str):
        whole = f"{title} ({n})" if n is not None else f"{title}"
        yield JudgedSet(whole, rows, "" if rows else str(not_judged))
    for key, inner in figures.items():
        if isinstance(inner, dict) and key not in _AS_THEY_ARE:
            yield from _sets(key.replace("_", " "), inner)


def _rows(figures: Mapping[str, Any]) -> Iterator[FigureRow]:
    for key in figures:
        name = key.removesuffix("_before")
        before, after = figures.get(f"{name}_before"), figures.get(f"{name}_after")
        if name == key or not _is_number(before) or not _is_number(after):
            continue
        gap = figures.get(f"{name}_difference")
        shown = FIGURE_NAMES.get(name, name.replace("_", " "))
        if isinstance(gap, dict) and all(_is_number(gap.get(part)) for part in ("value", "low", "high")):
            text = f"{gap['value']:+.3f} [{gap['low']:+.3f} to {gap['high']:+.3f}]".replace("-", "−")
            sign = 1 if gap["low"] > 0 else -1 if gap["high"] < 0 else 0
            yield FigureRow(shown, f"{before:.3f}", f"{after:.3f}", text, sign)
        else:
            yield FigureRow(shown, f"{before:.3f}", f"{after:.3f}", "not measured", 0)


def _count_in(figures: Mapping[str, Any]) -> int | None:
    """The number of records, beside the figures or in a part of its own."""
    test = figures.get("test")
    n = figures.get("n_records", test.get("n_records") if isinstance(test, dict) else None)
    return n if isinstance(n, int) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
