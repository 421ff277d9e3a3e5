"""Global pooling: one number a channel, whatever the size of the map."""

from torch import Tensor

from poolcourse.nn.checks import check_tensor
from poolcourse.nn.dispatch import compiling, needs_grad, ordinary
from poolcourse.nn.modules import Pool
from poolcourse.nn.winners import take, winner

__all__ = ["GlobalAvgPool2d", "GlobalMaxPool2d", "global_avg_pool2d", "global_max_pool2d"]


def global_avg_pool2d(x: Tensor) -> Tensor:
    """Mean of each channel over the whole map.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point; half precision is summed in float32.

    Returns
    -------
    (N, C) or (C,) tensor of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError
        On what is no feature map, or on anything but floating point.

    References
    ----------
    Lin, Chen & Yan (2013), "Network in network", arXiv:1312.4400.

    Examples
    --------
    >>> import torch
    >>> global_avg_pool2d(torch.tensor([[[1.0, 3.0]], [[0.0, 8.0]]]))
    tensor([2., 4.])
    """
    check_tensor(x, "global_avg_pool2d")
    return x.mean((-2, -1))


def global_max_pool2d(x: Tensor) -> Tensor:
    """Largest value of each channel over the whole map.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Floating point or integers. A NaN is the largest value of its channel.

    Returns
    -------
    (N, C) or (C,) tensor of the dtype of `x`
        Its gradient goes to the cell that won, whole: the first of equals, or the last NaN.

    Raises
    ------
    ShapeError, DtypeError
        On what is no feature map, or on booleans and complex numbers.

    References
    ----------
    Oquab, Bottou, Laptev & Sivic (2015), "Is object localization for free?"

    Examples
    --------
    >>> import torch
    >>> global_max_pool2d(torch.tensor([[[1, 3]], [[0, 8]]]))
    tensor([3, 8])
    """
    check_tensor(x, "global_max_pool2d", integers=True)
    if not needs_grad(x) and (compiling() or ordinary(x)):
        return x.flatten(-2).amax(-1)  # a tenth faster than over two axes
    return take(x, _place(x.detach())[..., None, None])[..., 0, 0]


def _place(x: Tensor) -> Tensor:
    """Where each map's largest value is.

    amax alone would split a gradient among equals, and torch's search for a place takes six times as long as amax. So
    look for the row first, among the largest value of each row, and then within this row.
    """
    row = winner(x.amax(-1))
    cells = x.gather(-2, row[..., None, None].expand(*row.shape, 1, x.shape[-1]))[..., 0, :]
    return row * x.shape[-1] + winner(cells)


class GlobalAvgPool2d(Pool):
    """`global_avg_pool2d` as a Module: (N, C, H, W) becomes (N, C), ready for a linear layer.

    Examples
    --------
    >>> import torch
    >>> GlobalAvgPool2d()(torch.zeros(2, 8, 7, 5)).shape
    torch.Size([2, 8])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return global_avg_pool2d(x)


class GlobalMaxPool2d(Pool):
    """`global_max_pool2d` as a Module: (N, C, H, W) becomes (N, C), ready for a linear layer.

    Examples
    --------
    >>> import torch
    >>> GlobalMaxPool2d()(torch.zeros(2, 8, 7, 5)).shape
    torch.Size([2, 8])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return global_max_pool2d(x)
