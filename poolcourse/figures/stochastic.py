"""Stochastic pooling against max and average (C11)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, dots, new_figure

__all__ = ["accuracies"]


def accuracies(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Test accuracy, weighted and sampled, and overfitting."""
    figure, (left, right) = new_figure(
        "Stochastic pooling: draw in training, weight at test", panels=2, width=width, height=2.9
    )
    rows = [
        ("stochastic_test", "stochastic", "stochastic, weighted"),
        ("stochastic_sampled_test", "stochastic", "stochastic, sampled"),
        ("max_test", "max", "max"),
        ("average_test", "average", "average"),
    ]
    dots(left, record["metrics"], rows, "Test accuracy", "%")
    rows = [(f"{pool}_overfit", pool, pool) for pool in ("stochastic", "max", "average")]
    dots(right, record["metrics"], rows, "Training − test accuracy", "points")
    return figure
