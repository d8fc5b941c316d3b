"""The bundles that come with the program: of which experiment each is, and which system won it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from training.fitting.settings import FitSettings
from training.systems.forest_recipe import ForestRecipe
from training.systems.recipes import Recipe
from training.trials.experiment import Experiment, ExperimentError, load_experiment


@dataclass(frozen=True, slots=True)
class Shipped:
    """An experiment's name, the system that is shipped, and whether outside sets judge it too."""

    experiment: str
    system: str
    is_judged_outside: bool = False
    is_retrained: bool = True
    """Whether readings make new versions of it: a picture's readings are not kept with their pictures."""


SHIPPED: Final = {
    "mi-ptbxl": Shipped("mi-shipped", "ecg-smart-net"),
    "omi-proxy": Shipped("omi-proxy", "ecg-smart-net", is_judged_outside=True),
    "site-ptbxl": Shipped("site", "uchiyama-cnn"),
    "sheet-ptbxl": Shipped("sheets", "efficientnet-b0-msa", is_retrained=False),
}


def network_of(experiment: Experiment, system: str) -> Recipe:
    """One network of an experiment. Raises ExperimentError for a forest, which no bundle holds."""
    recipe = experiment.chosen((system,)).systems[0]
    if isinstance(recipe, ForestRecipe):
        raise ExperimentError("A random forest is compared, not made a bundle of: choose a network.")
    return recipe


def shipped_recipe(name: str, settings: FitSettings | None = None) -> Recipe:
    """The recipe of a shipped bundle under the bundle's name, with other settings where they are given."""
    shipped = SHIPPED[name]
    recipe = network_of(load_experiment(shipped.experiment), shipped.system)
    return replace(recipe, name=f"{recipe.arch}.{name}", settings=settings or recipe.settings)  # type: ignore[type-var]
