"""Adaptive pooling: ask for the size of the output, and the bins are cut to fit the input."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.nn.checks import check_tensor, tensor_bins
from poolcourse.nn.dispatch import Engine, choose_bins
from poolcourse.nn.images import as_image, like, native_adaptive_max
from poolcourse.nn.winners import order_cells, take

__all__ = ["adaptive_avg_pool2d", "adaptive_max_pool2d"]

Bins = int | None | tuple[int | None, int | None]


def adaptive_max_pool2d(x: Tensor, output_size: Bins, return_indices: bool = False) -> Any:
    """Largest value of each of n x n bins.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point or integers. A NaN is the largest value of its bins.
    output_size : int or (height, width)
        Bins on each axis; bin i of n is cells [floor(i size / n), ceil((i + 1) size / n)). None keeps the size of the
        input on that axis.
    return_indices : bool, default False
        Also return where each maximum was.

    Returns
    -------
    (N, C, n, n) or (C, n, n) tensor of the dtype of `x`
    (same shape) int64 tensor, with `return_indices`
        Position in H * W, row-major: the first of equals, or the last NaN.

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        On what is no feature map, on booleans and complex numbers, on an `output_size` that is no size.

    Examples
    --------
    >>> adaptive_max_pool2d(torch.arange(7.0).reshape(1, 1, 7), (1, 3))
    tensor([[[2., 4., 6.]]])
    """
    check_tensor(x, "adaptive_max_pool2d", integers=True)
    bins = tensor_bins(x, output_size)
    if not x.is_floating_point():
        # torch's kernel refuses integers, but order is all that a maximum looks at.
        # float32 counts ranks up to 2^24 exactly.
        ranks, cells = order_cells(x)
        places = take(cells, F.adaptive_max_pool2d(ranks.to(torch.float32), bins).long())
        return (take(x, places), places) if return_indices else take(x, places)
    if choose_bins(x) is Engine.IMAGE:
        return like(x, native_adaptive_max(as_image(x), bins, return_indices))
    return native_adaptive_max(x, bins, return_indices)


def adaptive_avg_pool2d(x: Tensor, output_size: Bins) -> Tensor:
    """Mean of each of n x n bins, each divided by its own number of cells.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point; half precision is summed in float32.
    output_size : int or (height, width)
        As for `adaptive_max_pool2d`.

    Returns
    -------
    (N, C, n, n) or (C, n, n) tensor of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        On what is no feature map, on anything but floating point, on an `output_size` that is no size.

    Examples
    --------
    >>> adaptive_avg_pool2d(torch.arange(7.0).reshape(1, 1, 7), (1, 3))
    tensor([[[1., 3., 5.]]])
    """
    check_tensor(x, "adaptive_avg_pool2d")
    return F.adaptive_avg_pool2d(x, tensor_bins(x, output_size))
