"""What one value sees of the input (C06)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import COLOURS, GREY, RC, SIGNS, new_figure

__all__ = ["sight"]

ROWS = (
    ("none", "none", "no pooling"),
    ("max", "max", "max"),
    ("average", "average", "average"),
    ("stride", "none", "stride"),
)


def sight(record: Mapping[str, Any]) -> Figure:
    """The region that one output sees, and the width that carries the weight."""
    metrics = record["metrics"]
    figure, (ax,) = new_figure("Down-sampling widens what a value sees; its weight stays near the middle", height=2.8)
    with plt.rc_context(RC):
        for place, (kind, operator, _) in enumerate(ROWS):
            seen, carries = metrics[f"{kind}_support"]["mean"], metrics[f"{kind}_spread"]["mean"]
            ax.barh(-place, seen, left=-seen / 2, height=0.6, color=COLOURS[operator], alpha=0.3)
            ax.barh(-place, carries, left=-carries / 2, height=0.3, color=COLOURS[operator])
            ax.annotate(
                f"sees {seen:.0f} px, weight as of {carries:.1f} px",
                (seen / 2, -place),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=GREY,
            )
        ax.set_yticks(
            [-place for place in range(len(ROWS))], [f"{label} {SIGNS[operator]}" for _, operator, label in ROWS]
        )
        ax.set_xlabel("input pixels around the middle")
        ax.set_xlim(-12, 22)
    return figure
