"""Window sums and averages, and their derivatives."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.nn.checks import accumulator
from poolcourse.nn.dispatch import Engine, choose, needs_grad
from poolcourse.nn.images import as_image, like
from poolcourse.nn.ops import spread_windows, sum_windows
from poolcourse.reference.windows import Window

__all__ = ["window_sums"]


def window_sums(x: Tensor, window: Window, ceil_mode: bool, count_include_pad: bool, divisor: int | None) -> Tensor:
    """Sum of each window over its cells, or over `divisor`, by one of our designs; 1 gives the plain sum."""
    if choose(x) is Engine.IMAGE:
        return like(x, F.avg_pool2d(as_image(x), *window[:3], ceil_mode, count_include_pad, divisor))
    cells: Tensor | None = None
    if divisor != 1:
        cells = _cells(x, window, count_include_pad) if divisor is None else torch.tensor(divisor)
        cells = cells.to(accumulator(x.dtype))
    return _Sums.apply(x, window, cells) if needs_grad(x) else sum_windows(x.detach(), window, cells)


def _cells(x: Tensor, window: Window, count_include_pad: bool) -> Tensor:
    """Cells that each window counts: one number for all, or (H', W') rows times columns."""
    extents = []
    for size, kernel, stride, padding, _, out in zip(x.shape[-2:], *window, strict=True):
        border = padding if count_include_pad else 0
        if (out - 1) * stride - padding + kernel <= size + border and padding == border:
            extents.append(torch.tensor(kernel))
            continue
        start = torch.arange(out) * stride - padding
        extents.append((start + kernel).clamp(max=size + border) - start.clamp(min=-border))
    rows, cols = extents
    return rows[..., None] * cols if rows.dim() else rows * cols


class _Sums(torch.autograd.Function):
    """Window sums and their transpose are linear, so that each is the other's derivative, to any order."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, window: Window, cells: Tensor | None) -> Tensor:
        return sum_windows(x, window, cells)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        x, ctx.window, ctx.cells = inputs
        ctx.size = x.shape[-2:]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        return _Spread.apply(grads[0], ctx.size, ctx.window, ctx.cells), None, None


class _Spread(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(grad: Tensor, size: tuple[int, int], window: Window, cells: Tensor | None) -> Tensor:
        return spread_windows(grad, size, window, cells)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _, _, ctx.window, ctx.cells = inputs

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        return _Sums.apply(grads[0], ctx.window, ctx.cells), None, None, None
