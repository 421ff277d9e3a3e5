"""How time grows with the work: the exponent of a power law, fitted over sizes that double."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from benchmarks.rows import LEVELS, boxes
from benchmarks.timing import exponent, interleaved
from poolcourse import nn

__all__ = ["Growth", "growths"]


class Growth(NamedTuple):
    """Times over sizes, and the exponent they must not pass."""

    name: str
    sizes: Sequence[int]
    run: Callable[[int], Callable[[], object]]
    goal: float

    def measure(self) -> tuple[float, list[float]]:
        """The exponent, and the seconds at each size."""
        best = interleaved({str(size): self.run(size) for size in self.sizes}, seconds=1.5)
        times = [best[str(size)] for size in self.sizes]
        return exponent(self.sizes, times), times


def growths() -> Iterator[Growth]:
    """All of them."""

    def pyramid(pixels: int) -> Callable[[], object]:
        x = torch.randn(8, 64, int(pixels**0.5), int(pixels**0.5))
        return lambda: nn.spatial_pyramid_pool2d(x, LEVELS)

    def stride_one(k: int) -> Callable[[], object]:
        x = torch.randn(4, 64, 112, 112)
        return lambda: nn.max_pool2d(x, k, 1)

    features = torch.randn(1, 256, 60, 40)

    def regions(count: int) -> Callable[[], object]:
        some = boxes(count, 60, 40)
        return lambda: nn.region_pyramid_pool2d(features, some, LEVELS)

    def areas(area: int) -> Callable[[], object]:
        some = boxes(500, 60, 40, side=int(area**0.5))
        return lambda: nn.region_pyramid_pool2d(features, some, LEVELS)

    yield Growth("SPP with pixels", [16**2, 32**2, 64**2, 128**2], pyramid, 1.1)
    yield Growth("regions with boxes", [250, 500, 1000, 2000], regions, 1.1)
    yield Growth("regions with box area", [6**2, 12**2, 24**2, 36**2], areas, 0.1)
    yield Growth("stride-1 max with k", [3, 5, 9, 17, 33], stride_one, 1.1)
