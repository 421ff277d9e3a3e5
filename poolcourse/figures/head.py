"""Three heads: accuracy and overfitting (C04)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, dots, new_figure

__all__ = ["generalisation"]


def generalisation(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Test accuracy, and how far training accuracy lies above it."""
    figure, (left, right) = new_figure("GAP against fully connected heads", panels=2, width=width, height=2.6)
    names = (("gap", "global", "GAP"), ("fc", "none", "fully connected"), ("fc_dropout", "none", "FC + dropout"))
    rows = [(f"{head}_test", operator, label) for head, operator, label in names]
    dots(left, record["metrics"], rows, "Test accuracy", "%")
    rows = [(f"{head}_overfit", operator, label) for head, operator, label in names]
    dots(right, record["metrics"], rows, "Training − test accuracy", "points")
    return figure
