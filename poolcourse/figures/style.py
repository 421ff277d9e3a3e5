"""The look of every figure: one colour and one sign an operator, readable on light and dark."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

__all__ = [
    "COLOURS",
    "GREY",
    "RC",
    "SIGNS",
    "bands",
    "differences",
    "dots",
    "logarithmic",
    "new_figure",
    "percent",
    "whisker",
]

# Okabe & Ito's set, which colour-blind readers tell apart; the sign says the same again.
COLOURS = {
    "max": "#D55E00",
    "average": "#0072B2",
    "sum": "#CC79A7",
    "stochastic": "#E69F00",
    "global": "#009E73",
    "pyramid": "#56B4E9",
    "none": "#7f7f7f",
}
SIGNS = {"max": "▲", "average": "●", "sum": "■", "stochastic": "◆", "global": "★", "pyramid": "✚", "none": "○"}
MARKERS = {"max": "^", "average": "o", "sum": "s", "stochastic": "D", "global": "*", "pyramid": "P", "none": "o"}
GREY = "#7f7f7f"  # readable on white and on near-black; an inline picture takes the page's own text colour instead

RC: Any = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "lines.linewidth": 2,
    "svg.hashsalt": "poolcourse",
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
}

Row = tuple[str, str, str]  # metric, operator (colour and sign), label


def new_figure(title: str, panels: int = 1, width: float = 8.0, height: float = 3.2) -> tuple[Figure, list[Axes]]:
    """A figure with its title, and its panels side by side. It belongs to no window, so nothing need be closed.

    Examples
    --------
    >>> figure, (left, right) = new_figure("Pooling halves the map", panels=2)
    >>> len(figure.axes)
    2
    """
    with plt.rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = [figure.add_subplot(1, panels, place + 1) for place in range(panels)]
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure, axes


def whisker(ax: Axes, metric: Mapping[str, Any], place: float, operator: str, text: str | None = None) -> None:
    """One mean with its 95 % interval at height `place`, and its value in words beside it."""
    colour = COLOURS[operator]
    ax.plot([metric["low"], metric["high"]], [place, place], color=colour, lw=2.5, solid_capstyle="butt")
    ax.plot(
        metric["mean"],
        place,
        marker=MARKERS[operator],
        color=colour,
        ms=10 if operator == "global" else 8,
        mfc="none" if operator == "none" else colour,
    )
    if text:
        ax.annotate(text, (metric["high"], place), xytext=(8, 0), textcoords="offset points", va="center", color=GREY)


def dots(
    ax: Axes, metrics: Mapping[str, Any], rows: Sequence[Row], title: str, xlabel: str, form: str = "{:.1f}"
) -> None:
    """Means with intervals, one row each, labelled at the axis."""
    with plt.rc_context(RC):
        for place, (key, operator, _) in enumerate(rows):
            whisker(ax, metrics[key], -place, operator, form.format(metrics[key]["mean"]))
        labels = [f"{label} {SIGNS[operator]}" for _, operator, label in rows]
        ax.set_yticks([-place for place in range(len(rows))], labels)
        ax.set_ylim(-len(rows) + 0.4, 0.6)
        ax.margins(x=0.15)
        ax.grid(axis="x")
        ax.set_title(title)
        ax.set_xlabel(xlabel)


def differences(ax: Axes, metrics: Mapping[str, Any], rows: Sequence[Row], title: str, xlabel: str) -> None:
    """Differences with their intervals against the line of no difference."""
    dots(ax, metrics, rows, title, xlabel, form="{:+.1f}")
    ax.axvline(0, color=GREY, lw=1, ls="--")


def bands(ax: Axes, x: Sequence[float], series: Sequence[tuple[Mapping[str, Any], str, str, str]]) -> None:
    """Curves with their 95 % bands: (metric, operator, label, line style) each, labelled at their ends."""
    with plt.rc_context(RC):
        for metric, operator, _, line in series:
            marker = MARKERS[operator] if len(x) <= 15 else None
            ax.plot(x, metric["mean"], line, color=COLOURS[operator], marker=marker, ms=5)
            ax.fill_between(x, metric["low"], metric["high"], color=COLOURS[operator], alpha=0.2, lw=0)
        lifts = _apart([ax.transData.transform((x[-1], metric["mean"][-1]))[1] for metric, *_ in series], ax)
        for (metric, operator, label, _), lift in zip(series, lifts, strict=True):
            ax.annotate(
                label,
                (x[-1], metric["mean"][-1]),
                xytext=(7, lift),
                textcoords="offset points",
                va="center",
                color=COLOURS[operator],
            )
        ax.grid(visible=True)


def _apart(heights: Sequence[float], ax: Axes) -> list[float]:
    # Curves that end together would print their labels on each other: lift each to 13 points above the one below.
    points = [height * 72 / ax.figure.dpi for height in heights]
    lifts = [0.0] * len(points)
    order = sorted(range(len(points)), key=points.__getitem__)
    for lower, upper in pairwise(order):
        lifts[upper] = max(0.0, points[lower] + lifts[lower] + 13 - points[upper])
    return lifts


def percent(ax: Axes) -> None:
    """An axis of percentages shows 0 to 100, whatever its intervals say."""
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, 0), min(high, 102))


def logarithmic(ax: Axes, low: float, high: float) -> None:
    """A horizontal axis in powers of ten, with plain numbers at the powers."""
    with plt.rc_context(RC):
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        ax.xaxis.set_major_formatter(FuncFormatter(_short))
        ax.xaxis.set_minor_formatter(NullFormatter())


def _short(value: float, _: object = None) -> str:
    for power, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= power:
            return f"{value / power:,.0f}{letter}"
    return f"{value:,.0f}"
