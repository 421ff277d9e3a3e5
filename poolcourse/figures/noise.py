"""Variance of the mean, bias of the maximum, errors of parameters (C09, C10)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import GREY, RC, WIDE, bands, dots, new_figure, titled

__all__ = ["shift", "variance"]


def variance(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Variance of a window's mean against its size, and average pooling's advantage in photos."""
    metrics, x = record["metrics"], record["axes"]["window_values"]
    figure, (left, right) = new_figure(
        "The mean of a window varies less, unless its values correlate", panels=2, width=width, height=3.4
    )
    with plt.rc_context(RC):
        left.set_xscale("log", base=2)
        left.set_yscale("log", base=2)
    looks = (("0", "ρ = 0", "-"), ("5", "ρ = 0.5", "--"), ("9", "ρ = 0.9", ":"))
    bands(left, x, [(metrics[f"variance_{key}"], "average", label, line) for key, label, line in looks])
    with plt.rc_context(RC):
        left.plot(x, [1 / values for values in x], color=GREY, lw=1, ls="-")
        left.annotate("1/P", (x[2], 1 / x[2]), xytext=(-4, -4), textcoords="offset points", ha="right", color=GREY)
        left.margins(x=0.15)
    titled(left, "Variance of the mean of P values", "values in the window, P", "variance (σ² = 1)")
    rows = [("background_advantage", "average", "smooth windows"), ("foreground_advantage", "average", "busy windows")]
    dots(right, metrics, rows, "Error that average saves against max", "%", "{:.0f}")
    return figure


def shift(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Shifts after both poolings, max's own bias, and the contrast left in textures."""
    metrics, x = record["metrics"], record["axes"]["window_values"]
    figure, axes = new_figure(
        "Shifts of the mean, and contrast, after max and after average", panels=3, width=width, height=3.2
    )
    rows = [
        (f"{error}_shift_{pool}", pool, f"{words}, {pool}")
        for error, words in (("bias", "bias errors"), ("weight", "weight errors"))
        for pool in ("max", "average")
    ]
    dots(axes[0], metrics, rows, "Shift of the mean", "standard deviations of the map", "{:.2f}")
    bands(axes[1], x, [(metrics["max_bias"], "max", "", "-")])
    with plt.rc_context(RC):
        axes[1].set_xscale("log", base=2)
    titled(axes[1], "Largest of P values of noise", "values in the window, P", "σ")
    rows = [("contrast_max", "max", "max"), ("contrast_average", "average", "average")]
    dots(axes[2], metrics, rows, "Contrast left in textures", "% of the photo's")
    return figure
