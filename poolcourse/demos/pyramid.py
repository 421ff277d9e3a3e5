"""The pyramid demo: a map of any height and width, its bins level by level, and a vector of one length."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PyramidDemo"]

#: Cells a side of the stored map; the script resizes it to the height and width that are asked for.
STORED = 24


@cache
def _photo() -> tuple[tuple[int, ...], ...]:
    """A grey photo as whole numbers from 0 to 99, so that a cell is short to read and the page stays small."""
    grey = photo("camera", size=STORED, grey=True)[0]
    return tuple(tuple(int(value) for value in row) for row in np.round(99 * grey))


class PyramidDemo(Demo):
    """Resize a map, choose levels and a rule for the bins, and watch the length of the vector.

    Attributes
    ----------
    values : rows of numbers
        The map at its stored size.
    height, width : int
        Cells of the map that is pooled.
    levels, mode, rule
        As `poolcourse.reference.spatial_pyramid_pool2d` takes them.
    level, row, col : int
        The bin in view: which of the levels, and where in its grid.

    Examples
    --------
    >>> demo = PyramidDemo(height=10, width=10, rule="sliding")
    >>> demo.levels
    [6, 3, 2, 1]
    """

    concept = "pyramid"
    values = Matrix().tag(sync=True)
    height = traitlets.Int(9, min=1, max=20).tag(sync=True)
    width = traitlets.Int(13, min=1, max=20).tag(sync=True)
    levels = traitlets.List(traitlets.Int(min=1, max=8), [6, 3, 2, 1], minlen=1, maxlen=6).tag(sync=True)
    mode = traitlets.Enum(["max", "avg", "sum"], "max").tag(sync=True)
    rule = traitlets.Enum(["adaptive", "sliding"], "adaptive").tag(sync=True)
    level = traitlets.Int(1, min=0).tag(sync=True)
    row = traitlets.Int(1, min=0).tag(sync=True)
    col = traitlets.Int(1, min=0).tag(sync=True)

    @traitlets.default("values")
    def _stored(self) -> list[list[int]]:
        return [list(row) for row in _photo()]

    def picture(self) -> Figure:
        """The map and the grids of its first three levels; the map alone where the rule doesn't give these grids."""
        from matplotlib.figure import Figure
        from skimage.transform import resize

        from poolcourse.demos.stills import INK
        from poolcourse.errors import BinError
        from poolcourse.reference import spatial_pyramid_pool2d

        x = np.round(resize(np.array(self.values, dtype=float), (self.height, self.width), order=1, mode="edge"))
        grids, title = {}, f"map {self.height} × {self.width}"
        try:
            for n in self.levels[:3]:
                pooled = spatial_pyramid_pool2d(x[None], levels=(n,), mode=self.mode, rule=self.rule)
                grids[f"level {n}"] = np.round(pooled.reshape(n, n))
        except BinError:
            grids, title = {}, f"{title}: no {n} bins a side under this rule"
        figure = Figure(figsize=(8.0, 2.6), layout="constrained")
        axes = np.atleast_1d(figure.subplots(1, 1 + len(grids), width_ratios=[1.5, *[1] * len(grids)]))
        for ax, (name, values) in zip(axes, {title: x, **grids}.items(), strict=True):
            ax.set_axis_off()
            ax.set_title(name, fontsize=10, color=INK)
            scale = values if self.mode == "sum" else x  # sums are larger than what they are made of
            ax.imshow(values, cmap="cividis", vmin=scale.min(), vmax=scale.max())
            for (row, col), value in np.ndenumerate(values):
                if name != title:  # the map has too many cells to write in
                    shade = "k" if value > (scale.min() + scale.max()) / 2 else "w"
                    ax.text(col, row, f"{value:.0f}", ha="center", va="center", fontsize=9, color=shade)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        length = sum(n * n for n in self.levels)
        names = ", ".join(str(n) for n in self.levels)
        return (
            f"A map of {self.height} by {self.width} cells pooled on grids of {names} bins a side: "
            f"{length} numbers a channel, whatever the size of the map."
        )
