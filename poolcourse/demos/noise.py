"""The noise demo: what the mean and the largest of a window make of pure noise, drawn live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import traitlets

from poolcourse.demos.base import Demo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["NoiseDemo"]

#: Windows along each side of the map that is drawn; `trials` must hold all of them.
SIDE = 8


class NoiseDemo(Demo):
    """Draw windows of noise; see the variance of their means and the bias of their largest values.

    Values are standard normal: mean 0, variance 1. Any two of one window are correlated by `correlation`; windows are
    independent of each other. `shift` is an error of the bias in front of the pooling, in standard deviations, and
    `relu` sets a ReLU between the two.

    Examples
    --------
    >>> NoiseDemo(kernel_size=3, correlation=0.5).trials
    400
    """

    concept = "noise"
    kernel_size = traitlets.Int(4, min=1, max=8).tag(sync=True)
    correlation = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    shift = traitlets.Float(0.0, min=-1.0, max=1.0).tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    trials = traitlets.Int(400, min=SIDE * SIDE, max=1000).tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)

    def windows(self) -> np.ndarray:
        """Windows of noise as the demo draws them, though not the same numbers: (trials, kernel_size ** 2)."""
        rng = np.random.default_rng(self.seed)
        own = rng.normal(size=(self.trials, self.kernel_size**2))
        common = rng.normal(size=(self.trials, 1))
        x = np.sqrt(self.correlation) * common + np.sqrt(1 - self.correlation) * own + self.shift
        return np.maximum(x, 0) if self.relu else x

    def picture(self) -> Figure:
        """A map of noise and its two pooled maps, on one scale."""
        # Figure without pyplot: nothing is left open, and no backend is chosen for the caller.
        from matplotlib.figure import Figure

        from poolcourse.demos.stills import INK
        from poolcourse.reference import avg_pool2d, max_pool2d

        k = self.kernel_size
        blocks = self.windows()[: SIDE * SIDE].reshape(SIDE, SIDE, k, k)
        x = blocks.transpose(0, 2, 1, 3).reshape(1, SIDE * k, SIDE * k)
        maps = {"noise": x, f"● mean of {k} × {k}": avg_pool2d(x, k), f"▲ largest of {k} × {k}": max_pool2d(x, k)}
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        for ax, (title, values) in zip(figure.subplots(1, 3), maps.items(), strict=True):
            drawn = ax.imshow(values[0], cmap="RdBu_r", vmin=-3, vmax=3)
            ax.set_title(title, fontsize=10, color=INK)
            ax.set_axis_off()
        bar = figure.colorbar(drawn, ax=figure.axes, shrink=0.8)
        bar.ax.tick_params(colors=INK)
        bar.outline.set_edgecolor(INK)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        k = self.kernel_size
        return (
            f"A map of noise beside the means and the largest values of its {k} by {k} windows: the means are paler, "
            "the largest values lie well above zero."
        )
