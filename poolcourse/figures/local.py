"""What local pooling saves, and sum against average (C01, C02)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, differences, dots, logarithmic, new_figure

__all__ = ["parameters", "sum_and_average"]


def parameters(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Parameters of one network with and without pooling, under two heads."""
    figure, (ax,) = new_figure("Pooling saves parameters only where the map is flattened", width=width, height=2.8)
    rows = [
        ("none_flat_parameters", "none", "flatten, no pooling"),
        ("max_flat_parameters", "max", "flatten, two max-pools"),
        ("none_gap_parameters", "none", "GAP, no pooling"),
        ("max_gap_parameters", "max", "GAP, two max-pools"),
    ]
    dots(ax, record["metrics"], rows, "", "parameters (logarithmic)", form="{:,.0f}")
    logarithmic(ax, 1e4, 2e6)
    return figure


def sum_and_average(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Test accuracies under three poolings, and the difference of sum and average."""
    figure, (left, right) = new_figure("Sum against average, with and without batch norm", panels=2, width=width)
    rows = [
        ("max_norm_test", "max", "max, batch norm"),
        ("average_norm_test", "average", "average, batch norm"),
        ("sum_norm_test", "sum", "sum, batch norm"),
        ("average_test", "average", "average"),
        ("sum_test", "sum", "sum"),
    ]
    dots(left, record["metrics"], rows, "Test accuracy", "%")
    pairs = [("sum_minus_average_norm", "sum", "batch norm"), ("sum_minus_average_plain", "sum", "no batch norm")]
    differences(right, record["metrics"], pairs, "Sum − average", "points of test accuracy")
    return figure
