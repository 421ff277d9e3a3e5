"""The spatial pyramid: a fixed length from any map, and windows of several sizes (C14, C15)."""

from typing import Any

import torch
from torch.nn import functional as F

from poolcourse.errors import BinError
from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN, accuracy, parameter_count
from poolcourse.nn import spatial_pyramid_pool2d

LARGEST = 40
LEVELS = (1, 2, 3, 4, 6)
FITS, LEAVES_CELLS, WRONG_COUNT = 0, 1, 2


def _fixed_length(m: Metrics) -> str:
    if m["adaptive_wrong"]["mean"] > 0:
        return "contradicted"
    return "confirmed" if m["sliding_wrong"]["mean"] == 0 else "qualified"


def sliding_outcome(a: int, n: int) -> int:
    """What window ceil(a/n) at stride floor(a/n) gives on a side of `a` cells: n bins, n with cells left, or another n.

    Examples
    --------
    >>> sliding_outcome(13, 4), sliding_outcome(11, 3), sliding_outcome(10, 6)
    (0, 1, 2)
    """
    window, stride = -(-a // n), a // n
    bins = (a - window) // stride + 1
    if bins != n:
        return WRONG_COUNT
    return FITS if (n - 1) * stride + window == a else LEAVES_CELLS


def _outcomes() -> dict[str, Any]:
    table = {str(n): [sliding_outcome(a, n) if a >= n else None for a in range(1, LARGEST + 1)] for n in LEVELS}
    return {"sliding_outcomes": table, "sides": list(range(1, LARGEST + 1)), "meaning": ["fits", "leaves", "wrong"]}


@claim(
    "C14",
    section="4",
    chapter="pyramid",
    title="SPP's output has a fixed size",
    statement="Whatever the input's size, spatial pyramid pooling gives an output of fixed size.",
    rule=(
        "Pool maps of 1 to 40 cells a side to 1, 2, 3, 4 and 6 bins a side, with the bins of the paper's appendix "
        "(adaptive) and with the windows ⌈a/n⌉, strides ⌊a/n⌋ of its section 2.3 (sliding). Confirmed if both always "
        "give n bins; qualified if the adaptive ones do and the sliding ones don't; contradicted if the adaptive ones "
        "don't."
    ),
    decide=_fixed_length,
    shown=(
        Shown("pairs", "pairs of map side and bins tried (map not smaller than bins)", digits=0),
        Shown("adaptive_wrong", "adaptive bins: pairs with another length", digits=0),
        Shown("sliding_wrong", "sliding windows: pairs with another number of bins", digits=0),
        Shown("sliding_leaves", "sliding windows: pairs that leave border cells out", digits=0),
        Shown("bins_of_10_by_6", "sliding windows on 10 cells for 6 bins give", "bins", 0),
    ),
    key_figure="sliding_wrong",
    finding=lambda m: (
        "The appendix's bins give the fixed length for all sizes tried. The formula of section 2.3 gives another "
        f"number of bins for {m['sliding_wrong']['mean']:.0f} of {m['pairs']['mean']:.0f} pairs and leaves border "
        f"cells out for {m['sliding_leaves']['mean']:.0f} more; on a map of 10 cells, asked for 6 bins, it gives "
        f"{m['bins_of_10_by_6']['mean']:.0f}."
    ),
    literature="The paper trains at 180 px, whose map has 10 cells, with a level of 6 bins: the very pair that fails.",
    caveat="Exact counts over square maps; rectangular maps follow side by side.",
    seeds=1,
    export=_outcomes,
)
def fixed_length(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Try every map side and number of bins under both rules, with the operator itself."""
    counts: dict[str, float] = {"pairs": 0, "adaptive_wrong": 0, "sliding_wrong": 0, "sliding_leaves": 0}
    for a in range(1, (12 if quick else LARGEST) + 1):
        x = torch.zeros(1, 1, a, a)
        for n in (n for n in LEVELS if n <= a):
            counts["pairs"] += 1
            counts["adaptive_wrong"] += spatial_pyramid_pool2d(x, levels=(n,)).shape[-1] != n * n
            try:
                spatial_pyramid_pool2d(x, levels=(n,), rule="sliding")
                counts["sliding_leaves"] += sliding_outcome(a, n) == LEAVES_CELLS
            except BinError:
                counts["sliding_wrong"] += 1
    counts["bins_of_10_by_6"] = (10 - 2) // 1 + 1
    return counts


BINS = {"pyramid": (4, 2, 1), "grid4": (4,), "grid5": (5,), "grid1": (1,)}


def _several_scales(m: Metrics) -> str:
    keys = ("pyramid_minus_grid4", "pyramid_minus_grid5")
    if all(above(m, key) for key in keys):
        return "confirmed"
    return "contradicted" if all(below(m, key) for key in keys) else "qualified"


@claim(
    "C15",
    section="4",
    chapter="pyramid",
    title="Windows of several sizes extract features at several scales",
    statement="SPP pools with several window sizes at once, which extracts features at different scales.",
    rule=(
        "Train the pyramid 4x4 + 2x2 + 1 (21 bins) against single grids of 4x4 (16) and 5x5 (25 bins, more "
        "parameters). Confirmed if the pyramid's test accuracy is above both (95 % intervals of the differences above "
        "0), contradicted if below both, qualified otherwise."
    ),
    decide=_several_scales,
    shown=(
        Shown("pyramid_test", "test accuracy, pyramid of 21 bins", "%"),
        Shown("grid4_test", "… 4x4 grid", "%"),
        Shown("grid5_test", "… 5x5 grid", "%"),
        Shown("grid1_test", "… one bin", "%"),
        Shown("pyramid_minus_grid4", "pyramid − 4x4", "points", 2),
        Shown("pyramid_minus_grid5", "pyramid − 5x5", "points", 2),
        Shown("pyramid_minus_grid5_shrunk", "pyramid − 5x5, objects shrunk to 20 px", "points", 2),
    ),
    key_figure="pyramid_minus_grid5",
    finding=lambda m: (
        f"The pyramid reaches {m['pyramid_test']['mean']:.1f} %, a 4x4 grid {m['grid4_test']['mean']:.1f} %, a 5x5 "
        f"grid with more parameters {m['grid5_test']['mean']:.1f} %, one bin {m['grid1_test']['mean']:.1f} %. On "
        f"objects shrunk to 20 px, never seen in training, they reach {m['pyramid_shrunk']['mean']:.1f}, "
        f"{m['grid4_shrunk']['mean']:.1f}, {m['grid5_shrunk']['mean']:.1f} and {m['grid1_shrunk']['mean']:.1f} %."
    ),
    literature=(
        "SPP-net: 30 bins, fewer than the 36 of the network without SPP, still bring top-1/top-5 error from "
        "35.99/14.76 to 35.06/14.04, so the gain isn't one of parameters alone."
    ),
    caveat=CAVEAT
    + " The last map has 7x7 cells, so that the levels differ little in size, and every object fills its image.",
    conditions=tuple(BINS),
    contrasts={
        "pyramid_minus_grid4": ("pyramid_test", "grid4_test"),
        "pyramid_minus_grid5": ("pyramid_test", "grid5_test"),
        "pyramid_minus_grid1": ("pyramid_test", "grid1_test"),
        "pyramid_minus_grid4_shrunk": ("pyramid_shrunk", "grid4_shrunk"),
        "pyramid_minus_grid5_shrunk": ("pyramid_shrunk", "grid5_shrunk"),
    },
    data=("fashion_mnist",),
)
def several_scales(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train one division of the last map into bins; test it on objects as trained, and shrunk."""
    training, test = images(seed, quick)
    model = SmallCNN("max", "spp", levels=BINS[condition], seed=seed)
    train(model, training.images, training.labels, seed, quick)
    small = F.interpolate(torch.as_tensor(test.images), (20, 20), mode="bilinear", antialias=True, align_corners=False)
    shrunk = 100 * accuracy(model, F.pad(small, (4, 4, 4, 4)), test.labels)
    return {**scores(model, training, test), "shrunk": shrunk, "parameters": parameter_count(model.head)}
