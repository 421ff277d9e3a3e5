"""The look of every figure: one colour and one sign an operator, readable on light and dark."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

__all__ = [
    "COLOURS",
    "GREY",
    "NARROW",
    "RC",
    "SIGNS",
    "WIDE",
    "bands",
    "differences",
    "dots",
    "is_narrow",
    "label_rows",
    "logarithmic",
    "new_figure",
    "percent",
    "titled",
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
WIDE, NARROW = 7.2, 3.5  # inches: a page's column, and a phone's, at the size of the text around
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


def new_figure(title: str, panels: int = 1, width: float = WIDE, height: float = 3.2) -> tuple[Figure, list[Axes]]:
    """A figure with its title and its panels, which share rows as long as each has 2.3 inches.

    It belongs to no window, so nothing need be closed. The height is that of one row of panels.

    Examples
    --------
    >>> figure, (left, right) = new_figure("Pooling halves the map", panels=2)
    >>> len(figure.axes)
    2
    """
    columns = max(
        number for number in range(1, panels + 1) if panels % number == 0 and width / number >= min(width, 2.3)
    )
    rows = panels // columns
    title = textwrap.fill(title, int(width * 72 / 7.8))
    with plt.rc_context(RC):
        figure = Figure(figsize=(width, rows * height + 0.17 * title.count("\n")))
        figure.set_layout_engine("constrained", w_pad=0.1)  # the last tick of an axis reaches beyond it
        axes = [figure.add_subplot(rows, columns, place + 1) for place in range(panels)]
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure, axes


def titled(ax: Axes, title: str = "", xlabel: str = "", ylabel: str = "") -> None:
    """Title and labels of a panel, in lines that its width holds."""
    with plt.rc_context(RC):
        ax.set_title(textwrap.fill(title, max(int(_points(ax) / 7), 12)))
        ax.set_xlabel(textwrap.fill(xlabel, max(int(_points(ax) / 5.8), 12)))
        ax.set_ylabel(ylabel)


def is_narrow(ax: Axes, labels: Sequence[str] = ()) -> bool:
    """Whether a panel has no place for the labels of its rows beside it."""
    return _panel(ax) < 280 and max(map(len, labels), default=99) > 12


def label_rows(ax: Axes, labels: Sequence[str]) -> None:
    """The labels of rows 0, -1, -2 … above them, inside the panel, which grows to have place for them."""
    for row, label in enumerate(labels):
        where = (0, -row + 0.2)
        ax.annotate(label, where, (2, 1), ax.get_yaxis_transform(), textcoords="offset points", va="bottom", color=GREY)
    ax.set_ylim(-len(labels) + 0.6, 0.8)
    figure, place = ax.get_figure(), ax.get_subplotspec()
    if isinstance(figure, Figure) and place:
        needed = place.get_gridspec().nrows * (0.44 * len(labels) + 0.9)
        figure.set_figheight(max(figure.get_figheight(), needed))


def _panel(ax: Axes) -> float:
    place = ax.get_subplotspec()
    return ax.figure.bbox.width * 72 / ax.figure.dpi / (place.get_gridspec().ncols if place else 1)


def _points(ax: Axes) -> float:
    # The width that the labels of the rows leave to a panel; the layout itself is only known when it is drawn.
    labels = [re.sub(r"\$.*{(.+?)}+\$", r"\1", label.get_text()) for label in ax.get_yticklabels()]  # 2^{-3}: short
    return _panel(ax) - 6 * max(map(len, labels), default=0) - 20


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
        inside = is_narrow(ax, labels)
        ax.set_yticks([-place for place in range(len(rows))], [""] * len(rows) if inside else labels)
        ax.set_ylim(-len(rows) + 0.4, 0.6)
        ax.margins(x=0.1)
        if inside:
            label_rows(ax, labels)
        ax.grid(axis="x")
        titled(ax, title, xlabel)


def differences(ax: Axes, metrics: Mapping[str, Any], rows: Sequence[Row], title: str, xlabel: str) -> None:
    """Differences with their intervals against the line of no difference."""
    dots(ax, metrics, rows, title, xlabel, form="{:+z.1f}")
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
        ax.xaxis.set_major_locator(LogLocator(numticks=max(int(_points(ax) / 50), 2)))
        ax.xaxis.set_major_formatter(FuncFormatter(_short))
        ax.xaxis.set_minor_formatter(NullFormatter())


def _short(value: float, _: object = None) -> str:
    for power, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= power:
            return f"{value / power:,.0f}{letter}"
    return f"{value:,.0f}"
