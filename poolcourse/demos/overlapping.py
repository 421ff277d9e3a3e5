"""The overlapping demo: how many windows read each cell, who wins them, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OverlappingDemo"]

LARGEST_SIDE = 16


class OverlappingDemo(Demo):
    """Count how many windows read each cell of a map, who wins them, and what the overlap costs.

    The map is the top left corner, `side` cells wide, of a photo of 16 x 16 grey levels from 0 to 99.

    Examples
    --------
    >>> demo = OverlappingDemo(kernel_size=4)
    >>> demo.reads()[:4, :4].tolist()
    [[1, 1, 2, 2], [1, 1, 2, 2], [2, 2, 4, 4], [2, 2, 4, 4]]
    """

    concept = "overlapping"
    values = Matrix().tag(sync=True)
    side = traitlets.Int(13, min=5, max=LARGEST_SIDE).tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=5).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=2).tag(sync=True)
    channels = traitlets.Int(64, min=1, max=512).tag(sync=True)
    show = traitlets.Enum(["reads", "wins", "values"], "reads").tag(sync=True)
    row = traitlets.Int(0, min=0).tag(sync=True)
    col = traitlets.Int(0, min=0).tag(sync=True)
    cell_row = traitlets.Int(2, min=0).tag(sync=True)
    cell_col = traitlets.Int(2, min=0).tag(sync=True)

    def __init__(self, name: str = "cat", **traits: Any) -> None:
        levels = np.round(99 * photo(name, size=LARGEST_SIDE, grey=True)[0]).astype(int)
        super().__init__(**{"values": levels.tolist(), **traits})

    @traitlets.validate("values")
    def _map(self, proposal: dict) -> list:
        rows = proposal["value"]
        if len(rows) != LARGEST_SIDE or len(rows[0]) != LARGEST_SIDE:
            raise traitlets.TraitError(
                f"expected {LARGEST_SIDE} rows of {LARGEST_SIDE} for 'values', got {len(rows)} of {len(rows[0])}. "
                "To show fewer cells, lower `side`."
            )
        return rows

    def reads(self) -> np.ndarray:
        """How many windows read each cell.

        Returns
        -------
        (side, side) int array

        Raises
        ------
        WindowError
            If the padding is more than half the kernel.
        """
        from poolcourse.reference import sum_pool2d, sum_pool2d_backward

        x = np.zeros((1, self.side, self.side))
        window = (self.kernel_size, self.stride, self.padding)
        # the gradient of a sum is 1 for each window that reads the cell
        return sum_pool2d_backward(np.ones_like(sum_pool2d(x, *window)), x, *window)[0].astype(int)

    def picture(self) -> Figure:
        """How often each cell is read, and the largest value of each window."""
        from poolcourse.demos.stills import number_maps
        from poolcourse.reference import max_pool2d

        x = np.array(self.values)[None, : self.side, : self.side]
        pooled = max_pool2d(x, self.kernel_size, self.stride, self.padding)
        figure = number_maps({"how many windows read each cell": self.reads(), "max of each window": pooled[0]})
        figure.set_size_inches(8, 4)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        times, cells = np.unique(self.reads(), return_counts=True)
        told = ", ".join(f"{count} cells {time} times" for time, count in zip(times, cells, strict=True))
        return (
            f"A map of {self.side} by {self.side} cells under windows of {self.kernel_size} with stride {self.stride}: "
            f"they read {told}."
        )
