"""The head demo: how many parameters stand between the last map and the classes, flattened and averaged."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import traitlets

from poolcourse.demos.base import Demo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["HeadDemo"]


class HeadDemo(Demo):
    """Count a fully connected head against global average pooling, for known networks and for your own sizes.

    Attributes
    ----------
    channels, side : int
        The last map: `channels` x `side` x `side`.
    layers, units : int
        Hidden layers of the fully connected head, and units of each.
    classes : int

    Examples
    --------
    >>> HeadDemo(channels=1280, layers=0).widths()
    [62720, 1000]
    """

    concept = "head"
    channels = traitlets.Int(512, min=1, max=2048).tag(sync=True)
    side = traitlets.Int(7, min=1, max=20).tag(sync=True)
    layers = traitlets.Int(2, min=0, max=2).tag(sync=True)
    units = traitlets.Int(4096, min=64, max=4096).tag(sync=True)
    classes = traitlets.Int(1000, min=2, max=1000).tag(sync=True)

    def widths(self) -> list[int]:
        """Numbers that enter and leave the layers of the fully connected head."""
        return [self.channels * self.side**2, *[self.units] * self.layers, self.classes]

    def picture(self) -> Figure:
        """The two heads as bars of parameters."""
        from matplotlib.figure import Figure

        from poolcourse.demos.stills import INK

        widths = self.widths()
        counts = {
            "flatten + fully connected": sum((i + 1) * o for i, o in pairwise(widths)),
            "GAP + one linear layer": (self.channels + 1) * self.classes,
        }
        figure = Figure(figsize=(7, 1.9), layout="constrained")
        ax = figure.subplots()
        ax.barh(list(counts), list(counts.values()), color=[INK, "#009E73"])
        for row, count in enumerate(counts.values()):
            ax.text(count, row, f" {count:,}", va="center", color=INK)
        ax.invert_yaxis()
        ax.set_title("Parameters of the head", fontsize=10, color=INK)
        ax.tick_params(colors=INK)
        ax.margins(x=0.25)
        ax.spines[:].set_visible(False)
        ax.set_xticks([])
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        return (
            f"Two bars: the parameters of a fully connected head on a map of {self.channels} channels and "
            f"{self.side} by {self.side} cells, and the far fewer of a head of global average pooling."
        )
