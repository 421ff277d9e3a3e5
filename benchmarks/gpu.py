"""The same operators on a GPU: milliseconds, and the share of the memory's bandwidth that they reach."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from benchmarks.rows import LEVELS, boxes
from poolcourse import nn

__all__ = ["Measured", "measure"]


class Measured(NamedTuple):
    """One operator on a GPU."""

    name: str
    milliseconds: float
    bandwidth_share: float


def measure(device: str = "cuda") -> Iterator[Measured]:
    """Time every operator. The bandwidth is that of copying a large tensor on the same device."""
    x = torch.randn(32, 256, 56, 56, device=device)
    features = torch.randn(1, 256, 60, 40, device=device)
    some = boxes(2000, 60, 40).to(device)
    positive = x.relu()
    copy = torch.empty_like(x)
    bandwidth = 2 * _size(x) / _seconds(lambda: copy.copy_(x))
    runs: dict[str, tuple[Tensor, Callable[[], Tensor]]] = {
        "max k2": (x, lambda: nn.max_pool2d(x, 2)),
        "max k3": (x, lambda: nn.max_pool2d(x, 3, 2)),
        "avg k2": (x, lambda: nn.avg_pool2d(x, 2)),
        "avg k3": (x, lambda: nn.avg_pool2d(x, 3, 2)),
        "global max": (x, lambda: nn.global_max_pool2d(x)),
        "global avg": (x, lambda: nn.global_avg_pool2d(x)),
        "SPP max": (x, lambda: nn.spatial_pyramid_pool2d(x, LEVELS)),
        "stochastic k2": (x, lambda: nn.stochastic_pool2d(positive, 2)),
        "2000 regions": (features, lambda: nn.region_pyramid_pool2d(features, some, LEVELS)),
    }
    for name, (source, run) in runs.items():
        seconds = _seconds(run)
        yield Measured(name, 1e3 * seconds, (_size(source) + _size(run())) / seconds / bandwidth)


def _size(x: Tensor) -> int:
    return x.numel() * x.element_size()


def _seconds(run: Callable[[], object], repeats: int = 20, rounds: int = 5) -> float:
    for _ in range(3):
        run()
    best = float("inf")
    for _ in range(rounds):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(repeats):
            run()
        end.record()
        end.synchronize()
        best = min(best, start.elapsed_time(end) / repeats / 1e3)
    return best
