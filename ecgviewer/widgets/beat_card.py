"""The median beat with its saliency strips, and beside it each lead's share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from ecgviewer.plots.beat_view import BeatView
from ecgviewer.plots.lead_bars import LeadBars
from ecgviewer.theme import Theme
from ecgviewer.widgets.state_page import StatePage
from inference.records.leads import STANDARD_LEADS
from inference.signal.beat import MODEL_FS_HZ, R_SAMPLE

if TYPE_CHECKING:
    from inference.results import Attribution
    from inference.signal.analysis import EcgAnalysis
    from inference.signal.beat import FloatArray, MedianBeat


class BeatCard(QFrame):
    """BeatView on a card."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.view = BeatView(theme, self)
        self.page = StatePage(self)
        paper = QWidget(self)
        column = QVBoxLayout(paper)
        column.setContentsMargins(8, 6, 8, 6)
        column.addWidget(self.view)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(paper)
        self._stack.addWidget(self.page)

    def show_nothing(self) -> None:
        """Empty paper."""
        self.view.clear()
        self._stack.setCurrentIndex(0)

    def show_beat(self, analysis: EcgAnalysis, *, is_synthetic: bool) -> None:
        """The median beat, or the sentence why there is none."""
        beat = analysis.beat
        self._stack.setCurrentIndex(0 if beat is not None else 1)
        if beat is None:
            self.view.clear()
            self.page.show_state("No median beat", analysis.beat_problem or "It could not be made.")
            return
        fiducials = {"qrs_onset": beat.qrs_onset, "j_point": beat.j_point}
        caption = f"Median beat · {beat.n_used} of {beat.n_beats} beats"
        self.view.set_beat(beat.signals_mv, MODEL_FS_HZ, R_SAMPLE, fiducials, caption)
        self.view.set_watermark("SYNTHETIC" if is_synthetic else "")

    def show_members(self, beats_mv: list[FloatArray]) -> None:
        """The single beats behind the median; empty for none."""
        self.view.set_member_beats(beats_mv)

    def show_device_beat(self, beat_mv: FloatArray | None) -> None:
        """The median beat that the device stored, over ours; None for none."""
        self.view.set_device_beat(beat_mv)

    def show_attribution(self, attribution: Attribution | None, title: str, state: str) -> None:
        """Strips of an explanation, or the words why there are none."""
        if attribution is None:
            self.view.set_attribution(None)
        else:
            self.view.set_attribution(
                attribution.windows, attribution.first_sample, attribution.window_samples
            )
        self.view.set_state(state, title)


class LeadCard(QFrame):
    """LeadBars on a card."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.bars = LeadBars(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.addWidget(self.bars)

    def sizeHint(self) -> QSize:
        return QSize(240, 300)

    def show_shares(self, attribution: Attribution | None, state: str, whose: str = "") -> None:
        """A bar per lead of the model `whose`, or the words why there are none."""
        self.bars.set_state(state)
        if attribution is None:
            self.bars.set_shares(None)
            return
        self.bars.set_shares(dict(zip(STANDARD_LEADS, attribution.lead_shares, strict=True)), whose)


def member_beats(signals_mv: FloatArray, beat: MedianBeat, limit: int = 60) -> list[FloatArray]:
    """The accepted beats cut from the record, each (12, 600), at most `limit`, baseline as recorded.

    Each lies where the median took it, its level at QRS onset (or 80 ms before R) at 0 mV as the median's.
    """
    at = beat.qrs_onset if beat.qrs_onset is not None else R_SAMPLE - 40
    beats: list[FloatArray] = []
    for r_sample in beat.aligned_r_samples[:limit]:
        first = int(r_sample) - R_SAMPLE
        if first >= 0 and first + 2 * R_SAMPLE <= signals_mv.shape[1]:
            cut = signals_mv[:, first : first + 2 * R_SAMPLE]
            beats.append(cut - cut[:, at : at + 1])
    return beats
