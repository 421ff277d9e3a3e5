"""Global average pooling turns the last layer into a weighted sum with few parameters (C03)."""

from typing import Any

import torch

from poolcourse.data import photo
from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.models import SmallCNN, lite0, parameter_count
from poolcourse.nn import class_activation_map, global_avg_pool2d

PICTURES = ("coffee", "cat", "rocket", "astronaut")
# VGG-16: the last map, and its three fully connected layers.
VGG_MAP, VGG_LAYERS = (512, 7, 7), ((512 * 7 * 7, 4096), (4096, 4096), (4096, 1000))


def _weighted_sum(m: Metrics) -> str:
    exact = m["logit_error"]["high"] <= 1e-4
    fewer = all(above(m, f"{network}_ratio", 10) for network in ("small", "lite0", "vgg16"))
    if exact and fewer:
        return "confirmed"
    return "qualified" if exact or fewer else "contradicted"


def _maps() -> dict[str, Any]:
    model, exported = lite0(), {}
    for name in PICTURES[:3]:
        x = torch.as_tensor(photo(name, size=224))[None]
        features = model.features(x)
        maps = class_activation_map(features, model.head_weight)[0]
        logits = maps.mean((-2, -1)) + model.head_bias
        places = logits.topk(3).indices.tolist()
        exported[name] = [
            {
                "class": model.classes[place],
                "probability": round(logits.softmax(0)[place].item(), 4),
                "logit": round(logits[place].item(), 4),
                "bias": round(model.head_bias[place].item(), 4),
                "map": [[round(value, 3) for value in row] for row in maps[place].tolist()],
            }
            for place in places
        ]
    return {"class_activation_maps": exported}


@claim(
    "C03",
    section="2",
    chapter="global_pool",
    title="GAP makes the last layer a weighted sum with far fewer parameters",
    statement=(
        "After global pooling a map is one pixel, so that the last fully connected layer becomes a weighted sum: "
        "easier to read, with far fewer parameters."
    ),
    rule=(
        "Count the parameters between the last map and the classes with flattening and with global average pooling, "
        "for our small CNN, EfficientNet-Lite0 and VGG-16; and compare Lite0's class scores with the mean of each "
        "class's weighted map plus bias. Confirmed if the scores agree (largest relative difference at most 0.0001) "
        "and all three heads have more than 10 times fewer parameters; qualified if one of the two holds; contradicted "
        "if none."
    ),
    decide=_weighted_sum,
    shown=(
        Shown("logit_error", "largest relative difference of a score and the mean of its map + bias", digits=8),
        Shown("small_ratio", "small CNN: parameters, flatten / GAP", "×"),
        Shown("lite0_flat", "EfficientNet-Lite0's head, flattened: parameters", digits=0),
        Shown("lite0_gap", "EfficientNet-Lite0's head with GAP: parameters", digits=0),
        Shown("vgg16_flat", "VGG-16: its fully connected layers", digits=0),
        Shown("vgg16_gap", "… with GAP", digits=0),
    ),
    key_figure="lite0_gap",
    finding=lambda m: (
        "Each score of Lite0 is the mean of its class's weighted map plus a bias, to "
        f"{m['logit_error']['mean']:.0e}. The head shrinks {m['small_ratio']['mean']:.0f}-fold in the small CNN, "
        f"{m['lite0_ratio']['mean']:.0f}-fold in Lite0 and {m['vgg16_ratio']['mean']:.0f}-fold in VGG-16."
    ),
    literature="Lin, Chen & Yan (2013) propose it; Zhou et al. (2016) read the weighted maps as a localisation.",
    caveat="Counts are exact; the scores are compared on four photos.",
    seeds=1,
    data=("photos", "lite0"),
    export=_maps,
)
def weighted_sum(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Count the heads, and compare scores with the means of class activation maps."""
    model = lite0()
    pictures = PICTURES[:1] if quick else PICTURES
    features = model.features(torch.stack([torch.as_tensor(photo(name, size=224)) for name in pictures]))
    logits = torch.nn.functional.linear(global_avg_pool2d(features), model.head_weight, model.head_bias)
    maps = class_activation_map(features, model.head_weight).mean((-2, -1)) + model.head_bias
    values: dict[str, float] = {"logit_error": ((logits - maps).abs().max() / logits.abs().max()).item()}
    classes, channels = model.head_weight.shape
    heads = {
        "small": [parameter_count(SmallCNN(head=head).head) for head in ("flat", "gap")],
        "lite0": [classes * (channels * cells + 1) for cells in (7 * 7, 1)],
        "vgg16": [sum((i + 1) * o for i, o in VGG_LAYERS), 1000 * (VGG_MAP[0] + 1)],
    }
    for network, (flat, gap) in heads.items():
        values |= {f"{network}_flat": flat, f"{network}_gap": gap, f"{network}_ratio": flat / gap}
    values["vgg16_fc6_weights"] = VGG_LAYERS[0][0] * VGG_LAYERS[0][1]
    return values
