"""The multi-size demo: accuracy against the size of the test images, from the stored record, and what the bins see."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.data.fashion_mnist import CLASSES, fashion_mnist
from poolcourse.demos.base import Demo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MultiSizeDemo"]

TRAININGS = ("one", "many")
SHOWN = ("ankle boot", "dress", "bag")


@cache
def _images() -> dict[str, list[list[int]]]:
    """One test image of each class in `SHOWN`, as whole numbers from 0 to 255."""
    test = fashion_mnist("test")
    places = {name: int(np.flatnonzero(test.labels == CLASSES.index(name))[0]) for name in SHOWN}
    return {name: np.round(255 * test.images[place, 0]).astype(int).tolist() for name, place in places.items()}


class MultiSizeDemo(Demo):
    """Choose a size for the test images; see the accuracy that was measured there and the cells that each bin gets.

    Attributes
    ----------
    sizes : list of int
        Sides of the test images that were measured, in pixels.
    curves : dict
        Of each training ("one" size, "many" sizes): mean, low and high of the test accuracy in per cent, a list over
        `sizes`.
    test_size : int
        One of `sizes`.
    level : int
        Bins a side whose cells are drawn.
    image : str
        Which picture is drawn.

    Raises
    ------
    DataError
        If the record of claim C16 is missing.
    """

    concept = "multi_size"
    sizes = traitlets.List(traitlets.Int(min=8), minlen=2).tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    trained_at = traitlets.Dict({"one": [28], "many": [20, 28, 40]}, read_only=True).tag(sync=True)
    images = traitlets.Dict(read_only=True).tag(sync=True)
    test_size = traitlets.Int(56).tag(sync=True)
    level = traitlets.Int(4, min=1, max=4).tag(sync=True)
    image = traitlets.Enum(SHOWN, SHOWN[0]).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        from poolcourse.data import evidence

        record = evidence("C16")
        curves = {
            name: {part: record["metrics"][f"{name}_accuracy"][part] for part in ("mean", "low", "high")}
            for name in TRAININGS
        }
        super().__init__(sizes=list(record["axes"]["test_size_px"]), curves=curves, **traits)

    @traitlets.default("images")
    def _pictures(self) -> dict[str, list[list[int]]]:
        return _images()

    @traitlets.validate("test_size")
    def _measured(self, proposal: dict) -> int:
        if proposal["value"] not in self.sizes:
            raise traitlets.TraitError(
                f"expected one of the sizes that were measured, {self.sizes}, for 'test_size', got {proposal['value']}."
            )
        return proposal["value"]

    def picture(self) -> Figure:
        """Both curves with their 95 % intervals."""
        from matplotlib.figure import Figure

        from poolcourse.demos.stills import INK

        figure = Figure(figsize=(6.4, 3), layout="constrained")
        ax = figure.subplots()
        for name, colour, line in (("one", INK, "--"), ("many", "#56B4E9", "-")):
            curve = self.curves[name]
            ax.plot(self.sizes, curve["mean"], line, color=colour, marker="o")
            ax.fill_between(self.sizes, curve["low"], curve["high"], color=colour, alpha=0.25, lw=0)
            label = f"trained at {', '.join(str(size) for size in self.trained_at[name])} px"
            end = (self.sizes[-1], curve["mean"][-1])
            ax.annotate(label, end, xytext=(8, -3), textcoords="offset points", color=colour)
        ax.set_xlim(self.sizes[0] - 2, 1.45 * self.sizes[-1])  # the labels stand at the curves' ends
        ax.set_xlabel("side of the test images (px)", color=INK)
        ax.set_ylabel("test accuracy (%)", color=INK)
        ax.tick_params(colors=INK)
        ax.spines[:].set_color(INK)
        return figure

    def alt(self) -> str:
        """Both curves in words."""
        ends = [
            f"trained at {', '.join(str(size) for size in self.trained_at[name])} pixels, from "
            f"{self.curves[name]['mean'][0]:.0f} % at {self.sizes[0]} pixels to "
            f"{max(self.curves[name]['mean']):.0f} % at best"
            for name in TRAININGS
        ]
        return f"Two curves of test accuracy against the size of the test images: {'; '.join(ends)}."
