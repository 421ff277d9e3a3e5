"""Largest value and sum of any rectangle of a map in a few look-ups, however large: a table of power-of-two blocks.

Entry (a, b, y, x) of the table is the largest value, or the sum, of the 2^a x 2^b block with its corner at (y, x); each
is made from two that are half as large. Any rectangle is then

- for a maximum, the union of the four largest blocks that fit into its corners: a maximum doesn't mind their overlap;
- for a sum, a disjoint union of blocks, one for each pair of set bits in its height and width. Unlike the difference
  of running sums this subtracts nothing: a NaN stays in the rectangles that hold it, and small values survive beside
  large ones.

The look-ups are indexed reads alone, so they run under vmap, torch.compile and on CUDA without waiting for a result.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Ranges"]


class Ranges(NamedTuple):
    """The layout of a table for maps of `size` and rectangles of at most `reach` rows and columns.

    Blocks of all heights lie below each other and those of all widths side by side, for every image of the batch.
    Channels are innermost, so that one look-up reads them all.
    """

    size: tuple[int, int]
    reach: tuple[int, int]

    def _levels(self, axis: int) -> list[int]:
        """Block sizes along an axis: 1, 2, 4, ... up to its reach."""
        sizes = [1]
        while 2 * sizes[-1] <= self.reach[axis]:
            sizes.append(2 * sizes[-1])
        return sizes

    def _span(self, axis: int) -> int:
        """Entries along an axis: there are size - block + 1 blocks of each size."""
        return sum(self.size[axis] - block + 1 for block in self._levels(axis))

    def entries(self, images: int) -> int:
        """Entries of a whole table."""
        return images * self._span(0) * self._span(1)

    def table(self, maps: Tensor, combine: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Make the table of maps (N, H, W, C), as rows of C values, with torch.maximum or torch.add."""
        for axis in (0, 1):
            dim, levels = axis + 1, [maps]
            for block in self._levels(axis)[:-1]:
                length = levels[-1].shape[dim] - block
                levels.append(combine(levels[-1].narrow(dim, 0, length), levels[-1].narrow(dim, block, length)))
            maps = torch.cat(levels, dim)
        return maps.flatten(0, 2)

    def untable(self, grad: Tensor) -> Tensor:
        """Send the gradient of a table of sums back to its maps (N, H, W, C): the transpose of `table`."""
        grad = grad.unflatten(0, (-1, self._span(0), self._span(1)))
        for axis in (1, 0):
            dim, blocks = axis + 1, self._levels(axis)
            levels = list(grad.split([self.size[axis] - block + 1 for block in blocks], dim))
            back = levels.pop()
            for block in reversed(blocks[:-1]):
                nothing = torch.zeros_like(back.narrow(dim, 0, 1)).expand(
                    [block if d == dim else length for d, length in enumerate(back.shape)]
                )
                back = levels.pop() + torch.cat([back, nothing], dim) + torch.cat([nothing, back], dim)
            grad = back
        return grad

    def corners(self, image: Tensor, rows: tuple[Tensor, Tensor], cols: tuple[Tensor, Tensor]) -> Iterator[Tensor]:
        """Entries of the four blocks that cover each rectangle, for a maximum.

        Parameters
        ----------
        image : (R,) int64 tensor
        rows, cols : two (R, n) int64 tensors each
            Starts and ends, ends exclusive; the rectangles are all pairs of a row range and a column range.

        Yields
        ------
        (R, n, n) int64 tensors
        """
        places = []
        for axis, (start, end) in enumerate((rows, cols)):
            exponent = torch.zeros_like(start)  # floor(log2(length))
            for block in self._levels(axis)[1:]:
                exponent = exponent + (end - start >= block)
            fits = 1 << exponent
            before = exponent * (self.size[axis] + 1) - (fits - 1)  # entries of smaller blocks
            places.append((before + start, before + end - fits))
        for row in places[0]:
            for col in places[1]:
                yield self._entry(image, row, col)

    def pieces(
        self, image: Tensor, rows: tuple[Tensor, Tensor], cols: tuple[Tensor, Tensor], reach: tuple[int, int]
    ) -> Iterator[Tensor]:
        """Entries of the disjoint blocks that make up each rectangle, for a sum.

        Arguments as for `corners`; `reach` tells which bits can be set at all. For a bit that isn't, the entry is -1.
        """
        places = []
        for axis, (start, end) in enumerate((rows, cols)):
            along, before, length = [], 0, end - start
            for block in self._levels(axis):
                if block > reach[axis]:
                    break
                along.append((length & block != 0, before + start))
                start = start + (length & block)
                before += self.size[axis] - block + 1
            places.append(along)
        for has_row, row in places[0]:
            for has_col, col in places[1]:
                entry = self._entry(image, row, col)
                yield torch.where(has_row[:, :, None] & has_col[:, None, :], entry, -1)

    def _entry(self, image: Tensor, row: Tensor, col: Tensor) -> Tensor:
        return (image[:, None, None] * self._span(0) + row[:, :, None]) * self._span(1) + col[:, None, :]
