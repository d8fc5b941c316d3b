"""The three shipped models: which rows they train on, how batches are drawn, what is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from inference.bundle_info import Task
from inference.labels import MI_LOCATIONS
from inference.prepare import PrepareSpec, draw_windows, window_starts
from inference.signal.beat import MODEL_FS_HZ
from inference.signal.injury import Fiducials, apply_injury, random_occlusion
from training.data.inputs import RECORD_SAMPLES, PreparedSet
from training.fitting.fit import Batch, FitSettings
from training.systems.augment import augmented_inputs

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


class Recipe(Protocol):
    """What the cross-validation and the final fit need to know of a model."""

    @property
    def name(self) -> str: ...
    @property
    def arch(self) -> str: ...
    @property
    def task(self) -> Task: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def spec(self) -> PrepareSpec: ...
    @property
    def settings(self) -> FitSettings: ...

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
        """One epoch of augmented training batches."""

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        """What the network sees of a record when it is judged: (k, …), probabilities averaged over k."""


@dataclass(frozen=True, slots=True)
class MiRecipe:
    """Any MI or injury code against none, on median beats."""

    name: str = "ecg-smart-net.mi-ptbxl"
    arch: str = "ecg-smart-net"
    task: Task = "mi"
    classes: tuple[str, ...] = ("no MI", "MI")
    spec: PrepareSpec = PrepareSpec()
    settings: FitSettings = FitSettings(epochs=12)

    def usable_rows(self, prepared: PreparedSet) -> IntArray:
        return np.arange(len(prepared))

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        return self.usable_rows(prepared)

    def targets(self, prepared: PreparedSet) -> IntArray:
        return np.array([int(record.is_mi) for record in prepared.records])

    def strata(self, prepared: PreparedSet) -> list[str]:
        return [str(record.site) for record in prepared.records]

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int:  # noqa: ARG002
        return max(1, rows.size // self.settings.batch)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        targets = self.targets(prepared)
        order = rng.permutation(rows)
        for step in range(self.steps_per_epoch(prepared, rows)):
            chosen = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            yield augmented_inputs(prepared.beats_mv[chosen], self.spec, rng), targets[chosen]

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        return np.array(prepared.inputs[row])[None, None]


@dataclass(frozen=True, slots=True)
class OmiProxyRecipe(MiRecipe):
    """A stand-in for OMI: real MI beats and simulated occlusions on real non-MI beats, against real ones.

    Each batch: a quarter real MI, a quarter simulated, half real without MI. Beats without all four
    fiducials cannot carry a planted injury and are left out of training on both sides: their lack
    would give the class away.
    """

    name: str = "ecg-smart-net.omi-proxy"
    task: Task = "omi"
    classes: tuple[str, ...] = ("no OMI (proxy)", "OMI (proxy)")
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


SITE_CLASSES: Final = tuple(code for code in MI_LOCATIONS if code != "PL")
"""PTB-XL has no code for a posterolateral infarction."""


@dataclass(frozen=True, slots=True)
class SiteRecipe:
    """Where the infarction is, from pictures of 1-s windows of the twelve leads."""

    name: str = "uchiyama-cnn.site-ptbxl"
    arch: str = "uchiyama-cnn"
    task: Task = "mi-location"
    classes: tuple[str, ...] = SITE_CLASSES
    spec: PrepareSpec = PrepareSpec(profile="lead-images-64")
    settings: FitSettings = FitSettings(epochs=12, highest_learning_rate=2e-3, weight_decay=0.02)
    windows_per_epoch: int = 2048
    none_share: float = 0.35
    """Share of 'N' windows in an epoch; they are 76 % of the records."""
    site_power: float = field(default=0.5)
    """Sites are drawn with probability proportional to their number to this power."""

    def usable_rows(self, prepared: PreparedSet) -> IntArray:
        return np.flatnonzero([record.site in self.classes for record in prepared.records])

    def training_rows(self, prepared: PreparedSet) -> IntArray:
        return self.usable_rows(prepared)

    def targets(self, prepared: PreparedSet) -> IntArray:
        index = {name: k for k, name in enumerate(self.classes)}
        return np.array([index.get(record.site or "", -1) for record in prepared.records])

    def strata(self, prepared: PreparedSet) -> list[str]:
        return [str(record.site) for record in prepared.records]

    def steps_per_epoch(self, prepared: PreparedSet, rows: IntArray) -> int:  # noqa: ARG002
        return max(1, self.windows_per_epoch // self.settings.batch)

    def batches(self, prepared: PreparedSet, rows: IntArray, rng: np.random.Generator) -> Iterator[Batch]:
        targets = self.targets(prepared)
        weights = self._row_weights(targets[rows])
        length = int(self.spec.window_s * MODEL_FS_HZ)
        for _ in range(self.steps_per_epoch(prepared, rows)):
            chosen = rng.choice(rows, self.settings.batch, p=weights)
            starts = rng.integers(0, RECORD_SAMPLES - length, chosen.size)
            pieces = np.stack(
                [
                    prepared.leads_mv[row, :, start : start + length]
                    for row, start in zip(chosen, starts, strict=True)
                ]
            )
            yield self._augmented_images(pieces, rng), targets[chosen]

    def _row_weights(self, targets: IntArray) -> npt.NDArray[np.float64]:
        counts = Counter(targets.tolist())
        none = self.classes.index("N")
        sites = {k: n**self.site_power for k, n in counts.items() if k != none}
        total = sum(sites.values())
        share = {k: (1.0 - self.none_share) * size / total for k, size in sites.items()}
        share[none] = self.none_share
        weights = np.array([share[k] / counts[k] for k in targets.tolist()])
        return np.asarray(weights / weights.sum())

    def _augmented_images(self, pieces_mv: FloatArray, rng: np.random.Generator) -> FloatArray:
        n, n_leads, length = pieces_mv.shape
        pieces = np.nan_to_num(pieces_mv) * rng.normal(1.0, 0.1, (n, 1, 1)).astype(np.float32)
        pieces += 0.03 * rng.standard_normal((n, n_leads, 1), dtype=np.float32)
        noise_mv = rng.uniform(0.0, 0.02, (n, 1, 1)).astype(np.float32)
        pieces += noise_mv * rng.standard_normal(pieces.shape, dtype=np.float32)
        leads = pieces.transpose(1, 0, 2).reshape(n_leads, n * length)
        return draw_windows(leads, [k * length for k in range(n)], self.spec)

    def test_inputs(self, prepared: PreparedSet, row: int) -> FloatArray:
        leads = prepared.leads_mv[row]
        n_valid = int((~np.isnan(leads).any(axis=0)).sum())
        return draw_windows(leads, window_starts(n_valid, self.spec), self.spec)


RECIPES: Final[dict[str, Recipe]] = {
    "mi-ptbxl": MiRecipe(),
    "omi-proxy": OmiProxyRecipe(),
    "site-ptbxl": SiteRecipe(),
}


def describe_settings(recipe: Recipe) -> dict[str, Any]:
    """The settings that a model card prints."""
    settings = recipe.settings
    return {
        "epochs": settings.epochs,
        "batch": settings.batch,
        "highest learning rate (AdamW, one cycle)": settings.highest_learning_rate,
        "weight decay": settings.weight_decay,
        "label smoothing": settings.label_smoothing,
        "seed": settings.seed,
    }
