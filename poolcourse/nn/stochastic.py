"""Stochastic pooling: one activation a window, drawn by its share in training, the expected activation in test."""

from typing import Any

import torch
from torch import Tensor

from poolcourse.errors import PoolingError, RangeError, ShapeError
from poolcourse.nn.checks import accumulator, require, tensor_window
from poolcourse.nn.dispatch import compiling, needs_grad, ordinary
from poolcourse.nn.local import sum_pool2d
from poolcourse.nn.modules import Pool
from poolcourse.nn.slices import BLOCK
from poolcourse.nn.winners import take
from poolcourse.reference.windows import Window

__all__ = ["StochasticPool2d", "stochastic_pool2d"]

Size = int | tuple[int, int]


def stochastic_pool2d(
    x: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    *,
    training: bool = True,
    draws: Tensor | None = None,
) -> Tensor:
    """Keep one activation a window, drawn with probability a_i / sum(a); in test, their mean weighted by it.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor, >= 0
        Feature map after ReLU, floating point.
    kernel_size, stride
        As for `output_size`, each an int or (height, width). There is no padding: a padded 0 is never drawn.
    training : bool, default True
        False gives the mean, sum(a_i * a_i / sum(a)).
    draws : (N, C, H', W') or (C, H', W') tensor in [0, 1), optional
        One uniform number u a window; the element drawn is the first, row-major in its window, whose running sum
        exceeds u times the sum of the window. Equal draws give equal results in both backends. Default: fresh ones
        from torch's generator, which `torch.manual_seed` sets. Unused if not `training`.

    Returns
    -------
    (N, C, H', W') or (C, H', W') tensor of the dtype of `x`
        In training exactly an activation of each window. A window of zeros gives 0, one with a NaN gives NaN.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on anything but floating point, on a window that doesn't fit, on `draws` of another
        shape than the output.
    RangeError
        On a negative activation, or a draw outside [0, 1).

    References
    ----------
    Zeiler & Fergus (2013), "Stochastic pooling for regularization of deep convolutional neural networks",
    arXiv:1301.3557.

    Examples
    --------
    >>> x = torch.tensor([[[0.0, 1.0], [2.0, 5.0]]])
    >>> [stochastic_pool2d(x, 2, draws=torch.full((1, 1, 1), u)).item() for u in (0, 0.2, 0.5)]
    [1.0, 2.0, 5.0]
    >>> stochastic_pool2d(x, 2, training=False)
    tensor([[[3.7500]]])
    """
    window = tensor_window(x, "stochastic_pool2d", kernel_size, stride)
    require(x, lambda: _not_negative(x.detach()), _negative)
    if not training:
        return _expected(x, window)
    shape = (*x.shape[:-2], *window.out)
    if draws is None:
        draws = torch.rand(shape, dtype=accumulator(x.dtype), device=x.device)
    else:
        if draws.shape != shape:
            raise ShapeError(
                f"expected one draw a window, {shape}, got {tuple(draws.shape)}. Take torch.rand(output_shape)."
            )
        given = draws
        require(draws, lambda: ((given >= 0) & (given < 1)).all(), _out_of_range)
    values = take(x, _drawn_places(x.detach(), draws, window))
    # Only a window of zeros yields 0. Nothing was drawn from it, so its gradient must reach no cell.
    return values * (values.detach() != 0) if needs_grad(x) or not ordinary(x) else values


def _not_negative(x: Tensor) -> Tensor:
    if x.device.type == "cpu":
        lowest = x.amin()  # five times as fast as comparing every cell, but a NaN hides the rest
        if not lowest.isnan():
            return lowest >= 0
    return (x < 0).any().logical_not()


def _negative() -> PoolingError:
    return RangeError(
        "expected activations >= 0, whose shares are probabilities, got negative ones. Apply ReLU first: x.relu()."
    )


def _out_of_range() -> PoolingError:
    return RangeError("expected draws in [0, 1), got others. Take torch.rand(output_shape).")


def _drawn_places(x: Tensor, draws: Tensor, window: Window) -> Tensor:
    """Where in H * W each drawn element is."""
    rows = torch.arange(window.out[0], device=x.device) * (window.stride[0] * x.shape[-1])
    corners = rows[:, None] + torch.arange(window.out[1], device=x.device) * window.stride[1]
    if x.device.type != "cpu" or compiling() or not ordinary(x):
        return corners + _drawn_offsets(x, draws, window)
    places = torch.empty(draws.shape, dtype=torch.int64)
    per_block = max(1, BLOCK // (x.shape[-2] * x.shape[-1]))  # on the CPU, as much as the cache holds at a time
    blocks = (part.flatten(0, -3).split(per_block) for part in (x, draws, places))
    for maps, numbers, place in zip(*blocks, strict=True):
        torch.add(corners, _drawn_offsets(maps, numbers, window), out=place)
    return places


def _drawn_offsets(x: Tensor, draws: Tensor, window: Window) -> Tensor:
    """How far behind its window's corner each drawn element is.

    One number a window is enough: the running sums cut [0, sum) into pieces as long as the activations, and u * sum
    falls into one of them. The element drawn is therefore found by counting the running sums that u * sum has passed.
    """
    wide = accumulator(x.dtype)
    kernel_rows, kernel_cols = window.kernel
    taps = _taps(x, window)
    sums: list[Tensor] = []
    for number in range(kernel_rows * kernel_cols):
        tap = taps.select(-2, number // kernel_cols).select(-1, number % kernel_cols).to(wide)
        sums.append(sums[-1] + tap if sums else tap)
    total = sums[-1]
    goal = (draws.to(wide) * total).nan_to_num(nan=torch.inf, posinf=torch.inf)
    # The product can round up to the sum itself, and a sum can be infinite: stay below it, so that the search ends at
    # the last element that adds to it. Where the sum is NaN, all running sums but NaN are passed.
    below = total.nextafter(total.new_full((), -torch.inf)).nan_to_num(nan=torch.inf)
    goal = torch.minimum(goal, below)
    dtype = torch.int16 if kernel_rows * x.shape[-1] < 1 << 15 else torch.int32
    offsets = torch.zeros_like(goal, dtype=dtype)
    for number, running in enumerate(sums[:-1], start=1):
        step = 1 if number % kernel_cols else x.shape[-1] - kernel_cols + 1  # to the next tap, row-major
        offsets = torch.add(offsets, running <= goal, alpha=step)
    return offsets


def _taps(x: Tensor, window: Window) -> Tensor:
    """The cells of each window, (..., H', W', kh, kw), as a view."""
    rows, cols = zip(window.kernel, window.stride, strict=True)
    return x.unfold(-2, *rows).unfold(-2, *cols)


def _expected(x: Tensor, window: Window) -> Tensor:
    """Mean of each window, every activation weighted by its probability: sum(a * a / sum(a))."""
    if x.dtype == torch.float64 or x.device.type == "mps":
        taps = _taps(x.to(accumulator(x.dtype)), window)
        total = taps.sum((-2, -1), keepdim=True)
        return (taps * (taps / torch.where(total == 0, 1, total))).sum((-2, -1)).to(x.dtype)
    # A wider dtype holds the squares, so that two fast sums will do: sum(a * a) / sum(a).
    wide = x.to(torch.float32 if x.dtype == torch.float16 else torch.float64)
    total = sum_pool2d(wide, window.kernel, window.stride)
    squares = sum_pool2d(wide * wide, window.kernel, window.stride)
    return (squares / torch.where(total == 0, 1, total)).to(x.dtype)


class StochasticPool2d(Pool):
    """`stochastic_pool2d` as a Module: draws after `train()`, takes the expected activation after `eval()`.

    Examples
    --------
    >>> StochasticPool2d(3, stride=2)
    StochasticPool2d(kernel_size=3, stride=2)
    >>> StochasticPool2d(2).eval()(torch.tensor([[[0.0, 1.0], [2.0, 5.0]]]))
    tensor([[[3.7500]]])
    """

    def __init__(self, kernel_size: Size, stride: Size | None = None) -> None:
        super().__init__(kernel_size=kernel_size, stride=kernel_size if stride is None else stride)

    def forward(self, x: Tensor, draws: Tensor | None = None) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W), with `draws` if given."""
        settings: dict[str, Any] = self.settings()
        return stochastic_pool2d(x, **settings, training=self.training, draws=draws)
