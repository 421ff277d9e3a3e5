"""What average and max do to noise: variance, bias, background, texture (C09, C10)."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from poolcourse.data import photo
from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.models import lite0
from poolcourse.nn import avg_pool2d, max_pool2d

KERNELS = (1, 2, 3, 4, 6, 8)
CORRELATIONS = {"0": 0.0, "5": 0.5, "9": 0.9}
SCENES = ("astronaut", "camera", "cat", "coffee", "rocket")
TEXTURES = ("brick", "grass", "gravel")
WINDOW, CROP = 4, 192


def _suppresses_variance(m: Metrics) -> str:
    if not above(m, "variance_saved"):
        return "contradicted"
    as_stated = m["departure_0"]["high"] <= 0.05 and above(m, "background_minus_foreground")
    return "confirmed" if as_stated else "qualified"


@claim(
    "C09",
    section="3A",
    chapter="noise",
    title="Average pooling suppresses variance and keeps the background",
    statement=(
        "Average pooling suppresses the growth of the estimate's variance that comes from the limited size of the "
        "neighbourhood, and keeps the background better."
    ),
    rule=(
        "Contradicted if the mean of a window varies no less than one value of it. Confirmed if for independent values "
        "the variance is σ²/P within 5 % for every window, and in photos average pooling's advantage over max (how "
        "much smaller the error is when the map is enlarged again) is larger in the smooth half of the windows, the "
        "background, than in the other half. Qualified otherwise."
    ),
    decide=_suppresses_variance,
    shown=(
        Shown("departure_0", "largest departure from 1/P, independent values", digits=3),
        Shown("ratio_0", "variance left by 8x8 windows, correlation 0", digits=3),
        Shown("ratio_5", "… correlation 0.5", digits=3),
        Shown("ratio_9", "… correlation 0.9", digits=3),
        Shown("background_advantage", "error saved against max, smooth windows", "%"),
        Shown("foreground_advantage", "… the other windows", "%"),
        Shown("background_minus_foreground", "error saved, smooth − other windows", "points"),
    ),
    key_figure="background_minus_foreground",
    finding=lambda m: (
        f"Over 8x8 independent values the mean keeps {100 * m['ratio_0']['mean']:.1f} % of the variance, at a "
        f"correlation of 0.5 {100 * m['ratio_5']['mean']:.0f} %, at 0.9 {100 * m['ratio_9']['mean']:.0f} %: neighbours "
        "in a feature map correlate, so less is suppressed there. In photos average pooling is closer to the picture "
        f"than max by {m['background_advantage']['mean']:.0f} % in smooth windows and by "
        f"{m['foreground_advantage']['mean']:.0f} % in the others: its advantage is "
        + ("a little larger" if m["background_minus_foreground"]["low"] > 0 else "no larger")
        + " in the background, and most of it is there everywhere."
    ),
    literature=(
        "Var(mean) = σ²/P for independent values, σ²(ρ + (1 − ρ)/P) at a common correlation ρ. No source was found for "
        "the background."
    ),
    caveat=(
        "Gaussian values with one common correlation; five photos. Smooth windows stand in for background: nobody "
        "outlined the objects. The mean has the smallest squared error by definition; how much smaller is what counts."
    ),
    seeds=8,
    contrasts={"background_minus_foreground": ("background_advantage", "foreground_advantage")},
    axes={"window_values": [k * k for k in KERNELS]},
    data=("photos",),
)
def suppresses_variance(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Variance of window means at three correlations; errors of both poolings in smooth and busy windows of photos."""
    shuffle = torch.Generator().manual_seed(seed)
    side = 100 if quick else 400
    values: dict[str, Any] = {}
    for name, rho in CORRELATIONS.items():
        curve = []
        for k in KERNELS:
            common = torch.randn(1, 1, side, side, generator=shuffle, dtype=torch.double)
            common = common.repeat_interleave(k, -1).repeat_interleave(k, -2)
            own = torch.randn(1, 1, side * k, side * k, generator=shuffle, dtype=torch.double)
            curve.append(avg_pool2d(rho**0.5 * common + (1 - rho) ** 0.5 * own, k).var().item())
        values[f"variance_{name}"] = curve
        values[f"ratio_{name}"] = curve[-1] / curve[0]
    values["departure_0"] = max(abs(v * k * k - 1) for v, k in zip(values["variance_0"], KERNELS, strict=True))
    values["variance_saved"] = 1 - values["ratio_0"]
    smooth, busy = zip(*(_advantages(crop) for crop in _crops(SCENES, seed)), strict=True)
    return values | {"background_advantage": float(np.mean(smooth)), "foreground_advantage": float(np.mean(busy))}


def _crops(names: tuple[str, ...], seed: int) -> list[Tensor]:
    shuffle, crops = np.random.default_rng(seed), []
    for name in names:
        picture = photo(name, grey=True)
        top, left = (shuffle.integers(0, size - CROP + 1) for size in picture.shape[-2:])
        crops.append(torch.tensor(picture[None, :, top : top + CROP, left : left + CROP]))
    return crops


def _advantages(x: Tensor) -> tuple[float, float]:
    spread = (avg_pool2d(x * x, WINDOW) - avg_pool2d(x, WINDOW) ** 2).flatten()
    errors = {}
    for name, pool in (("average", avg_pool2d), ("max", max_pool2d)):
        again = F.interpolate(pool(x, WINDOW), scale_factor=WINDOW, mode="nearest")
        errors[name] = avg_pool2d((again - x) ** 2, WINDOW).flatten()
    smooth = spread <= spread.median()
    ratios = [(errors["average"][part].mean() / errors["max"][part].mean()).sqrt().item() for part in (smooth, ~smooth)]
    return 100 * (1 - ratios[0]), 100 * (1 - ratios[1])


def _suppresses_shift(m: Metrics) -> str:
    shift = above(m, "bias_suppressed") and above(m, "weight_suppressed")
    texture = above(m, "max_minus_average_contrast")
    if shift and texture:
        return "confirmed"
    return "qualified" if shift or texture else "contradicted"


@claim(
    "C10",
    section="3A",
    chapter="noise",
    title="Max pooling suppresses mean shift and keeps texture",
    statement=(
        "Max pooling suppresses the shift of the estimated mean that errors of the network's parameters cause, and "
        "extracts texture better."
    ),
    rule=(
        "Change the biases, then the weights, of Lite0's first convolution; after its ReLU, compare how far the mean "
        "moves after max and after average pooling. Suppressed means a smaller move after max in both cases (average − "
        "max above 0). Texture: the contrast that 4x4 pooling leaves in three texture photos is higher after max. "
        "Confirmed if both halves hold, qualified if one, contradicted if none (95 % intervals)."
    ),
    decide=_suppresses_shift,
    shown=(
        Shown("bias_shift_max", "shift by bias errors after max", digits=3),
        Shown("bias_shift_average", "… after average", digits=3),
        Shown("weight_shift_max", "shift by weight errors after max", digits=3),
        Shown("weight_shift_average", "… after average", digits=3),
        Shown("contrast_max", "contrast left in textures by max", "%"),
        Shown("contrast_average", "… by average", "%"),
        Shown("max_of_4", "mean of the largest of 4 standard normal values", "σ", 2),
        Shown("max_of_9", "… of 9", "σ", 2),
    ),
    key_figure="bias_shift_max",
    finding=lambda m: (
        f"An error of the biases moves the mean by {m['bias_shift_max']['mean']:.3f} after max and "
        f"{m['bias_shift_average']['mean']:.3f} after average, an error of the weights by "
        f"{m['weight_shift_max']['mean']:.3f} and {m['weight_shift_average']['mean']:.3f}. Before any ReLU a bias "
        f"passes through both alike (difference {m['bias_exact']['mean']:.0e}). Max adds a shift of its own: "
        f"{m['max_of_4']['mean']:.2f} σ over 4 values of noise. Of the textures' contrast max leaves "
        f"{m['contrast_max']['mean']:.0f} %, average {m['contrast_average']['mean']:.0f} %."
    ),
    literature=(
        "max(x + b) = max(x) + b. The abstract of the paper that is usually cited for this, Learning Mid-Level "
        "Features, says no such thing; its full text was not read."
    ),
    caveat="One convolution of one network, errors of one size, three textures.",
    seeds=8,
    contrasts={
        "bias_suppressed": ("bias_shift_average", "bias_shift_max"),
        "weight_suppressed": ("weight_shift_average", "weight_shift_max"),
        "max_minus_average_contrast": ("contrast_max", "contrast_average"),
    },
    axes={"window_values": [k * k for k in KERNELS]},
    data=("photos", "lite0"),
)
def suppresses_shift(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Disturb a convolution and look at both poolings; measure max's own bias and the contrast of textures."""
    shuffle = torch.Generator().manual_seed(seed)
    weight = lite0().network._conv_stem.weight
    x = torch.cat(_crops(SCENES, seed)).repeat(1, 3, 1, 1) * 2 - 1
    clean = F.conv2d(x, weight)
    spread = clean.std()
    bias = clean + 0.5 * spread * torch.randn(len(weight), generator=shuffle).abs()[:, None, None]
    noise = 0.1 * weight.std() * torch.randn(weight.shape, generator=shuffle)
    values: dict[str, Any] = {}
    for name, disturbed in (("bias", bias), ("weight", F.conv2d(x, weight + noise))):
        for pool_name, pool in (("max", max_pool2d), ("average", avg_pool2d)):
            moved = (pool(disturbed.relu(), 2) - pool(clean.relu(), 2)).mean((0, -2, -1))
            values[f"{name}_shift_{pool_name}"] = (moved.abs().mean() / spread).item()
    raw = [(pool(bias, 2) - pool(clean, 2)).mean((0, -2, -1)) for pool in (max_pool2d, avg_pool2d)]
    values["bias_exact"] = ((raw[0] - raw[1]).abs().max() / spread).item()
    normal = torch.randn(1, 1, 480 if quick else 2400, 480, generator=shuffle)
    values["max_bias"] = [max_pool2d(normal, k).mean().item() for k in KERNELS]
    values |= {"max_of_4": values["max_bias"][1], "max_of_9": values["max_bias"][2]}
    for pool_name, pool in (("max", max_pool2d), ("average", avg_pool2d)):
        left = [(pool(crop, WINDOW).std() / crop.std()).item() for crop in _crops(TEXTURES, seed)]
        values[f"contrast_{pool_name}"] = 100 * float(np.mean(left))
    return values
