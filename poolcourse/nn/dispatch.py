"""Who does the work: our CPU designs or torch's own kernels. Every choice is made here, with its reason.

The ratios are times against torch's kernel on the same input, one thread, as `make bench` measures them.
"""

from enum import Enum

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad

__all__ = ["Engine", "channels_last", "choose", "choose_bins", "compiling", "exporting", "needs_grad", "ordinary"]


class Engine(Enum):
    """How an operator is computed."""

    NATIVE = "torch's own kernel on the tensor as it lies"
    SLICES = "strided slices, one axis after the other"
    IMAGE = "torch's own kernel on a channels_last copy"
    RANKS = "torch's own kernel on the ranks of the cells"


# Below this many cells our handful of calls costs more than torch's single one (1.3 at 12,500, 0.3 at 50,000).
SMALL = 1 << 15
# On rows shorter than this a slice has too few cells for one vector instruction, whereas a channels_last copy puts the
# channels side by side: 0.2 to 0.5 on 7 x 7 maps of 512 channels, against 0.2 to 1.1 for slices.
NARROW = 12
# Fewer channels don't fill a vector instruction either.
CHANNELS = 16


def choose(x: Tensor) -> Engine:
    """Choose for a sliding window over `x`."""
    if compiling() and exporting():
        return Engine.NATIVE  # an exported program must run without this package, and with any height and width
    integers = not x.is_floating_point()
    if not integers and x.numel() < SMALL:  # the most frequent small case must not wait for the questions below
        return Engine.NATIVE
    if integers and (x.device.type not in ("cpu", "meta") or channels_last(x)):
        # torch has no integer maximum on other devices, and on channels_last it counts cells in the map's own dtype, so
        # that int8 fits 127. Ranks are floats, and order is all that a maximum looks at.
        return Engine.RANKS
    if not _ours(x):
        return Engine.NATIVE
    if x.shape[-1] < NARROW and x.shape[-3] >= CHANNELS and not integers:
        # Inductor lays the copy out as it likes, so compiled code gains nothing from it.
        return Engine.NATIVE if compiling() else Engine.IMAGE
    return Engine.SLICES


def choose_bins(x: Tensor, operator: bool = False) -> Engine:
    """Choose for the largest values over bins: torch's kernel takes .03 of its time on a channels_last map.

    With `operator` the work is one of `ops`, which keep the copy's layout under torch.compile; Inductor doesn't.
    """
    if compiling() and (exporting() or not operator):
        return Engine.NATIVE
    if x.shape[-3] < CHANNELS or not _ours(x):
        return Engine.NATIVE
    return Engine.IMAGE


def _ours(x: Tensor) -> bool:
    """Whether one of our designs can win on `x`, and can run."""
    # CUDA kernels of torch are at the memory's speed already, whereas each of our passes would be a launch of its own.
    if x.device.type != "cpu" or x.numel() < SMALL:
        return False
    # torch has vector kernels for channels_last, and they keep the layout (.06 to .2).
    if channels_last(x):
        return False
    return compiling() or ordinary(x)


def channels_last(x: Tensor) -> bool:
    """Whether `x` lies in memory with its channels side by side."""
    if x.dim() != 4 or x.is_contiguous():
        return False
    _, channels, _, width = x.shape  # strides, because vmap can't answer is_contiguous(memory_format=...)
    return x.stride()[1:] == (1, width * channels, channels)


def compiling() -> bool:
    """Whether torch.compile or torch.export is tracing this very line."""
    return torch.compiler.is_compiling()


def exporting() -> bool:
    """Whether torch.export is."""
    return torch.compiler.is_exporting()


def ordinary(x: Tensor) -> bool:
    """Whether `x` is a tensor with memory of its own, whose every step torch isn't watching to transform it.

    Under vmap, grad, jvp, fake tensors and tracing it isn't: our kernels write into buffers, which those can't follow,
    while torch's own have a rule for each of them.
    """
    if x.device.type == "meta" or type(x) not in (Tensor, nn.Parameter) or torch.jit.is_tracing():
        return False
    try:
        x.data_ptr()  # a function transform hands out tensors without memory
    except RuntimeError:
        return False
    return forward_ad.unpack_dual(x).tangent is None


def needs_grad(x: Tensor) -> bool:
    """Whether the backward pass will come by."""
    return torch.is_grad_enabled() and x.requires_grad
