"""What the engine is asked and answers, without torch: all frozen, all picklable."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inference.prepare import PrepareSpec
from inference.records import Record

FloatArray = npt.NDArray[np.float32]


class Stopped(Exception):  # noqa: N818 - no error: the asker wanted it
    """Raised by the engine between two steps when `should_stop` said so."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One record for one bundle, by its name."""

    record: Record
    bundle: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """One bundle's answer for one record. For a two-class model the positive class is last."""

    bundle: str
    bundle_sha256: str
    record_sha256: str
    prepare: PrepareSpec
    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    threshold: float | None
    notes: tuple[str, ...] = ()
    """What was assumed or should be doubted, one plain sentence each."""
    elapsed_ms: float = 0.0

    @property
    def positive_probability(self) -> float:
        return self.probabilities[-1]

    @property
    def is_above_threshold(self) -> bool | None:
        """None for a model without a threshold."""
        return None if self.threshold is None else self.positive_probability >= self.threshold

    def ranked(self) -> list[tuple[str, float]]:
        """(class, probability), most probable first."""
        return sorted(zip(self.classes, self.probabilities, strict=True), key=lambda pair: -pair[1])


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why, per lead and 40-ms window, for one class of one bundle on one record.

    `windows` has shape (12, n_windows), float32, read-only, rows in standard lead order; 1.0 is the
    99th percentile of window saliency over the bundle's training records (never stretched per ECG).
    Window k covers samples first_sample + k*window_samples … of the 600-sample median beat.
    `lead_shares` are each lead's share of the raw (unscaled) saliency; they add up to 1.
    """

    bundle: str
    record_sha256: str
    target_class: str
    method: str
    windows: FloatArray = field(repr=False)
    lead_shares: tuple[float, ...]
    first_sample: int = 150
    window_samples: int = 20
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class PageMap:
    """Why, over a page, for one class of one bundle, by one method.

    `heat` has shape (224, 224), float32, read-only: one value per pixel of the sheet that the model saw, 1.0
    where this page's is largest and 0 where nothing speaks for the class. `sentence` names the leads on which
    most of it lies, '' where the page's layout is not known.
    """

    bundle: str
    page_sha256: str
    target_class: str
    method: str
    heat: FloatArray = field(repr=False)
    sentence: str = ""
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """A bundle that could not answer for this record, with one plain sentence why."""

    bundle: str
    record_sha256: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """Everything one bundle says about one record."""

    outcome: Prediction | ModelFailure
    attribution: Attribution | None = None
    page_maps: tuple[PageMap, ...] = ()
    """Where the bundle was asked about a page, one per method."""

    @property
    def is_explained(self) -> bool:
        return self.attribution is not None or bool(self.page_maps)
