"""What is said of each shipped model, in words: on its panel, in its card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Title, one sentence on its data, and the sentences on its limits."""

    title: str
    trained_on: str
    training_data: tuple[str, ...]
    warnings: tuple[str, ...]
    experimental: bool = False


_SCORE: Final = "The number is a score between 0 and 1, not a calibrated probability."
_NOT_OMI: Final = "No public data has angiographic OMI labels, and this model has seen none."
_OLD: Final = (
    "PTB-XL's MI codes are mostly old or undated infarcts; a positive answer does not mean an acute one."
)
_SCOPE: Final = (
    "Paced rhythm, left bundle branch block, atrial fibrillation, poor signal or swapped electrodes: "
    "not judged separately; distrust the answer there."
)
_FOLD: Final = (
    "Records of PTB-XL's test fold are among the training data: never quote a PTB-XL test figure for it."
)
_ONE_SOURCE: Final = "One source of recordings; other devices and populations may give other results."

FACTS: Final = {
    "mi-ptbxl": ModelFacts(
        title="Myocardial infarction, any age",
        trained_on=(
            "PTB-XL records, any MI or injury code against none; mostly old infarcts, codes by "
            "cardiologists or machine reports, not angiography."
        ),
        training_data=(
            "Likelihoods are not used: any such code counts, many carry an unknown likelihood.",
            "Records of unknown patients train and are never tested.",
        ),
        warnings=(_SCORE, _NOT_OMI, _OLD, _SCOPE, _FOLD, _ONE_SOURCE),
    ),
    "omi-proxy": ModelFacts(
        title="OMI (proxy model, experimental)",
        trained_on=(
            "PTB-XL records with MI codes and real beats with a simulated occlusion added, against records "
            "without MI; a proxy, not trained on angiography."
        ),
        training_data=(
            "Positives are the MI or INJ coded records and, in equal number per batch, records without MI to "
            "whose beat a simulated occlusion injury is added in the vectorcardiogram (LAD, RCA, LCx; 0.05 "
            "to 0.5 mV, down to sub-STEMI size).",
            "Negatives are real records without an MI code.",
            "Beats without all of QRS onset, J point, T peak and T end are left out of training.",
            "In the cross-validation below, positives are records with MI codes: no record with a known "
            "occlusion exists to test on.",
        ),
        warnings=(
            "A proxy: it was trained on MI codes and simulated injury, never on angiographic occlusion.",
            _SCORE,
            "The simulated injury is one dipole without proximity effect, evolution or Q waves.",
            _OLD,
            _SCOPE,
            _FOLD,
            _ONE_SOURCE,
        ),
        experimental=True,
    ),
    "site-ptbxl": ModelFacts(
        title="MI location",
        trained_on=(
            "PTB-XL records by the wall that their MI codes name; N means no MI code, not a normal ECG. "
            "Mostly old infarcts, no imaging."
        ),
        training_data=(
            "Rule for several MI codes: their walls are united (inferior + lateral = IL; anteroseptal + "
            "anterolateral = A); anterior together with inferior or posterior walls are two territories and "
            "are left out.",
            "N means that no MI or INJ code is there, whatever else is coded.",
            "PL has no code in PTB-XL and is not among the classes.",
        ),
        warnings=(
            "A location is only meaningful when there is an infarction.",
            _SCORE,
            "L, IP, IPL and P have few or no known patients here: do not rely on their probabilities.",
            _NOT_OMI,
            _OLD,
            _SCOPE,
            _FOLD,
        ),
    ),
}
