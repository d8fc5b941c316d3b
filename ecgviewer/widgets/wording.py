"""What the panels say, as pure functions: facts in, sentences out, nothing invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from inference.labels import MI_LOCATIONS
from inference.records.leads import STANDARD_LEADS

if TYPE_CHECKING:
    # The results' module brings SciPy with it: half a second that the first paint need not wait for.
    from inference.bundle_info import BundleInfo
    from inference.records import Patient
    from inference.results import Attribution, ModelAnswer, PageMap, Prediction

UNKNOWN: Final = "unknown"
NOTHING_OPEN: Final = "No ECG is open."
NOT_A_DIAGNOSIS: Final = "Research use only. Not a diagnosis."
TASK_ORDER: Final = {"omi": 0, "mi": 1, "mi-location": 2}
_NO_MI_CODE: Final = "No MI code (N)"
_DIGITS: Final = 2
_MAX_DIGITS: Final = 4
_TASK_WORDS: Final = {"omi": "OMI", "mi": "MI", "mi-location": "MI location"}


def age_text(patient: Patient) -> str:
    """'81 y' or 'age unknown'."""
    return "age unknown" if patient.age_years is None else f"{patient.age_years:.0f} y"


def patient_line(patient: Patient) -> str:
    """Age and sex as the caption of the paper shows them: '81 y, female', 'age unknown, sex unknown'."""
    return f"{age_text(patient)}, {patient.sex or 'sex unknown'}"


def patient_short(patient: Patient) -> str:
    """Age and sex in the worklist: '81 F', 'age ? F', 'age ?'."""
    age = "age ?" if patient.age_years is None else f"{patient.age_years:.0f}"
    return f"{age} {patient.sex[0].upper()}" if patient.sex else age


def acquired_text(acquired_at: datetime | None) -> str:
    """'1990-10-01 14:02', without a time of day where the file gave none, or 'time unknown'."""
    if acquired_at is None:
        return "time unknown"
    if (acquired_at.hour, acquired_at.minute, acquired_at.second) == (0, 0, 0):
        return f"{acquired_at:%Y-%m-%d}"
    return f"{acquired_at:%Y-%m-%d %H:%M}"


def heart_rate_text(heart_rate_bpm: float | None) -> str:
    """'HR 79 /min' or 'HR not found'."""
    return "HR not found" if heart_rate_bpm is None else f"HR {heart_rate_bpm:.0f} /min"


def model_short_name(info: BundleInfo) -> str:
    """The name used inside sentences: 'OMI proxy model', 'MI model', 'MI location model'."""
    proxy = " proxy" if "proxy" in info.name else ""
    picture = " picture" if info.prepare.is_sheet else ""
    return f"{_TASK_WORDS[info.task]}{proxy}{picture} model"


def class_name(code: str) -> str:
    """A model's location code in words; any other class as the bundle spells it.

    A location model learned N from records without an MI code, which rules no infarction out.
    """
    return _NO_MI_CODE if code == "N" else MI_LOCATIONS.get(code, code)


def figures(probability: float, threshold: float) -> tuple[str, str]:
    """Both with two digits, or with as many, up to four, as tell them apart: ('0.099', '0.097')."""
    for digits in range(_DIGITS, _MAX_DIGITS + 1):
        shown = f"{probability:.{digits}f}", f"{threshold:.{digits}f}"
        if shown[0] != shown[1] or probability == threshold:
            return shown
    return shown


def probability_words(prediction: Prediction) -> str:
    """The positive class's probability with the digits that its threshold asks for."""
    probability, threshold = prediction.positive_probability, prediction.threshold
    return f"{probability:.{_DIGITS}f}" if threshold is None else figures(probability, threshold)[0]


def in_reading_order(bundles: Sequence[BundleInfo]) -> list[BundleInfo]:
    """OMI first, then MI, then location; by name within a task."""
    return sorted(bundles, key=lambda info: (TASK_ORDER[info.task], info.name))


def prediction_line(info: BundleInfo, prediction: Prediction) -> str:
    """One model's answer against its threshold: 'OMI proxy 0.83, above threshold 0.46'.

    N in the first place of the location model is said without its number: beside an OMI model above
    its threshold it would read as the more certain 'no'.
    """
    name = model_short_name(info).removesuffix(" model")
    if len(info.classes) > 2 and info.task != "mi-location":
        most, probability = prediction.ranked()[0]
        return f"{name}: {most} {probability:.2f}"
    if info.task == "mi-location":
        code, probability = prediction.ranked()[0]
        return f"{name} model: no MI code" if code == "N" else f"{name}: {class_name(code)} {probability:.2f}"
    return f"{name} {probability_words(prediction)}, {threshold_words(prediction)}"


def threshold_words(prediction: Prediction) -> str:
    """'above threshold 0.46', 'just below threshold 0.4600', 'no threshold set'; at it is above.

    'Just' where even four digits leave the two alike.
    """
    if prediction.threshold is None:
        return "no threshold set"
    probability, threshold = figures(prediction.positive_probability, prediction.threshold)
    is_alike = probability == threshold and prediction.positive_probability != prediction.threshold
    side = "above" if prediction.is_above_threshold else "below"
    return f"{'just ' if is_alike else ''}{side} threshold {threshold}"


def summary_lines(
    bundles: Sequence[BundleInfo], answers: dict[str, ModelAnswer], *, is_doubtful: bool = False
) -> list[str]:
    """What the enabled models say, one line each, in reading order; failed models are named as such.

    Numbers that are `is_doubtful` say so beside themselves.
    """
    from inference.results import ModelFailure

    lines: list[str] = []
    for info in in_reading_order(bundles):
        answer = answers.get(info.name)
        if not info.enabled or answer is None:
            continue
        if isinstance(answer.outcome, ModelFailure):
            lines.append(f"{model_short_name(info).removesuffix(' model')}: no answer for this ECG")
        else:
            doubt = ", not to be relied on" if is_doubtful else ""
            lines.append(prediction_line(info, answer.outcome) + doubt)
    return lines


def is_any_above_threshold(answers: dict[str, ModelAnswer]) -> bool:
    """Whether a model with a threshold is at or above it."""
    from inference.results import Prediction

    outcomes = [answer.outcome for answer in answers.values()]
    return any(isinstance(outcome, Prediction) and outcome.is_above_threshold for outcome in outcomes)


def quality_caution(warnings: Sequence[str]) -> str:
    """The first quality warning in full and how many more there are; '' where there are none."""
    if not warnings:
        return ""
    more = "" if len(warnings) == 1 else f" {len(warnings) - 1} more below."
    return f"Be careful: {warnings[0]}{more}"


def why_sentence(attribution: Attribution, info: BundleInfo | None) -> str:
    """The three leads with the largest share of the saliency; no claim about cause or anatomy."""
    pairs = sorted(zip(STANDARD_LEADS, attribution.lead_shares, strict=True), key=lambda pair: -pair[1])
    words = [f"{lead} ({share:.0%})".replace("%", " %") for lead, share in pairs[:3]]
    model = model_short_name(info) if info is not None else attribution.bundle
    if info is not None and info.task == "mi-location":
        model = f"{model}, in its answer “{class_name(attribution.target_class)}”,"
    return f"The {model} is most sensitive to small changes in {words[0]}, {words[1]} and {words[2]}."


def map_sentence(shown: PageMap, info: BundleInfo | None) -> str:
    """On which leads of a page a model's map lies; no claim about cause or anatomy."""
    model = model_short_name(info) if info is not None else shown.bundle
    what = f"{shown.method} shows what speaks for “{class_name(shown.target_class)}” to the {model}."
    return f"{what} {shown.sentence or 'Which leads lie there is not known, as the rows were not found.'}"


WHY_CAVEAT: Final = "Shares do not show a cause or an injured wall."
WHY_CAVEAT_WHOLE: Final = "Shares of saliency. They do not show a cause, nor where the heart is injured."
