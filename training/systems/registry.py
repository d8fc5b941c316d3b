"""Every system by its name, and the recipe that it is fitted and judged with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from inference.prepare import PrepareSpec
from training.fitting.settings import FitSettings
from training.systems.questions import OMI_PROXY, Question
from training.systems.recipes import MiRecipe, OmiProxyRecipe, Recipe, SiteRecipe

Sees = Literal["beat", "lead-images"]


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What a system is called in a table, what it sees of a record, and where it is from."""

    title: str
    sees: Sees
    source: str


_UCHIYAMA: Final = "Uchiyama et al. 2022, Bioengineering 9:430"
_RIEK: Final = "Riek et al. 2024, arXiv 2405.09567"
SYSTEMS: Final[dict[str, SystemFacts]] = {
    "ecg-smart-net": SystemFacts("ECG-SMART-NET", "beat", _RIEK),
    "ecg-smart-net-se": SystemFacts("ECG-SMART-NET + squeeze-and-excitation", "beat", "its authors' code"),
    "ecg-smart-net-cbam": SystemFacts("ECG-SMART-NET + CBAM", "beat", "its authors' code"),
    "temporal-resnet-18": SystemFacts("Temporal ResNet-18", "beat", _RIEK),
    "resnet-18": SystemFacts("ResNet-18, one channel", "beat", "He et al. 2016, arXiv 1512.03385"),
    "mayo-alvd": SystemFacts("Mayo ALVD CNN", "beat", "Attia et al. 2019"),
    "uchiyama-cnn": SystemFacts("Uchiyama's CNN", "lead-images", _UCHIYAMA),
}


class UnknownSystemError(ValueError):
    """A system that this version does not have; one plain sentence."""


def system_named(
    name: str, question: Question, settings: FitSettings, prepare: Mapping[str, Any] | None = None
) -> Recipe:
    """The recipe of a system for a question; `prepare` holds fields of PrepareSpec that differ from usual.

    Raises UnknownSystemError for a name or a field that this version does not have.
    """
    if name not in SYSTEMS:
        raise UnknownSystemError(f"There is no system {name!r}; there is {', '.join(SYSTEMS)}.")
    spec = _spec(SYSTEMS[name].sees, prepare or {})
    if SYSTEMS[name].sees == "lead-images":
        return SiteRecipe(name, name, question, spec, settings)
    if question is OMI_PROXY:
        return OmiProxyRecipe(name, name, question, spec, settings)
    return MiRecipe(name, name, question, spec, settings)


def _spec(sees: Sees, fields: Mapping[str, Any]) -> PrepareSpec:
    usual = PrepareSpec(profile="beat-zscore-12x400" if sees == "beat" else "lead-images-64")
    try:
        return PrepareSpec.from_json({**usual.to_json(), **fields})
    except (TypeError, ValueError) as error:
        raise UnknownSystemError(f"The input {dict(fields)} is not understood ({error}).") from error
