"""What stays the same when the picture moves: shifts, rotations, scales (C07)."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from poolcourse.data import photo
from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import images, train
from poolcourse.experiments.views import turned, window_of, zoomed
from poolcourse.models import Lite0, SmallCNN, accuracy, lite0
from poolcourse.nn import global_avg_pool2d, max_pool2d

PICTURES = ("astronaut", "camera", "cat", "coffee", "rocket")
SHIFTS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
ROTATIONS = (0, 2, 5, 10, 15, 30, 45, 60, 75, 90)
SCALES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5, 2.0)
SMALL_SHIFTS = (0, 1, 2)
FAMILIES = ("shift", "rotation", "scale")
BAR = 95.0


def _invariant(m: Metrics) -> str:
    holds = [above(m, f"lite0_{family}_agreement_mean", BAR) for family in FAMILIES]
    fails = [below(m, f"lite0_{family}_agreement_mean", BAR) for family in FAMILIES]
    if all(holds):
        return "confirmed"
    return "contradicted" if all(fails) else "qualified"


@claim(
    "C07",
    section="2",
    chapter="invariance",
    title="Pooling makes a network invariant to shift, rotation and scale",
    statement=(
        "Pooling raises the invariance to scale, rotation and translation: where the input's size or rotation changes, "
        "the output's stay the same."
    ),
    rule=(
        "Show EfficientNet-Lite0, which ends in global average pooling, photos shifted by 1 to 32 px, rotated by 2° to "
        "90° and scaled by 0.5 to 2, and count how often its first answer stays. A family holds if the interval of its "
        "mean agreement lies above 95 %, and fails if it lies below. Confirmed if all three hold, contradicted if all "
        "three fail, qualified otherwise."
    ),
    decide=_invariant,
    shown=(
        Shown("lite0_shift_agreement_mean", "same first answer, shifts of 1 to 32 px", "%"),
        Shown("lite0_rotation_agreement_mean", "… rotations of 2° to 90°", "%"),
        Shown("lite0_scale_agreement_mean", "… scales of 0.5 to 2", "%"),
        Shown("lite0_shift_cosine_mean", "cosine of the pooled features, shifts", digits=3),
        Shown("lite0_rotation_cosine_mean", "… rotations", digits=3),
        Shown("lite0_scale_cosine_mean", "… scales", digits=3),
        Shown("blurred_minus_plain_shift", "Lite0 blurred before each stride − plain, shift agreement", "points"),
        Shown("max_minus_subsample", "small CNN, agreement under shifts: max-pooling − subsampling", "points"),
        Shown("blurred_minus_max", "small CNN, agreement under shifts: blurred max − max", "points"),
    ),
    key_figure="lite0_shift_agreement_mean",
    finding=lambda m: (
        f"Lite0 keeps its first answer in {m['lite0_shift_agreement_mean']['mean']:.1f} % of the shifted, "
        f"{m['lite0_rotation_agreement_mean']['mean']:.1f} % of the rotated and "
        f"{m['lite0_scale_agreement_mean']['mean']:.1f} % of the scaled photos. When a photo turns by 90°, its last "
        f"map has a cosine of {m['lite0_map_turned']['mean']:.2f} with the old one turned alike and of "
        f"{m['lite0_map_unturned']['mean']:.2f} with the old one as it was. In small CNNs trained alike, "
        f"the share of answers that stay under a shift is {m['max_minus_subsample']['mean']:+.1f} points from bare "
        f"subsampling to max-pooling, and {m['blurred_minus_max']['mean']:+.1f} more from max to blurred max."
    ),
    literature=(
        "Azulay & Weiss: common architectures ignore the sampling theorem, so nothing guarantees invariance. Zhang "
        "(2019): a ResNet-50 gives the same answer to two shifts in 89.20 % of cases, 91.31 % when blurred and trained "
        "so."
    ),
    caveat=(
        "Five photos, cut at random places; some show no ImageNet class, so that small changes flip the answer. "
        "Borders are mirrored where a view leaves the photo. Lite0's blur is put in without training it anew, which "
        "costs it much of its accuracy; the small CNNs are trained with it."
    ),
    conditions=("lite0", "lite0_blurred", "small_max", "small_subsample", "small_blurred"),
    contrasts={
        "blurred_minus_plain_shift": ("lite0_blurred_shift_agreement_mean", "lite0_shift_agreement_mean"),
        "max_minus_subsample": ("small_max_agreement_mean", "small_subsample_agreement_mean"),
        "blurred_minus_max": ("small_blurred_agreement_mean", "small_max_agreement_mean"),
    },
    axes={
        "shift_px": SHIFTS,
        "rotation_degrees": ROTATIONS,
        "scale_factor": SCALES,
        "small_shift_px": SMALL_SHIFTS,
    },
    data=("photos", "lite0", "fashion_mnist:2000"),
)
def invariant(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Compare answers and features before and after a change of the picture."""
    network, _, kind = condition.partition("_")
    if network == "small":
        return _small(seed, kind, quick)
    return _pretrained(seed, lite0(blurred=kind == "blurred"), quick)


def _pretrained(seed: int, model: Lite0, quick: bool) -> dict[str, Any]:
    shuffle = np.random.default_rng(seed)
    agreements: dict[str, list[list[float]]] = {family: [] for family in FAMILIES}
    cosines: dict[str, list[list[float]]] = {family: [] for family in FAMILIES}
    turned_maps, unturned_maps = [], []
    for name in PICTURES[:1] if quick else PICTURES:
        window = window_of(photo(name), shuffle)
        views = {
            "shift": [window(shift=shift) for shift in SHIFTS],
            "rotation": [turned(window, angle) for angle in ROTATIONS],
            "scale": [zoomed(window, scale) for scale in SCALES],
        }
        before = model.features(window()[None])
        for family, pictures in views.items():
            maps = torch.cat([model.features(picture[None]) for picture in pictures])
            agreements[family].append(_same_answer(model, maps, before))
            cosines[family].append(F.cosine_similarity(global_avg_pool2d(maps), global_avg_pool2d(before)).tolist())
        after = model.features(turned(window, 90)[None])
        # skimage turns counter-clockwise, as rot90 does.
        turned_maps.append(_cosine(after, before.rot90(1, (-2, -1))))
        unturned_maps.append(_cosine(after, before))
    values: dict[str, Any] = {"map_turned": np.mean(turned_maps), "map_unturned": np.mean(unturned_maps)}
    for family, axis, identity in (("shift", SHIFTS, 0), ("rotation", ROTATIONS, 0), ("scale", SCALES, 1.0)):
        changed = [place for place, amount in enumerate(axis) if amount != identity]
        for kind, rows in (("agreement", agreements[family]), ("cosine", cosines[family])):
            curve = np.mean(rows, axis=0)
            values[f"{family}_{kind}"] = curve.tolist()
            values[f"{family}_{kind}_mean"] = float(curve[changed].mean())
    values["toy_changed"] = _toy()
    return {key: float(value) if isinstance(value, np.floating) else value for key, value in values.items()}


def _same_answer(model: Lite0, maps: Tensor, before: Tensor) -> list[float]:
    scores = F.linear(global_avg_pool2d(torch.cat([maps, before])), model.head_weight, model.head_bias).argmax(1)
    return (100.0 * (scores[:-1] == scores[-1])).tolist()


def _cosine(a: Tensor, b: Tensor) -> float:
    return F.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()


def _toy() -> float:
    row = torch.tensor([0.0, 0, 1, 1, 0, 0, 1, 1]).reshape(1, 1, 1, 8)
    before, after = (max_pool2d(x, (1, 2)) for x in (row, row.roll(-1, dims=-1)))
    return float((before != after).sum())


def _small(seed: int, pool: str, quick: bool) -> dict[str, Any]:
    training, test = images(seed, quick, test_images=2_000)
    margin = max(SMALL_SHIFTS)
    pictures, unseen = (F.pad(torch.as_tensor(part.images), (margin,) * 4) for part in (training, test))
    model = train(SmallCNN(pool, "gap", seed=seed), pictures, training.labels, seed, quick)
    with torch.no_grad():
        answers = [model(unseen.roll(shift, dims=-1)).argmax(1) for shift in SMALL_SHIFTS]
    curve = [100 * (answer == answers[0]).double().mean().item() for answer in answers]
    return {
        "agreement": curve,
        "agreement_mean": float(np.mean(curve[1:])),
        "test": 100 * accuracy(model, unseen, test.labels),
    }
