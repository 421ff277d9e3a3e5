"""Pyramids of boxes on a feature map: every bin of every box from a few look-ups in a table of ranges."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from poolcourse.nn.checks import accumulator
from poolcourse.nn.dispatch import compiling, ordinary
from poolcourse.nn.ranges import Ranges
from poolcourse.nn.winners import order_cells

__all__ = ["averaged_boxes", "largest_cells", "largest_of_boxes"]

# Boxes at a time on the CPU: their finest bins then stay in the cache while the coarser ones are made from them.
BLOCK = 32


def largest_of_boxes(maps: Tensor, boxes: Tensor, levels: Sequence[int]) -> Tensor:
    """Largest values of the bins of boxes (R, 5) on maps (N, C, H, W): (R, C * sum(n * n))."""
    if maps.device.type != "cpu" or compiling() or not ordinary(maps):
        return _join(_largest(*_table(maps, levels), boxes, levels))
    out = maps.new_empty((len(boxes), maps.shape[1] * sum(n * n for n in levels)))
    for image, rows in _by_image(boxes, len(maps)):
        ranges, table = _table(maps[image : image + 1], levels)
        alone = boxes[rows]
        alone[:, 0] = 0
        for block, row in zip(alone.split(BLOCK), rows.split(BLOCK), strict=True):
            _store(_largest(ranges, table, block, levels), out, row)
    return out


def _by_image(boxes: Tensor, images: int) -> Iterator[tuple[int, Tensor]]:
    """Each image that has boxes, and their rows: one table at a time, since a table is some ten times its map."""
    for image in range(images):
        rows = (boxes[:, 0] == image).nonzero()[:, 0]
        if len(rows):
            yield image, rows


def _table(maps: Tensor, levels: Sequence[int]) -> tuple[Ranges, Tensor]:
    ranges = _ranges(maps, [n for n in levels if _finer(n, levels) is None])
    return ranges, ranges.table(maps.permute(0, 2, 3, 1).contiguous(), torch.maximum)


def _ranges(maps: Tensor, levels: Sequence[int]) -> Ranges:
    """The layout for the largest bin that a box can have."""
    size = (maps.shape[-2], maps.shape[-1])
    return Ranges(size, _reach(size, min(levels)))


def _reach(size: tuple[int, int], n: int) -> tuple[int, int]:
    """Rows and columns that a bin of level n can have at most."""
    return min(size[0], -(-size[0] // n) + 1), min(size[1], -(-size[1] // n) + 1)


def _finer(n: int, levels: Sequence[int]) -> int | None:
    """The next finer level whose bins those of level n are unions of."""
    finer = sorted(m for m in levels if m > n and m % n == 0)
    return finer[0] if finer else None


def _edges(boxes: Tensor, axis: int, n: int) -> tuple[Tensor, Tensor]:
    """Starts and ends (R, n) of the bins of boxes, in whole numbers."""
    start, end = boxes[:, 2 - axis, None], boxes[:, 4 - axis, None]
    i = torch.arange(n, device=boxes.device)
    return start + i * (end - start) // n, start + ((i + 1) * (end - start) + n - 1) // n


def _largest(ranges: Ranges, table: Tensor, boxes: Tensor, levels: Sequence[int]) -> list[Tensor]:
    """Largest values for each level, (R, n, n, C)."""
    grids: dict[int, Tensor] = {}
    for n in sorted(set(levels), reverse=True):
        finer = _finer(n, levels)
        if finer is not None:
            grids[n] = _coarsen(_coarsen(grids[finer], 1, n), 2, n)
            continue
        best: Tensor | None = None
        for entry in ranges.corners(boxes[:, 0], _edges(boxes, 0, n), _edges(boxes, 1, n)):
            seen = table.index_select(0, entry.flatten())
            best = seen if best is None else torch.maximum(best, seen)
        assert best is not None
        grids[n] = best.unflatten(0, (-1, n, n))
    return [grids[n] for n in levels]


def _coarsen(grid: Tensor, dim: int, n: int) -> Tensor:
    """Join the bins along an axis to n."""
    first, *others = grid.unflatten(dim, (n, -1)).unbind(dim + 1)
    for other in others:
        first = torch.maximum(first, other)
    return first


def _join(grids: Sequence[Tensor]) -> Tensor:
    return torch.cat([grid.flatten(1, 2).transpose(1, 2).flatten(1) for grid in grids], dim=1)


def _store(grids: Sequence[Tensor], out: Tensor, rows: Tensor) -> None:
    """Write what `_join` returns to rows of `out` that follow each other, or don't."""
    first, last = int(rows[0]), int(rows[-1])
    together = last - first + 1 == len(rows)
    target = out[first : last + 1] if together else out.new_empty((len(rows), out.shape[1]))
    start = 0
    for grid in grids:
        bins, channels = grid.shape[1] * grid.shape[2], grid.shape[3]
        target[:, start : start + bins * channels].unflatten(1, (channels, bins)).copy_(
            grid.flatten(1, 2).transpose(1, 2)
        )
        start += bins * channels
    if not together:
        out[rows] = target


def largest_cells(maps: Tensor, boxes: Tensor, levels: Sequence[int]) -> Tensor:
    """Where the largest values of the bins are, as positions in all of `maps`: (R, C * sum(n * n)) int64.

    Blocks and bins would decide by their own order among equals. So what is pooled are ranks, of which no two are
    equal, and the cell that has the winning rank is looked up at the end.
    """
    ranks, places = order_cells(maps)
    channels, cells = maps.shape[1], maps.shape[2] * maps.shape[3]
    small = torch.int16 if cells < 1 << 15 else torch.int32
    best = largest_of_boxes(ranks.to(small), boxes, levels)
    channel = torch.arange(channels, device=maps.device)[:, None]
    channel = torch.cat([channel.expand(channels, n * n).flatten() for n in levels])
    start = (boxes[:, 0, None] * channels + channel) * cells
    return places.flatten().index_select(0, (start + best).flatten()).view_as(start) + start


def averaged_boxes(maps: Tensor, boxes: Tensor, levels: Sequence[int], mode: str) -> Tensor:
    """Sums of the bins, over their cells if `mode` is "avg": (R, C * sum(n * n))."""
    # Transforms and the compiler follow the plain function; a Function of ours would need a rule for each of them.
    summed = _sums if compiling() or not ordinary(maps) else _Sums.apply
    sums = summed(maps.to(accumulator(maps.dtype)), boxes, tuple(levels), _ranges(maps, levels))
    grids = []
    for n, part in zip(levels, sums.split([boxes.shape[0] * n * n for n in levels]), strict=True):
        grid = part.view(boxes.shape[0], n, n, part.shape[1])
        if mode == "avg":
            rows, cols = (end - start for start, end in (_edges(boxes, 0, n), _edges(boxes, 1, n)))
            grid = grid / (rows[:, :, None] * cols[:, None, :])[..., None]
        grids.append(grid)
    return _join(grids).to(maps.dtype)


def _pieces(ranges: Ranges, boxes: Tensor, n: int) -> Iterator[Tensor]:
    """Entries of the pieces of all bins of level n, one piece of each at a time."""
    for entry in ranges.pieces(boxes[:, 0], _edges(boxes, 0, n), _edges(boxes, 1, n), _reach(ranges.size, n)):
        yield entry.flatten()


def _sums(maps: Tensor, boxes: Tensor, levels: tuple[int, ...], ranges: Ranges) -> Tensor:
    """Sums of all bins: level after level, each (R, n, n, C) flattened to rows of C."""
    table = ranges.table(maps.permute(0, 2, 3, 1), torch.add)
    table = torch.cat([table, table.new_zeros((1, table.shape[1]))])  # what a missing piece adds
    if compiling():  # the compiler reads and adds in one loop, without making room for all pieces
        every = [torch.stack(list(_pieces(ranges, boxes, n))) % table.shape[0] for n in levels]
        return torch.cat([table.index_select(0, e.flatten()).unflatten(0, e.shape).sum(0) for e in every])
    blocks = boxes.split(BLOCK) if maps.device.type == "cpu" else [boxes]
    parts = []
    for n in levels:
        for block in blocks:
            total: Tensor | None = None
            for entry in _pieces(ranges, block, n):
                seen = table.index_select(0, entry % table.shape[0])
                total = seen if total is None else total + seen
            assert total is not None
            parts.append(total)
    return torch.cat(parts)


class _Sums(torch.autograd.Function):
    """`_sums`, whose gradient collects in one table; torch's own would make a table of zeros for every look-up."""

    @staticmethod
    def forward(maps: Tensor, boxes: Tensor, levels: tuple[int, ...], ranges: Ranges) -> Tensor:
        return _sums(maps, boxes, levels, ranges)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        maps, boxes, ctx.levels, ctx.ranges = inputs
        ctx.save_for_backward(boxes)
        ctx.images = len(maps)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        return _Spread.apply(grads[0], *ctx.saved_tensors, ctx.levels, ctx.ranges, ctx.images), None, None, None


class _Spread(torch.autograd.Function):
    """The transpose of `_sums`, and therefore its derivative; both are linear."""

    @staticmethod
    def forward(grad: Tensor, boxes: Tensor, levels: tuple[int, ...], ranges: Ranges, images: int) -> Tensor:
        entries = ranges.entries(images)
        table = grad.new_zeros((entries + 1, grad.shape[1]))
        for n, part in zip(levels, grad.split([boxes.shape[0] * n * n for n in levels]), strict=True):
            for entry in _pieces(ranges, boxes, n):
                table.index_add_(0, entry % table.shape[0], part)
        return ranges.untable(table.narrow(0, 0, entries)).permute(0, 3, 1, 2)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _, boxes, ctx.levels, ctx.ranges, _ = inputs
        ctx.save_for_backward(boxes)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None, None]:
        return _Sums.apply(grads[0], *ctx.saved_tensors, ctx.levels, ctx.ranges), None, None, None, None
