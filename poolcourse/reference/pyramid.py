"""Spatial pyramid pooling: bins of several sizes side by side, a vector of one length from a map of any size."""

import numpy as np

from poolcourse.reference.arrays import accumulator, check_array
from poolcourse.reference.bins import bin_edges, check_levels, pool_bins, pool_bins_backward, sliding_edges
from poolcourse.reference.windows import check_grad, check_map

__all__ = ["spatial_pyramid_pool2d", "spatial_pyramid_pool2d_backward"]


def spatial_pyramid_pool2d(x, levels=(6, 3, 2, 1), mode="max", rule="adaptive"):
    """Pool a map on several grids and join the results into one vector.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Of any height and width. Floating point; integers too for "max". A NaN stays in its own bins.
    levels : sequence of int
        n for each level: its grid has n x n bins.
    mode : {"max", "avg", "sum"}
        What is kept of a bin.
    rule : {"adaptive", "sliding"}
        How an axis of a cells is cut: "adaptive" as `bin_edges` does, by the paper's Appendix A; "sliding" by its
        section 2.3, windows of ceil(a / n) with stride floor(a / n), which for some a and n are not n.

    Returns
    -------
    (N, C * sum(n * n)) or (C * sum(n * n),) array of the dtype of `x`
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
    >>> x = np.array([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]])
    >>> spatial_pyramid_pool2d(x, levels=(2, 1))
    array([5, 6, 8, 9, 9])
    >>> spatial_pyramid_pool2d(np.zeros((10, 256, 13, 9))).shape
    (10, 12800)
    """
    vectors = []
    for rows, cols in _grids(x, levels, mode, rule):
        pooled = pool_bins(x, rows, cols, mode)
        vectors.append(pooled.reshape(*x.shape[:-3], x.shape[-3] * len(rows) * len(cols)))
    return np.concatenate(vectors, axis=-1)


def spatial_pyramid_pool2d_backward(grad, x, levels=(6, 3, 2, 1), mode="max", rule="adaptive"):
    """Gradient of `spatial_pyramid_pool2d`: every level sends its part back, and the map adds them up.

    Parameters
    ----------
    grad : (N, C * sum(n * n)) or (C * sum(n * n),) array
        d(loss) / d(output).
    x, levels, mode, rule
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x)

    Raises
    ------
    ShapeError, DtypeError, BinError, PoolingError
        As `spatial_pyramid_pool2d` does; on integers, which have no gradient; on a `grad` of another shape.

    Examples
    --------
    >>> x = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> spatial_pyramid_pool2d_backward(np.array([1.0, 1.0, 1.0, 1.0, 10.0]), x, levels=(2, 1))
    array([[[ 1.,  1.],
            [ 1., 11.]]])
    """
    grids = _grids(x, levels, mode, rule)
    lengths = [x.shape[-3] * len(rows) * len(cols) for rows, cols in grids]
    check_grad(grad.shape, (*x.shape[:-3], sum(lengths)))
    back = np.zeros(x.shape, accumulator(x.dtype))
    for part, (rows, cols) in zip(np.split(grad, np.cumsum(lengths)[:-1], axis=-1), grids, strict=True):
        back += pool_bins_backward(part.reshape(*x.shape[:-2], len(rows), len(cols)), x, rows, cols, mode)
    return back.astype(x.dtype)


def _grids(x, levels, mode, rule):
    """The edges (rows, cols) of each level."""
    check_levels(levels, mode, rule)
    check_array(x, f"spatial_pyramid_pool2d with mode {mode!r}", integers=mode == "max")
    check_map(x.shape)
    cut = bin_edges if rule == "adaptive" else sliding_edges
    return [(cut(x.shape[-2], n), cut(x.shape[-1], n)) for n in levels]
