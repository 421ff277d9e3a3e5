"""Checks on tensors: sizes and dtypes by the rules of the reference, values without making the device wait."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from poolcourse.errors import DtypeError, PoolingError
from poolcourse.nn.dispatch import compiling, ordinary
from poolcourse.reference.bins import check_bins
from poolcourse.reference.checks import check_dtype
from poolcourse.reference.windows import Window, check_map, check_window

__all__ = ["accumulator", "check_tensor", "lowest", "require", "tensor_bins", "tensor_window"]

# The dtypes that torch's arithmetic covers, by NumPy's letter for their kind; it lacks 8-bit floats and wide unsigned
# integers.
KINDS = {
    torch.float16: "f",
    torch.bfloat16: "f",
    torch.float32: "f",
    torch.float64: "f",
    torch.uint8: "i",
    torch.int8: "i",
    torch.int16: "i",
    torch.int32: "i",
    torch.int64: "i",
}

# Most calls of a training run repeat one shape; a dictionary look-up costs a tenth of the check.
_remembered_window = lru_cache(maxsize=1024, typed=True)(check_window)
_remembered_map = lru_cache(maxsize=1024)(check_map)
_remembered_bins = lru_cache(maxsize=1024, typed=True)(check_bins)


def check_tensor(x: Tensor, operator_name: str, integers: bool = False) -> None:
    """Require a tensor that is a feature map, (N, C, H, W) or (C, H, W), of a dtype that the operator can answer in.

    Raises
    ------
    DtypeError
        On what is no tensor, or has another dtype.
    ShapeError
        On any other shape.
    """
    _check_kind(x, operator_name, integers)
    if compiling():
        check_map(x.shape)
    else:
        _remembered_map(x.shape)


def tensor_bins(x: Tensor, output_size: Any) -> tuple[int, int]:
    """Read the asked number of bins as (height, width); None on an axis keeps the map's size there.

    Raises
    ------
    BinError, WindowError
        As the reference's `check_bins` does.
    """
    if not compiling():
        try:
            return _remembered_bins(x.shape, output_size)
        except TypeError:  # lists can't be keys
            pass
    return check_bins(x.shape, output_size)


def _check_kind(x: Tensor, operator_name: str, integers: bool) -> None:
    if not isinstance(x, Tensor):
        raise DtypeError(
            f"expected a torch.Tensor for {operator_name}, got {type(x).__name__}. "
            "Use torch.from_numpy(x), or poolcourse.reference for arrays."
        )
    kind = KINDS.get(x.dtype, "?")
    if kind != "f":
        check_dtype(kind, x.dtype, operator_name, integers)


def tensor_window(
    x: Tensor,
    operator_name: str,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    integers: bool = False,
) -> Window:
    """Check a tensor and a window against each other, and count the windows.

    Raises
    ------
    DtypeError, ShapeError, WindowError
        As `check_tensor` and the reference's `check_window` do.

    Examples
    --------
    >>> tensor_window(torch.zeros(1, 3, 7, 9), "max_pool2d", 3, 2).out
    (3, 4)
    """
    _check_kind(x, operator_name, integers)
    if not compiling():  # Dynamo would trace the cache's inside, and symbolic sizes can't be keys
        try:
            return _remembered_window(x.shape, kernel_size, stride, padding, dilation, ceil_mode)
        except TypeError:  # lists can't be keys
            pass
    return check_window(x.shape, kernel_size, stride, padding, dilation, ceil_mode)


def require(x: Tensor, condition: Callable[[], Tensor], error: Callable[[], PoolingError]) -> None:
    """Require something of the values of `x`: raised on the CPU, asserted on CUDA, left out where there are no values.

    Parameters
    ----------
    x : tensor
        Whose values are meant.
    condition : () -> bool tensor of one element
        Computed only if it can be looked at.
    error : () -> PoolingError
        What to raise.
    """
    if compiling() or x.numel() == 0 or torch.jit.is_tracing():
        return
    if x.device.type == "cuda":
        # Reading the answer would make the CPU wait for the GPU, so the GPU itself stops if it is wrong. Under vmap a
        # plain tensor without storage stands for many, and there is nothing to assert on.
        if type(x) is not Tensor or ordinary(x):
            torch._assert_async(condition(), str(error()))
    elif ordinary(x) and not bool(condition()):
        raise error()


def lowest(dtype: torch.dtype) -> float | int:
    """What a maximum is padded with: -inf, or the smallest integer of the dtype.

    Examples
    --------
    >>> lowest(torch.float32), lowest(torch.int8)
    (-inf, -128)
    """
    return float("-inf") if dtype.is_floating_point else torch.iinfo(dtype).min


def accumulator(dtype: torch.dtype) -> torch.dtype:
    """The dtype that sums are taken in: float32 for half precision, whose own sums stop growing; else the dtype itself.

    Examples
    --------
    >>> accumulator(torch.bfloat16), accumulator(torch.float64)
    (torch.float32, torch.float64)
    """
    return torch.float32 if dtype in (torch.float16, torch.bfloat16) else dtype
