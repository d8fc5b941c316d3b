"""A fitted forest as arrays: written without pickle, read and asked without scikit-learn.

All trees lie end to end in flat arrays (safetensors), children as indices into them; a JSON file beside
them says what the features and classes are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from training.systems.forest import FittedForest

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
ARRAYS_FILE: Final = "trees.safetensors"
FACTS_FILE: Final = "forest.json"
_ARRAYS: Final = ("roots", "feature", "threshold", "children", "missing_left", "shares")


class ForestFileError(Exception):
    """A folder that no forest can be read from; one plain sentence."""


@dataclass(frozen=True, slots=True)
class TreeArrays:
    """The nodes of all trees end to end; `roots` (n_trees,) says where each tree begins.

    `feature` (n_nodes,): the column that a node asks for, below 0 for a leaf; `threshold` (n_nodes,)
    float64: at or below it one goes left; `children` (n_nodes, 2): left and right; `missing_left`
    (n_nodes,): where NaN goes; `shares` (n_nodes, n_classes) float64: what a leaf answers.
    """

    feature_names: tuple[str, ...]
    classes: tuple[str, ...]
    roots: IntArray = field(repr=False)
    feature: IntArray = field(repr=False)
    threshold: npt.NDArray[np.float64] = field(repr=False)
    children: IntArray = field(repr=False)
    missing_left: npt.NDArray[np.bool_] = field(repr=False)
    shares: npt.NDArray[np.float64] = field(repr=False)

    def probabilities(self, features: FloatArray) -> FloatArray:
        """Class probabilities (n, n_classes) of rows (n, n_features): each row walks down every tree."""
        total = np.zeros((features.shape[0], len(self.classes)))
        rows = np.arange(features.shape[0])
        for root in self.roots:
            at = np.full(rows.size, root)
            while (walking := self.feature[at] >= 0).any():
                node = at[walking]
                value = features[rows[walking], self.feature[node]]
                goes_left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
                at[walking] = self.children[node, np.where(goes_left, 0, 1)]
            total += self.shares[at]
        return (total / self.roots.size).astype(np.float32)


def tree_arrays(fitted: FittedForest, feature_names: Sequence[str], classes: Sequence[str]) -> TreeArrays:
    """The arrays of a fitted forest; raises ValueError when the names do not fit it."""
    if len(feature_names) != fitted.model.n_features_in_ or len(classes) != fitted.n_classes:
        raise ValueError("The names of features or classes do not fit this forest.")
    trees = [tree.tree_ for tree in fitted.model.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
    shares = np.zeros((sum(tree.node_count for tree in trees), fitted.n_classes))
    # scikit-learn's own shares, made to sum to 1 as its predict_proba does.
    values = np.concatenate([tree.value[:, 0, :] for tree in trees])
    shares[:, fitted.model.classes_] = values / values.sum(axis=1, keepdims=True)
    children = [
        np.stack([tree.children_left, tree.children_right], axis=1) + root
        for tree, root in zip(trees, roots, strict=True)
    ]
    return TreeArrays(
        feature_names=tuple(feature_names),
        classes=tuple(classes),
        roots=roots,
        feature=np.concatenate([tree.feature for tree in trees]),
        threshold=np.concatenate([tree.threshold for tree in trees]),
        children=np.concatenate(children),
        missing_left=np.concatenate([tree.missing_go_to_left for tree in trees]).astype(np.bool_),
        shares=shares,
    )


def save_forest(
    folder: Path, fitted: FittedForest, feature_names: Sequence[str], classes: Sequence[str]
) -> TreeArrays:
    """Write a forest to a folder, which is made; returns what was written."""
    arrays = tree_arrays(fitted, feature_names, classes)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(getattr(arrays, name)) for name in _ARRAYS}, folder / ARRAYS_FILE)
    facts = {
        "schema": 1,
        "feature_names": list(arrays.feature_names),
        "classes": list(arrays.classes),
        "settings": asdict(fitted.settings),
    }
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return arrays


def load_forest(folder: Path) -> TreeArrays:
    """Read a forest that `save_forest` wrote. Raises ForestFileError when it is not whole."""
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
        names, classes = tuple(facts["feature_names"]), tuple(facts["classes"])
        read = load_file(folder / ARRAYS_FILE)
        return TreeArrays(names, classes, **{name: read[name] for name in _ARRAYS})
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ForestFileError(
            f"The forest in {folder} cannot be read ({error}): fit it again or copy it anew."
        ) from error
