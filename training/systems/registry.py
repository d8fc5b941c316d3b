"""Every system by its name, and the recipe that it is fitted and judged with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from inference.prepare import PrepareError, PrepareSpec, Profile
from training.fitting.settings import FitSettings
from training.systems.forest import ForestSettings
from training.systems.forest_recipe import ForestRecipe
from training.systems.pictures import PictureRecipe
from training.systems.questions import OMI_PROXY, Question
from training.systems.recipes import MiRecipe, OmiProxyRecipe, Recipe, SiteRecipe

Sees = Literal["beat", "features", "lead-images", "picture"]
System = Recipe | ForestRecipe
RANDOM_FOREST: Final = "random-forest"


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What a system is called in a table, what it sees of a record, and where it is from."""

    title: str
    sees: Sees
    source: str


_RIEK: Final = "Riek et al. 2024, arXiv 2405.09567"
_RIEK_CODE: Final = "code of the authors of arXiv 2405.09567"
_UCHIYAMA: Final = "Uchiyama et al. 2022, Bioengineering 9:430"
_GANDHAM: Final = "Gandham et al."
_PROFILES: Final[dict[Sees, Profile]] = {
    "beat": "beat-zscore-12x400",
    "features": "beat-zscore-12x400",
    "lead-images": "lead-images-64",
    "picture": "paper-picture-224",
}

_PREPARED_AS_ASKED: Final[dict[Profile, tuple[str, ...]]] = {
    "beat-zscore-12x400": ("profile",),
    "lead-images-64": ("window_s", "step_s", "range_mv", "wide_windows_s"),
    "paper-picture-224": (),
}
"""What an experiment may change of an input; the rest is prepared once for all systems."""

SYSTEMS: Final[dict[str, SystemFacts]] = {
    "ecg-smart-net": SystemFacts("ECG-SMART-NET", "beat", _RIEK),
    "ecg-smart-net-se": SystemFacts("ECG-SMART-NET + squeeze-and-excitation", "beat", _RIEK_CODE),
    "ecg-smart-net-cbam": SystemFacts("ECG-SMART-NET + CBAM", "beat", _RIEK_CODE),
    "temporal-resnet-18": SystemFacts("Temporal ResNet-18", "beat", _RIEK),
    "resnet-18": SystemFacts("ResNet-18, one channel", "beat", "He et al. 2016, arXiv 1512.03385"),
    "mayo-alvd": SystemFacts("Mayo ALVD CNN", "beat", "Attia et al. 2019"),
    RANDOM_FOREST: SystemFacts("Random forest, engineered features", "features", _RIEK_CODE),
    "uchiyama-cnn": SystemFacts("Uchiyama's CNN", "lead-images", _UCHIYAMA),
    "picture-baseline-cnn": SystemFacts("Baseline CNN", "picture", _GANDHAM),
    "mobilenet-v2": SystemFacts("MobileNetV2", "picture", _GANDHAM),
    "resnet-50": SystemFacts("ResNet-50", "picture", _GANDHAM),
    "densenet-121": SystemFacts("DenseNet-121", "picture", _GANDHAM),
    "convnext-tiny": SystemFacts("ConvNeXt-Tiny", "picture", _GANDHAM),
    "densenet-121-bottleneck": SystemFacts("DenseNet-121 + bottleneck", "picture", _GANDHAM),
    "densenet-121-se": SystemFacts("DenseNet-121 + squeeze-and-excitation", "picture", _GANDHAM),
    "efficientnet-b0": SystemFacts("EfficientNet-B0", "picture", _GANDHAM),
    "efficientnet-b0-msa": SystemFacts("EfficientNet-B0 + multi-scale attention", "picture", _GANDHAM),
}


class UnknownSystemError(ValueError):
    """A system that this version does not have; one plain sentence."""


def system_named(
    name: str,
    question: Question,
    settings: FitSettings,
    prepare: Mapping[str, Any] | None = None,
    title: str | None = None,
) -> System:
    """The recipe of a system for a question; `prepare` holds fields of PrepareSpec that differ from usual.

    `title` names it where an experiment has one system twice. Raises UnknownSystemError for a name or a
    field that this version does not have.
    """
    if name not in SYSTEMS:
        raise UnknownSystemError(f"There is no system {name!r}; there is {', '.join(SYSTEMS)}.")
    sees, shown = SYSTEMS[name].sees, title or name
    spec = _spec(_PROFILES[sees], prepare or {})
    if sees == "features":
        return ForestRecipe(shown, name, question, spec, settings, ForestSettings(seed=settings.seed))
    if sees == "lead-images":
        return SiteRecipe(shown, name, question, spec, settings)
    if sees == "picture":
        return PictureRecipe(shown, name, question, spec, settings)
    if question is OMI_PROXY:
        return OmiProxyRecipe(shown, name, question, spec, settings)
    return MiRecipe(shown, name, question, spec, settings)


def _spec(profile: Profile, fields: Mapping[str, Any]) -> PrepareSpec:
    allowed = _PREPARED_AS_ASKED[profile]
    other = sorted(set(fields) - set(allowed))
    if other:
        raise UnknownSystemError(f"prepare = {other[0]}: of this input only {', '.join(allowed)} can differ.")
    if str(fields.get("profile", profile)).partition("-")[0] != profile.partition("-")[0]:
        raise UnknownSystemError(f"The input {fields['profile']!r} is not one that this system sees.")
    try:
        return PrepareSpec.from_json({**PrepareSpec(profile=profile).to_json(), **fields})
    except (TypeError, ValueError, PrepareError) as error:
        raise UnknownSystemError(f"The input {dict(fields)} is not understood ({error}).") from error
