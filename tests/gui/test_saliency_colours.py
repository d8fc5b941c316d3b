"""The report of a training run paints saliency in the viewer's colours."""

from __future__ import annotations

from ecgviewer.theme import YELLOW_RED
from training.figures.saliency_plot import RAMP_STOPS


def test_the_report_and_the_viewer_share_the_saliency_colours() -> None:
    assert YELLOW_RED.stops == RAMP_STOPS
