"""Pooling, strides and dilation at equal cost (C05)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, dots, new_figure

__all__ = ["overfitting"]

NAMES = (("pool", "max", "max-pooling"), ("stride", "none", "strides"), ("dilation", "none", "dilation"))


def overfitting(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Test accuracy, overfitting and redundancy of three ways to see as far."""
    figure, axes = new_figure(
        "Pooling against strides and dilation, at equal multiply-adds", panels=3, width=width, height=2.6
    )
    panels = (
        ("test", "Test accuracy", "%", "{:.1f}"),
        ("overfit", "Training − test accuracy", "points", "{:.1f}"),
        ("redundancy", "Correlation of neighbours", "in the last map", "{:.2f}"),
    )
    for ax, (key, title, unit, form) in zip(axes, panels, strict=True):
        dots(ax, record["metrics"], [(f"{way}_{key}", sign, label) for way, sign, label in NAMES], title, unit, form)
    return figure
