"""What is said of a retraining, as pure functions: facts in, sentences out, nothing invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference.labels import MI_LOCATIONS
from inference.versions import RETRAINING

if TYPE_CHECKING:
    from ecgviewer.services.retrain_plan import LearnsFrom
    from ecgviewer.services.retrain_run import RunNews
    from inference.bundle_info import BundleInfo

_STAGE_TITLES: Final = {
    "starting": "Starting",
    "running": "Retraining",
    "finished": "Retrained",
    "failed": "Not retrained",
    "stopped": "Stopped",
}
STOPPED: Final = (
    "The retraining stopped without an answer. Start it again: it goes on from what was finished."
)
GOES_ON: Final = "It goes on when this window or the program is closed."


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One comparison of the present model's training with the new one's, as text."""

    what: str
    before: str
    after: str
    difference: str


def learns_from_text(learns_from: LearnsFrom) -> str:
    """'24 ECGs: 14 OMI, 10 no OMI. Left out: 2 not signed.'"""
    n = learns_from.n_ecgs
    answers = ", ".join(f"{count} {MI_LOCATIONS.get(name, name)}" for name, count in learns_from.answers)
    ecgs = "1 ECG" if n == 1 else f"{n} ECGs"
    left_out = ", ".join(
        f"{count} {why}"
        for count, why in (
            (learns_from.n_silent, "without an answer to this model's question"),
            (learns_from.n_drafts, "not signed"),
            (learns_from.n_synthetic, "of synthetic ECGs"),
        )
        if count
    )
    said = f"{ecgs} with a signed answer: {answers}." if n else "No ECG with a signed answer."
    return f"{said} Left out: {left_out}." if left_out else said


def news_title(news: RunNews) -> str:
    """'Retraining: Myocardial infarction, any age'."""
    return f"{_STAGE_TITLES[news.stage]}: {news.run.title}"


def stage_text(news: RunNews) -> str:
    """What the run does, and how far that is: 'Training · 3 of 15'."""
    line = news.line
    if news.stage == "starting":
        return "The process is being started."
    if news.stage == "stopped":
        return "" if line is None else f"It was last at: {line.what}{_count(line.done, line.total)}"
    if line is None:
        return "It runs and has not told anything yet."
    return f"{line.what}{_count(line.done, line.total)}" if news.stage == "running" else ""


def left_text(minutes: float | None) -> str:
    """'about 12 minutes left'; '' where it is not known."""
    if minutes is None:
        return ""
    if minutes < 1:
        return "less than a minute left"
    if minutes < 90:
        return f"about {minutes:.0f} minute{'' if round(minutes) == 1 else 's'} left"
    return f"about {minutes / 60:.1f} hours left"


def news_sentence(news: RunNews) -> str:
    """The last sentence of the run; for one that vanished, what to do next."""
    if news.stage == "stopped":
        return STOPPED
    return "" if news.line is None else news.line.sentence


def notice_text(news: RunNews) -> str:
    """One line for the window of a run that was found or has ended."""
    title = news.run.title
    if news.stage == "finished":
        return f"A retrained version of “{title}” is ready to be compared. It is not in use."
    if news.stage == "failed":
        return f"“{title}” was not retrained. {news_sentence(news)}"
    if news.stage == "stopped":
        return f"The retraining of “{title}” stopped without an answer; start it again and it resumes."
    left = left_text(news.line.minutes_left) if news.line is not None else ""
    return f"“{title}” is being retrained{f', {left}' if left else ''}."


def version_text(info: BundleInfo, base: str) -> str:
    """One version in a menu: 'corrected-1a2b3c4d, 2026-11-21', 'original, 2026-11-21'."""
    name = "original" if info.name == base else info.name.removeprefix(f"{base}-")
    return f"{name}, {info.created}" if info.created else name


def figure_rows(info: BundleInfo) -> list[FigureRow]:
    """Every comparison before and after that the bundle's metrics hold, in their order."""
    figures = info.metrics.get(RETRAINING)
    return list(_rows("Test records", figures)) if isinstance(figures, dict) else []


def facts_text(info: BundleInfo) -> str:
    """How many records were reviewed and relabelled, where the bundle says so."""
    figures = info.metrics.get(RETRAINING, {})
    reviewed, changed = figures.get("reviewed_records"), figures.get("changed_labels")
    told = []
    if isinstance(reviewed, int):
        told.append(f"{reviewed} records labelled in the app")
    if isinstance(changed, list):
        told.append(f"{len(changed)} labels changed or added")
    return f"{', '.join(told)}." if told else ""


def is_undecided(info: BundleInfo) -> bool:
    """Whether no comparison shows a difference: every interval includes 0."""
    differences = list(_differences(info.metrics.get(RETRAINING, {})))
    return bool(differences) and all(each["low"] <= 0 <= each["high"] for each in differences)


def _rows(what: str, figures: Mapping[str, Any]) -> Iterator[FigureRow]:
    before, after = figures.get("auc_before"), figures.get("auc_after")
    if _is_number(before) and _is_number(after):
        counts = figures.get("test", figures)
        n = counts.get("n_records") if isinstance(counts, dict) else None
        yield FigureRow(
            f"AUC, {what[0].lower()}{what[1:]}" + (f" ({n})" if isinstance(n, int) else ""),
            f"{before:.3f}",
            f"{after:.3f}",
            _difference_text(figures.get("auc_difference")),
        )
    for key, inner in figures.items():
        if isinstance(inner, dict):
            yield from _rows(key.replace("_", " "), inner)


def _differences(figures: Mapping[str, Any]) -> Iterator[Mapping[str, float]]:
    for key, inner in figures.items():
        if isinstance(inner, dict):
            if key == "auc_difference" and _is_interval(inner):
                yield inner
            yield from _differences(inner)


def _difference_text(difference: object) -> str:
    if not _is_interval(difference):
        return "not measured"
    return f"{difference['value']:+.3f} [{difference['low']:+.3f} to {difference['high']:+.3f}]"  # type: ignore[index]


def _is_interval(value: object) -> bool:
    return isinstance(value, dict) and all(_is_number(value.get(key)) for key in ("value", "low", "high"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(done: int, total: int) -> str:
    return f" · {done} of {total}" if total else ""
