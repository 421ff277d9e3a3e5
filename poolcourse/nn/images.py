"""A channels_last copy of a map, the "image": torch's kernels run over its channels with whole vectors.

On (N, C, H, W) as it lies in memory the same kernels go cell by cell, so that the copy pays for itself many times.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.nn.dispatch import channels_last

# torch's stubs offer True or False for return_indices, but no bool.
native_max: Any = F.max_pool2d
native_adaptive_max: Any = F.adaptive_max_pool2d

__all__ = ["as_image", "like", "native_adaptive_max", "native_max", "nested_max", "pyramid_image"]


def as_image(x: Tensor) -> Tensor:
    """(N, C, H, W) or (C, H, W) as (N, C, H, W) in channels_last, a copy unless it is that already."""
    return (x if x.dim() == 4 else x[None]).contiguous(memory_format=torch.channels_last)


def like(x: Tensor, found: Any) -> Any:
    """What a kernel found on the image of `x`, one tensor or a tuple, in the layout and with the axes of `x`."""
    if isinstance(found, tuple):
        return tuple(like(x, part) for part in found)
    if channels_last(x):
        return found.contiguous(memory_format=torch.channels_last)
    return (found if found.dim() == x.dim() else found[0]).contiguous()


def nested_max(x: Tensor, levels: Sequence[int]) -> Iterator[Tensor]:
    """Largest values over n x n bins of (N, C, H, W) or (C, H, W) for each level n, in the order of `levels`.

    Where n divides m, every bin of level n is exactly a union of bins of level m: with q = m / n, its edge
    floor(i h / n) is the edge floor(i q h / m) there. So only the finest levels read the map, the others read theirs.
    """
    done: dict[int, Tensor] = {}
    for n in sorted(set(levels), reverse=True):
        finer = [m for m in done if m % n == 0]
        done[n] = F.adaptive_max_pool2d(done[min(finer)] if finer else x, n)
    for n in levels:
        yield done[n]


def pyramid_image(x: Tensor, levels: Sequence[int]) -> Tensor:
    """Largest values over n x n bins of (..., C, H, W), all levels joined: (..., C * sum(n * n))."""
    channels = x.shape[-3]
    maps = x.reshape(-1, *x.shape[-3:])
    out = x.new_empty((len(maps), channels * sum(n * n for n in levels)))
    start = 0
    for n, pooled in zip(levels, nested_max(as_image(maps), levels), strict=True):
        length = channels * n * n
        out[:, start : start + length].view(pooled.shape).copy_(pooled)
        start += length
    return out.view(*x.shape[:-3], out.shape[-1])
