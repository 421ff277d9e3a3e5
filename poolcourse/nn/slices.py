"""Sliding windows by strided slices: the largest values, their places, sums, and the sums' way back.

A window's rows and columns are pooled one after the other, so a k x k window costs 2k steps instead of k * k, and each
step is one vectorised call on a strided slice: tap j of *all* windows at once. Padding is never written down: a tap
that falls outside the map simply has a shorter slice. The maps go through in blocks that stay in the cache.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse.nn.checks import accumulator, lowest
from poolcourse.reference.windows import Window

__all__ = ["locate_slices", "max_slices", "spread_slices", "sum_slices"]

# Cells of the map per block: 2 MB of float32, about a second-level cache.
BLOCK = 1 << 19

Combine = Callable[..., Tensor]  # torch.maximum or torch.add


class Tap(NamedTuple):
    """One tap of every window along an axis: outputs `first` to `last` read the cells `cells` of the map."""

    number: int
    first: int
    last: int
    cells: slice


class Axis(NamedTuple):
    """A window along one axis: only its taps that see the map at all, in order."""

    dim: int
    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    out: int
    taps: list[Tap]

    def read(self, x: Tensor, tap: Tap) -> Tensor:
        """The cells of `x` that the tap reads."""
        return x[..., tap.cells, :] if self.dim == -2 else x[..., tap.cells]

    def write(self, out: Tensor, tap: Tap) -> Tensor:
        """The outputs in `out` that the tap belongs to."""
        return out.narrow(self.dim, tap.first, tap.last - tap.first)

    def reaches_all(self, tap: Tap) -> bool:
        """Whether the tap lies on the map in every window."""
        return tap.last - tap.first == self.out

    def empty(self, x: Tensor, dtype: torch.dtype) -> Tensor:
        """Room for one value a window along this axis, and one a cell along the other."""
        shape = list(x.shape)
        shape[self.dim] = self.out
        return torch.empty(shape, dtype=dtype, device=x.device)


def _axes(x: Tensor, window: Window) -> tuple[Axis, Axis]:
    rows, cols = zip(*window, strict=True)
    return _axis(-2, x.shape[-2], *rows), _axis(-1, x.shape[-1], *cols)


def _axis(dim: int, size: int, kernel: int, stride: int, padding: int, dilation: int, out: int) -> Axis:
    taps = []
    for number in range(kernel):
        start = number * dilation - padding  # where the first window has this tap
        first = max(0, -(start // stride))
        last = min(out, (size - 1 - start) // stride + 1)
        if first < last:
            begin = start + first * stride
            taps.append(Tap(number, first, last, slice(begin, begin + (last - first - 1) * stride + 1, stride)))
    return Axis(dim, size, kernel, stride, padding, dilation, out, taps)


def _blocks(*planes: Tensor, cells: int) -> Iterator[tuple[Tensor, ...]]:
    per_block = max(1, BLOCK // cells)
    return zip(*(plane.split(per_block) for plane in planes), strict=True)


def max_slices(x: Tensor, window: Window) -> Tensor:
    """Largest value of each window of (..., H, W); a NaN is the largest."""
    out = x.new_empty((*x.shape[:-2], *window.out))
    _pool(torch.maximum, x, out, window, lowest(x.dtype), None)
    return out


def sum_slices(x: Tensor, window: Window, cells: Tensor | None) -> Tensor:
    """Sum of each window of (..., H, W), over `cells` if given; half precision is summed in float32."""
    out = x.new_empty((*x.shape[:-2], *window.out))
    _pool(torch.add, x, out, window, 0, cells)
    return out


def _pool(combine: Combine, x: Tensor, out: Tensor, window: Window, neutral: float, cells: Tensor | None) -> None:
    rows, cols = _axes(x, window)
    # A slice of whole rows is contiguous, one of every other column isn't: do first what shrinks the map most cheaply.
    first, second = (rows, cols) if rows.kernel <= rows.stride else (cols, rows)
    dtype = x.dtype if combine is torch.maximum else accumulator(x.dtype)
    for block, result in _blocks(x.flatten(0, -3), out.flatten(0, -3), cells=rows.size * cols.size):
        half = _pool_axis(combine, block.to(dtype), first, neutral)
        total = _pool_axis(combine, half, second, neutral, result if result.dtype == dtype else None)
        if cells is not None:
            total.div_(cells)
        if total is not result:
            result.copy_(total)


def _pool_axis(combine: Combine, x: Tensor, axis: Axis, neutral: float, out: Tensor | None = None) -> Tensor:
    if out is None:
        out = axis.empty(x, x.dtype)
    whole = [tap for tap in axis.taps if axis.reaches_all(tap)][:2]
    if len(whole) == 2:
        combine(axis.read(x, whole[0]), axis.read(x, whole[1]), out=out)
    elif whole:
        out.copy_(axis.read(x, whole[0]))
    else:
        out.fill_(neutral)
    for tap in axis.taps:
        if tap not in whole:
            part = axis.write(out, tap)
            combine(part, axis.read(x, tap), out=part)
    return out


def spread_slices(grad: Tensor, size: tuple[int, int], window: Window, cells: Tensor | None) -> Tensor:
    """Send each window's gradient, over `cells` if given, to all of its cells: the transpose of `sum_slices`."""
    back = grad.new_empty((*grad.shape[:-2], *size))
    rows, cols = _axes(back, window)
    dtype = accumulator(grad.dtype)
    for block, result in _blocks(grad.flatten(0, -3), back.flatten(0, -3), cells=size[0] * size[1]):
        share = block.to(dtype) if cells is None else block.to(dtype) / cells
        wide = _spread_axis(share, cols, share.new_zeros((*share.shape[:-1], cols.size)))
        target = result.zero_() if result.dtype == dtype else wide.new_zeros(result.shape)
        _spread_axis(wide, rows, target)
        if target is not result:
            result.copy_(target)
    return back


def _spread_axis(grad: Tensor, axis: Axis, back: Tensor) -> Tensor:
    for tap in axis.taps:
        axis.read(back, tap).add_(axis.write(grad, tap))
    return back


def locate_slices(x: Tensor, window: Window) -> tuple[Tensor, Tensor]:
    """Largest value of each window of (..., H, W), and its place in H * W: the first of equals, or the last NaN.

    The place comes out of comparisons alone. A later tap replaces an earlier one only if it is larger, and its code is
    larger too, so the code of the winner is the largest code among the taps that ever led: one more maximum, on small
    integers. Columns go first, so that codes grow row-major.
    """
    values = x.new_empty((*x.shape[:-2], *window.out))
    places = torch.empty(values.shape, dtype=torch.int64, device=x.device)
    rows, cols = _axes(x, window)
    narrow = torch.uint8 if (cols.kernel - 1) * cols.dilation < 1 << 8 else torch.int32
    corners = _corners(rows)[:, None] * cols.size + _corners(cols)
    planes = (x.flatten(0, -3), values.flatten(0, -3), places.flatten(0, -3))
    for block, value, place in _blocks(*planes, cells=rows.size * cols.size):
        half, codes = _locate_axis(block, None, cols, 1, cols.empty(block, x.dtype), narrow)
        _, codes = _locate_axis(half, codes, rows, cols.size, value, torch.int32)
        # No comparison holds for NaN, so a block that has one is left to torch's kernel, which knows it. A sum is the
        # fastest way to see one, even if infinities of both signs then look alike.
        if value.is_floating_point() and value.sum().isnan():
            place.copy_(_native_places(block, window))
        else:
            place.copy_(codes + corners)
    return values, places


def _corners(axis: Axis) -> Tensor:
    """Where each window starts."""
    return torch.arange(axis.out, dtype=torch.int32) * axis.stride - axis.padding


def _native_places(x: Tensor, window: Window) -> Tensor:
    for ceil_mode in (True, False):  # whichever gave this number of windows; True never refuses
        found = F.max_pool2d(x, *window[:4], ceil_mode=ceil_mode, return_indices=True)[1]
        if found.shape[-2:] == window.out:
            break
    return found


def _locate_axis(
    x: Tensor, codes: Tensor | None, axis: Axis, step: int, values: Tensor, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Pool one axis into `values`, and add each winner's tap to the code that it has from the other axis (None: 0)."""

    def code(tap: Tap) -> Tensor | int:
        offset = tap.number * axis.dilation * step
        return offset if codes is None else axis.read(codes, tap) + torch.tensor([offset], dtype=dtype)

    def candidates(tap: Tap, larger: Tensor) -> Tensor:
        offset = code(tap)
        return offset.mul_(larger) if isinstance(offset, Tensor) else larger.to(dtype).mul_(offset)

    # As long as every tap reaches all windows, the leaders are views or results; nothing is copied.
    leader, *others = axis.taps
    if leader.number == 0 and axis.reaches_all(leader):
        lead, best = axis.read(x, leader), None if codes is None else axis.read(codes, leader)
    else:
        # Some windows start on padding: they lead with -inf, and with the code of the first tap that sees the map,
        # which stays if all they see is -inf.
        others = axis.taps
        lead, best = values.fill_(lowest(x.dtype)), axis.empty(x, dtype)
        for tap in reversed(axis.taps):
            axis.write(best, tap)[...] = code(tap)
    owned = lead is values
    for tap in others:
        seen = axis.read(x, tap)
        if axis.reaches_all(tap):
            new = candidates(tap, torch.gt(seen, lead).view(torch.uint8))
            best, owned = new if best is None else torch.maximum(best, new), True
            lead = torch.maximum(lead, seen, out=values)
            continue
        if not owned:
            best, owned = axis.empty(x, dtype).zero_() if best is None else best.to(dtype, copy=True), True
        lead = values if lead is values else values.copy_(lead)
        assert best is not None
        part, led = axis.write(best, tap), axis.write(lead, tap)
        torch.maximum(part, candidates(tap, torch.gt(seen, led).view(torch.uint8)), out=part)
        torch.maximum(led, seen, out=led)
    if lead is not values:
        values.copy_(lead)
    return values, axis.empty(x, dtype).zero_() if best is None else best
