"""What is said of each model, in words, on its panel and in its card: as shipped, and as retrained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence as it is true of a shipped model and of a retrained one; None where it is not."""

    fitted: str | None
    retrained: str | None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Title, one sentence on its data, and the sentences on its data and on its limits."""

    title: str
    trained_on: str
    data: tuple[Fact, ...]
    limits: tuple[Fact, ...]
    experimental: bool = False

    @property
    def training_data(self) -> tuple[str, ...]:
        """On the data of the model as `fit` makes it."""
        return tuple(fact.fitted for fact in self.data if fact.fitted is not None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """On the limits of the model as `fit` makes it."""
        return tuple(fact.fitted for fact in self.limits if fact.fitted is not None)

    @property
    def retrained_data(self) -> tuple[str, ...]:
        """On the data of the model as `retrain` makes it."""
        return tuple(fact.retrained for fact in self.data if fact.retrained is not None)

    @property
    def retrained_warnings(self) -> tuple[str, ...]:
        """On the limits of the model as `retrain` makes it."""
        return tuple(fact.retrained for fact in self.limits if fact.retrained is not None)


def _always(text: str) -> Fact:
    return Fact(text, text)


_SCORE: Final = _always("The number is a score between 0 and 1, not a calibrated probability.")
_NOT_OMI: Final = Fact(
    "No public data has angiographic OMI labels, and this model has seen none.",
    "Labels from the app are readers' answers; whether angiography confirmed them is not recorded.",
)
_OLD: Final = _always(
    "PTB-XL's MI codes are mostly old or undated infarcts; a positive answer does not mean an acute one."
)
_SCOPE: Final = _always(
    "Paced rhythm, left bundle branch block, atrial fibrillation, poor signal or swapped electrodes: "
    "not judged separately; distrust the answer there."
)
_FOLD: Final = Fact(
    "Records of PTB-XL's test fold are among the training data: never quote a PTB-XL test figure for it.",
    "Records of every fold of PTB-XL are among the training data: never quote a PTB-XL figure for these "
    "weights.",
)
_ONE_SOURCE: Final = Fact(
    "One source of recordings; other devices and populations may give other results.",
    "Few sources of recordings; other devices and populations may give other results.",
)
_UNKNOWN_PATIENTS: Final = _always("Records of unknown patients train and are never tested.")

FACTS: Final = {
    "mi-ptbxl": ModelFacts(
        title="Myocardial infarction, any age",
        trained_on=(
            "PTB-XL records, any MI or injury code against none; mostly old infarcts, codes by "
            "cardiologists or machine reports, not angiography."
        ),
        data=(
            _always("Likelihoods are not used: any such code counts, many carry an unknown likelihood."),
            Fact(
                None,
                "In a reading, OMI yes or a location counts as MI, the location 'none' as no MI; OMI no "
                "alone teaches nothing.",
            ),
            _UNKNOWN_PATIENTS,
        ),
        limits=(_SCORE, _NOT_OMI, _OLD, _SCOPE, _FOLD, _ONE_SOURCE),
    ),
    "omi-proxy": ModelFacts(
        title="OMI (proxy model, experimental)",
        trained_on=(
            "PTB-XL records with MI codes and real beats with a simulated occlusion added, against records "
            "without MI; a proxy, not trained on angiography."
        ),
        data=(
            Fact(
                "Positives are the MI or INJ coded records and, in equal number per batch, records without "
                "MI to whose beat a simulated occlusion injury is added in the vectorcardiogram (LAD, RCA, "
                "LCx; 0.05 to 0.5 mV, down to sub-STEMI size).",
                "Positives are records with an MI or INJ code or an answer 'OMI yes' and, in equal number "
                "per batch, negatives to whose beat a simulated occlusion injury is added in the "
                "vectorcardiogram (LAD, RCA, LCx; 0.05 to 0.5 mV, down to sub-STEMI size).",
            ),
            Fact(
                "Negatives are real records without an MI code.",
                "Negatives are real records without an MI code, or with an answer 'OMI no' whatever their "
                "code.",
            ),
            _always("Beats without all of QRS onset, J point, T peak and T end are left out of training."),
            Fact(
                "In the cross-validation below, positives are records with MI codes: no record with a known "
                "occlusion exists to test on.",
                "In the comparison below, positives are records with MI codes: no record with a known "
                "occlusion exists to test on.",
            ),
        ),
        limits=(
            Fact(
                "A proxy: it was trained on MI codes and simulated injury, never on angiographic occlusion.",
                "A proxy: it was trained on MI codes, simulated injury and readers' answers; whether "
                "angiography confirmed any occlusion is not recorded.",
            ),
            _SCORE,
            _always("The simulated injury is one dipole without proximity effect, evolution or Q waves."),
            _OLD,
            _SCOPE,
            _FOLD,
            _ONE_SOURCE,
        ),
        experimental=True,
    ),
    "sheet-ptbxl": ModelFacts(
        title="ECG picture",
        trained_on=(
            "Sheets that this program drew of PTB-XL records, 224 by 224 pixels: any MI or injury code, "
            "other codes, or a normal ECG. No photograph and no scan was among them."
        ),
        data=(
            _always("Likelihoods are not used: any MI or injury code counts, many carry an unknown one."),
            _always(
                "All sheets have one layout (three rows of four leads and a rhythm strip) on red paper; in "
                "training they are shifted by a few pixels, and contrast, brightness and noise change a "
                "little at random."
            ),
            _UNKNOWN_PATIENTS,
        ),
        limits=(
            _always(
                "The weakest of the models: a picture of this size keeps little of the signal. Where the ECG "
                "itself can be had, believe the other models and not this one."
            ),
            _always(
                "Photographs and scans were never tested: light, folds, other papers and other layouts may "
                "change the answer in ways that nobody has measured."
            ),
            _NOT_OMI,
            _OLD,
            _SCORE,
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
        data=(
            _always(
                "Rule for several MI codes: their walls are united (inferior + lateral = IL; anteroseptal + "
                "anterolateral = A); anterior together with inferior or posterior walls are two territories "
                "and are left out."
            ),
            _always("N means that no MI or INJ code is there, whatever else is coded."),
            _always("PL has no code in PTB-XL and is not among the classes."),
        ),
        limits=(
            _always("A location is only meaningful when there is an infarction."),
            _SCORE,
            _always(
                "L, IP, IPL and P have few or no known patients here: do not rely on their probabilities."
            ),
            _NOT_OMI,
            _OLD,
            _SCOPE,
            _FOLD,
        ),
    ),
}
