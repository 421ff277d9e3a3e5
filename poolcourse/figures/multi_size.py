"""Trained at one size and at three (C16, C17)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import GREY, RC, WIDE, bands, new_figure, titled

__all__ = ["convergence", "unseen_sizes"]

TRAININGS = (("one", "none", "one size", "--"), ("many", "pyramid", "three sizes", "-"))


def unseen_sizes(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Accuracy against the size at test."""
    figure, (ax,) = new_figure("Accuracy at sizes that differ from those of the training", width=width, height=3.4)
    series = [(record["metrics"][f"{name}_accuracy"], *look) for name, *look in TRAININGS]
    bands(ax, record["axes"]["test_size_px"], series)
    with plt.rc_context(RC):
        ax.axvline(28, color=GREY, lw=1, ls=":")
        titled(ax, "", "side of the test images (px); dotted: 28 px", "test accuracy (%)")
        ax.margins(x=0.12)
    return figure


def convergence(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Loss on unseen images against steps, over three sizes and at 28 px alone."""
    figure, (left, right) = new_figure("Loss on unseen images during training", panels=2, width=width, height=3.4)
    for ax, key, title in ((left, "loss", "Mean over 20, 28 and 40 px"), (right, "own_loss", "At 28 px")):
        series = [(record["metrics"][f"{name}_{key}"], *look) for name, *look in TRAININGS]
        steps = record["axes"]["step"][: len(series[0][0]["mean"])]
        bands(ax, steps, series)
        with plt.rc_context(RC):
            titled(ax, title, "steps", "cross-entropy (nats)")
            ax.set_ylim(0.3, 2.5)
            ax.margins(x=0.2)
    return figure
