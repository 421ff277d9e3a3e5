"""Max, average and sum over local windows: what they save, and how sum differs (C01, C02)."""

import torch

from poolcourse.data import PHOTOS, photo
from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN, parameter_count
from poolcourse.nn import avg_pool2d, max_pool2d, sum_pool2d


def _fewer_parameters(m: Metrics) -> str:
    falls = {head: above(m, f"saved_{head}") for head in ("flat", "gap")}
    if not above(m, "saved_values"):
        return "contradicted"
    if all(falls.values()):
        return "confirmed"
    return "qualified" if any(falls.values()) else "contradicted"


@claim(
    "C01",
    section="1",
    chapter="local",
    title="Pooling means fewer outputs and fewer parameters",
    statement=(
        "Pooling selects the most representative features of a region, which cuts the number of output features and so "
        "the number of the model's parameters."
    ),
    rule=(
        "Count the last map's values and the parameters of one network with and without two 2x2 pools, under a head "
        "that flattens and under global average pooling. Confirmed if values and parameters fall under both heads; "
        "qualified if the values fall and the parameters under one head alone; contradicted otherwise."
    ),
    decide=_fewer_parameters,
    shown=(
        Shown("pooling_parameters", "parameters of the pooling layers", digits=0),
        Shown("max_values", "values in the last map, with pooling", digits=0),
        Shown("none_values", "… without", digits=0),
        Shown("max_flat_parameters", "parameters, flattening head, with pooling", digits=0),
        Shown("none_flat_parameters", "… without", digits=0),
        Shown("max_gap_parameters", "parameters, GAP head, with pooling", digits=0),
        Shown("none_gap_parameters", "… without", digits=0),
    ),
    key_figure="max_gap_parameters",
    finding=lambda m: (
        f"Two pools cut the last map from {m['none_values']['mean']:,.0f} to {m['max_values']['mean']:,.0f} values. "
        f"Under a flattening head the parameters fall from {m['none_flat_parameters']['mean']:,.0f} to "
        f"{m['max_flat_parameters']['mean']:,.0f}; under global average pooling they stay at "
        f"{m['max_gap_parameters']['mean']:,.0f}, for a convolution's weights don't depend on the size of its map."
    ),
    literature="Arithmetic: a pooling layer has no weights, and a convolution's weights don't depend on H and W.",
    caveat="An exact count for one small network; larger ones behave alike, with other factors.",
    seeds=1,
    contrasts={
        "saved_values": ("none_values", "max_values"),
        "saved_flat": ("none_flat_parameters", "max_flat_parameters"),
        "saved_gap": ("none_gap_parameters", "max_gap_parameters"),
    },
)
def fewer_parameters(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Count values and parameters with and without pooling."""
    counts: dict[str, float] = {}
    for pool in ("max", "none"):
        for head in ("flat", "gap"):
            model = SmallCNN(pool, head, seed=seed)
            counts[f"{pool}_{head}_parameters"] = parameter_count(model)
        counts[f"{pool}_values"] = model.features(torch.zeros(1, 1, 28, 28)).numel()
    pooled, plain = SmallCNN("max", "gap"), SmallCNN("none", "gap")
    counts["pooling_parameters"] = parameter_count(pooled.features) - parameter_count(plain.features)
    return counts


def _three_kinds(m: Metrics) -> str:
    if m["identity_max_is_average"]["mean"] == 1.0:
        return "contradicted"
    same = m["identity_scale_error"]["high"] < 1e-5
    close = above(m, "sum_minus_average_norm", -1.0) and below(m, "sum_minus_average_norm", 1.0)
    return "qualified" if same and close else "confirmed"


@claim(
    "C02",
    section="1",
    chapter="local",
    title="Max, average and sum pooling are three kinds",
    statement="Pooling comes as max, average and sum pooling; max and average are the most used.",
    rule=(
        "Contradicted if max and average agree in every window of the photos. Qualified if sum pooling is k² times "
        "average pooling (relative error below 0.00001) and networks trained with either, followed by batch norm, "
        "differ by less than 1 point of test accuracy (the whole interval within ±1): sum is then average in another "
        "unit. Confirmed otherwise. How often each is used is not measured."
    ),
    decide=_three_kinds,
    shown=(
        Shown("identity_scale_error", "largest relative difference of sum and k² · average", digits=8),
        Shown("sum_minus_average_norm", "sum − average, with batch norm", "points", 2),
        Shown("sum_minus_average_plain", "sum − average, without batch norm", "points", 2),
        Shown("max_norm_test", "test accuracy, max, with batch norm", "%"),
        Shown("average_norm_test", "test accuracy, average, with batch norm", "%"),
    ),
    key_figure="sum_minus_average_norm",
    finding=lambda m: (
        f"Sum is k² times average to {m['identity_scale_error']['mean']:.0e}. With batch norm the two differ by "
        f"{m['sum_minus_average_norm']['mean']:+.2f} points, without it by "
        f"{m['sum_minus_average_plain']['mean']:+.2f}: only the scale differs, which matters where nothing rescales."
    ),
    literature="sum = k² · average by definition; NumPy and PyTorch users meet max and average, sum hardly ever.",
    caveat=CAVEAT,
    conditions=("identity", "average", "sum", "average_norm", "sum_norm", "max_norm"),
    few={"identity": 1},
    contrasts={
        "sum_minus_average_norm": ("sum_norm_test", "average_norm_test"),
        "sum_minus_average_plain": ("sum_test", "average_test"),
    },
    data=("fashion_mnist", "photos"),
)
def three_kinds(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Compare sum with average: window by window on the photos, and as a network's pooling."""
    if condition == "identity":
        errors, equal = [], []
        for name in PHOTOS:
            x = torch.as_tensor(photo(name))[None]
            for k in (2, 3):
                total, mean = sum_pool2d(x, k), avg_pool2d(x, k)
                errors.append(((total - k * k * mean).abs().max() / total.abs().max()).item())
                equal.append((max_pool2d(x, k) == mean).double().mean().item())
        return {"scale_error": max(errors), "max_is_average": sum(equal) / len(equal)}
    pool, _, norm = condition.partition("_")
    training, test = images(seed, quick)
    model = SmallCNN(pool, "gap", norm=bool(norm), seed=seed)
    return scores(train(model, training.images, training.labels, seed, quick), training, test)
