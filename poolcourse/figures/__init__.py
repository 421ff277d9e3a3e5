"""Static figures, each drawn from a record alone: `show(record)` on a page, `draw(record)` as matplotlib's Figure."""

import importlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from matplotlib.figure import Figure

from poolcourse.errors import DataError
from poolcourse.figures.picture import Picture
from poolcourse.figures.style import COLOURS, SIGNS, WIDE

__all__ = ["COLOURS", "SIGNS", "Picture", "alt", "draw", "show"]

# claim: (module, function), so that a chapter loads the figures of its own concept alone.
FIGURES = {
    "C01": ("local", "parameters"),
    "C02": ("local", "sum_and_average"),
    "C03": ("global_pool", "heads"),
    "C04": ("head", "generalisation"),
    "C05": ("redundancy", "overfitting"),
    "C06": ("windows", "sight"),
    "C07": ("invariance", "agreement"),
    "C08": ("nonlinearity", "additivity"),
    "C09": ("noise", "variance"),
    "C10": ("noise", "shift"),
    "C11": ("stochastic", "accuracies"),
    "C12": ("overlapping", "gain_and_cost"),
    "C13": ("any_size", "canvases"),
    "C14": ("pyramid", "bins"),
    "C15": ("pyramid", "levels"),
    "C16": ("multi_size", "unseen_sizes"),
    "C17": ("multi_size", "convergence"),
    "C18": ("backbones", "gains"),
    "C19": ("regions", "speed"),
}


def draw(record: Mapping[str, Any], width: float = WIDE) -> Figure:
    """The figure of a claim.

    Parameters
    ----------
    record : dict
        As `poolcourse.experiments.evidence` returns it.
    width : float
        In inches; panels that don't fit side by side stand one below the other.

    Returns
    -------
    matplotlib Figure, on a transparent ground

    Raises
    ------
    DataError
        If there is no figure for the record's claim.
    """
    name = record.get("claim")
    if name not in FIGURES:
        raise DataError(f"expected the record of one of {', '.join(FIGURES)}, got {name!r}.")
    module, function = FIGURES[name]
    return getattr(importlib.import_module(f"poolcourse.figures.{module}"), function)(record, width)


def alt(record: Mapping[str, Any]) -> str:
    """What the figure of a claim shows, in words and numbers of the record."""
    rows = [
        f"{shown['label']} {record['metrics'][shown['key']]['mean']:.{shown['digits']}f} {shown['unit']}".strip()
        for shown in record["shown"]
    ]
    return (
        f"Figure of {record['claim']}, {record['title']}: {record['verdict']}. {record['finding']} {'; '.join(rows)}."
    )


def show(record: Mapping[str, Any]) -> Picture:
    """The figure of a claim with its alt text, for a page in light or dark, wide or on a phone."""
    return Picture(partial(draw, record), alt(record), record["claim"])
