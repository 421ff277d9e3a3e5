"""Spatial pyramid pooling: bins of several sizes side by side, a vector of one length from a map of any size."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.nn.adaptive import adaptive_avg_pool2d, adaptive_max_pool2d
from poolcourse.nn.checks import accumulator, check_tensor
from poolcourse.nn.dispatch import Engine, choose_bins, compiling, exporting, needs_grad, ordinary
from poolcourse.nn.images import as_image, nested_max
from poolcourse.nn.local import avg_pool2d, max_pool2d, sum_pool2d
from poolcourse.nn.modules import Pool
from poolcourse.nn.ops import pyramid_max
from poolcourse.reference.bins import bin_edges, check_levels, sliding_edges

__all__ = ["SpatialPyramidPool2d", "spatial_pyramid_pool2d"]


def spatial_pyramid_pool2d(
    x: Tensor, levels: Sequence[int] = (6, 3, 2, 1), mode: str = "max", rule: str = "adaptive"
) -> Tensor:
    """Pool a map on several grids and join the results into one vector.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) tensor
        Of any height and width. Floating point; integers too for "max". A NaN stays in its own bins.
    levels : sequence of int
        n for each level: its grid has n x n bins.
    mode : {"max", "avg", "sum"}
        What is kept of a bin.
    rule : {"adaptive", "sliding"}
        How an axis of a cells is cut: "adaptive" as torch's adaptive pooling does, by the paper's Appendix A; "sliding"
        by its section 2.3, windows of ceil(a / n) with stride floor(a / n), which for some a and n are not n.

    Returns
    -------
    (N, C * sum(n * n)) or (C * sum(n * n),) tensor of the dtype of `x`
        Level after level, each flattened as (C, n, n).

    Raises
    ------
    ShapeError, DtypeError
        On what is no feature map, or on a dtype that can't hold the result.
    BinError
        On levels that are no ints of at least 1, or where the sliding rule doesn't give n bins.
    PoolingError
        On an unknown mode or rule.

    References
    ----------
    He, Zhang, Ren & Sun (2014), "Spatial pyramid pooling in deep convolutional networks for visual recognition",
    arXiv:1406.4729.

    Examples
    --------
    >>> x = torch.tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])
    >>> spatial_pyramid_pool2d(x, levels=(2, 1))
    tensor([5, 6, 8, 9, 9])
    >>> spatial_pyramid_pool2d(torch.zeros(10, 256, 13, 9)).shape
    torch.Size([10, 12800])
    """
    check_levels(levels, mode, rule)
    check_tensor(x, f"spatial_pyramid_pool2d, mode {mode!r}", integers=mode == "max")
    if rule == "sliding":
        return _join([_sliding(x, n, mode) for n in levels])
    if mode == "max":
        return _largest(x, levels)
    grid = adaptive_avg_pool2d if mode == "avg" else _sums
    return _join([grid(x, n) for n in levels])


def _join(grids: Sequence[Tensor]) -> Tensor:
    return torch.cat([grid.flatten(-3) for grid in grids], dim=-1)


def _largest(x: Tensor, levels: Sequence[int]) -> Tensor:
    if not x.is_floating_point():
        return _join([adaptive_max_pool2d(x, n) for n in levels])
    if needs_grad(x) or not (compiling() or ordinary(x)):
        # A bin of bins would give the gradient of equals to the first of its bins, not to the first cell row-major.
        source = as_image(x) if choose_bins(x) is Engine.IMAGE else x
        joined = _join([F.adaptive_max_pool2d(source, n) for n in levels])
        return joined if joined.dim() == x.dim() - 2 else joined[0]
    if choose_bins(x, operator=True) is Engine.IMAGE:
        return pyramid_max(x.detach(), levels)
    return _join(list(nested_max(x, levels)))


def _sums(x: Tensor, n: int) -> Tensor:
    """Sum of each bin: of rows first, then of columns, so that n + n slices do for n * n bins."""
    if exporting():
        # Slices would fix the height and width in the exported program; the mean times the cells doesn't.
        cells = _counts(x.shape[-2], n, x)[:, None] * _counts(x.shape[-1], n, x)
        return (F.adaptive_avg_pool2d(x.to(accumulator(x.dtype)), n) * cells).to(x.dtype)
    wide = x.to(accumulator(x.dtype))
    rows = [wide.narrow(-2, start, end - start).sum(-2) for start, end in bin_edges(x.shape[-2], n)]
    half = torch.stack(rows, dim=-2)
    cols = [half.narrow(-1, start, end - start).sum(-1) for start, end in bin_edges(x.shape[-1], n)]
    return torch.stack(cols, dim=-1).to(x.dtype)


def _counts(size: int, n: int, x: Tensor) -> Tensor:
    """Cells of each bin of an axis."""
    i = torch.arange(n, device=x.device)
    return -(-(i + 1) * size // n) - i * size // n


def _sliding(x: Tensor, n: int, mode: str) -> Tensor:
    pools: dict[str, Callable[..., Tensor]] = {"max": max_pool2d, "avg": avg_pool2d, "sum": sum_pool2d}
    for size in x.shape[-2:]:
        sliding_edges(size, n)  # raises where the windows are not n
    window = [-(-size // n) for size in x.shape[-2:]]
    return pools[mode](x, window, [size // n for size in x.shape[-2:]])


class SpatialPyramidPool2d(Pool):
    """`spatial_pyramid_pool2d` as a Module: maps of any height and width become vectors of one length.

    Examples
    --------
    >>> pool = SpatialPyramidPool2d((4, 2, 1))
    >>> pool
    SpatialPyramidPool2d(levels=(4, 2, 1), mode='max', rule='adaptive')
    >>> pool.bins, pool(torch.zeros(2, 256, 10, 13)).shape
    (21, torch.Size([2, 5376]))
    """

    def __init__(self, levels: Sequence[int] = (6, 3, 2, 1), mode: str = "max", rule: str = "adaptive") -> None:
        check_levels(levels, mode, rule)
        super().__init__(levels=tuple(levels), mode=mode, rule=rule)

    @property
    def bins(self) -> int:
        """Numbers that each channel gives."""
        return sum(n * n for n in self.settings()["levels"])

    def forward(self, x: Tensor) -> Tensor:
        """Pool `x`, (N, C, H, W) or (C, H, W)."""
        return spatial_pyramid_pool2d(x, **self.settings())
