"""Heads counted, and class activation maps (C03)."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from poolcourse.data import photo
from poolcourse.figures.style import RC, WIDE, dots, logarithmic, new_figure

__all__ = ["heads", "maps"]


def heads(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """Parameters between the last map and the classes, for three networks."""
    figure, (ax,) = new_figure(
        "Global average pooling leaves a fraction of the head's parameters", width=width, height=3.2
    )
    rows = [
        (f"{network}_{head}", operator, f"{name}, {words}")
        for network, name in (("small", "small CNN"), ("lite0", "EfficientNet-Lite0"), ("vgg16", "VGG-16"))
        for head, operator, words in (("flat", "none", "flatten + FC"), ("gap", "global", "GAP + FC"))
    ]
    dots(ax, record["metrics"], rows, "", "parameters (logarithmic)", form="{:,.0f}")
    logarithmic(ax, 300, 5e9)
    return figure


def maps(record: Mapping[str, Any], name: str = "coffee", width: float = WIDE) -> Figure:
    """A photo, and the maps of its three likeliest classes over it."""
    picture = np.moveaxis(photo(name, size=224), 0, -1)
    classes = record["export"]["class_activation_maps"][name]
    figure, axes = new_figure(f"Where the scores for '{name}' come from", panels=1 + len(classes), width=width)
    reach = max(abs(value) for row in classes for line in row["map"] for value in line)
    with plt.rc_context(RC):
        axes[0].imshow(picture)
        axes[0].set_title("photo")
        for ax, row in zip(axes[1:], classes, strict=True):
            ax.imshow(picture)
            shown = ax.imshow(row["map"], extent=(0, 224, 224, 0), cmap="RdBu_r", alpha=0.6, vmin=-reach, vmax=reach)
            ax.set_title(f"{row['class']}, p = {row['probability']:.2f}")
        for ax in axes:
            ax.set_axis_off()
        figure.colorbar(shown, ax=axes, label="part of the score", shrink=0.7)
    return figure
