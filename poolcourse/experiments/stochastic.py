"""Stochastic pooling: drawn by probability in training, weighted by it at test (C11)."""

import torch

from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN, accuracy
from poolcourse.nn import StochasticPool2d, stochastic_pool2d

WINDOW = (0.0, 1.0, 2.0, 5.0)


def _samples(m: Metrics) -> str:
    if m["shares_departure"]["high"] >= 0.02:
        return "contradicted"
    return "qualified" if above(m, "weighted_minus_sampled") else "confirmed"


@claim(
    "C11",
    section="3A",
    chapter="stochastic",
    title="Stochastic pooling samples by probability",
    statement="Stochastic pooling samples the local values by probability; the sample is the pooling's result.",
    rule=(
        "Contradicted if the values of a window are drawn with shares that miss their part of the window's sum by 0.02 "
        "or more. Qualified if, in trained networks, weighting by the probabilities at test beats sampling there (95 % "
        "interval of the difference above 0): then sampling is only half of the method. Confirmed otherwise."
    ),
    decide=_samples,
    shown=(
        Shown("shares_departure", "largest miss of the drawn shares", digits=3),
        Shown("stochastic_test", "test accuracy, stochastic, weighted at test", "%"),
        Shown("stochastic_sampled_test", "… sampled at test", "%"),
        Shown("max_test", "… max", "%"),
        Shown("average_test", "… average", "%"),
        Shown("weighted_minus_sampled", "weighted − sampled at test", "points", 2),
        Shown("stochastic_minus_max_test", "stochastic − max", "points", 2),
        Shown("max_minus_stochastic_overfit", "training − test: max − stochastic", "points", 2),
    ),
    key_figure="weighted_minus_sampled",
    finding=lambda m: (
        f"Values are drawn as often as their share, to {m['shares_departure']['mean']:.3f}. At test, weighting reaches "
        f"{m['stochastic_test']['mean']:.1f} %, sampling {m['stochastic_sampled_test']['mean']:.1f} %; max "
        f"{m['max_test']['mean']:.1f} %, average {m['average_test']['mean']:.1f} %. Training exceeds test accuracy by "
        f"{m['stochastic_overfit']['mean']:.1f} points with stochastic, {m['max_overfit']['mean']:.1f} with max "
        "pooling."
    ),
    literature=(
        "Zeiler & Fergus (2013) draw in proportion to the activation in training and take the probability-weighted "
        "mean at test. In a public benchmark on ImageNet at 128 px stochastic pooling reaches .438, max .471."
    ),
    caveat=CAVEAT + " Twelve epochs are few for a regulariser to pay: max-pooling hardly overfits by then.",
    conditions=("shares", "average", "max", "stochastic"),
    contrasts={
        "weighted_minus_sampled": ("stochastic_test", "stochastic_sampled_test"),
        "stochastic_minus_max_test": ("stochastic_test", "max_test"),
        "stochastic_minus_average_test": ("stochastic_test", "average_test"),
        "max_minus_stochastic_overfit": ("max_overfit", "stochastic_overfit"),
    },
    data=("fashion_mnist",),
)
def samples(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Count what is drawn, or train one pooling and test it both ways."""
    if condition == "shares":
        side = 200
        x = torch.tensor(WINDOW).reshape(1, 1, 2, 2).tile(1, 1, side, side)
        draws = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(seed))
        drawn = stochastic_pool2d(x, 2, draws=draws)
        shares = {value: (drawn == value).double().mean().item() for value in WINDOW}
        return {"departure": max(abs(share - value / sum(WINDOW)) for value, share in shares.items())}
    training, test = images(seed, quick)
    model = SmallCNN(condition, "gap", seed=seed)
    values = scores(train(model, training.images, training.labels, seed, quick), training, test)
    if condition == "stochastic":
        values["sampled_test"] = _sampled_accuracy(model, test.images, test.labels, seed)
    return values


class _Sampling(torch.nn.Module):
    """The model in eval mode, except that stochastic pooling goes on drawing."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.model.modules():
            if isinstance(layer, StochasticPool2d):
                layer.train()
        return self.model(x)


def _sampled_accuracy(model: torch.nn.Module, pictures: object, labels: object, seed: int) -> float:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        result = 100 * accuracy(_Sampling(model), torch.as_tensor(pictures), labels)
    model.eval()
    return result
