"""Swapped limb electrodes, as far as a median beat can betray them."""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.signal.beat import R_SAMPLE, FloatArray

_QRS = slice(R_SAMPLE - 35, R_SAMPLE + 40)
_BEFORE_QRS = slice(R_SAMPLE - 100, R_SAMPLE - 40)
"""-200 … -80 ms: where the P wave lies; the PQ level is 0 mV."""
_P_TO_T = slice(R_SAMPLE - 100, R_SAMPLE + 175)
_SMALL_QRS_MV: Final = 0.2
_MIRRORED: Final = -0.6
_I, _II, _III, _AVR, _AVL, _AVF, _V6 = 0, 1, 2, 3, 4, 5, 11


def suspected_reversal(beat_mv: FloatArray) -> str | None:
    """One sentence when a median beat (12, 600) in mV looks like swapped limb electrodes, else None.

    The right arm's augmented lead is the one that mirrors V6 best from P to T: aVR where the cables are
    right, aVL where the arms are swapped, aVF where right arm and left leg are. So, by Kligfield et al.
    (AHA/ACC/HRS 2007 part I) and Batchvarov et al. (Europace 2007), with thresholds of our own:
    - right arm/left arm: I is upside down (it mirrors V6), II and III change places, aVR and aVL too;
    - right arm/left leg: II is upside down with its P wave, I and III are inverted and change places,
      aVR and aVF change places;
    - right arm/right leg: II is almost a flat line beside a normal I.

    Left arm/left leg is not looked for: it exchanges I with II and aVL with aVF and turns III over, which
    another heart's axis does as well; without an earlier ECG it would be guessed.
    """
    qrs = beat_mv[:, _QRS] - beat_mv[:, _QRS.start : _QRS.start + 1]
    height = np.ptp(qrs, axis=1)
    if np.isnan(height[[_I, _II, _AVR]]).any():
        return None
    if height[_II] < 0.12 and height[_I] > 0.4 and height[_III] > 0.4:
        return "Lead II is almost flat: the right arm and right leg electrodes may be swapped."
    if np.isnan(height).any() or height[_V6] < _SMALL_QRS_MV or qrs[_V6].sum() <= 0:
        return None
    lead_of_right_arm = _most_opposed(beat_mv[[_AVR, _AVL, _AVF], _P_TO_T], beat_mv[_V6, _P_TO_T])
    if lead_of_right_arm == _AVL - _AVR and _is_mirrored(qrs[_I], qrs[_V6]):
        return "Lead I is upside down: the arm electrodes may be swapped."
    has_inverted_p = float(beat_mv[_II, _BEFORE_QRS].mean()) < 0.0
    if lead_of_right_arm == _AVF - _AVR and has_inverted_p and _is_mirrored(qrs[_II], qrs[_V6]):
        return "Lead II is upside down: the right arm and left leg electrodes may be swapped."
    return None


def _is_mirrored(lead_mv: FloatArray, v6_mv: FloatArray) -> bool:
    """Whether a QRS large enough to judge is the mirror image of V6's."""
    return bool(np.ptp(lead_mv) >= _SMALL_QRS_MV and np.corrcoef(lead_mv, v6_mv)[0, 1] < _MIRRORED)


def _most_opposed(leads_mv: FloatArray, v6_mv: FloatArray) -> int:
    """Which of (n_leads, n) correlates most negatively with V6."""
    centred = leads_mv - leads_mv.mean(axis=1, keepdims=True)
    sizes = np.maximum(np.linalg.norm(centred, axis=1), 1e-9)
    return int(np.argmin(centred @ (v6_mv - v6_mv.mean()) / sizes))
