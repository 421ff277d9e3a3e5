"""Answers and features under shifts, rotations and scales (C07)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from poolcourse.figures.style import RC, WIDE, bands, new_figure, percent

__all__ = ["agreement", "cosines"]

FAMILIES = (
    ("shift", "shift_px", "shift (px)"),
    ("rotation", "rotation_degrees", "rotation (degrees)"),
    ("scale", "scale_factor", "scale (×)"),
)
NETWORKS = (("lite0", "global", "Lite0", "-"), ("lite0_blurred", "none", "blurred", "--"))
SMALL = (
    ("max", "max", "max", "-"),
    ("subsample", "none", "subsampling", "--"),
    ("blurred", "average", "blurred max", ":"),
)


def agreement(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """How often the first answer stays, for Lite0 under three families, and for small CNNs under shifts."""
    metrics, axes_of = record["metrics"], record["axes"]
    figure, axes = new_figure("How often the first answer stays", panels=4, width=width, height=3.2)
    for ax, (family, axis, label) in zip(axes, FAMILIES, strict=False):
        bands(ax, axes_of[axis], [(metrics[f"{kind}_{family}_agreement"], *look) for kind, *look in NETWORKS])
        percent(ax)
        _label(ax, label)
    axes[0].set_ylabel("same first answer (%)")
    bands(axes[3], axes_of["small_shift_px"], [(metrics[f"small_{pool}_agreement"], *look) for pool, *look in SMALL])
    percent(axes[3])
    _label(axes[3], "shift (px), small CNNs")
    return figure


def cosines(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Cosine of the pooled features before and after, for the three families."""
    figure, axes = new_figure("How alike the pooled features stay", panels=3, width=width, height=3.2)
    for ax, (family, axis, label) in zip(axes, FAMILIES, strict=True):
        series = [(record["metrics"][f"{kind}_{family}_cosine"], *look) for kind, *look in NETWORKS]
        bands(ax, record["axes"][axis], series)
        _label(ax, label)
    axes[0].set_ylabel("cosine with the original")
    return figure


def _label(ax: Axes, text: str) -> None:
    with plt.rc_context(RC):
        ax.set_xlabel(text)
        ax.margins(x=0.2)
