"""Checks on sizes and dtypes that the NumPy reference and the torch twin share: plain Python on integers, no arrays."""

import operator

from poolcourse.errors import DtypeError, ShapeError, WindowError

__all__ = ["check_axis", "check_dtype", "check_grad", "check_map", "pair"]


def pair(value, name: str) -> tuple[int, int]:
    """Read a size given as one int or as (height, width).

    Parameters
    ----------
    value : int, or tuple or list of one or two ints
    name : str
        The parameter's name, for the error.

    Returns
    -------
    (height, width) ints

    Raises
    ------
    WindowError
        If `value` is neither.

    Examples
    --------
    >>> pair(3, "kernel_size"), pair((2, 3), "kernel_size")
    ((3, 3), (2, 3))
    """
    sizes = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    try:
        if len(sizes) not in (1, 2) or any(isinstance(size, bool) for size in sizes):
            raise TypeError
        # A symbolic int of torch.compile is an int to Dynamo: leave it symbolic.
        whole = [size if isinstance(size, int) else operator.index(size) for size in sizes]
    except TypeError:
        raise WindowError(
            f"expected {name} as one int or as two, (height, width), got {value!r}. "
            f"Give for instance {name}=2 or {name}=(2, 3)."
        ) from None
    return whole[0], whole[-1]


def check_map(shape) -> None:
    """Require the shape of a feature map: (N, C, H, W) or (C, H, W), where only N may be 0.

    Raises
    ------
    ShapeError
        On any other number of axes, or if C, H or W is 0.

    Examples
    --------
    >>> check_map((0, 3, 8, 8))
    """
    if len(shape) not in (3, 4):
        raise ShapeError(
            f"expected a feature map (N, C, H, W) or (C, H, W), got {len(shape)} axes: {tuple(shape)}. "
            "For one grey image (H, W), add the missing axes: x[None, None]."
        )
    if any(size == 0 for size in shape[-3:]):
        raise ShapeError(
            f"expected at least one channel, row and column, got {tuple(shape)}: there is nothing to pool. "
            "Only the batch may be empty; look at the layer before, whose output has shrunk to nothing."
        )


def check_axis(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> None:
    """Require a window that can slide along an axis of `size` cells; every other argument is an int for this axis.

    Raises
    ------
    WindowError
        If a size is below 1, or the padding is negative or over half the kernel.
    """
    for name, value in (("size", size), ("kernel_size", kernel_size), ("stride", stride), ("dilation", dilation)):
        if value < 1:
            raise WindowError(f"expected {name} of at least 1, got {value}. Give {name} a positive whole number.")
    if padding < 0 or padding > kernel_size // 2:
        raise WindowError(
            f"expected a padding from 0 to half the kernel, here {kernel_size // 2}, got {padding}: a window would be "
            f"mostly padding with more. Lower the padding or enlarge the kernel from {kernel_size}."
        )


def check_dtype(kind: str, dtype, operator_name: str, integers: bool = False) -> None:
    """Require numbers that the operator can answer in the dtype they came in.

    Parameters
    ----------
    kind : {"f", "i", "u", "b", "c", ...}
        NumPy's one-letter kind of `dtype`; the torch twin passes "f" for floating point, "i" for integers.
    dtype : object
        The dtype itself, for the error.
    operator_name : str
        Who asks, for the error.
    integers : bool, default False
        Whether integers will do, as they do for a maximum.

    Raises
    ------
    DtypeError
        If not.
    """
    if kind == "f" or (integers and kind in "iu"):
        return
    if kind in "iu":
        raise DtypeError(
            f"expected floating point for {operator_name}, got {dtype}, which can't hold a fraction. "
            "Convert first: x.astype(np.float32), or x.float() for a tensor."
        )
    raise DtypeError(
        f"expected {'integers or ' if integers else ''}floating point for {operator_name}, got {dtype}. "
        "Convert first: x.astype(np.float32), or x.float() for a tensor."
    )


def check_grad(grad_shape, output_shape) -> None:
    """Require a gradient of the shape that the forward pass returned.

    Raises
    ------
    ShapeError
        If the two differ.
    """
    if tuple(grad_shape) != tuple(output_shape):
        raise ShapeError(
            f"expected a gradient of the output's shape {tuple(output_shape)}, got {tuple(grad_shape)}. "
            "Pass d(loss)/d(output), and the arguments that the forward pass had."
        )
