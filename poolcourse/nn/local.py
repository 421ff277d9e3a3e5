"""Maximum, average and sum over a sliding window."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.errors import RangeError
from poolcourse.nn.checks import tensor_window
from poolcourse.nn.dispatch import Engine, choose, needs_grad
from poolcourse.nn.images import as_image, like, native_max
from poolcourse.nn.modules import Pool
from poolcourse.nn.ops import locate_windows, max_windows
from poolcourse.nn.sums import window_sums
from poolcourse.nn.winners import order_cells, take

__all__ = ["AvgPool2d", "MaxPool2d", "SumPool2d", "avg_pool2d", "max_pool2d", "sum_pool2d"]

Size = int | tuple[int, int]


def max_pool2d(
    x: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Largest value of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point or integers. A NaN is the largest value of its windows.
    kernel_size, stride, padding, dilation, ceil_mode
        As for `torch.nn.functional.max_pool2d`: each an int or (height, width), stride the kernel unless given.
    return_indices : bool, default False
        Also return where each maximum was.

    Returns
    -------
    (N, C, H', W') or (C, H', W') tensor of the dtype of `x`
    (same shape) int64 tensor, with `return_indices`
        Position in H * W, row-major: the first of equals, or the last NaN; `torch.nn.MaxUnpool2d` takes it.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on booleans and complex numbers, on a window that doesn't fit.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato & LeCun (2009), "What is the best multi-stage architecture for object recognition?"

    Examples
    --------
    >>> x = torch.tensor([[[1, 3, 0, 0], [5, 2, 0, 4]]])
    >>> max_pool2d(x, 2, return_indices=True)
    (tensor([[[5, 4]]]), tensor([[[4, 7]]]))
    """
    window = tensor_window(x, "max_pool2d", kernel_size, stride, padding, dilation, ceil_mode, integers=True)
    engine = choose(x)
    if engine is Engine.NATIVE:
        if return_indices:
            return native_max(x, *window[:4], ceil_mode, return_indices)
        return torch.max_pool2d(x, *window[:4], ceil_mode)  # functional's own Python would cost a small map a tenth
    if engine is Engine.SLICES:
        if not needs_grad(x) and not return_indices:
            return max_windows(x.detach(), window)
        values, places = locate_windows(x.detach(), window)
        # The places are found without autograd's knowledge; that the values lie there is all that it needs to know.
        values = take(x, places) if needs_grad(x) else values
        return (values, places) if return_indices else values
    if engine is Engine.RANKS:
        ranks, cells = order_cells(x)
        places = take(cells, F.max_pool2d(ranks.to(torch.float32), *window[:4], ceil_mode).long())
        found = like(x, (take(x, places), places))
        return found if return_indices else found[0]
    return like(x, native_max(as_image(x), *window[:4], ceil_mode, return_indices))


def avg_pool2d(
    x: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Mean of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point; half precision is summed in float32.
    kernel_size, stride, padding, ceil_mode
        As for `torch.nn.functional.avg_pool2d`. Padding is 0.
    count_include_pad : bool, default True
        Whether padding counts as cells. What hangs over the padded map under `ceil_mode` never does.
    divisor_override : int, optional
        Divide every sum by this instead.

    Returns
    -------
    (N, C, H', W') or (C, H', W') tensor of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on anything but floating point, on a window that doesn't fit.
    RangeError
        If `divisor_override` is 0.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document recognition", subsampling.

    Examples
    --------
    >>> avg_pool2d(torch.tensor([[[1.0, 3.0, 5.0]]]), (1, 2), stride=1)
    tensor([[[2., 4.]]])
    """
    window = tensor_window(x, "avg_pool2d", kernel_size, stride, padding, ceil_mode=ceil_mode)
    if divisor_override == 0:
        raise RangeError("expected a divisor_override other than 0, got 0. Leave it out to divide by the cells.")
    if choose(x) is Engine.NATIVE:
        return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return window_sums(x, window, ceil_mode, count_include_pad, divisor_override)


def sum_pool2d(
    x: Tensor, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False
) -> Tensor:
    """Sum of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point; half precision is summed in float32.
    kernel_size, stride, padding, ceil_mode
        As for `avg_pool2d`.

    Returns
    -------
    (N, C, H', W') or (C, H', W') tensor of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on anything but floating point, on a window that doesn't fit.

    Examples
    --------
    >>> sum_pool2d(torch.tensor([[[1.0, 3.0], [5.0, 2.0]]]), 2)
    tensor([[[11.]]])
    """
    window = tensor_window(x, "sum_pool2d", kernel_size, stride, padding, ceil_mode=ceil_mode)
    if choose(x) is Engine.NATIVE:
        return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, divisor_override=1)
    return window_sums(x, window, ceil_mode, True, 1)


class MaxPool2d(Pool):
    """`max_pool2d` as a Module; arguments as for `torch.nn.MaxPool2d`.

    Examples
    --------
    >>> MaxPool2d(3, stride=2)(torch.zeros(1, 8, 7, 7)).shape
    torch.Size([1, 8, 3, 3])
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        stride = kernel_size if stride is None else stride
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            return_indices=return_indices,
            ceil_mode=ceil_mode,
        )

    def forward(self, x: Tensor) -> Any:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return max_pool2d(x, **self.settings())


class AvgPool2d(Pool):
    """`avg_pool2d` as a Module; arguments as for `torch.nn.AvgPool2d`.

    Examples
    --------
    >>> AvgPool2d(2)
    AvgPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        stride = kernel_size if stride is None else stride
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
            divisor_override=divisor_override,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return avg_pool2d(x, **self.settings())


class SumPool2d(Pool):
    """`sum_pool2d` as a Module.

    Examples
    --------
    >>> SumPool2d(2)
    SumPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=False)
    """

    def __init__(
        self, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False
    ) -> None:
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)

    def forward(self, x: Tensor) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return sum_pool2d(x, **self.settings())
