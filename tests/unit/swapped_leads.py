"""What the twelve leads (12, n) become when two limb electrodes change places; exact, by Einthoven's law."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def arms_swapped(leads_mv: FloatArray) -> FloatArray:
    """Right arm and left arm: I upside down, II with III and aVR with aVL exchanged."""
    return _with_limb_leads(leads_mv, [(0, -1), (2, 1), (1, 1), (4, 1), (3, 1), (5, 1)])


def right_arm_and_leg_swapped(leads_mv: FloatArray) -> FloatArray:
    """Right arm and left leg: II upside down, I with III upside down and aVR with aVF exchanged."""
    return _with_limb_leads(leads_mv, [(2, -1), (1, -1), (0, -1), (5, 1), (4, 1), (3, 1)])


def _with_limb_leads(leads_mv: FloatArray, sources: list[tuple[int, int]]) -> FloatArray:
    changed = leads_mv.copy()
    for row, (source, sign) in enumerate(sources):
        changed[row] = sign * leads_mv[source]
    return changed
