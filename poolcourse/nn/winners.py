"""Winners: which cell a maximum comes from, and how its value is taken there.

Every operator that picks a cell (maximum, draw) finds *where* without autograd and then takes the value with `take`. To
any order, forward and backward, the derivative is the one that torch has for `gather`.
"""

import torch
from torch import Tensor

from poolcourse.nn.checks import accumulator
from poolcourse.nn.dispatch import needs_grad

__all__ = ["order_cells", "take", "winner"]


def take(x: Tensor, places: Tensor) -> Tensor:
    """The values of (..., H, W) at places (..., H', W') in H * W."""
    # A cell that wins several windows adds up their gradients. On the CPU torch does so in float32; a GPU would round
    # each addition to half precision.
    wide = x.to(accumulator(x.dtype)) if needs_grad(x) and x.device.type != "cpu" else x
    values = wide.flatten(-2).gather(-1, places.flatten(-2)).to(x.dtype)
    return values.unflatten(-1, places.shape[-2:])


def winner(x: Tensor) -> Tensor:
    """Where the largest of (..., K) is: the first of equals, or the last NaN.

    Examples
    --------
    >>> winner(torch.tensor([[1.0, 3.0, 3.0], [float("nan"), float("nan"), 5.0]]))
    tensor([1, 1])
    """
    best = x.argmax(-1)
    if not x.is_floating_point():
        return best
    numbers = torch.arange(1, x.shape[-1] + 1, device=x.device)
    last_nan = (x.isnan() * numbers).amax(-1)
    return torch.where(last_nan > 0, last_nan - 1, best)


def order_cells(x: Tensor) -> tuple[Tensor, Tensor]:
    """Rank the cells of each map so that the highest rank wins: ranks have no ties and no NaN, and fit a small integer.

    Parameters
    ----------
    x : (..., H, W) tensor

    Returns
    -------
    (..., H, W) int64 tensor
        The rank of each cell, from 0. Of equals the first has the highest; NaNs rank above all, the last highest.
    (..., H, W) int64 tensor
        The place in H * W of the cell that has each rank.

    Examples
    --------
    >>> ranks, places = order_cells(torch.tensor([[[5, 7, 7, 1]]]))
    >>> ranks, places
    (tensor([[[1, 3, 2, 0]]]), tensor([[[3, 0, 2, 1]]]))
    """
    cells = x.detach().flatten(-2)
    count = cells.shape[-1]
    # A stable sort of the reversed map puts the earlier of equals later.
    places = count - 1 - cells.flip(-1).argsort(dim=-1, stable=True)
    if x.is_floating_point():
        # NaNs come last, but the earliest highest: turn their part around.
        ranks = torch.arange(count, device=x.device).expand_as(places)
        numbers = count - cells.isnan().sum(-1, keepdim=True)
        places = places.gather(-1, torch.where(ranks < numbers, ranks, numbers + count - 1 - ranks))
    return places.argsort(dim=-1).unflatten(-1, x.shape[-2:]), places.unflatten(-1, x.shape[-2:])
