"""Which sizes the sliding rule misses, and pyramid against grids (C14, C15)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import COLOURS, GREY, RC, WIDE, differences, dots, is_narrow, new_figure

__all__ = ["bins", "levels"]

OUTCOMES = (("gives n bins", COLOURS["pyramid"], "s"), ("leaves cells out", COLOURS["stochastic"], "D"))
WRONG = ("another number of bins", COLOURS["max"], "X")


def bins(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Each map side and number of bins under the sliding rule: right, cells left out, or wrong."""
    table = record["export"]["sliding_outcomes"]
    figure, (ax,) = new_figure("Window ⌈a/n⌉, stride ⌊a/n⌋ does not always give n bins", width=width, height=2.8)
    narrow = is_narrow(ax)
    with plt.rc_context(RC):
        for outcome, (label, colour, marker) in enumerate((*OUTCOMES, WRONG)):
            places = [
                (a, row)
                for row, outcomes in enumerate(table.values())
                for a, found in zip(record["export"]["sides"], outcomes, strict=True)
                if found == outcome
            ]
            sides, rows = zip(*places, strict=True)
            ax.scatter(sides, rows, c=colour, marker=marker, s=9 if narrow else 34, label=f"{label}: {len(places)}")
        ax.set_yticks(range(len(table)), [f"n = {n}" for n in table])
        ax.set_xlabel("side of the map, a (cells)")
        ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1 if narrow else 3, frameon=False, labelcolor=GREY
        )
    return figure


def levels(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Pyramid against single grids, on objects as trained and shrunk."""
    names = (("pyramid", "4, 2, 1"), ("grid4", "4x4"), ("grid5", "5x5"), ("grid1", "one bin"))
    figure, axes = new_figure("A pyramid of 21 bins against single grids", panels=3, width=width, height=2.8)
    for ax, key, title in ((axes[0], "test", "Test accuracy"), (axes[1], "shrunk", "… on shrunk objects")):
        rows = [(f"{name}_{key}", "pyramid" if name == "pyramid" else "max", label) for name, label in names]
        dots(ax, record["metrics"], rows, title, "%")
    rows = [(f"pyramid_minus_{name}", "pyramid", f"pyramid − {label}") for name, label in names[1:]]
    differences(axes[2], record["metrics"], rows, "Difference", "points of test accuracy")
    return figure
