"""What a window is: where it sits, what it sees, how many there are."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from poolcourse.errors import WindowError
from poolcourse.reference.checks import check_axis, check_grad, check_map, pair

__all__ = [
    "Window",
    "check_axis",
    "check_grad",
    "check_map",
    "check_window",
    "output_size",
    "pair",
    "receptive_field",
    "windows",
]


class Window(NamedTuple):
    """A checked window: each field is (height, width); `out` counts the windows that fit."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    out: tuple[int, int]


def output_size(size, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Number of windows along one axis.

    Parameters
    ----------
    size : int
        Cells of the input along the axis.
    kernel_size : int
        Cells that one window reads.
    stride : int, optional
        Cells from one window to the next. Default: `kernel_size`, windows side by side.
    padding : int, default 0
        Empty cells added at each end, at most half the kernel.
    dilation : int, default 1
        Cells from one tap of the window to the next.
    ceil_mode : bool, default False
        Let a last window hang over the end, as long as it starts before it.

    Returns
    -------
    int
        floor((size + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1; `ceil_mode` rounds up instead.

    Raises
    ------
    WindowError
        If a size is out of range or no window fits.

    References
    ----------
    Dumoulin & Visin (2016), arXiv:1603.07285, relationship 15.

    Examples
    --------
    >>> output_size(5, 2), output_size(5, 2, ceil_mode=True), output_size(224, 3, 2, padding=1)
    (2, 3, 112)
    """
    stride = kernel_size if stride is None else stride
    check_axis(size, kernel_size, stride, padding, dilation)
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1  # how far the first window can move
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1  # the last window would start beyond the map and see nothing of it
    if count < 1:
        raise WindowError(
            f"expected a window that fits, got one of {dilation * (kernel_size - 1) + 1} cells on {size} cells with "
            f"padding {padding}. Use a smaller kernel or dilation, or a larger input."
        )
    return count


def receptive_field(layers):
    """What one output cell sees of the input, after each layer of a stack.

    Parameters
    ----------
    layers : sequence of (kernel_size, stride, padding)
        Ints, in the order of the forward pass, convolutions and poolings alike.

    Returns
    -------
    list of (size, jump, start)
        In input pixels, after each layer: how many a cell sees, how far apart neighbouring cells look, and the first
        pixel that the first cell sees, negative under padding.

    Raises
    ------
    WindowError
        If a kernel or stride is below 1, or a padding negative.

    References
    ----------
    Araujo, Norris & Sim (2019), "Computing receptive fields of convolutional neural networks", Distill.

    Examples
    --------
    >>> receptive_field([(3, 1, 1), (2, 2, 0), (3, 1, 1)])
    [(3, 1, -1), (4, 2, -1), (8, 2, -3)]
    """
    size, jump, start, seen = 1, 1, 0, []
    for kernel_size, stride, padding in layers:
        if kernel_size < 1 or stride < 1 or padding < 0:
            raise WindowError(
                f"expected kernel_size >= 1, stride >= 1, padding >= 0, got {(kernel_size, stride, padding)}. "
                "Give each layer as (kernel_size, stride, padding)."
            )
        size += (kernel_size - 1) * jump
        start -= padding * jump
        jump *= stride
        seen.append((size, jump, start))
    return seen


def check_window(shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False) -> Window:
    """Check a window against a feature map's shape, and count the windows; both backends start with it.

    Parameters
    ----------
    shape : (N, C, H, W) or (C, H, W) ints
    kernel_size, stride, padding, dilation, ceil_mode
        As for `output_size`, each an int or (height, width).

    Returns
    -------
    Window
        (kernel, stride, padding, dilation, out), each a (height, width).

    Raises
    ------
    ShapeError
        If `shape` isn't a feature map's.
    WindowError
        If a size is out of range, no window fits, or a window would see nothing but padding.

    Examples
    --------
    >>> check_window((1, 3, 7, 9), 3, 2).out
    (3, 4)
    """
    check_map(shape)
    kernel = pair(kernel_size, "kernel_size")
    # torch takes an empty stride for none.
    steps = kernel if stride is None or stride == () or stride == [] else pair(stride, "stride")
    pad, gap, size = pair(padding, "padding"), pair(dilation, "dilation"), (shape[-2], shape[-1])
    out = (
        output_size(size[0], kernel[0], steps[0], pad[0], gap[0], ceil_mode),
        output_size(size[1], kernel[1], steps[1], pad[1], gap[1], ceil_mode),
    )
    for axis in (0, 1):
        if pad[axis] and gap[axis] > size[axis]:
            _check_taps(size[axis], kernel[axis], steps[axis], pad[axis], gap[axis], out[axis])
    return Window(kernel, steps, pad, gap, out)


def _check_taps(size, kernel, stride, padding, dilation, out):
    """Refuse a dilation so wide that the taps step over the whole map (torch answers with an index outside it)."""
    for start in range(-padding, min(0, out * stride - padding), stride):
        if not any(0 <= start + tap * dilation < size for tap in range(kernel)):
            raise WindowError(
                f"expected windows that see the map, got dilation {dilation} over {size} cells with padding {padding}: "
                "one sees nothing but padding. Lower the dilation or the padding."
            )


def windows(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, fill=0):
    """Every window of a feature map, as two more axes.

    Parameters
    ----------
    x : (N, C, H, W) or (C, H, W) array
    kernel_size, stride, padding, dilation, ceil_mode
        As for `output_size`, each an int or (height, width).
    fill : scalar, default 0
        What the cells hold that lie outside the map.

    Returns
    -------
    (N, C, H', W', kh, kw) or (C, H', W', kh, kw) array, read-only
        A view: overlapping windows share their cells, and nothing is copied but for the padding.

    Raises
    ------
    ShapeError, WindowError
        As `check_window` does.

    Examples
    --------
    >>> windows(np.arange(16).reshape(1, 4, 4), 2)[0, 0, 1]
    array([[2, 3],
           [6, 7]])
    """
    window = check_window(x.shape, kernel_size, stride, padding, dilation, ceil_mode)
    reach = [(k - 1) * d + 1 for k, d in zip(window.kernel, window.dilation, strict=True)]
    ends = [(0, 0)] * (x.ndim - 2)
    for size, span, step, pad, out in zip(x.shape[-2:], reach, window.stride, window.padding, window.out, strict=True):
        ends.append((pad, max(0, (out - 1) * step + span - pad - size)))  # just far enough for the last window
    view = sliding_window_view(np.pad(x, ends, constant_values=fill), reach, axis=(-2, -1))
    return view[..., :: window.stride[0], :: window.stride[1], :: window.dilation[0], :: window.dilation[1]]
