"""One map against crop by crop (C19)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, dots, logarithmic, new_figure

__all__ = ["speed"]


def speed(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """How many times faster one map is, and how alike both ways' features are."""
    figure, (left, right) = new_figure(
        "All regions from one map, against crop by crop", panels=2, width=width, height=3.2
    )
    rows = [
        ("boxes200_speedup", "pyramid", "200 boxes, measured"),
        ("boxes2000_speedup", "pyramid", "2,000 boxes, measured"),
        ("boxes200_vgg_with_fc", "none", "200, VGG-16 counted"),
        ("boxes2000_vgg_with_fc", "none", "2,000, VGG-16 counted"),
        ("boxes2000_vgg_convolutions", "none", "… convolutions alone"),
    ]
    dots(left, record["metrics"], rows, "Times faster", "× (logarithmic)", "{:.0f}")
    logarithmic(left, 1, 1000)
    rows = [
        ("boxes200_own_cosine", "pyramid", "a box's two features"),
        ("boxes200_other_cosine", "none", "features of two boxes"),
    ]
    dots(right, record["metrics"], rows, "Cosine", "200 boxes", "{:.2f}")
    return figure
