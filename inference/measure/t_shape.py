"""The T wave's shape in the leads' root mean square: how even its two sides are, and how broad it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.signal.beat import MedianBeat


@dataclass(frozen=True, slots=True)
class TShape:
    """Both numbers look at T peak ± the time from T peak to T end.

    `symmetry`: area before the peak over area after it (after di Bernardo and Murray, Nature
    2000;403:40); 1 for a wave that rises as it falls, more for the usual slow rise. `flatness`: mean
    over that window divided by the peak; 0.5 for a triangle, 1 for a plateau.
    """

    symmetry: float
    flatness: float


def t_shape(beat: MedianBeat) -> TShape | None:
    """The T wave's shape, None where T was not found."""
    if beat.t_peak is None or beat.t_end is None or beat.j_point is None:
        return None
    half = beat.t_end - beat.t_peak
    first = beat.t_peak - half
    present = beat.signals_mv[~np.isnan(beat.signals_mv[:, first : beat.t_end + 1]).any(axis=1)]
    if half <= 0 or first < beat.j_point or present.shape[0] == 0:
        return None
    wave = np.sqrt(np.mean(present[:, first : beat.t_end + 1].astype(np.float64) ** 2, axis=0))
    before, after = float(wave[: half + 1].sum()), float(wave[half:].sum())
    if after <= 0.0:
        return None
    return TShape(before / after, float(wave.mean() / wave[half]))
