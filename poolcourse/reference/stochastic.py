"""Stochastic pooling: one activation a window, drawn by its share in training, the expected activation in test."""

import numpy as np

from poolcourse.errors import RangeError, ShapeError
from poolcourse.reference.arrays import accumulator, check_array, rows_of_taps
from poolcourse.reference.gradients import fold, scatter
from poolcourse.reference.windows import check_grad, windows

__all__ = ["draw", "stochastic_pool2d", "stochastic_pool2d_backward"]


def stochastic_pool2d(x, kernel_size, stride=None, *, training=True, draws=None):
    """Keep one activation a window, drawn with probability a_i / sum(a); in test, their mean weighted by it.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array, >= 0
        Feature map after ReLU, floating point.
    kernel_size, stride
        As for `output_size`, each an int or (height, width). There is no padding: a padded 0 is never drawn.
    training : bool, default True
        False gives the mean, sum(a_i * a_i / sum(a)).
    draws : (N, C, H', W') or (C, H', W') array in [0, 1), optional
        One uniform number a window; equal draws give equal results in both backends. `draw` says which element they
        pick. Default: fresh ones, different at each call. Unused if not `training`.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array of the dtype of `x`
        In training exactly an activation of each window. A window of zeros gives 0, one with a NaN gives NaN.

    Raises
    ------
    ShapeError, DtypeError, WindowError
        On what is no feature map, on anything but floating point, on a window that doesn't fit, on `draws` of another
        shape than the output.
    RangeError
        On a negative activation, or a draw outside [0, 1).

    References
    ----------
    Zeiler & Fergus (2013), "Stochastic pooling for regularization of deep convolutional neural networks",
    arXiv:1301.3557.

    Examples
    --------
    >>> x = np.array([[[0.0, 1.0], [2.0, 5.0]]])
    >>> [float(stochastic_pool2d(x, 2, draws=np.full((1, 1, 1), u)).item()) for u in (0, 0.2, 0.5)]
    [1.0, 2.0, 5.0]
    >>> stochastic_pool2d(x, 2, training=False)
    array([[[3.75]]])
    """
    activations = _activations(x, kernel_size, stride)
    if not training:
        return _expected(activations).astype(x.dtype)
    if draws is None:
        draws = np.random.default_rng().random(activations.shape[:-1])
    tap = draw(activations, draws)
    return np.take_along_axis(activations, tap[..., None], axis=-1)[..., 0].astype(x.dtype)


def draw(activations, draws):
    """Pick one tap of each window: the first, row-major, whose running sum exceeds u times the sum of the window.

    Parameters
    ----------
    activations : (..., K) array, >= 0
        The windows, each flattened row-major, in the dtype that sums are taken in.
    draws : (...) array in [0, 1)
        u, one a window, rounded to that dtype first.

    Returns
    -------
    (...) int64 array
        Taps. Never one of activation 0, but in a window of zeros, where it is 0 and means that nothing is drawn. The
        first NaN where there is one.

    Raises
    ------
    ShapeError, RangeError
        If `draws` has another shape, or values outside [0, 1).

    Notes
    -----
    Equal draws give equal twins bit for bit if the sums are taken alike: running sums from the first tap to the last,
    one addition a tap; the sum of the window is the last of them; u times it is one rounded product. That product can
    round up to the sum itself, so a running sum that reaches the sum always ends the search, at the latest at the last
    tap that adds to it.

    Examples
    --------
    >>> draw(np.array([[0.0, 1.0, 2.0, 5.0]] * 3), np.array([0.0, 0.125, 0.99]))
    array([1, 2, 3])
    """
    if draws.shape != activations.shape[:-1]:
        raise ShapeError(
            f"expected one draw a window, {activations.shape[:-1]}, got {draws.shape}. "
            "Take np.random.default_rng().random(output_shape)."
        )
    if not ((draws >= 0) & (draws < 1)).all():
        raise RangeError(
            f"expected draws in [0, 1), got {draws.min()} to {draws.max()}. Take np.random.default_rng().random(shape)."
        )
    running = np.cumsum(activations, axis=-1, dtype=activations.dtype)
    total = running[..., -1:]
    goal = draws[..., None].astype(activations.dtype) * total
    return ((running > goal) | (running >= total) | np.isnan(running)).argmax(axis=-1)


def stochastic_pool2d_backward(grad, x, kernel_size, stride=None, *, training=True, draws=None):
    """Gradient of `stochastic_pool2d`: in training all of it goes to the element drawn.

    Parameters
    ----------
    grad : (N, C, H', W') or (C, H', W') array
        d(loss) / d(output).
    x, kernel_size, stride, training, draws
        As the forward pass had them; in training `draws` is needed.

    Returns
    -------
    array of the shape and dtype of `x`
        d(loss) / d(x). In a window of zeros nothing is drawn, and nothing receives a gradient. In test the derivative
        of sum(a^2) / sum(a): (2 a_i - output) / sum(a).

    Raises
    ------
    ShapeError, DtypeError, WindowError, RangeError
        As `stochastic_pool2d` does; on a `grad` of another shape than the output; in training without `draws`.

    Examples
    --------
    >>> x, grad, u = np.array([[[0.0, 1.0], [2.0, 5.0]]]), np.array([[[8.0]]]), np.array([[[0.2]]])
    >>> stochastic_pool2d_backward(grad, x, 2, draws=u)
    array([[[0., 0.],
            [8., 0.]]])
    >>> stochastic_pool2d_backward(grad, x, 2, training=False)
    array([[[-3.75, -1.75],
            [ 0.25,  6.25]]])
    """
    activations = _activations(x, kernel_size, stride)
    check_grad(grad.shape, activations.shape[:-1])
    grad = np.where((activations == 0).all(axis=-1), 0, grad)
    if not training:
        total = activations.sum(axis=-1, keepdims=True)
        slope = (2 * activations - _expected(activations)[..., None]) / np.where(total == 0, 1, total)
        taps = windows(x, kernel_size, stride).shape
        return fold((slope * grad[..., None]).reshape(taps), x.shape, kernel_size, stride).astype(x.dtype)
    if draws is None:
        raise RangeError("expected the draws of the forward pass, got none. Draw once, and pass draws= to both.")
    tap = draw(activations, draws)
    cells = windows(np.arange(x.shape[-2] * x.shape[-1]).reshape(1, *x.shape[-2:]), kernel_size, stride)
    cells = np.broadcast_to(rows_of_taps(cells), activations.shape)
    places = np.take_along_axis(cells, tap[..., None], axis=-1)[..., 0]
    return scatter(grad, places, x.shape).astype(x.dtype)


def _activations(x, kernel_size, stride):
    """Check the map and give its windows, each flattened row-major, in the dtype that sums are taken in."""
    check_array(x, "stochastic_pool2d")
    values = windows(x, kernel_size, stride)
    if (x < 0).any():
        raise RangeError(
            f"expected activations >= 0, whose shares are probabilities, got {np.nanmin(x)}. "
            "Apply ReLU first: np.maximum(x, 0)."
        )
    return rows_of_taps(values).astype(accumulator(x.dtype))


def _expected(activations):
    """Mean of each window, every activation weighted by its probability."""
    total = activations.sum(axis=-1, keepdims=True)
    probability = activations / np.where(total == 0, 1, total)
    return (probability * activations).sum(axis=-1)
