"""What is said of a retraining, as pure functions: facts in, sentences out, nothing invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference.labels import MI_LOCATIONS
from inference.versions import is_judged_outside, pooled_auc, why_switched_off

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


def switched_off_text(info: BundleInfo) -> str:
    """Why a version cannot be activated, and what to do where it was not measured; '' where it can be."""
    reason = why_switched_off(info)
    if not reason:
        return ""
    can_be_measured = is_judged_outside(info.task) and pooled_auc(info.metrics) is None
    what_next = " Retrain with the folders of PTB and LUDB." if can_be_measured else ""
    return f"It is switched off and cannot be activated, because {reason}.{what_next}"


def version_text(info: BundleInfo, base: str) -> str:
    """One version in a menu: 'original, 2026-11-21', 'corrected-1a2b3c4d, 2026-11-21, switched off'."""
    name = "original" if info.name == base else info.name.removeprefix(f"{base}-")
    return ", ".join(part for part in (name, info.created, "" if info.enabled else "switched off") if part)


def _count(done: int, total: int) -> str:
    return f" · {done} of {total}" if total else ""
