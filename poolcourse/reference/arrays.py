"""What every operator asks of an array: that it is one, what may pad it, in which dtype its sums are taken."""

import numpy as np

from poolcourse.errors import DtypeError
from poolcourse.reference.checks import check_dtype

__all__ = ["accumulator", "check_array", "lowest", "rows_of_taps"]


def check_array(x, operator_name, integers=False) -> None:
    """Require a NumPy array of a dtype that the operator can answer in.

    Parameters
    ----------
    x : object
    operator_name : str
        Who asks, for the error.
    integers : bool, default False
        Whether integers will do, as they do for a maximum.

    Raises
    ------
    DtypeError
        If `x` is no array, or neither floating point nor, with `integers`, of integers.
    """
    if not isinstance(x, np.ndarray):
        raise DtypeError(
            f"expected a NumPy array for {operator_name}, got {type(x).__name__}. "
            "Use np.asarray(x), or poolcourse.nn for tensors."
        )
    check_dtype(x.dtype.kind, x.dtype, operator_name, integers)


def rows_of_taps(values):
    """Each window (..., kh, kw) as one row (..., kh * kw) of its taps, row-major.

    Examples
    --------
    >>> rows_of_taps(np.array([[[1, 2], [3, 4]]]))
    array([[1, 2, 3, 4]])
    """
    return values.reshape(*values.shape[:-2], values.shape[-2] * values.shape[-1])  # not -1: a batch may be empty


def lowest(dtype):
    """What a maximum is padded with, so that padding never wins: -inf, or the smallest integer of the dtype.

    Examples
    --------
    >>> lowest(np.dtype("float32")), lowest(np.dtype("int8"))
    (-inf, -128)
    """
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def accumulator(dtype):
    """The dtype that sums are taken in: float32 for half precision, whose own sums stop growing; else the dtype itself.

    Examples
    --------
    >>> accumulator(np.dtype("float16")), accumulator(np.dtype("float64"))
    (dtype('float32'), dtype('float64'))
    """
    return np.promote_types(dtype, np.float32)
