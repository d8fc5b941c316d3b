"""Networks as systems: what each sees of a record, how its batches are drawn, how it is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.prepare import PrepareSpec, complete_window_starts, draw_windows, scaled_beat
from inference.signal.beat import MODEL_FS_HZ
from inference.signal.injury import Fiducials, apply_injury, random_occlusion
from training.data.columns import LEADS_MV, Column
from training.data.measured_columns import RR_MS
from training.data.prepared_set import PreparedSet
from training.fitting.fit import Batch
from training.fitting.settings import FitSettings, Optimiser, Schedule
from training.systems.asked import Asked
from training.systems.augment import augmented_inputs
from training.systems.questions import MI, OMI_PROXY, SITE, Question
from training.systems.sampling import inverse_frequency, row_batches, steps_per_epoch

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


class Recipe(Protocol):
    """What the trials and the final fit need to know of a network."""

    @property
    def name(self) -> str: ...
    @property
    def arch(self) -> str: ...
    @property
    def question(self) -> Question: ...
    @property
    def task(self) -> Task: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def spec(self) -> PrepareSpec: ...
    @property
    def settings(self) -> FitSettings: ...
    @property
    def more_columns(self) -> tuple[Column, ...]: ...

    def usable_rows(self, prepared: PreparedSet) -> IntArray:
        """Rows that this task has a label for: what can be tested."""

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        """Those of them that the network is trained on when all may be used."""

    def targets(self, prepared: PreparedSet) -> IntArray:
        """Class index of every row, (n,); meaningful for usable rows."""

    def strata(self, prepared: PreparedSet) -> list[str]:
        """What the folds are stratified by."""

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int: ...

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        """One epoch of training batches."""

    def class_weights(self, prepared: PreparedSet, rows: IntArray) -> FloatArray | None:
        """Weights of the classes in the loss, (n_classes,), where the settings want them."""

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        """What the network sees of a record when it is judged: (k, …), probabilities averaged over k."""


@dataclass(frozen=True, slots=True)
class NetworkRecipe(Asked):
    """What all networks share."""

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int:  # noqa: ARG002
        return steps_per_epoch(rows, self.settings)

    def class_weights(self, prepared: PreparedSet, rows: IntArray) -> FloatArray | None:
        if self.settings.class_weights == "none":
            return None
        return inverse_frequency(self.targets(prepared)[rows], len(self.classes))


@dataclass(frozen=True, slots=True)
class MiRecipe(NetworkRecipe):
    """A network on the median beat, as it stands ECG-SMART-NET on any MI or injury code against none."""

    name: str = "ecg-smart-net.mi-ptbxl"
    arch: str = "ecg-smart-net"
    question: Question = MI
    spec: PrepareSpec = PrepareSpec()
    settings: FitSettings = FitSettings(epochs=12)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        targets = self.targets(prepared)
        for chosen in row_batches(rows, targets[rows], self.settings, rng):
            yield self._inputs(prepared.beats_mv[chosen], rng), targets[chosen]

    def _inputs(self, beats_mv: FloatArray, rng: np.random.Generator) -> FloatArray:
        return augmented_inputs(beats_mv, self.spec, rng) if self.settings.augment else self._seen(beats_mv)

    def _seen(self, beats_mv: FloatArray) -> FloatArray:
        """What the network sees of beats (n, 12, 600): (n, 1, 12, 400)."""
        first = self.spec.first_sample
        return scaled_beat(beats_mv[:, :, first : first + self.spec.n_samples], self.spec.profile)[:, None]

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        return self._seen(np.array(prepared.beats_mv[row])[None])


@dataclass(frozen=True, slots=True)
class OmiProxyRecipe(MiRecipe):
    """A stand-in for OMI: real MI beats and simulated occlusions on real non-MI beats, against real ones.

    Each batch: a quarter real MI, a quarter simulated, half real without MI. Beats without all four
    fiducials cannot carry a planted injury and are left out of training on both sides: their lack
    would give the class away.
    """

    name: str = "ecg-smart-net.omi-proxy"
    question: Question = OMI_PROXY
    settings: FitSettings = FitSettings(epochs=7)

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        return np.flatnonzero(_complete(np.asarray(prepared.fiducials)))

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int:
        return max(1, 2 * self._pools(prepared, rows)[1].size // self.settings.batch)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        infarcts, others = self._pools(prepared, rows)
        quarter = self.settings.batch // 4
        negatives = rng.permutation(others)
        for step in range(self.steps_per_epoch(prepared, rows)):
            real = rng.choice(infarcts, quarter)
            hosts = rng.choice(others, quarter)
            start = step * 2 * quarter
            normal = np.take(negatives, np.arange(start, start + 2 * quarter), mode="wrap")
            injured = np.stack([self._injured(prepared, row, rng) for row in hosts])
            beats = np.concatenate([prepared.beats_mv[real], injured, prepared.beats_mv[normal]])
            labels = np.repeat(np.array([1, 0], dtype=np.int64), 2 * quarter)
            yield augmented_inputs(beats, self.spec, rng), labels

    def _pools(self, prepared: PreparedSet, rows: IntArray) -> tuple[IntArray, IntArray]:
        complete = rows[_complete(prepared.fiducials[rows])]
        is_mi = self.targets(prepared)[complete] == 1
        return complete[is_mi], complete[~is_mi]

    def _injured(self, prepared: PreparedSet, row: int, rng: np.random.Generator) -> FloatArray:
        fiducials = Fiducials(*(int(sample) for sample in prepared.fiducials[row]))
        return apply_injury(prepared.beats_mv[row], fiducials, random_occlusion(rng))


def _complete(fiducials: IntArray) -> npt.NDArray[np.bool_]:
    """Rows whose four fiducials were all found and rise."""
    return np.asarray((fiducials[:, 0] >= 0) & (np.diff(fiducials, axis=1).min(axis=1) > 0))


@dataclass(frozen=True, slots=True)
class SiteRecipe(NetworkRecipe):
    """A network on pictures of windows of the twelve leads, as it stands Uchiyama's on the MI's location."""

    name: str = "uchiyama-cnn.site-ptbxl"
    arch: str = "uchiyama-cnn"
    question: Question = SITE
    spec: PrepareSpec = PrepareSpec(profile="lead-images-64")
    settings: FitSettings = FitSettings(
        epochs=12, highest_learning_rate=2e-3, weight_decay=0.02, sampling="by-class", rows_per_epoch=2048
    )

    @property
    def more_columns(self) -> tuple[Column, ...]:
        return (LEADS_MV, RR_MS)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        targets = self.targets(prepared)
        for chosen in row_batches(rows, targets[rows], self.settings, rng):
            specs = [self._spec_of(prepared, int(row)) for row in chosen]
            size = (len(self.spec.leads), self.spec.image_px, self.spec.image_px)
            x = np.empty((chosen.size, *size), np.float32)
            # In the order of their first rows: a set's would change from run to run, and with it the draws.
            for spec in dict.fromkeys(specs):
                same = np.flatnonzero([each == spec for each in specs])
                x[same] = self._windows(prepared, chosen[same], spec, rng)
            yield x, targets[chosen]

    def _windows(
        self, prepared: PreparedSet, rows: IntArray, spec: PrepareSpec, rng: np.random.Generator
    ) -> FloatArray:
        """Of each record a window that begins anywhere, drawn: (n, n_leads, px, px)."""
        length = int(spec.window_s * MODEL_FS_HZ)
        pieces = np.stack([_any_piece(np.asarray(prepared.leads_mv[row]), length, rng) for row in rows])
        if self.settings.augment:
            pieces = _changed(pieces, rng)
        n, n_leads, _ = pieces.shape
        leads = pieces.transpose(1, 0, 2).reshape(n_leads, n * length)
        return draw_windows(leads, [k * length for k in range(n)], spec)

    def _spec_of(self, prepared: PreparedSet, row: int) -> PrepareSpec:
        if not self.spec.wide_windows_s:
            return self.spec
        rr_ms = float(prepared.column("rr_ms")[row])
        return self.spec.at_rate(None if np.isnan(rr_ms) else rr_ms)

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        leads = np.asarray(prepared.leads_mv[row])
        spec = self._spec_of(prepared, row)
        starts = complete_window_starts(leads, spec)
        if not starts:
            # A record shorter than its window: what there is of it, on an otherwise flat line.
            return draw_windows(np.nan_to_num(leads), [0], spec)
        return draw_windows(leads, starts, spec)


def _any_piece(leads_mv: FloatArray, length: int, rng: np.random.Generator) -> FloatArray:
    """A piece of (n_leads, n) that begins anywhere before the record's end; gaps are flat lines."""
    last = int(np.flatnonzero(~np.isnan(leads_mv).any(axis=0))[-1]) + 1
    start = int(rng.integers(0, max(0, last - length) + 1))
    return np.nan_to_num(leads_mv[:, start : start + length])


def _changed(pieces_mv: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Windows (n, n_leads, n_samples) with another gain, an offset per lead and up to 20 µV of noise."""
    n, n_leads, _ = pieces_mv.shape
    pieces = pieces_mv * rng.normal(1.0, 0.1, (n, 1, 1)).astype(np.float32)
    pieces += 0.03 * rng.standard_normal((n, n_leads, 1), dtype=np.float32)
    noise_mv = rng.uniform(0.0, 0.02, (n, 1, 1)).astype(np.float32)
    pieces += noise_mv * rng.standard_normal(pieces.shape, dtype=np.float32)
    return np.asarray(pieces, np.float32)


_OPTIMISERS: Final[dict[Optimiser, str]] = {"adamw": "AdamW", "adam": "Adam"}
_SCHEDULES: Final[dict[Schedule, str]] = {
    "one-cycle": "one cycle",
    "plateau": "lowered on a plateau",
    "constant": "constant",
}


def describe_settings(recipe: Recipe) -> dict[str, Any]:
    """The settings that a model card prints."""
    settings = recipe.settings
    return {
        "epochs": settings.epochs,
        "batch": settings.batch,
        f"highest learning rate ({_OPTIMISERS[settings.optimiser]}, {_SCHEDULES[settings.schedule]})": (
            settings.highest_learning_rate
        ),
        "weight decay": settings.weight_decay,
        "label smoothing": settings.label_smoothing,
        "rows of a batch": settings.sampling,
        "epoch kept": settings.keep,
        "seed": settings.seed,
    }
