"""Still pictures for pages without scripts: maps of numbers and photos, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

__all__ = ["number_maps", "pictures"]

#: Reads on white and on black paper alike.
INK = "#75808f"


def _panels(count: int, width: float) -> tuple[Figure, list]:
    # Figure without pyplot: nothing is left open, and no backend is chosen for the caller.
    from matplotlib.figure import Figure

    width = min(width, 2.8 * count)
    columns = max(number for number in range(1, count + 1) if number == 1 or width / number >= 1.7)
    rows = -(-count // columns)
    figure = Figure(figsize=(width, rows * min(2.6, width / columns + 0.3)), layout="constrained")
    axes = list(np.atleast_1d(figure.subplots(rows, columns)).flat)
    for ax in axes:
        ax.set_axis_off()
    return figure, axes[:count]


def number_maps(maps: Mapping[str, np.ndarray], width: float = 8.0) -> Figure:
    """Draw maps as coloured cells with their numbers, each under its title.

    Parameters
    ----------
    maps : mapping of title to (H, W) array
    width : float
        In inches; maps that don't fit side by side go on in the next row.

    Returns
    -------
    matplotlib Figure
    """
    figure, axes = _panels(len(maps), width)
    for ax, (title, x) in zip(axes, maps.items(), strict=True):
        x = np.asarray(x, dtype=float)
        ax.set_title(title, fontsize=10, color=INK)
        ax.imshow(x, cmap="cividis")
        middle = (np.nanmin(x) + np.nanmax(x)) / 2
        for (row, col), value in np.ndenumerate(x):
            ax.text(
                col, row, f"{value:.3g}", ha="center", va="center", fontsize=9, color="k" if value > middle else "w"
            )
    return figure


def pictures(planes: Mapping[str, np.ndarray], width: float = 8.0) -> Figure:
    """Draw (C, H, W) or (H, W) pictures with values in [0, 1], each under its title."""
    figure, axes = _panels(len(planes), width)
    for ax, (title, image) in zip(axes, planes.items(), strict=True):
        ax.set_title(title, fontsize=10, color=INK)
        ax.imshow(np.moveaxis(image, 0, -1) if image.ndim == 3 else image, cmap="gray", vmin=0, vmax=1)
    return figure
