"""A scan: the models asked about every ten seconds of a long recording, without torch.

What it is: a series of answers to separate 10-s windows. It is no analysis of how long or how often
something lasted, and no model here was validated on ambulatory recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt

from inference.records.errors import RecordError, UnreadableFileError

if TYPE_CHECKING:
    # Views that draw a curve are on screen before the signal chain's packages are there.
    from inference.analysis_cache import AnalysisCache
    from inference.bundle_info import BundleInfo
    from inference.long_records import LongRecord
    from inference.records.record import Record
    from inference.results import ModelAnswer
    from inference.signal.analysis import EcgAnalysis

WINDOW_S: Final = 10.0
"""What the models were trained on."""
CAVEAT: Final = (
    "A series of separate 10-s answers: not a burden analysis, not validated on ambulatory recordings."
)
_BAD_KINDS: Final = frozenset({"flat", "lead_off", "clipped", "noisy", "too_large"})
_MOST_BAD_LEADS: Final = 3
"""A quarter of the twelve: with more of them in doubt an answer would be one about noise. Our own choice."""
FloatArray = npt.NDArray[np.float64]


class Answers(Protocol):
    """What a scan needs of the engine (see `inference.engine.Engine.answer`)."""

    def answer(
        self,
        record: Record,
        bundle: str,
        want_attribution: bool = True,
        analyses: AnalysisCache | None = None,
        should_stop: Callable[[], bool] = ...,
    ) -> ModelAnswer: ...


@dataclass(frozen=True, slots=True)
class WindowScan:
    """One window's probabilities of the positive class by bundle; a bundle without one is in `why`."""

    start_s: float
    probabilities: dict[str, float] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    """The sentence why a bundle gave no answer here."""
    unread: str = ""
    """The sentence why the file could not be read here, '' where it could: no bundle was asked."""


@dataclass(frozen=True, slots=True)
class ScanCurve:
    """One bundle's answers over a recording as far as the scan has come; NaN is no answer, never zero.

    `starts_s` and `probabilities` have shape (n_windows,), ascending; `n_done` of them were asked.
    `why` says for a window's place why it has no answer.
    """

    bundle: str
    bundle_sha256: str
    starts_s: FloatArray = field(repr=False)
    probabilities: FloatArray = field(repr=False)
    n_done: int
    threshold: float | None = None
    why: dict[int, str] = field(default_factory=dict, repr=False)
    window_s: float = WINDOW_S

    @property
    def is_complete(self) -> bool:
        return self.n_done == self.starts_s.size

    @property
    def highest(self) -> int | None:
        """The place of the highest probability; None while there is no answer."""
        if not np.isfinite(self.probabilities).any():
            return None
        return int(np.nanargmax(self.probabilities))


def window_starts_s(duration_s: float, stride_s: float = WINDOW_S) -> FloatArray:
    """Starts in s of the windows that lie wholly inside a recording, `stride_s` apart, shape (n,)."""
    count = int((duration_s - WINDOW_S) / stride_s + 1e-9) + 1 if duration_s >= WINDOW_S else 0
    return np.arange(count, dtype=np.float64) * stride_s


def can_be_scanned(info: BundleInfo) -> bool:
    """Whether a bundle has one probability to draw over time: two classes, the positive one last."""
    return info.enabled and len(info.classes) == 2


def unreadable(analysis: EcgAnalysis) -> str | None:
    """Why a window's quality allows no answer, or None where it does."""
    bad = {finding.lead for finding in analysis.quality if finding.kind in _BAD_KINDS}
    if len(bad) > _MOST_BAD_LEADS:
        return f"Not asked: {len(bad)} leads are noisy, flat, off or clipped."
    wrong = [finding.text for finding in analysis.quality if finding.kind == "too_small"]
    return f"Not asked: {wrong[0]}" if wrong else None


def scan_window(
    engine: Answers,
    bundles: Sequence[BundleInfo],
    long: LongRecord,
    start_s: float,
    should_stop: Callable[[], bool],
) -> WindowScan:
    """Ask every bundle about the ten seconds from `start_s`. Raises Stopped.

    A window without valid signal, or too bad to be read, is a gap with its reason; one whose file is gone
    is `unread`.
    """
    from inference.analysis_cache import AnalysisCache
    from inference.results import Prediction

    try:
        record = long.window(start_s, WINDOW_S)
    except UnreadableFileError as error:
        return WindowScan(start_s, unread=str(error))
    except RecordError as error:
        return WindowScan(start_s, why={info.name: str(error) for info in bundles})
    analyses = AnalysisCache(capacity=len(bundles) + 1)
    probabilities: dict[str, float] = {}
    why: dict[str, str] = {}
    for info in bundles:
        sentence = unreadable(analyses.get(record, info.prepare.band))
        if sentence is None:
            outcome = engine.answer(record, info.name, False, analyses, should_stop).outcome
            if isinstance(outcome, Prediction):
                probabilities[info.name] = outcome.positive_probability
                continue
            sentence = outcome.sentence
        why[info.name] = sentence
    return WindowScan(start_s, probabilities, why)
