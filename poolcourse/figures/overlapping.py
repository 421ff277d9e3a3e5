"""Gain and cost of overlapping windows (C12)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import GREY, WIDE, differences, dots, new_figure

__all__ = ["gain_and_cost"]


def gain_and_cost(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Difference of accuracies, and ratio of times."""
    figure, (left, right) = new_figure(
        "Overlapping windows: what they bring, what they cost", panels=2, width=width, height=2.4
    )
    rows = [
        ("overlapping_minus_plain_test", "max", "test accuracy"),
        ("plain_minus_overlapping_overfit", "max", "overfitting avoided"),
    ]
    differences(left, record["metrics"], rows, "Overlapping − not", "points")
    rows = [("cost_pool_ratio", "max", "pooling alone"), ("cost_step_ratio", "max", "training step")]
    dots(right, record["metrics"], rows, "Time, overlapping / not", "×", "{:.2f}")
    right.axvline(1, color=GREY, lw=1, ls="--")
    return figure
