"""Records and model bundles for tests: a beating heart without real data, networks without training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from inference.bundle import save_bundle
from inference.bundle_info import BundleInfo, Task
from inference.labels import MI_LOCATIONS
from inference.nets import build_net
from inference.prepare import FloatArray, PrepareSpec, prepare
from inference.records import STANDARD_LEADS, ImportReport, Record
from inference.records.record import signal_sha256
from inference.signal.vcg import leads_from_vcg

BEAT_MODEL = "ecg-smart-net.test"
SITE_MODEL = "uchiyama-cnn.test"
FS_HZ = 500.0


def beating_heart(seed: int = 0, without: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Record:
    """Ten seconds of twelve leads at 66 beats a minute; `extra` leads repeat V6."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(10 * FS_HZ)) / FS_HZ
    phase_s = (time_s % 0.91) - 0.45
    waves = [
        (-0.17, 0.025, 0.10),
        (-0.03, 0.009, -0.08),
        (0.0, 0.012, 1.1),
        (0.03, 0.012, -0.3),
        (0.25, 0.05, 0.25),
    ]
    axes = rng.normal((0.8, 0.6, -0.4), 0.15, (len(waves), 3))
    bumps = [size * np.exp(-((phase_s - at) ** 2) / (2 * width**2)) for at, width, size in waves]
    xyz = np.einsum("wc,wn->cn", axes, np.stack(bumps)) + rng.normal(0, 0.003, (3, time_s.size))
    twelve = leads_from_vcg(xyz).astype(np.float32)
    rows = [row for row, name in enumerate(STANDARD_LEADS) if name not in without]
    signals = np.concatenate([twelve[rows], np.repeat(twelve[-1:], len(extra), axis=0)])
    names = (*(STANDARD_LEADS[row] for row in rows), *extra)
    signals.flags.writeable = False
    sha256 = signal_sha256(signals, names, FS_HZ)
    return Record(signals, names, FS_HZ, Path(f"heart-{seed}.npy"), ImportReport("test"), sha256=sha256)


def untrained_net(arch: str, n_classes: int, seed: int = 0) -> nn.Module:
    """A network in eval mode whose normalisations have statistics, as after training."""
    torch.manual_seed(seed)
    net = build_net(arch, n_classes)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.normal_(module.running_mean, 0.0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.1)
    return net.eval()


def bundle_info(name: str = BEAT_MODEL, **changes: Any) -> BundleInfo:
    """The facts of a test bundle: a beat model for MI, or the localization model by its name."""
    is_beat = name.startswith("ecg-smart-net")
    task: Task = "mi" if is_beat else "mi-location"
    info = BundleInfo(
        name=name,
        arch=name.split(".")[0],
        task=task,
        title="Test model",
        trained_on="Nothing.",
        classes=("no MI", "MI") if is_beat else tuple(MI_LOCATIONS),
        prepare=PrepareSpec() if is_beat else PrepareSpec(profile="lead-images-64"),
        threshold=0.5 if is_beat else None,
        saliency_scale=0.002 if is_beat else None,
    )
    return replace(info, **changes)


def golden_input(info: BundleInfo) -> FloatArray:
    return prepare(beating_heart(99, extra=("V9",)), info.prepare).array


def make_bundle(
    models: Path, name: str = BEAT_MODEL, net: nn.Module | None = None, **changes: Any
) -> BundleInfo:
    """Save an untrained (or the given) network as a bundle in the folder `models`."""
    info = bundle_info(name, **changes)
    if net is None:
        net = untrained_net(info.arch, len(info.classes))
    return save_bundle(models / info.name, info, net, golden_input(info), "# Card\n")
