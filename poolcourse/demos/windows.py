"""The windows demo: an editable map of numbers and one pooling window that slides over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

__all__ = ["WindowsDemo"]

OPENING = [
    [1, 3, 0, 2, 1, 4],
    [2, 5, 1, 0, 3, 1],
    [0, 1, 7, 2, 0, 6],
    [4, 0, 2, 1, 5, 0],
    [1, 2, 0, 8, 1, 3],
    [9, 0, 3, 1, 2, 0],
]

TASK = (
    "the hatched cells of the input are never read. Tick “ceil mode”. How many output cells does it take to reach them "
    "all?"
)


class WindowsDemo(Demo):
    """Slide a pooling window over a map of numbers and see which cells it reads and what it gives.

    `task` is what the line "Try this" asks of the reader; another chapter that opens on another map asks another thing.

    Examples
    --------
    >>> demo = WindowsDemo(operator="avg", kernel_size=2)
    >>> demo.stride
    2
    """

    concept = "windows"
    task = traitlets.Unicode(TASK).tag(sync=True)
    values = Matrix(OPENING).tag(sync=True)
    operator = traitlets.Enum(["max", "avg", "sum"], "max").tag(sync=True)
    kernel_size = traitlets.Int(3, min=1, max=4).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=4).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=2).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=3).tag(sync=True)
    ceil_mode = traitlets.Bool(False).tag(sync=True)
    count_include_pad = traitlets.Bool(True).tag(sync=True)
    row = traitlets.Int(0, min=0).tag(sync=True)
    col = traitlets.Int(1, min=0).tag(sync=True)

    @traitlets.validate("values")
    def _square(self, proposal: dict) -> list:
        rows = proposal["value"]
        if len(rows) != len(rows[0]):
            raise traitlets.TraitError(
                f"expected a square map for 'values', got {len(rows)} rows of {len(rows[0])}. One side serves both."
            )
        return rows

    def picture(self) -> Figure:
        """The map and its pooled map as numbers."""
        import numpy as np

        from poolcourse.demos.stills import number_maps
        from poolcourse.reference import avg_pool2d, max_pool2d, sum_pool2d

        x = np.array(self.values, dtype=float)[None]
        pool: dict[str, Callable] = {"max": max_pool2d, "avg": avg_pool2d, "sum": sum_pool2d}
        y = pool[self.operator](x, self.kernel_size, self.stride, self.padding, ceil_mode=self.ceil_mode)
        return number_maps({"input": x[0], f"{self.operator} of each window": y[0]})

    def alt(self) -> str:
        """The opening state in words."""
        side = len(self.values)
        window = f"kernel {self.kernel_size}, stride {self.stride}"
        return f"A {side} by {side} map of numbers and its {self.operator} pooled map, {window}."
