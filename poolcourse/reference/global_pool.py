"""Global pooling: one number a channel, whatever the size of the map."""

import numpy as np

from poolcourse.reference.arrays import accumulator, check_array
from poolcourse.reference.gradients import scatter, winners
from poolcourse.reference.windows import check_grad, check_map

__all__ = ["global_avg_pool2d", "global_avg_pool2d_backward", "global_max_pool2d", "global_max_pool2d_backward"]


def global_avg_pool2d(x):
    """Mean of each channel over the whole map.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point; half precision is summed in float32.

    Returns
    -------
    (N, C) or (C,) array of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError
        On what is no feature map, or on anything but floating point.

    References
    ----------
    Lin, Chen & Yan (2014), "Network in network", arXiv:1312.4400.

    Examples
    --------
    >>> global_avg_pool2d(np.array([[[1.0, 3.0]], [[0.0, 8.0]]]))
    array([2., 4.])
    """
    check_array(x, "global_avg_pool2d")
    check_map(x.shape)
    return x.mean(axis=(-2, -1), dtype=accumulator(x.dtype)).astype(x.dtype)


def global_avg_pool2d_backward(grad, x):
    """Gradient of `global_avg_pool2d`: every cell receives the same share, grad / (H W).

    Parameters
    ----------
    grad : (N, C) or (C,) array
        d(loss) / d(output).
    x : (N, C, H, W) or (C, H, W) array
        As the forward pass had it.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x)

    Raises
    ------
    ShapeError, DtypeError
        As `global_avg_pool2d` does, and on a `grad` of another shape than the output.

    Examples
    --------
    >>> global_avg_pool2d_backward(np.array([6.0]), np.zeros((1, 1, 3)))
    array([[[2., 2., 2.]]])
    """
    check_array(x, "global_avg_pool2d_backward")
    check_map(x.shape)
    check_grad(grad.shape, x.shape[:-2])
    share = grad.astype(accumulator(x.dtype)) / (x.shape[-2] * x.shape[-1])
    return np.broadcast_to(share[..., None, None], x.shape).astype(x.dtype)


def global_max_pool2d(x):
    """Largest value of each channel over the whole map.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
        Floating point or integers. A NaN is the largest value of its channel.

    Returns
    -------
    (N, C) or (C,) array of the dtype of `x`

    Raises
    ------
    ShapeError, DtypeError
        On what is no feature map, or on booleans and complex numbers.

    References
    ----------
    Oquab, Bottou, Laptev & Sivic (2015), "Is object localization for free?"

    Examples
    --------
    >>> global_max_pool2d(np.array([[[1, 3]], [[0, 8]]]))
    array([3, 8])
    """
    check_array(x, "global_max_pool2d", integers=True)
    check_map(x.shape)
    return x.max(axis=(-2, -1))


def global_max_pool2d_backward(grad, x):
    """Gradient of `global_max_pool2d`: all of it goes to the cell that won, the first of equals.

    Parameters
    ----------
    grad : (N, C) or (C,) array
        d(loss) / d(output).
    x : (N, C, H, W) or (C, H, W) array
        As the forward pass had it.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x)

    Raises
    ------
    ShapeError, DtypeError
        As `global_max_pool2d` does; on integers, which have no gradient; on a `grad` of another shape than the output.

    Examples
    --------
    >>> global_max_pool2d_backward(np.array([6.0]), np.array([[[1.0, 8.0, 8.0]]]))
    array([[[0., 6., 0.]]])
    """
    check_array(x, "global_max_pool2d_backward")
    check_map(x.shape)
    check_grad(grad.shape, x.shape[:-2])
    places = winners(x, np.arange(x.shape[-2] * x.shape[-1]).reshape(x.shape[-2:]))
    return scatter(grad, places, x.shape).astype(x.dtype)
