"""How values find their way: the cell that won a window, and the road back to it, or to all of them."""

import numpy as np

from poolcourse.reference.arrays import accumulator, rows_of_taps
from poolcourse.reference.windows import check_window

__all__ = ["fold", "scatter", "winners"]


def winners(values, places):
    """Which cell of the map gave each window its largest value.

    Parameters
    ----------
    values : (..., kh, kw) array
        Windows of the map.
    places : (..., kh, kw) int array
        The position, row-major in H * W, of each of those cells; -1 for padding.

    Returns
    -------
    (...) int64 array
        Positions: of the first of equals, row-major; of the last NaN where there is one; never of padding.

    Examples
    --------
    >>> winners(np.array([[1.0, 5.0], [5.0, 2.0]]), np.array([[0, 1], [8, 9]]))
    array(1)
    """
    taps = rows_of_taps(values)
    places = np.broadcast_to(places, values.shape).reshape(taps.shape)
    largest = (taps == taps.max(axis=-1, keepdims=True)) & (places >= 0)
    lost = np.isnan(taps)
    last_lost = lost.shape[-1] - 1 - lost[..., ::-1].argmax(axis=-1)
    tap = np.where(lost.any(axis=-1), last_lost, largest.argmax(axis=-1))
    return np.take_along_axis(places, tap[..., None], axis=-1)[..., 0]


def scatter(grad, places, shape):
    """Send each window's gradient to one cell of the map, adding up where windows share their cell.

    Parameters
    ----------
    grad : (N, C, ...) or (C, ...) array
    places : int array of the same shape
        Row-major positions in H * W.
    shape : (N, C, H, W) or (C, H, W) ints

    Returns
    -------
    array of `shape`, in the dtype of `grad`

    Examples
    --------
    >>> scatter(np.array([[1.0, 10.0]]), np.array([[3, 3]]), (1, 2, 2))
    array([[[ 0.,  0.],
            [ 0., 11.]]])
    """
    maps = int(np.prod(shape[:-2]))
    cells = np.zeros((maps, shape[-2] * shape[-1]), accumulator(grad.dtype))
    # add.at counts a cell as often as it is named; cells[places] += grad would keep one of the gradients only.
    per_map = (maps, int(np.prod(grad.shape[len(shape) - 2 :])))
    np.add.at(cells, (np.arange(maps)[:, None], places.reshape(per_map)), grad.reshape(per_map))
    return cells.reshape(shape).astype(grad.dtype)


def fold(values, shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Add the values of every window to the cells they came from: the transpose of `windows`.

    Parameters
    ----------
    values : (..., H', W', kh, kw) array
        One value for each tap of each window.
    shape : (N, C, H, W) or (C, H, W) ints
        The map's shape.
    kernel_size, stride, padding, dilation, ceil_mode
        As for `windows`.

    Returns
    -------
    array of `shape`
        Where windows overlap, the sum; what falls on the padding is lost.

    Examples
    --------
    >>> fold(np.ones((1, 2, 2, 2, 2)), (1, 3, 3), 2, 1)
    array([[[1., 2., 1.],
            [2., 4., 2.],
            [1., 2., 1.]]])
    """
    (kh, kw), (sh, sw), (ph, pw), (dh, dw), (oh, ow) = check_window(
        shape, kernel_size, stride, padding, dilation, ceil_mode
    )
    height, width = shape[-2:]
    rows = max(height + ph, (oh - 1) * sh + (kh - 1) * dh + 1)
    cols = max(width + pw, (ow - 1) * sw + (kw - 1) * dw + 1)
    padded = np.zeros((*shape[:-2], rows, cols), values.dtype)
    for i, j in np.ndindex(kh, kw):  # tap (i, j) of all windows at once: no cell comes twice, so += is safe
        top, left = i * dh, j * dw
        padded[..., top : top + (oh - 1) * sh + 1 : sh, left : left + (ow - 1) * sw + 1 : sw] += values[..., i, j]
    return padded[..., ph : ph + height, pw : pw + width]
