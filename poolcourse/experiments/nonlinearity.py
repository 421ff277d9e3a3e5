"""Which poolings are non-linear, and whether a network can live on that (C08)."""

import torch

from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN
from poolcourse.nn import (
    avg_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
    stochastic_pool2d,
    sum_pool2d,
)

OPERATORS = {
    "max": lambda x: max_pool2d(x, 2),
    "average": lambda x: avg_pool2d(x, 2),
    "sum": lambda x: sum_pool2d(x, 2),
    "stochastic": lambda x: stochastic_pool2d(x, 2, training=False),
    "gap": global_avg_pool2d,
    "gmp": global_max_pool2d,
    "subsample": lambda x: x[..., ::2, ::2],
}
LINEAR, VISIBLE = 1e-5, 1e-3


def _non_linear(m: Metrics) -> str:
    if not above(m, "operators_max", VISIBLE):
        return "contradicted"
    if all(above(m, f"operators_{name}", VISIBLE) for name in ("max", "average", "sum", "gap")):
        return "confirmed"
    averages = all(below(m, f"operators_{name}", LINEAR) for name in ("average", "sum", "gap"))
    return "qualified" if averages or above(m, "max_minus_average") else "contradicted"


@claim(
    "C08",
    section="2",
    chapter="nonlinearity",
    title="Pooling makes the network non-linear",
    statement="Pooling realises non-linearity.",
    rule=(
        "Measure by how much f(a + b) misses f(a) + f(b), relative to f(a + b); and train networks without any ReLU, "
        "so that the pooling alone can be non-linear. Confirmed if max, average, sum and global average pooling all "
        "miss by more than 0.001; contradicted if max does not; qualified if max does while the averages and sums stay "
        "below 0.00001, or if max-pooling alone lifts test accuracy above average pooling's."
    ),
    decide=_non_linear,
    shown=(
        Shown("operators_max", "f(a + b) misses f(a) + f(b) by, max", digits=3),
        Shown("operators_average", "… average", digits=8),
        Shown("operators_gap", "… global average", digits=8),
        Shown("operators_stochastic", "… stochastic (as at test)", digits=3),
        Shown("max_linear_test", "test accuracy without ReLU, max", "%"),
        Shown("average_linear_test", "… average", "%"),
        Shown("subsample_linear_test", "… subsampling", "%"),
        Shown("max_minus_average", "without ReLU, max − average", "points"),
    ),
    key_figure="max_minus_average",
    finding=lambda m: (
        f"Max misses additivity by {100 * m['operators_max']['mean']:.0f} %; average, sum and global average keep it, "
        "so they are linear. Without ReLUs, max-pooling reaches "
        f"{m['max_linear_test']['mean']:.1f} % on test images, average pooling {m['average_linear_test']['mean']:.1f} "
        f"%, subsampling {m['subsample_linear_test']['mean']:.1f} %; with ReLUs max-pooling reaches "
        f"{m['max_relu_test']['mean']:.1f} %."
    ),
    literature=(
        "In a public benchmark on ImageNet at 128 px without activations, max-pooling reaches .389 and strides .035; "
        "with ReLU, max-pooling .471."
    ),
    caveat=CAVEAT,
    conditions=("operators", "max_linear", "average_linear", "subsample_linear", "max_relu", "average_relu"),
    contrasts={
        "max_minus_average": ("max_linear_test", "average_linear_test"),
        "max_minus_subsample": ("max_linear_test", "subsample_linear_test"),
        "relu_minus_linear_max": ("max_relu_test", "max_linear_test"),
        "max_minus_average_relu": ("max_relu_test", "average_relu_test"),
    },
    data=("fashion_mnist",),
)
def non_linear(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Test additivity, or train with and without ReLUs."""
    if condition == "operators":
        shuffle = torch.Generator().manual_seed(seed)
        a, b = (torch.rand(4, 8, 32, 32, generator=shuffle, dtype=torch.double) for _ in range(2))
        return {
            name: ((f(a + b) - f(a) - f(b)).abs().mean() / f(a + b).abs().mean()).item()
            for name, f in OPERATORS.items()
        }
    pool, _, kind = condition.partition("_")
    training, test = images(seed, quick)
    model = SmallCNN(pool, "gap", activation=kind == "relu", seed=seed)
    return scores(train(model, training.images, training.labels, seed, quick), training, test)
