"""Crop, warp, or take the picture whole (C13)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, differences, dots, new_figure

__all__ = ["canvases"]


def canvases(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Test accuracy on canvases of six shapes, by how they enter the network."""
    figure, (left, right) = new_figure(
        "Pictures of any shape: cropped, warped or whole", panels=2, width=width, height=2.8
    )
    rows = [
        ("spp_test", "pyramid", "whole, SPP"),
        ("gmp_test", "global", "whole, global max"),
        ("warp_test", "none", "warped"),
        ("crop_test", "none", "cropped"),
    ]
    dots(left, record["metrics"], rows, "Test accuracy", "%")
    rows = [(f"spp_minus_{way}", "pyramid", f"SPP − {label}") for way, label in WAYS]
    differences(right, record["metrics"], rows, "Difference", "points")
    return figure


WAYS = (("crop", "crop"), ("warp", "warp"), ("gmp", "global max"))
