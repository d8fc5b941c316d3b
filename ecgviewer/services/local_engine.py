"""The engine of this machine behind the InferenceService's door. Torch is imported here, when asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecgviewer.services.inference_service import FoundBundles, is_why_on_demand

if TYPE_CHECKING:
    from ecgviewer.services.background import ShouldStop
    from inference.bundle_info import BundleInfo
    from inference.engine import Engine
    from inference.long_records import LongRecord
    from inference.results import ModelAnswer
    from inference.scan import WindowScan
    from inference.scope import Subject


def find_models() -> FoundBundles:
    """The bundles of the program and the user, of each model the active version; without torch."""
    from ecgviewer.paths import active_models_file, user_models_folder
    from inference.registry import find_bundles
    from inference.resource_paths import shipped_models_folder
    from inference.versions import answering, models_of, read_choices

    found = find_bundles([shipped_models_folder(), user_models_folder()])
    models = models_of(found, read_choices(active_models_file()))
    broken = (each.sentence for each in found.broken)
    fallen_back = (model.problem for model in models if model.problem)
    return FoundBundles(answering(models), (*broken, *fallen_back), models)


class LocalEngine:
    """Adapts `inference.engine.Engine` to what the service asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def device_name(self) -> str:
        return str(self._engine.device.type).upper()

    def answer(self, info: BundleInfo, subject: Subject, should_stop: ShouldStop) -> ModelAnswer | None:
        """Prediction, with its explanation where that is quick; None when stopped."""
        return self._ask(info, subject, not is_why_on_demand(info), should_stop)

    def explain(self, info: BundleInfo, subject: Subject, should_stop: ShouldStop) -> ModelAnswer | None:
        """Prediction with its explanation, however long that takes; None when stopped."""
        return self._ask(info, subject, True, should_stop)

    def scan_window(
        self, infos: Sequence[BundleInfo], long: LongRecord, start_s: float, should_stop: ShouldStop
    ) -> WindowScan | None:
        """Predictions for one window of a long recording; the open record's analyses stay at hand."""
        from inference.results import Stopped
        from inference.scan import scan_window

        try:
            return scan_window(self._engine, infos, long, start_s, should_stop)
        except Stopped:
            return None

    def _ask(
        self, info: BundleInfo, subject: Subject, wants_why: bool, should_stop: ShouldStop
    ) -> ModelAnswer | None:
        from inference.pages.page import Page
        from inference.results import Stopped

        try:
            if isinstance(subject, Page):
                return self._engine.answer_page(subject, info.name, wants_why, should_stop)
            return self._engine.answer(subject, info.name, wants_why, should_stop=should_stop)
        except Stopped:
            return None


def load_engine(found: FoundBundles) -> LocalEngine:
    """Import torch, pick the device, and load every enabled network ahead of its first question.

    Networks that read pictures are left until a page is opened: few readers ever open one, and MONAI, which
    builds them, takes seconds to import. A network that cannot be loaded answers with its sentence when it
    is asked.
    """
    from ecgviewer.paths import matplotlib_folder

    # Captum imports matplotlib, whose list of fonts is kept with the program's own files.
    os.environ["MPLCONFIGDIR"] = str(matplotlib_folder())
    from inference.engine import Engine

    enabled = [info for info in found.bundles if info.enabled]
    engine = Engine(enabled)
    for info in enabled:
        if not info.prepare.is_sheet:
            engine.load(info.name)
    return LocalEngine(engine)
