"""Pictures of any shape: cropped, warped, or taken as they are (C13)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from poolcourse.data import FashionMNIST
from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, train
from poolcourse.models import SmallCNN, accuracy

SHAPES = ((28, 56), (56, 28), (32, 48), (48, 32), (36, 44), (44, 36))
SIDE = 28
HEADS = {"crop": "flat", "warp": "flat", "spp": "spp", "gmp": "gmp"}


def _mends_distortion(m: Metrics) -> str:
    keys = ("spp_minus_crop", "spp_minus_warp")
    if all(above(m, key) for key in keys):
        return "confirmed"
    return "contradicted" if all(below(m, key) for key in keys) else "qualified"


def canvases(pictures: Tensor, seed: int) -> list[Tensor]:
    """Put each 28 x 28 picture at a random place of a dark canvas of one of six shapes."""
    shuffle = torch.Generator().manual_seed(seed)
    shapes = torch.randint(len(SHAPES), (len(pictures),), generator=shuffle).tolist()
    places = torch.rand(len(pictures), 2, generator=shuffle).tolist()
    placed = []
    for picture, shape, place in zip(pictures, shapes, places, strict=True):
        height, width = SHAPES[shape]
        top, left = (round(share * (size - SIDE)) for share, size in zip(place, (height, width), strict=True))
        placed.append(F.pad(picture, (left, width - SIDE - left, top, height - SIDE - top)))
    return placed


def cropped(canvas: Tensor) -> Tensor:
    """The centre square of the side that the network takes."""
    top, left = ((size - SIDE) // 2 for size in canvas.shape[-2:])
    return canvas[:, top : top + SIDE, left : left + SIDE]


def warped(canvas: Tensor) -> Tensor:
    """The whole canvas squeezed to the square that the network takes."""
    return F.interpolate(canvas[None], (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)[0]


@claim(
    "C13",
    section="4",
    chapter="pyramid",
    title="Fixed input sizes force crops and distortion, SPP mends it",
    statement=(
        "Fully connected layers force one input size, so that pictures are cropped or stretched and get distorted; "
        "spatial pyramid pooling takes pictures of different sizes as they are."
    ),
    rule=(
        "Train on canvases of six aspect ratios with the object at a random place: the centre cropped, the canvas "
        "warped to a square, or taken whole by SPP. Confirmed if SPP's test accuracy is above both (95 % intervals of "
        "the differences above 0); contradicted if below both; qualified otherwise."
    ),
    decide=_mends_distortion,
    shown=(
        Shown("spp_test", "test accuracy, whole canvas with SPP", "%"),
        Shown("crop_test", "… cropped", "%"),
        Shown("warp_test", "… warped", "%"),
        Shown("gmp_test", "… whole canvas with one global maximum", "%"),
        Shown("spp_minus_crop", "SPP − crop", "points"),
        Shown("spp_minus_warp", "SPP − warp", "points"),
        Shown("spp_minus_gmp", "SPP − global maximum", "points"),
    ),
    key_figure="spp_minus_warp",
    finding=lambda m: (
        f"SPP on the whole canvas reaches {m['spp_test']['mean']:.1f} %, warping {m['warp_test']['mean']:.1f} %, "
        f"cropping {m['crop_test']['mean']:.1f} %. A single global maximum, which takes any size as well, reaches "
        f"{m['gmp_test']['mean']:.1f} %: any global pooling lifts the limit, the pyramid is one way."
    ),
    literature="SPP-net, Caltech101: 89.91 when warped, 91.44 with the full image.",
    caveat=(
        CAVEAT
        + " The canvases are made: an undistorted object of 28 px on a dark ground, in about half the canvas or less, "
        "at a random place, so that bins which tell places apart have little to learn from."
    ),
    conditions=tuple(HEADS),
    contrasts={
        "spp_minus_crop": ("spp_test", "crop_test"),
        "spp_minus_warp": ("spp_test", "warp_test"),
        "spp_minus_gmp": ("spp_test", "gmp_test"),
    },
    data=("fashion_mnist:2000",),
)
def mends_distortion(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train on cropped, warped or whole canvases, and test on canvases handled alike."""
    training, test = images(seed, quick, test_images=2_000)
    seen, unseen = _prepared(training, condition, seed), _prepared(test, condition, 1000 + seed)
    model = SmallCNN("max", HEADS[condition], seed=seed)
    train(model, seen, training.labels, seed, quick)
    scored = [100 * accuracy(model, part, whole.labels) for part, whole in ((seen, training), (unseen, test))]
    return {"train": scored[0], "test": scored[1], "overfit": scored[0] - scored[1]}


def _prepared(pictures: FashionMNIST, condition: str, seed: int) -> list[Tensor]:
    change = {"crop": cropped, "warp": warped}.get(condition, lambda canvas: canvas)
    return [change(canvas) for canvas in canvases(torch.as_tensor(pictures.images), seed)]
