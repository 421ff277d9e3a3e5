"""Maximum, average and sum over a sliding window, and the way back of their gradients."""

import numpy as np

from poolcourse.errors import RangeError
from poolcourse.reference.arrays import accumulator, check_array, lowest
from poolcourse.reference.gradients import fold, scatter, winners
from poolcourse.reference.windows import check_grad, check_window, windows

__all__ = [
    "avg_pool2d",
    "avg_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "sum_pool2d",
    "sum_pool2d_backward",
]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Largest value of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point or integers. A NaN is the largest value of its windows.
    kernel_size, stride, padding, dilation, ceil_mode
        As for `output_size`, each an int or (height, width). Padding is -inf, for integers the smallest of the dtype:
        it never wins.
    return_indices : bool, default False
        Also return where each maximum was.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array of the dtype of `x`
    (same shape) int64 array, with `return_indices`
        Position in H * W, row-major: the first of equals, or the last NaN.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on booleans and complex numbers, on a window that doesn't fit.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato & LeCun (2009), "What is the best multi-stage architecture for object recognition?"

    Examples
    --------
    >>> x = np.array([[[1, 3, 0, 0], [5, 2, 0, 4]]])
    >>> max_pool2d(x, 2, return_indices=True)
    (array([[[5, 4]]]), array([[[4, 7]]]))
    """
    check_array(x, "max_pool2d", integers=True)
    values = windows(x, kernel_size, stride, padding, dilation, ceil_mode, fill=lowest(x.dtype))
    largest = values.max(axis=(-2, -1))
    if not return_indices:
        return largest
    cells = np.arange(x.shape[-2] * x.shape[-1]).reshape(1, *x.shape[-2:])
    places = windows(cells, kernel_size, stride, padding, dilation, ceil_mode, fill=-1)
    return largest, winners(values, places)


def max_pool2d_backward(grad, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Gradient of `max_pool2d`: all of each window's gradient goes to the cell that won it.

    Parameters
    ----------
    grad : (N, C, H', W') or (C, H', W') array
        d(loss) / d(output).
    x, kernel_size, stride, padding, dilation, ceil_mode
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). A cell that wins several windows collects from each; ties are not split.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        As `max_pool2d` does; on integers, which have no gradient; on a `grad` of another shape than the output.

    Examples
    --------
    >>> x = np.array([[[1.0, 3.0, 3.0]]])
    >>> max_pool2d_backward(np.array([[[10.0, 1.0]]]), x, (1, 2), stride=1)
    array([[[ 0., 11.,  0.]]])
    """
    check_array(x, "max_pool2d_backward")
    largest, places = max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True)
    check_grad(grad.shape, largest.shape)
    return scatter(grad, places, x.shape).astype(x.dtype)


def sum_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False):
    """Sum of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point; half precision is summed in float32.
    kernel_size, stride, padding, ceil_mode
        As for `output_size`, each an int or (height, width). Padding is 0.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on anything but floating point, on a window that doesn't fit.

    Examples
    --------
    >>> sum_pool2d(np.array([[[1.0, 3.0], [5.0, 2.0]]]), 2)
    array([[[11.]]])
    """
    check_array(x, "sum_pool2d")
    values = windows(x, kernel_size, stride, padding, ceil_mode=ceil_mode, fill=0)
    return values.sum(axis=(-2, -1), dtype=accumulator(x.dtype)).astype(x.dtype)


def sum_pool2d_backward(grad, x, kernel_size, stride=None, padding=0, ceil_mode=False):
    """Gradient of `sum_pool2d`: each cell of a window receives the window's whole gradient.

    Parameters
    ----------
    grad : (N, C, H', W') or (C, H', W') array
        d(loss) / d(output).
    x, kernel_size, stride, padding, ceil_mode
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). Where windows overlap, the sum.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        As `sum_pool2d` does, and on a `grad` of another shape than the output.

    Examples
    --------
    >>> sum_pool2d_backward(np.array([[[10.0, 1.0]]]), np.zeros((1, 1, 3)), (1, 2), stride=1)
    array([[[10., 11.,  1.]]])
    """
    check_array(x, "sum_pool2d_backward")
    window = check_window(x.shape, kernel_size, stride, padding, 1, ceil_mode)
    check_grad(grad.shape, (*x.shape[:-2], *window.out))
    shares = grad.astype(accumulator(x.dtype))[..., None, None]
    shares = np.broadcast_to(shares, (*grad.shape, *window.kernel))
    return fold(shares, x.shape, kernel_size, stride, padding, 1, ceil_mode).astype(x.dtype)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """Mean of each window.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point; half precision is summed in float32.
    kernel_size, stride, padding, ceil_mode
        As for `output_size`, each an int or (height, width). Padding is 0.
    count_include_pad : bool, default True
        Whether padding counts as cells. What hangs over the padded map under `ceil_mode` never does.
    divisor_override : int, optional
        Divide every sum by this instead.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array of the dtype of `x`

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
    >>> x = np.array([[[1.0, 3.0, 5.0]]])
    >>> avg_pool2d(x, (1, 2), stride=1), avg_pool2d(x, (1, 2), padding=(0, 1), count_include_pad=False)
    (array([[[2., 4.]]]), array([[[1., 4.]]]))
    """
    check_array(x, "avg_pool2d")
    values = windows(x, kernel_size, stride, padding, ceil_mode=ceil_mode, fill=0)
    total = values.sum(axis=(-2, -1), dtype=accumulator(x.dtype))
    cells = _divisor(x.shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return (total / cells.astype(total.dtype)).astype(x.dtype)


def avg_pool2d_backward(
    grad, x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Gradient of `avg_pool2d`: each cell of a window receives an equal share, its gradient over its divisor.

    Parameters
    ----------
    grad : (N, C, H', W') or (C, H', W') array
        d(loss) / d(output).
    x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). Where windows overlap, the sum.

    Raises
    ------
    ShapeError, DtypeError, WindowError, RangeError
        As `avg_pool2d` does, and on a `grad` of another shape than the output.

    Examples
    --------
    >>> avg_pool2d_backward(np.array([[[10.0, 1.0]]]), np.zeros((1, 1, 3)), (1, 2), stride=1)
    array([[[5. , 5.5, 0.5]]])
    """
    check_array(x, "avg_pool2d_backward")
    cells = _divisor(x.shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    check_grad(grad.shape, (*x.shape[:-2], *cells.shape))
    share = grad.astype(accumulator(x.dtype)) / cells.astype(accumulator(x.dtype))
    return sum_pool2d_backward(share, x, kernel_size, stride, padding, ceil_mode)


def _divisor(shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    """Cells that each window counts, (H', W'): rows times columns."""
    kernel, stride, padding, _, out = check_window(shape, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is not None:
        if divisor_override == 0:
            raise RangeError("expected a divisor_override other than 0, got 0. Leave it out to divide by the cells.")
        return np.full(out, divisor_override)
    extent = []
    for axis in (0, 1):
        border = padding[axis] if count_include_pad else 0
        start = np.arange(out[axis]) * stride[axis] - padding[axis]
        end = np.minimum(start + kernel[axis], shape[axis - 2] + border)
        extent.append(end - np.maximum(start, -border))
    return extent[0][:, None] * extent[1]
