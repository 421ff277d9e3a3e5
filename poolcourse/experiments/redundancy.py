"""Redundancy, compression and overfitting: pooling against two other ways to see as far (C05)."""

import torch
from torch import Tensor

from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN, multiply_adds

IMAGE = (1, 28, 28)
POOL_NAMES = {"pool": "max", "stride": "stride", "dilation": "dilation"}


def _prevents_overfitting(m: Metrics) -> str:
    compresses = m["pool_values"]["high"] < m["dilation_values"]["low"]
    less_redundant = above(m, "dilation_minus_pool_redundancy")
    overfits_less = above(m, "stride_minus_pool_overfit") and above(m, "dilation_minus_pool_overfit")
    if compresses and less_redundant and overfits_less:
        return "confirmed"
    return "qualified" if less_redundant or overfits_less else "contradicted"


def equal_cost_widths(pool: str, seed: int = 0) -> tuple[int, int, int]:
    """Widths in proportion 1 : 2 : 8 whose cost under `pool` is nearest to that of max-pooling with (8, 16, 64).

    The cost is the number of multiply-adds.
    """
    goal = multiply_adds(SmallCNN("max", "gap", seed=seed), IMAGE)
    candidates: list[tuple[int, int, int]] = [
        tuple(round(part * step / 32) for part in (8, 16, 64))  # type: ignore[misc]
        for step in range(8, 97)
    ]
    return min(
        candidates, key=lambda widths: abs(multiply_adds(SmallCNN(pool, "gap", widths, seed=seed), IMAGE) - goal)
    )


def neighbour_correlation(maps: Tensor) -> float:
    """Mean correlation of a value with its right and lower neighbour, over the channels of (N, C, H, W) maps."""

    def correlation(a: Tensor, b: Tensor) -> Tensor:
        a, b = (v.transpose(0, 1).flatten(1) for v in (a, b))
        a, b = (v - v.mean(1, keepdim=True) for v in (a, b))
        scale = (a.square().sum(1) * b.square().sum(1)).sqrt()
        return ((a * b).sum(1) / scale)[scale > 0].mean()

    across = correlation(maps[..., :, 1:], maps[..., :, :-1])
    down = correlation(maps[..., 1:, :], maps[..., :-1, :])
    return ((across + down) / 2).item()


@claim(
    "C05",
    section="2",
    chapter="redundancy",
    title="Pooling removes redundancy and prevents overfitting",
    statement=(
        "Pooling removes redundant information, compresses the features and simplifies the network, which helps "
        "against overfitting."
    ),
    rule=(
        "Compare max-pooling with strided convolutions and with dilated convolutions that keep the map's size, at "
        "equal multiply-adds. Confirmed if pooling's last map has fewer values than the dilated one, its neighbours "
        "correlate less, and its difference of training and test accuracy is smaller than with stride and with "
        "dilation; qualified if it is less redundant or overfits less than both; contradicted if neither (95 % "
        "intervals)."
    ),
    decide=_prevents_overfitting,
    shown=(
        Shown("pool_redundancy", "correlation of neighbours in the last map, max-pooling", digits=2),
        Shown("stride_redundancy", "… strided convolutions", digits=2),
        Shown("dilation_redundancy", "… dilated convolutions", digits=2),
        Shown("pool_overfit", "training − test accuracy, max-pooling", "points"),
        Shown("stride_overfit", "… strided convolutions", "points"),
        Shown("dilation_overfit", "… dilated convolutions", "points"),
        Shown("pool_minus_stride_test", "test accuracy, max-pooling − stride", "points"),
        Shown("pool_minus_dilation_test", "test accuracy, max-pooling − dilation", "points"),
    ),
    key_figure="pool_overfit",
    finding=lambda m: (
        f"At about {m['pool_cost']['mean'] / 1e6:.1f} million multiply-adds, neighbours in the last map correlate "
        f"{m['pool_redundancy']['mean']:.2f} after max-pooling, {m['stride_redundancy']['mean']:.2f} after strides and "
        f"{m['dilation_redundancy']['mean']:.2f} with dilation. Training exceeds test accuracy by "
        f"{m['pool_overfit']['mean']:.1f}, {m['stride_overfit']['mean']:.1f} and {m['dilation_overfit']['mean']:.1f} "
        f"points; test accuracy is {m['pool_test']['mean']:.1f}, {m['stride_test']['mean']:.1f} and "
        f"{m['dilation_test']['mean']:.1f} %."
    ),
    literature=(
        "Ruderman et al. (2018): pooling is neither necessary nor sufficient for appropriate deformation stability. In "
        "a public benchmark on ImageNet at 128 px, strides reach .472 and max-pooling .471."
    ),
    caveat=CAVEAT + " Equal multiply-adds mean unequal widths: strides leave room for wider layers, dilation for less.",
    conditions=tuple(POOL_NAMES),
    contrasts={
        "stride_minus_pool_overfit": ("stride_overfit", "pool_overfit"),
        "dilation_minus_pool_overfit": ("dilation_overfit", "pool_overfit"),
        "dilation_minus_pool_redundancy": ("dilation_redundancy", "pool_redundancy"),
        "stride_minus_pool_redundancy": ("stride_redundancy", "pool_redundancy"),
        "pool_minus_stride_test": ("pool_test", "stride_test"),
        "pool_minus_dilation_test": ("pool_test", "dilation_test"),
    },
    data=("fashion_mnist",),
)
def prevents_overfitting(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train one way of seeing far at the common cost; measure overfitting and the redundancy of the last map."""
    training, test = images(seed, quick)
    pool = POOL_NAMES[condition]
    model = SmallCNN(pool, "gap", equal_cost_widths(pool), seed=seed)
    train(model, training.images, training.labels, seed, quick)
    with torch.no_grad():
        maps = model.features(torch.as_tensor(test.images[:500]))
    return {
        **scores(model, training, test),
        "redundancy": neighbour_correlation(maps),
        "values": maps[0].numel(),
        "cost": multiply_adds(model, IMAGE),
    }
