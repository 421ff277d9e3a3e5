"""Which operators are linear (C08)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, dots, new_figure

__all__ = ["additivity"]


def additivity(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """How far each operator is from additive, and what networks reach without ReLU."""
    figure, (left, right) = new_figure("Max is non-linear, averages are not", panels=2, width=width, height=3.4)
    rows = [
        ("operators_max", "max", "max"),
        ("operators_stochastic", "stochastic", "stochastic"),
        ("operators_gmp", "global", "global max"),
        ("operators_average", "average", "average"),
        ("operators_sum", "sum", "sum"),
        ("operators_gap", "global", "global average"),
        ("operators_subsample", "none", "subsampling"),
    ]
    dots(left, record["metrics"], rows, "f(a + b) against f(a) + f(b)", "relative difference", "{:.2f}")
    rows = [
        ("max_linear_test", "max", "max, no ReLU"),
        ("average_linear_test", "average", "average, no ReLU"),
        ("subsample_linear_test", "none", "subsampling, no ReLU"),
        ("max_relu_test", "max", "max, ReLU"),
        ("average_relu_test", "average", "average, ReLU"),
    ]
    dots(right, record["metrics"], rows, "Test accuracy", "%")
    return figure
