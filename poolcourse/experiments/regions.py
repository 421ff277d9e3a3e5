"""Many regions from one map, against the network run on every crop (C19)."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from poolcourse.data import photo
from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.models import lite0
from poolcourse.nn import global_avg_pool2d, project_boxes, region_pyramid_pool2d

PICTURES = ("astronaut", "coffee", "rocket", "cat")
SHORT_SIDE, CROP, STRIDE = 512, 224, 32
BOXES = {"boxes200": 200, "boxes2000": 2_000}
SIDES = (96, 384)  # pixels of a box

# VGG-16's convolutions: (input channels, output channels, how often the map is halved before).
VGG = (
    [(3, 64, 0), (64, 64, 0), (64, 128, 1), (128, 128, 1), (128, 256, 2), (256, 256, 2), (256, 256, 2)]
    + [(256, 512, 3), (512, 512, 3), (512, 512, 3)]
    + [(512, 512, 4)] * 3
)
VGG_FC = 25088 * 4096 + 4096 * 4096 + 4096 * 1000
VGG_IMAGE = (600, 1000)


def _serves_detection(m: Metrics) -> str:
    faster = above(m, "boxes200_speedup", 5.0)
    alike = above(m, "boxes200_own_minus_other", 0.0)
    if faster and alike:
        return "confirmed"
    return "qualified" if faster or alike else "contradicted"


def vgg_multiply_adds(height: int, width: int) -> float:
    """Multiply-adds of VGG-16's convolutions on one image.

    Examples
    --------
    >>> round(vgg_multiply_adds(224, 224) / 1e9, 2)
    15.35
    """
    return float(sum(9 * i * o * (height // 2**halved) * (width // 2**halved) for i, o, halved in VGG))


def vgg_speedup(boxes: int, fully_connected: bool) -> float:
    """How many times fewer multiply-adds one map takes than `boxes` crops of 224 px, for an image of 600 x 1000."""
    each = VGG_FC if fully_connected else 0
    crops = boxes * (vgg_multiply_adds(CROP, CROP) + each)
    return crops / (vgg_multiply_adds(*VGG_IMAGE) + boxes * each)


def random_boxes(count: int, height: int, width: int, seed: int) -> Tensor:
    """(count, 5) boxes as `project_boxes` takes them, of image 0, with sides of 96 to 384 px."""
    shuffle = np.random.default_rng(seed)
    sides = shuffle.integers(SIDES[0], SIDES[1] + 1, size=(count, 2))
    starts = (shuffle.random((count, 2)) * (np.array([width, height]) - sides + 1)).astype(int)
    return torch.tensor(np.concatenate([np.zeros((count, 1), int), starts, starts + sides], axis=1))


@claim(
    "C19",
    section="4",
    chapter="regions",
    title="SPP serves classification and detection",
    statement="SPP serves image classification and object detection alike: all regions are pooled from one map.",
    rule=(
        "For 200 boxes in a photo, compare the pooled features of each crop run through Lite0 with those pooled from "
        "one map of the whole photo. Confirmed if the map is more than 5 times faster and a box's two features are "
        "more alike than features of different boxes (95 % intervals of the speed-up above 5, of the difference of "
        "cosines above 0); qualified if one of the two holds; contradicted if none."
    ),
    decide=_serves_detection,
    shown=(
        Shown("boxes200_speedup", "200 boxes: times faster than crop by crop", "×"),
        Shown("boxes2000_speedup", "2,000 boxes: times faster than crop by crop", "×"),
        Shown("boxes200_own_cosine", "cosine of a box's two features", digits=3),
        Shown("boxes200_other_cosine", "cosine of features of two boxes", digits=3),
        Shown("boxes200_nearest", "boxes whose nearest crop is their own", "%"),
        Shown("boxes2000_vgg_convolutions", "VGG-16, 2,000 boxes, multiply-adds: convolutions alone", "×"),
        Shown("boxes2000_vgg_with_fc", "… with its fully connected layers", "×"),
    ),
    key_figure="boxes2000_speedup",
    finding=lambda m: (
        f"One map is {m['boxes200_speedup']['mean']:.0f} times faster than crop by crop for 200 boxes and "
        f"{m['boxes2000_speedup']['mean']:.0f} times for 2,000. A box's two features have a cosine of "
        f"{m['boxes200_own_cosine']['mean']:.2f}, features of different boxes "
        f"{m['boxes200_other_cosine']['mean']:.2f}; {m['boxes200_nearest']['mean']:.0f} % of the boxes find their own "
        f"crop among all. For VGG-16 on 600 x 1000 px, counting gives {m['boxes2000_vgg_convolutions']['mean']:.0f} "
        f"times for the convolutions of 2,000 boxes and {m['boxes2000_vgg_with_fc']['mean']:.0f} times with the fully "
        "connected layers."
    ),
    literature=(
        "SPP-net, convolutions per image: R-CNN 14.37 s, SPP-net .053 s (270 times, one scale) or .293 s (49 times, "
        "five scales); overall 102 and 38 times, 24 to 64 times against R-CNN with AlexNet. Only the fully connected "
        "layers were fine-tuned, for simplicity."
    ),
    caveat=(
        "Random boxes and one thread of a shared CPU, in CPU seconds; no detector is trained, so the features are "
        "compared and not detections. Lite0 reduces by 32, so that a small box covers few cells, and its map sees "
        "beyond the box, which a crop doesn't."
    ),
    conditions=tuple(BOXES),
    few={"boxes2000": 3},
    contrasts={
        "boxes200_own_minus_other": ("boxes200_own_cosine", "boxes200_other_cosine"),
    },
    data=("photos", "lite0"),
    timed=tuple(
        f"{boxes}_{what}"
        for boxes in BOXES
        for what in (
            "crop_seconds",
            "map_seconds",
            "pool_seconds",
            "pyramid_seconds",
            "speedup",
            "pyramid_speedup",
        )
    ),
)
def serves_detection(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Time and compare both ways to the features of many boxes."""
    count = 10 if quick else BOXES[condition]
    model = lite0()
    picture = torch.as_tensor(photo(PICTURES[seed % len(PICTURES)]))[None]
    scale = SHORT_SIDE / min(picture.shape[-2:])
    height, width = (round(side * scale) for side in picture.shape[-2:])
    picture = F.interpolate(picture, (height, width), mode="bilinear", antialias=True, align_corners=False)
    boxes = random_boxes(count, height, width, seed)
    model.features(picture)  # the first call of a shape chooses its kernels; neither side pays for it
    crops, crop_seconds = _timed(lambda: torch.cat([_crop_features(picture, box) for box in boxes.tolist()]))
    maps, map_seconds = _timed(lambda: model.features(picture))
    cells = project_boxes(boxes, STRIDE)
    pooled, pool_seconds = _timed(lambda: region_pyramid_pool2d(maps, cells, levels=(1,), mode="avg"))
    _, pyramid_seconds = _timed(lambda: region_pyramid_pool2d(maps, cells))
    likeness = F.normalize(crops) @ F.normalize(pooled).T
    own = likeness.diagonal()
    other = (likeness.sum() - own.sum()) / (count * (count - 1))
    return {
        "crop_seconds": crop_seconds,
        "map_seconds": map_seconds,
        "pool_seconds": pool_seconds,
        "pyramid_seconds": pyramid_seconds,
        "speedup": crop_seconds / (map_seconds + pool_seconds),
        "pyramid_speedup": crop_seconds / (map_seconds + pyramid_seconds),
        "own_cosine": own.mean().item(),
        "other_cosine": other.item(),
        "nearest": 100 * (likeness.argmax(0) == torch.arange(count)).double().mean().item(),
        "vgg_convolutions": vgg_speedup(count, fully_connected=False),
        "vgg_with_fc": vgg_speedup(count, fully_connected=True),
    }


def _crop_features(picture: Tensor, box: list[int]) -> Tensor:
    _, x1, y1, x2, y2 = box
    crop = F.interpolate(picture[..., y1:y2, x1:x2], (CROP, CROP), mode="bilinear", antialias=True, align_corners=False)
    return global_avg_pool2d(lite0().features(crop))


def _timed(work: Callable[[], Tensor]) -> tuple[Tensor, float]:
    start = time.process_time()
    with torch.no_grad():
        result = work()
    return result, time.process_time() - start
