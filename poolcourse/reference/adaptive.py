"""Adaptive pooling: ask for the size of the output, and the bins are cut to fit the input."""

from poolcourse.reference.arrays import check_array
from poolcourse.reference.bins import bin_edges, bin_winners, check_bins, pool_bins, pool_bins_backward
from poolcourse.reference.windows import check_grad, check_map

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
]


def adaptive_max_pool2d(x, output_size, return_indices=False):
    """Largest value of each of n x n bins.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point or integers. A NaN is the largest value of its bins.
    output_size : int or (height, width)
        Bins on each axis, cut by `bin_edges`; None keeps the size of the input on that axis.
    return_indices : bool, default False
        Also return where each maximum was.

    Returns
    -------
    (N, C, n, n) or (C, n, n) array of the dtype of `x`
    (same shape) int64 array, with `return_indices`
        Position in H * W, row-major: the first of equals, or the last NaN.

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        On what is no feature map, on booleans and complex numbers, on an `output_size` that is no size.

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_max_pool2d(np.arange(7).reshape(1, 1, 7), (1, 3))
    array([[[2, 4, 6]]])
    """
    rows, cols = _bins(x, output_size, "max")
    pooled = pool_bins(x, rows, cols, "max")
    return (pooled, bin_winners(x, rows, cols)) if return_indices else pooled


def adaptive_max_pool2d_backward(grad, x, output_size):
    """Gradient of `adaptive_max_pool2d`: all of each bin's gradient goes to the cell that won it.

    Parameters
    ----------
    grad : (N, C, n, n) or (C, n, n) array
        d(loss) / d(output).
    x, output_size
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). A cell that wins several bins collects from each.

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        As `adaptive_max_pool2d` does; on integers, which have no gradient; on a `grad` of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_max_pool2d_backward(np.array([[[10.0, 1.0]]]), np.array([[[0.0, 5.0, 0.0]]]), (1, 2))
    array([[[ 0., 11.,  0.]]])
    """
    return _backward(grad, x, output_size, "max")


def adaptive_avg_pool2d(x, output_size):
    """Mean of each of n x n bins, each divided by its own number of cells.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point; half precision is summed in float32.
    output_size : int or (height, width)
        As for `adaptive_max_pool2d`.

    Returns
    -------
    (N, C, n, n) or (C, n, n) array of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        On what is no feature map, on anything but floating point, on an `output_size` that is no size.

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_avg_pool2d(np.arange(7.0).reshape(1, 1, 7), (1, 3))
    array([[[1., 3., 5.]]])
    """
    rows, cols = _bins(x, output_size, "avg")
    return pool_bins(x, rows, cols, "avg")


def adaptive_avg_pool2d_backward(grad, x, output_size):
    """Gradient of `adaptive_avg_pool2d`: each cell of a bin receives an equal share.

    Parameters
    ----------
    grad : (N, C, n, n) or (C, n, n) array
        d(loss) / d(output).
    x, output_size
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). Where bins overlap, the sum.

    Raises
    ------
    ShapeError, DtypeError, WindowError, BinError
        As `adaptive_avg_pool2d` does, and on a `grad` of another shape than the output.

    Examples
    --------
    >>> import numpy as np
    >>> adaptive_avg_pool2d_backward(np.array([[[10.0, 2.0]]]), np.zeros((1, 1, 3)), (1, 2))
    array([[[5., 6., 1.]]])
    """
    return _backward(grad, x, output_size, "avg")


def _bins(x, output_size, mode):
    """Check the map and give the edges (rows, cols) of its bins."""
    check_array(x, f"adaptive_{mode}_pool2d", integers=mode == "max")
    check_map(x.shape)
    n_rows, n_cols = check_bins(x.shape, output_size)
    return bin_edges(x.shape[-2], n_rows), bin_edges(x.shape[-1], n_cols)


def _backward(grad, x, output_size, mode):
    rows, cols = _bins(x, output_size, mode)
    check_grad(grad.shape, (*x.shape[:-2], len(rows), len(cols)))
    return pool_bins_backward(grad, x, rows, cols, mode).astype(x.dtype)
