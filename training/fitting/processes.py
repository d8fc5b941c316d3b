"""Several processes fit one network as one would: the same batches, normalisations and steps.

`torchrun --nproc-per-node=N -m training …` starts them. Every process draws the same batches and takes every
N-th row of each; batch normalisation and the gradient are those of the whole batch. Dropout, where a
network has it, is drawn by each process for its own rows: such a network is fitted alike, not the same. All
processes read and write one folder, so on several machines it has to be shared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

_LONGEST_WAIT: Final = timedelta(hours=12)
"""The others wait while the first prepares the records."""


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of how many processes this one is."""

    rank: int = 0
    number: int = 1

    @property
    def is_first(self) -> bool:
        return self.rank == 0


ALONE: Final = Processes()


@contextmanager
def joined() -> Iterator[Processes]:
    """Joins the processes that torchrun started; a program started without it is alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo", timeout=_LONGEST_WAIT)
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


def spread(net: nn.Module, processes: Processes, device: torch.device) -> nn.Module:
    """The network ready for its share of every batch; alone it is the network itself."""
    if processes.number == 1:
        return net
    if device.type == "cuda":
        synchronous = nn.SyncBatchNorm.convert_sync_batchnorm(net)  # type: ignore[no-untyped-call]
        return DistributedDataParallel(synchronous, device_ids=[device.index])
    return DistributedDataParallel(_shared_norms(net))


def summed(part: Tensor, processes: Processes) -> float:
    """The sum of every process's part of a number."""
    if processes.number > 1:
        dist.all_reduce(part)
    return float(part.item())


def from_the_first(numbers: list[float], processes: Processes) -> list[float]:
    """The first process's numbers in every process, so that all decide the same by them."""
    if processes.number == 1:
        return numbers
    shared = torch.tensor(numbers, dtype=torch.float64)
    shared = shared.cuda() if dist.get_backend() == "nccl" else shared
    dist.broadcast(shared, 0)
    return [float(number) for number in shared.tolist()]


def wait_for_all(processes: Processes) -> None:
    """Returns when every process has come here: what the first wrote the others may read."""
    if processes.number > 1:
        dist.barrier()


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch normalisation over the rows of all processes, with gloo; torch's own is for CUDA only.

    Its weights and running statistics are the very tensors of the layer that it stands for, under the
    same names.
    """

    @classmethod
    def instead_of(cls, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> SharedBatchNorm:
        shared = cls(norm.num_features, norm.eps, norm.momentum)
        shared.weight, shared.bias = norm.weight, norm.bias
        shared.running_mean, shared.running_var = norm.running_mean, norm.running_var
        shared.num_batches_tracked = norm.num_batches_tracked
        return shared

    def forward(self, x: Tensor) -> Tensor:
        shape = [1, -1] + [1] * (x.dim() - 2)
        wide = x.float()
        if self.training:
            mean, variance = self._of_all_rows(wide)
        else:
            mean, variance = _there(self.running_mean), _there(self.running_var)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (wide - mean.view(shape)) * scale.view(shape) + self.bias.view(shape)

    def _part(self) -> float:
        """How much of the running statistics the batch at hand replaces."""
        assert self.momentum is not None, "Every normalisation here has a momentum."
        return self.momentum

    def _of_all_rows(self, x: Tensor) -> tuple[Tensor, Tensor]:
        over = [axis for axis in range(x.dim()) if axis != 1]
        count = torch.tensor(float(x.numel() // x.shape[1]))
        dist.all_reduce(count)
        mean = _total(x.sum(over)) / count
        # In two passes, as torch itself: the difference of two great sums would lose the variance.
        deviation = x - mean.view([1, -1] + [1] * (x.dim() - 2))
        variance = _total((deviation * deviation).sum(over)) / count
        with torch.no_grad():
            _there(self.num_batches_tracked).add_(1)
            _there(self.running_mean).lerp_(mean, self._part())
            _there(self.running_var).lerp_(variance * count / (count - 1), self._part())
        return mean, variance


class _Sum(torch.autograd.Function):
    """The sum over all processes; each one's part had its share in every process's loss."""

    @staticmethod
    def forward(ctx: object, part: Tensor) -> Tensor:  # noqa: ARG004
        total = part.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        total = gradients[0].clone()
        dist.all_reduce(total)
        return total


def _total(part: Tensor) -> Tensor:
    """The sum over all processes, through which gradients flow back to each."""
    total: Tensor = _Sum.apply(part)  # type: ignore[no-untyped-call]
    return total


def _there(statistic: Tensor | None) -> Tensor:
    assert statistic is not None, "Every normalisation here keeps running statistics."
    return statistic


def _shared_norms(net: nn.Module) -> nn.Module:
    for name, child in list(net.named_children()):
        if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
            setattr(net, name, SharedBatchNorm.instead_of(child))
        else:
            _shared_norms(child)
    return net
