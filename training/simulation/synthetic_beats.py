"""The beats of the demo library, built from the published normal beat and hand-placed waves.

Each beat was shaped to show what its name says in the twelve leads, and looked at on paper speed; the
numbers are choices, not measurements. Frank axes: X left, Y feet, Z back.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.signal.beat_model import NORMAL_BEAT, BeatModel, Part, Wave, rotation

_TOWARDS_THE_FEET: Final = (0.0, 0.0, 1.0)
"""Turning about Z carries a leftward dipole downwards."""


def _waves(part: Part, *rows: tuple[float, float, float, float, float]) -> tuple[Wave, ...]:
    """Waves from rows of centre in ms, width in ms and X, Y, Z in mV."""
    return tuple(Wave(part, centre / 1000, width / 1000, (x, y, z)) for centre, width, x, y, z in rows)


# Right atrium first, forwards and down; then the left one, leftwards and back. The published beat's P
# is hardly seen in II.
_SINUS_P: Final = _waves(
    "P",
    (-168, 19, 0.075, 0.100, -0.040),
    (-132, 19, 0.100, 0.065, 0.030),
)

# The published loop starts and ends far up and down, which gives aVL a deep q and III a deep S.
_SINUS_QRS: Final = tuple(
    wave._replace(
        xyz_mv=(wave.xyz_mv[0], wave.xyz_mv[1] * (0.6 if abs(wave.centre_s) > 0.01 else 1.0), wave.xyz_mv[2])
    )
    for wave in NORMAL_BEAT.only("QRS").waves
)

_SLOW_T_S: Final = 0.09
"""T waves wider than this reach back to the J point and lift the published beat's ST."""


def _with_t(beat: BeatModel, slow: float, fast_width: float = 1.0) -> BeatModel:
    """The beat with its slow T waves, and so the ST rise in V2-V5, multiplied, the fast ones widened."""
    return BeatModel(
        tuple(_shaped(wave, slow, fast_width) if wave.part == "T" else wave for wave in beat.waves)
    )


def _shaped(wave: Wave, slow: float, fast_width: float) -> Wave:
    if wave.width_s <= _SLOW_T_S:
        return wave._replace(width_s=wave.width_s * fast_width)
    x, y, z = wave.xyz_mv
    return wave._replace(xyz_mv=(slow * x, slow * y, slow * z))


SINUS_BEAT: Final = _with_t(
    NORMAL_BEAT.with_part("P", *_SINUS_P)
    .with_part("QRS", *_SINUS_QRS)
    .turned(rotation(_TOWARDS_THE_FEET, 0.26), "QRS", "T")
    .turned(np.diag([0.85, 0.95, 0.50]), "T")
    .turned(np.diag([0.6, 0.6, 0.5]), "U"),
    slow=0.6,
    fast_width=1.2,
)
"""A normal beat: axis near 45 degrees, P upright in II, T lower and rounder than the published one."""

# The last QRS wave, 35 ms after R, slurs into ST in V4-V6.
LOW_ST_BEAT: Final = _with_t(SINUS_BEAT, slow=0.1).with_part(
    "QRS", *(wave for wave in SINUS_BEAT.only("QRS").waves if wave.centre_s < 0.03)
)
"""The normal beat with hardly any of the usual ST rise in V2-V6: a small injury hides in it."""

OLD_INFERIOR_BEAT: Final = SINUS_BEAT.with_part(
    "QRS",
    *_waves(
        "QRS",
        (-26, 8, 0.10, -0.34, -0.22),
        (-9, 8, 0.50, -0.36, -0.22),
        (5, 9, 0.88, -0.08, 0.34),
        (22, 10, 0.10, 0.38, 0.20),
    ),
).with_part(
    "T",
    *_waves(
        "T",
        (255, 48, 0.22, -0.17, -0.22),
        (300, 30, 0.12, -0.08, -0.10),
    ),
)
"""Initial forces turned upwards: Q in II, III and aVF; T inverted in III and aVF; ST level."""

LBBB_BEAT: Final = SINUS_BEAT.with_part(
    "QRS",
    *_waves(
        "QRS",
        (-38, 12, 0.18, 0.20, 0.10),
        (-14, 14, 0.75, 0.22, 0.70),
        (17, 17, 0.60, 0.05, 1.15),
        (44, 14, 0.64, -0.12, 0.62),
    ),
).with_part(
    "T",
    *_waves(
        "T",
        (120, 50, -0.10, 0.01, -0.13),
        (215, 60, -0.14, 0.00, -0.26),
        (285, 42, -0.20, -0.01, -0.28),
    ),
)
"""A slow loop to the left and back: no septal q, notched R in I and V6, deep S in V1-V3, discordant T."""

PVC_BEAT: Final = BeatModel(
    _waves(
        "QRS",
        (-36, 15, -0.10, 0.45, 0.05),
        (0, 20, 0.30, 1.25, 0.55),
        (40, 18, 0.35, 0.55, 0.95),
    )
    + _waves(
        "T",
        (170, 55, -0.10, -0.22, -0.20),
        (265, 48, -0.18, -0.42, -0.35),
    )
)
"""A premature beat from the right ventricle's outflow: wide, left bundle pattern, axis downwards, no P."""
