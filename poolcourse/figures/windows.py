"""What one value sees of the input (C06)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import COLOURS, GREY, RC, SIGNS, WIDE, is_narrow, label_rows, new_figure

__all__ = ["sight"]

ROWS = (
    ("none", "none", "no pooling"),
    ("max", "max", "max"),
    ("average", "average", "average"),
    ("stride", "none", "stride"),
)


def sight(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """The region that one output sees, and the width that carries the weight."""
    metrics = record["metrics"]
    figure, (ax,) = new_figure(
        "Down-sampling widens the view; its weight stays near the middle", width=width, height=2.8
    )
    narrow = is_narrow(ax)
    narrow, words = is_narrow(ax), []
    tall = 0.4 if narrow else 0.6
    with plt.rc_context(RC):
        for place, (kind, operator, label) in enumerate(ROWS):
            seen, carries = metrics[f"{kind}_support"]["mean"], metrics[f"{kind}_spread"]["mean"]
            ax.barh(-place, seen, left=-seen / 2, height=tall, color=COLOURS[operator], alpha=0.3)
            ax.barh(-place, carries, left=-carries / 2, height=tall / 2, color=COLOURS[operator])
            result = f"sees {seen:.0f} px, weight as of {carries:.1f} px"
            words.append(f"{label} {SIGNS[operator]} {result}")
            if not narrow:
                at = (seen / 2, -place)
                ax.annotate(result, at, (6, 0), textcoords="offset points", va="center", color=GREY)
        labels = [f"{label} {SIGNS[operator]}" for _, operator, label in ROWS]
        ax.set_yticks([-place for place in range(len(ROWS))], [""] * len(ROWS) if narrow else labels)
        if narrow:
            label_rows(ax, words)
        ax.set_xlabel("input pixels around the middle")
        ax.set_xlim(-12, 12 if narrow else 22)
    return figure
