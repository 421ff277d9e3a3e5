"""The stochastic demo: the roulette of one window, and how often each of its activations is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import traitlets

from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["StochasticDemo"]

#: What still has room in a cell and in the wheel.
LARGEST = 99


class StochasticDemo(Demo):
    """Spin the roulette of one window and watch the histogram meet the probabilities.

    The history follows from `seed` and `draws` alone: change the window, and the same draws meet the new window.

    Examples
    --------
    >>> demo = StochasticDemo(activations=[[3, 1], [0, 0]], phase="test")
    >>> demo.draws
    200
    """

    concept = "stochastic"
    activations = Matrix([[0, 1], [2, 5]]).tag(sync=True)
    phase = traitlets.Enum(["training", "test"], "training").tag(sync=True)
    draws = traitlets.Int(200, min=0, max=10000).tag(sync=True)
    seed = traitlets.Int(35, min=0).tag(sync=True)

    @traitlets.validate("activations")
    def _window(self, proposal: dict) -> list:
        rows = proposal["value"]
        if len(rows) != len(rows[0]) or len(rows) not in (2, 3):
            raise traitlets.TraitError(
                f"expected a window of 2 x 2 or 3 x 3 for 'activations', got {len(rows)} rows of {len(rows[0])}."
            )
        wrong = [value for row in rows for value in row if not 0 <= value <= LARGEST]
        if wrong:
            raise traitlets.TraitError(
                f"expected activations from 0 to {LARGEST}, got {wrong[0]!r}. "
                "Shares of a sum are probabilities only if nothing is negative: apply ReLU first."
            )
        return rows

    def picture(self) -> Figure:
        """The window, and how often its activations are drawn beside their probabilities."""
        from matplotlib.figure import Figure

        from poolcourse.demos.stills import INK
        from poolcourse.reference import draw

        window = np.array(self.activations, dtype=float)
        flat = window.ravel()
        tap = draw(np.tile(flat, (self.draws, 1)), np.random.default_rng(self.seed).random(self.draws))
        drawn = np.bincount(tap, minlength=flat.size) / max(1, self.draws) if flat.any() else np.zeros_like(flat)
        probability = flat / (flat.sum() or 1)
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        cells, bars = figure.subplots(1, 2, width_ratios=[1, 2])
        cells.set_axis_off()
        cells.imshow(window, cmap="cividis")
        for (row, col), value in np.ndenumerate(window):
            dark = value <= (window.min() + window.max()) / 2
            cells.text(col, row, f"{value:g}", ha="center", va="center", color="w" if dark else "k")
        cells.set_title("the window", fontsize=10, color=INK)
        place = np.arange(flat.size)
        bars.barh(place, 100 * drawn, color="#E69F00", label=f"share of {self.draws} draws")
        bars.plot(100 * probability, place, "|", ms=16, mew=3, color=INK, label="probability")
        bars.set_yticks(place, [f"{value:g}" for value in flat], color=INK)
        bars.invert_yaxis()
        bars.set_xlabel("%", color=INK)
        bars.set_facecolor("none")
        bars.tick_params(colors=INK)
        bars.set_title("drawn as often as its share of the sum", fontsize=10, color=INK)
        bars.legend(frameon=False, labelcolor=INK)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        flat = [value for row in self.activations for value in row]
        total = sum(flat) or 1
        chances = ", ".join(f"{value:g} with probability {100 * value / total:.1f} %" for value in flat)
        return f"The roulette of one window draws {chances}. Bars show {self.draws} draws beside these probabilities."
