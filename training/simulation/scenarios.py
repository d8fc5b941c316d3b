"""The ECGs of the demo library: which heart, which injury, which recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inference.signal.beat_model import BeatModel
from inference.signal.injury import TERRITORIES, Injury, Shape
from training.simulation.synthetic_beats import LBBB_BEAT, LOW_ST_BEAT, OLD_INFERIOR_BEAT, SINUS_BEAT
from training.simulation.synthetic_noise import QUIET, RESTLESS, NoiseLevel


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one synthetic ECG shows.

    `extent` is how far its heart may differ from `beat` (see `beat_model.vary`); `premature_after`
    counts the sinus beats of the record, from 0, that a premature ventricular beat follows; `detached`
    is a chest lead that reads zero from that second on.
    """

    key: str
    description: str
    beat: BeatModel = SINUS_BEAT
    heart_rate_bpm: float = 70.0
    injury: Injury | None = None
    extent: float = 0.0
    noise: NoiseLevel = QUIET
    premature_after: tuple[int, ...] = ()
    detached: tuple[str, float] | None = None
    missing_leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """A scenario with the seed and the file name under which the library ships it."""

    name: str
    scenario: Scenario
    seed: int


def occlusion(territory: str, amplitude_mv: float, t_gain: float = 1.0, shape: Shape = "dome") -> Injury:
    """An injury along the territory's own direction."""
    place = TERRITORIES[territory]
    return Injury(place, place.direction, amplitude_mv, shape, t_gain)


NORMAL: Final = Scenario("normal", "Normal sinus rhythm.", heart_rate_bpm=68, extent=0.25)
LAD_CLEAR: Final = Scenario(
    "lad_clear",
    "Occlusion of the mid LAD: ST elevation in V1-V4 above the STEMI thresholds.",
    heart_rate_bpm=84,
    injury=occlusion("lad_mid", 0.26, t_gain=1.4),
)
LAD_SUB_STEMI: Final = Scenario(
    "lad_sub_stemi",
    "Occlusion of the mid LAD: hyperacute T waves in V2-V4, ST below the STEMI thresholds.",
    LOW_ST_BEAT,
    heart_rate_bpm=76,
    injury=occlusion("lad_mid", 0.065, t_gain=2.0),
)
RCA_CLEAR: Final = Scenario(
    "rca_clear",
    "Occlusion of the RCA: ST elevation in II, III and aVF, III above II, depression in I and aVL.",
    heart_rate_bpm=62,
    injury=occlusion("rca", 0.26, t_gain=1.3),
)
RCA_SUB_STEMI: Final = Scenario(
    "rca_sub_stemi",
    "Occlusion of the RCA: slight ST elevation in III and aVF with depression in aVL, below the thresholds.",
    LOW_ST_BEAT,
    heart_rate_bpm=58,
    injury=occlusion("rca", 0.045, t_gain=2.0),
)
LCX_CLEAR: Final = Scenario(
    "lcx_clear",
    "Posterolateral occlusion of the LCx: ST elevation in V5-V6 and II, depression in V1-V3.",
    heart_rate_bpm=74,
    injury=occlusion("lcx_posterolateral", 0.24, t_gain=1.3),
)
LCX_SUB_STEMI: Final = Scenario(
    "lcx_sub_stemi",
    "Posterolateral occlusion of the LCx: slight depression in V1-V2, no ST elevation above the thresholds.",
    LOW_ST_BEAT,
    heart_rate_bpm=80,
    injury=occlusion("lcx_posterolateral", 0.09, t_gain=1.2),
)
OLD_INFERIOR: Final = Scenario(
    "old_inferior_mi",
    "Old inferior infarct: Q waves in II, III and aVF, inverted T waves there, no ST elevation.",
    OLD_INFERIOR_BEAT,
    heart_rate_bpm=66,
)
LBBB: Final = Scenario(
    "lbbb",
    "Left bundle branch block with discordant ST and T, no acute infarct.",
    LBBB_BEAT,
    heart_rate_bpm=72,
)
NOISY: Final = Scenario(
    "noisy",
    "Normal heart, bad recording: muscle and mains noise, wandering baseline, V5 off after 6.4 s.",
    heart_rate_bpm=88,
    extent=0.25,
    noise=RESTLESS,
    detached=("V5", 6.4),
)
ECTOPIC: Final = Scenario(
    "ectopic_beats",
    "Normal sinus rhythm with three premature ventricular beats, each with a compensatory pause.",
    heart_rate_bpm=72,
    extent=0.25,
    premature_after=(1, 5, 8),
)
MISSING_LEAD: Final = Scenario(
    "missing_lead",
    "Normal sinus rhythm, V3 was not recorded.",
    heart_rate_bpm=64,
    extent=0.25,
    missing_leads=("V3",),
)

DEMO_LIBRARY: Final = tuple(
    DemoRecord(f"{place:02d}_synthetic_{scenario.key}", scenario, seed=1000 + place)
    for place, scenario in enumerate(
        (
            NORMAL,
            LAD_CLEAR,
            LAD_SUB_STEMI,
            RCA_CLEAR,
            RCA_SUB_STEMI,
            LCX_CLEAR,
            LCX_SUB_STEMI,
            OLD_INFERIOR,
            LBBB,
            NOISY,
            ECTOPIC,
            MISSING_LEAD,
        ),
        start=1,
    )
)
SCENARIOS: Final = {record.scenario.key: record.scenario for record in DEMO_LIBRARY}
