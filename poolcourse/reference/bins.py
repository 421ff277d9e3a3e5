"""Bins: windows that are cut to fit, so that any map gives the same number of them."""

import numpy as np

from poolcourse.errors import BinError, PoolingError
from poolcourse.reference.arrays import accumulator, check_array
from poolcourse.reference.checks import pair
from poolcourse.reference.gradients import scatter, winners

__all__ = ["bin_edges", "bin_winners", "check_bins", "check_levels", "pool_bins", "pool_bins_backward", "sliding_edges"]


def bin_edges(size, n):
    """Cut an axis into n bins: bin i is [floor(i size / n), ceil((i + 1) size / n)), for i from 0.

    In integers: rounding in floating point moves some of these edges.

    Parameters
    ----------
    size : int
        Cells of the axis.
    n : int
        Bins. More than `size` is fine: neighbours then share cells, as they do wherever n doesn't divide `size`.

    Returns
    -------
    list of n (start, end)
        Cells, ends exclusive. Every cell is in a bin, and every bin has a cell.

    References
    ----------
    He, Zhang, Ren & Sun (2014), arXiv:1406.4729, Appendix A; the bins of torch's adaptive pooling.

    Examples
    --------
    >>> bin_edges(7, 3)
    [(0, 3), (2, 5), (4, 7)]
    """
    return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]


def sliding_edges(size, n):
    """Cut an axis into n windows of ceil(size / n) cells that step by floor(size / n), as in the paper's section 2.3.

    Parameters
    ----------
    size, n : int
        As for `bin_edges`.

    Returns
    -------
    list of n (start, end)
        Cells, ends exclusive. The last cells may be in none.

    Raises
    ------
    BinError
        If these windows are not n.

    References
    ----------
    He, Zhang, Ren & Sun (2014), arXiv:1406.4729, section 2.3.

    Examples
    --------
    >>> sliding_edges(13, 3), sliding_edges(7, 3)
    ([(0, 5), (4, 9), (8, 13)], [(0, 3), (2, 5), (4, 7)])
    """
    window, stride = -(-size // n), size // n
    count = (size - window) // stride + 1 if stride else 0
    if count != n:
        raise BinError(
            f"expected {n} bins on {size} cells, but windows of {window} with stride {stride} "
            f"{f'give {count}' if stride else 'never move'}. Use rule='adaptive', which always gives {n}."
        )
    return [(i * stride, i * stride + window) for i in range(n)]


def check_bins(shape, output_size) -> tuple[int, int]:
    """Read the asked number of bins as (height, width); None on an axis keeps the map's size there.

    Raises
    ------
    BinError
        If fewer than 1 are asked for.
    WindowError
        If `output_size` is neither an int (or None) nor two.

    Examples
    --------
    >>> check_bins((3, 8, 9), (2, None))
    (2, 9)
    """
    asked = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    sizes = [size if n is None else n for n, size in zip(asked, shape[-2:], strict=False)]
    rows, cols = pair(sizes if len(sizes) == len(asked) == 2 else output_size, "output_size")
    if rows < 1 or cols < 1:
        raise BinError(f"expected at least one bin on each axis, got {(rows, cols)}. Give output_size=1 or more.")
    return rows, cols


def check_levels(levels, mode, rule) -> None:
    """Require a pyramid's levels, mode and rule; both backends start with it.

    Raises
    ------
    BinError
        If `levels` is empty or has other than ints of at least 1.
    PoolingError
        If `mode` or `rule` is unknown.
    """
    if mode not in ("max", "avg", "sum"):
        raise PoolingError(f"expected mode 'max', 'avg' or 'sum', got {mode!r}. Take the one that you trained with.")
    if rule not in ("adaptive", "sliding"):
        raise PoolingError(f"expected rule 'adaptive' or 'sliding', got {rule!r}. Take 'adaptive', which always fits.")
    if not isinstance(levels, (tuple, list)) or not levels or any(not isinstance(n, int) or n < 1 for n in levels):
        raise BinError(
            f"expected levels as one or more ints of at least 1, got {levels!r}. Take for instance (6, 3, 2, 1)."
        )


def pool_bins(x, rows, cols, mode):
    """Largest value, mean or sum of each bin.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
    rows, cols : lists of (start, end)
        Cells, ends exclusive; the bins are all pairs of them.
    mode : {"max", "avg", "sum"}

    Returns
    -------
    (N, C, len(rows), len(cols)) or (C, len(rows), len(cols)) array of the dtype of `x`

    Examples
    --------
    >>> pool_bins(np.arange(4.0).reshape(1, 1, 4), [(0, 1)], [(0, 3), (3, 4)], "sum")
    array([[[3., 3.]]])
    """
    check_array(x, f"{mode} over bins", integers=mode == "max")
    pooled = np.empty((*x.shape[:-2], len(rows), len(cols)), x.dtype)
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(cols):
            cells = x[..., top:bottom, left:right]
            if mode == "max":
                pooled[..., i, j] = cells.max(axis=(-2, -1))
            else:
                total = cells.sum(axis=(-2, -1), dtype=accumulator(x.dtype))
                pooled[..., i, j] = total / (cells.shape[-2] * cells.shape[-1]) if mode == "avg" else total
    return pooled


def bin_winners(x, rows, cols):
    """Where the largest value of each bin was: its position in H * W, the first of equals or the last NaN.

    Parameters
    ----------
    x, rows, cols
        As for `pool_bins`.

    Returns
    -------
    (N, C, len(rows), len(cols)) or (C, len(rows), len(cols)) int64 array
    """
    cells = np.arange(x.shape[-2] * x.shape[-1]).reshape(x.shape[-2:])
    places = np.empty((*x.shape[:-2], len(rows), len(cols)), np.int64)
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(cols):
            places[..., i, j] = winners(x[..., top:bottom, left:right], cells[top:bottom, left:right])
    return places


def pool_bins_backward(grad, x, rows, cols, mode):
    """Gradient of `pool_bins`: to each bin's winner, or in equal shares, or whole to each of its cells.

    Parameters
    ----------
    grad : array of the shape that `pool_bins` returned
    x, rows, cols, mode
        As it had them.

    Returns
    -------
    array of the shape of `x`, in the dtype that sums are taken in
        Where bins overlap, the sum.

    Examples
    --------
    >>> pool_bins_backward(np.array([[[6.0, 4.0]]]), np.zeros((1, 1, 4)), [(0, 1)], [(0, 3), (2, 4)], "avg")
    array([[[2., 2., 4., 2.]]])
    """
    check_array(x, f"the gradient of {mode} over bins")
    grad = grad.astype(accumulator(x.dtype))
    if mode == "max":
        return scatter(grad, bin_winners(x, rows, cols), x.shape)
    back = np.zeros(x.shape, grad.dtype)
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(cols):
            count = (bottom - top) * (right - left) if mode == "avg" else 1
            back[..., top:bottom, left:right] += grad[..., i, j, None, None] / count
    return back
