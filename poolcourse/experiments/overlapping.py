"""Overlapping windows: whether they capture more, and what they cost (C12)."""

import time

import torch

from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN
from poolcourse.models.small import reduction

KINDS = {"plain": "max", "overlapping": "overlapping"}


def _captures_more(m: Metrics) -> str:
    gains, costs = above(m, "overlapping_minus_plain_test"), above(m, "cost_step_ratio", 1.0)
    if gains and costs:
        return "confirmed"
    if below(m, "overlapping_minus_plain_test") or not (gains or costs):
        return "contradicted"
    return "qualified"


@claim(
    "C12",
    section="3B",
    chapter="overlapping",
    title="Overlapping pooling captures more and costs more",
    statement="Overlapping pooling captures the features more fully than usual pooling, but may cost more computing.",
    rule=(
        "Max-pooling 3x3, stride 2, padded to the map sizes of 2x2, stride 2. Confirmed if its test accuracy is higher "
        "and a training step takes longer (95 % intervals of the difference above 0 and of the ratio above 1); "
        "contradicted if its test accuracy is lower, or if it neither gains nor costs; qualified otherwise."
    ),
    decide=_captures_more,
    shown=(
        Shown("overlapping_test", "test accuracy, overlapping", "%"),
        Shown("plain_test", "… not overlapping", "%"),
        Shown("overlapping_minus_plain_test", "overlapping − not", "points", 2),
        Shown("plain_minus_overlapping_overfit", "training − test: not − overlapping", "points", 2),
        Shown("cost_pool_ratio", "time of the pooling alone, overlapping / not", "×", 2),
        Shown("cost_step_ratio", "time of a training step, overlapping / not", "×", 2),
    ),
    key_figure="overlapping_minus_plain_test",
    finding=lambda m: (
        f"Overlapping changes test accuracy by {m['overlapping_minus_plain_test']['mean']:+.2f} points (95 % interval "
        f"{m['overlapping_minus_plain_test']['low']:+.2f} to {m['overlapping_minus_plain_test']['high']:+.2f}). The "
        f"pooling alone takes {m['cost_pool_ratio']['mean']:.1f} times as long, the whole training step "
        f"{m['cost_step_ratio']['mean']:.2f} times."
    ),
    literature=(
        "AlexNet: 0.4 and 0.3 points less top-1 and top-5 error. Scherer et al. (2010): no significant improvement. In "
        "a public benchmark on ImageNet at 128 px, 3x3 reaches .471 and 2x2 .484, with unequal map sizes."
    ),
    caveat=(
        CAVEAT
        + " A gain of some tenths of a point, as AlexNet's, is about as large as our interval is wide. Times are CPU "
        "seconds of this package's operators."
    ),
    conditions=("cost", *KINDS),
    contrasts={
        "overlapping_minus_plain_test": ("overlapping_test", "plain_test"),
        "plain_minus_overlapping_overfit": ("plain_overfit", "overlapping_overfit"),
    },
    data=("fashion_mnist",),
    timed=("cost_pool_ratio", "cost_step_ratio", "cost_pool_ms", "cost_step_ms"),
)
def captures_more(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train with or without overlap, or time both."""
    if condition == "cost":
        return _cost(seed, repeats=3 if quick else 40)
    training, test = images(seed, quick)
    model = SmallCNN(KINDS[condition], "gap", seed=seed)
    return scores(train(model, training.images, training.labels, seed, quick), training, test)


def _cost(seed: int, repeats: int) -> dict[str, float]:
    torch.manual_seed(seed)
    maps = torch.rand(64, 16, 28, 28).contiguous(memory_format=torch.channels_last)
    x = torch.rand(64, 1, 28, 28)
    pools = {kind: reduction(pool) for kind, pool in KINDS.items()}
    models = {
        kind: SmallCNN(pool, "gap", seed=seed).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for kind, pool in KINDS.items()
    }
    pool_times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    step_times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(repeats):  # interleaved, so that a busy moment of the machine meets both
        for kind in KINDS:
            pool_times[kind].append(_seconds(lambda kind=kind: pools[kind](maps.requires_grad_()).sum().backward()))
            step_times[kind].append(_seconds(lambda kind=kind: models[kind](x).sum().backward()))
    return {
        "pool_ratio": min(pool_times["overlapping"]) / min(pool_times["plain"]),
        "step_ratio": min(step_times["overlapping"]) / min(step_times["plain"]),
        "pool_ms": 1000 * min(pool_times["overlapping"]),
        "step_ms": 1000 * min(step_times["overlapping"]),
    }


def _seconds(work: object) -> float:
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start
