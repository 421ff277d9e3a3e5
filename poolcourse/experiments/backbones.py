"""SPP in two backbones: what it replaces, and whether it helps (C18)."""

from torch import nn

from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import ResidualCNN, SmallCNN, parameter_count

LEVELS = (3, 2, 1)
BACKBONES = ("plain", "residual")


def _independent(m: Metrics) -> str:
    keys = [f"{backbone}_gain" for backbone in BACKBONES]
    same_layers = all(m[f"{backbone}_more_inputs"]["mean"] == 0 for backbone in BACKBONES)
    if all(above(m, key) for key in keys) and same_layers:
        return "confirmed"
    return "contradicted" if all(below(m, key) for key in keys) else "qualified"


@claim(
    "C18",
    section="4",
    chapter="pyramid",
    title="SPP is independent of the network and only replaces the pooling",
    statement=(
        "SPP is independent of the network's design: used as the last layer of a convolutional network it leaves the "
        "structure alone and only replaces the pooling."
    ),
    rule=(
        "Replace the last max-pool of a plain and of a residual network by SPP of 3x3 + 2x2 + 1 bins. Confirmed if "
        "test accuracy rises in both and the layers that follow keep their sizes; contradicted if it falls in both; "
        "qualified otherwise (95 % intervals of the differences)."
    ),
    decide=_independent,
    shown=(
        Shown("plain_gain", "plain network: SPP − max-pool", "points", 2),
        Shown("residual_gain", "residual network: SPP − max-pool", "points", 2),
        Shown("plain_spp_test", "test accuracy, plain, SPP", "%"),
        Shown("residual_spp_test", "… residual, SPP", "%"),
        Shown("plain_pool_inputs", "inputs of the first fully connected layer, plain, max-pool", digits=0),
        Shown("plain_spp_inputs", "… SPP", digits=0),
    ),
    key_figure="plain_gain",
    finding=lambda m: (
        f"SPP changes test accuracy by {m['plain_gain']['mean']:+.2f} points in the plain and "
        f"{m['residual_gain']['mean']:+.2f} in the residual network. It is not the last layer: it replaces the last "
        f"pooling, and the fully connected layer after it grows from {m['plain_pool_inputs']['mean']:,.0f} to "
        f"{m['plain_spp_inputs']['mean']:,.0f} inputs."
    ),
    literature=(
        "SPP-net: four architectures gain. SPP replaces the last pooling layer, fc6, fc7 and softmax follow; fc6's "
        "input grows from 36 to 50 bins."
    ),
    caveat=(
        CAVEAT
        + " Why ours may differ from the paper: our last map has 7x7 cells and not 13x13, its coarse bins repeat the "
        "maxima of the fine ones, and 2,000 images are few for a layer with more inputs."
    ),
    conditions=tuple(f"{backbone}_{pool}" for backbone in BACKBONES for pool in ("pool", "spp")),
    contrasts={
        f"{backbone}_{name}": (f"{backbone}_spp_{key}", f"{backbone}_pool_{key}")
        for backbone in BACKBONES
        for name, key in (("gain", "test"), ("more_inputs", "inputs"), ("more_overfit", "overfit"))
    },
    data=("fashion_mnist",),
)
def independent(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train one backbone with a max-pool or with SPP in front of its fully connected layers."""
    backbone, _, pool = condition.partition("_")
    training, test = images(seed, quick)
    head = f"{pool}_fc"
    model: nn.Module
    if backbone == "plain":
        model = SmallCNN("max", head, levels=LEVELS, seed=seed)
    else:
        model = ResidualCNN(head, levels=LEVELS, seed=seed)
    train(model, training.images, training.labels, seed, quick)
    first = next(layer for layer in model.head.modules() if isinstance(layer, nn.Linear))
    return {**scores(model, training, test), "inputs": first.in_features, "parameters": parameter_count(model)}
