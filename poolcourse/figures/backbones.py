"""SPP in two backbones (C18)."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from poolcourse.figures.style import WIDE, differences, dots, new_figure

__all__ = ["gains"]


def gains(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Accuracy with a max-pool and with SPP, and the difference, for a plain and a residual network."""
    figure, (left, right) = new_figure("SPP in the place of the last max-pool", panels=2, width=width, height=2.8)
    rows = [
        (f"{backbone}_{pool}_test", operator, f"{backbone}, {label}")
        for backbone in ("plain", "residual")
        for pool, operator, label in (("pool", "max", "max-pool"), ("spp", "pyramid", "SPP"))
    ]
    dots(left, record["metrics"], rows, "Test accuracy", "%")
    rows = [(f"{backbone}_gain", "pyramid", backbone) for backbone in ("plain", "residual")]
    differences(right, record["metrics"], rows, "SPP − max-pool", "points")
    return figure
