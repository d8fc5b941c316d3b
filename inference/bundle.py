"""Saving, loading and verifying a model bundle: safetensors and JSON, never a pickle.

What makes a bundle's answer the same everywhere: weights are stored as float16 and always computed with
as float32, and the golden answer is that of the network rebuilt from the stored weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.torch import load as load_tensors
from safetensors.torch import save_file
from torch import Tensor, nn

from inference.bundle_info import (
    BUNDLE_FILE,
    CARD_FILE,
    WEIGHTS_FILE,
    BundleError,
    BundleInfo,
    check_weights_file,
    write_bundle_info,
)
from inference.nets import UnknownArchitectureError, build_net
from inference.prepare import PrepareSpec
from inference.signal.paper_picture import PICTURE_PX

FloatArray = npt.NDArray[np.float32]

GOLDEN_TOLERANCE: Final = 1e-3
"""How far a probability may lie from the golden one: machines differ by less than 1e-5."""
_COUNTER: Final = "num_batches_tracked"
"""Of use to training only, and no float: not stored."""


def save_bundle(
    folder: Path, info: BundleInfo, net: nn.Module, golden_input: FloatArray, card: str
) -> BundleInfo:
    """Write a bundle into `folder` (made if needed) and return its info with folder and weights' SHA-256.

    `golden_input`: one record's prepared input, as `prepare` gives it. Raises BundleError when the
    weights do not fit float16 or the network does not fit the info.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # bundle.json comes last: a bundle that was not written to its end is not one.
    (folder / BUNDLE_FILE).unlink(missing_ok=True)
    _write_weights(folder / WEIGHTS_FILE, net)
    digest = hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()
    saved = replace(info, folder=folder, weights_sha256=digest)
    _write_golden(saved, load_net(saved), np.asarray(golden_input, dtype=np.float32))
    (folder / CARD_FILE).write_text(card, encoding="utf-8")
    write_bundle_info(saved, folder)
    return saved


def load_net(info: BundleInfo) -> nn.Module:
    """The bundle's network: float32, eval mode, no gradients for its weights, on the CPU.

    Raises BundleError for weights that are not those of bundle.json (by SHA-256), that have other names
    or shapes than the architecture, or for an architecture that this version does not know.
    """
    stored = _read_weights(info)
    try:
        with torch.device("meta"):
            net = build_net(info.arch, len(info.classes), **info.arch_options)
    except (UnknownArchitectureError, TypeError) as error:
        raise BundleError(f"The model {info.name} cannot be used. {error}") from error
    expected = net.state_dict()
    _check_shapes(info, stored, expected)
    weights = {name: tensor.float() for name, tensor in stored.items()}
    counters = {name: torch.zeros((), dtype=torch.int64) for name in expected if name.endswith(_COUNTER)}
    net.load_state_dict(weights | counters, assign=True)
    return net.eval().requires_grad_(False)


def verify_golden(info: BundleInfo, net: nn.Module) -> float:
    """Largest difference between the bundle's golden probabilities and the net's for the golden input.

    Raises BundleError above 1e-3, or when the golden file is missing or of another shape.
    """
    try:
        golden = load_file(info.golden_path)
        batch, wanted = golden["input"], golden["probabilities"]
    except (OSError, KeyError, SafetensorError) as error:
        raise BundleError(f"The model {info.name} has no readable golden answer ({error}).") from error
    if batch.shape[1:] != input_shape(info.prepare) or wanted.shape != (len(info.classes),):
        raise BundleError(f"The golden answer of {info.name} does not fit its description.")
    device = next(net.parameters()).device
    with torch.inference_mode():
        answer = record_probabilities(net(torch.from_numpy(batch).to(device))).cpu().numpy()
    difference = float(np.abs(answer - wanted).max())
    # Written so that NaN fails too.
    if not difference <= GOLDEN_TOLERANCE:
        raise BundleError(
            f"The model {info.name} does not reproduce its golden answer here "
            f"(a probability is off by {difference:.2g}); it is not used."
        )
    return difference


def input_shape(spec: PrepareSpec) -> tuple[int, ...]:
    """The shape of one row of a network's input.

    A beat (1, leads, samples), pictures of leads (leads, px, px), or a sheet (3, px, px).
    """
    if spec.is_beat:
        return (1, len(spec.leads), spec.n_samples)
    if spec.is_sheet:
        return (3, PICTURE_PX, PICTURE_PX)
    return (len(spec.leads), spec.image_px, spec.image_px)


def record_probabilities(logits: Tensor) -> Tensor:
    """Logits (n_windows, n_classes) of one record to its probabilities (n_classes,): the windows' mean."""
    return logits.softmax(dim=1).mean(dim=0)


def _write_weights(path: Path, net: nn.Module) -> None:
    floats = {name: tensor for name, tensor in net.state_dict().items() if not name.endswith(_COUNTER)}
    halves = {name: tensor.detach().cpu().to(torch.float16).contiguous() for name, tensor in floats.items()}
    unfit = [name for name, tensor in halves.items() if not torch.isfinite(tensor).all()]
    if unfit:
        raise BundleError(f"The weights {', '.join(unfit)} are not finite in float16; nothing was saved.")
    save_file(halves, path)


def _write_golden(info: BundleInfo, net: nn.Module, golden_input: FloatArray) -> None:
    if golden_input.shape[1:] != input_shape(info.prepare):
        raise BundleError(f"The golden input {golden_input.shape} does not fit {info.prepare.profile}.")
    batch = torch.from_numpy(golden_input.copy())
    with torch.inference_mode():
        logits = net(batch)
        probabilities = record_probabilities(logits)
    tensors = {"input": batch, "logits": logits, "probabilities": probabilities}
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, info.golden_path)


def _read_weights(info: BundleInfo) -> dict[str, Tensor]:
    check_weights_file(info)
    try:
        content = info.weights_path.read_bytes()
    except OSError as error:
        raise BundleError(f"The weights of {info.name} cannot be read ({error.strerror}).") from error
    if hashlib.sha256(content).hexdigest() != info.weights_sha256:
        raise BundleError(
            f"The weights of {info.name} are not the ones that bundle.json describes; not used."
        )
    try:
        return load_tensors(content)
    except SafetensorError as error:
        raise BundleError(f"The weights of {info.name} are not a safetensors file ({error}).") from error


def _check_shapes(info: BundleInfo, stored: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    wanted = {name: tensor.shape for name, tensor in expected.items() if not name.endswith(_COUNTER)}
    found = {name: tensor.shape for name, tensor in stored.items()}
    if found != wanted:
        names = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise BundleError(f"The weights of {info.name} do not fit {info.arch}: {names[0]} differs.")
