"""Cases of global pooling, class activation maps, adaptive bins, pyramids and regions, for fixtures.py."""

import numpy as np

from poolcourse.errors import BinError
from poolcourse.reference.adaptive import adaptive_avg_pool2d, adaptive_max_pool2d
from poolcourse.reference.class_activation_map import class_activation_map
from poolcourse.reference.global_pool import global_avg_pool2d, global_max_pool2d
from poolcourse.reference.pyramid import spatial_pyramid_pool2d
from poolcourse.reference.regions import project_boxes, region_pyramid_pool2d

MODES = ("max", "avg", "sum")


def random_features(rng, low=1, high=14):
    channels = rng.integers(1, 4)
    features = rng.normal(size=(channels, *rng.integers(low, high, 2)))
    if rng.random() < 0.3:
        features[rng.random(features.shape) < 0.1] = rng.choice([np.nan, np.inf, -np.inf])
    return features


def random_levels(rng):
    return rng.choice([1, 2, 3, 4, 6], size=rng.integers(1, 4), replace=False).tolist()


def bins(rng):
    """Bins read off a map: pooling the numbers 0 ... size - 1 shows each bin's first and last cell."""
    for _ in range(25):
        size, n = int(rng.integers(1, 41)), int(rng.integers(1, 8))
        line = np.arange(size, dtype=float)[None, None]
        last = adaptive_max_pool2d(line, (1, n))[0, 0]
        first = -adaptive_max_pool2d(-line, (1, n))[0, 0]
        yield "adaptiveBins", [size, n], np.stack([first, last + 1], axis=1).tolist()
    for size in (13, 10, 7, 5, 3, 24, 40):
        for n in (1, 2, 3, 4, 6):
            kernel, stride = -(-size // n), size // n
            made = [] if stride == 0 else [[a, a + kernel] for a in range(0, size - kernel + 1, stride)]
            features = np.zeros((1, size, size))
            try:
                spatial_pyramid_pool2d(features, (n,), rule="sliding")
                valid = True
            except BinError:
                valid = False
            unread = size - len({cell for first, last in made for cell in range(first, last)})
            expected = {"bins": made, "valid": valid, "window": kernel, "stride": stride, "unread": unread}
            yield "slidingBins", [size, n], expected


def whole_maps(rng):
    for _ in range(12):
        features = random_features(rng)
        yield "globalAvg", [features], global_avg_pool2d(features)
        yield "globalMax", [features], global_max_pool2d(features)
        features = rng.normal(size=features.shape)
        weight = rng.normal(size=(3, len(features)))
        expected = class_activation_map(features, weight)
        yield "classActivationMap", [features, weight[1]], expected[1]


def adaptive(rng):
    for _ in range(15):
        features, size = random_features(rng), rng.integers(1, 8, 2).tolist()
        yield "adaptivePool2d", [features[0], size, "max"], adaptive_max_pool2d(features, tuple(size))[0]
        yield "adaptivePool2d", [features[0], size, "avg"], adaptive_avg_pool2d(features, tuple(size))[0]


def pyramid(rng):
    """Both rules; where the reference refuses the sliding one, the JavaScript must say that it isn't valid."""
    for _ in range(30):
        features, levels, mode = random_features(rng), random_levels(rng), str(rng.choice(MODES))
        expected = {"vector": spatial_pyramid_pool2d(features, levels, mode), "valid": True}
        yield "spatialPyramidPool2d", [features, levels, mode], expected
    for number in range(40):
        features = random_features(rng, low=6, high=20)
        if number == 0:
            features = rng.normal(size=(2, 10, 10))  # the paper's own map of its 180-pixel images
        levels, mode = random_levels(rng) if number else [6, 3, 2, 1], str(rng.choice(MODES))
        try:
            expected = {"vector": spatial_pyramid_pool2d(features, levels, mode, "sliding"), "valid": True}
        except BinError:
            expected = {"valid": False}
        yield "spatialPyramidPool2d", [features, levels, mode, "sliding"], expected


def regions(rng):
    for _ in range(40):
        stride = int(rng.integers(1, 33))
        low = rng.integers(0, 200, 2)
        box = [*low.tolist(), *(low + rng.integers(1, 100, 2)).tolist()]
        expected = project_boxes(np.array([[0, *box]]), stride)[0, 1:]
        yield "projectBox", [box, stride], expected
    for _ in range(15):
        features, levels, mode = random_features(rng, low=4), random_levels(rng), str(rng.choice(MODES))
        height, width = features.shape[1:]
        left, top = rng.integers(0, width, 4), rng.integers(0, height, 4)
        boxes = np.stack([left, top, rng.integers(left, width) + 1, rng.integers(top, height) + 1], axis=1)
        indexed = np.concatenate([np.zeros((4, 1), int), boxes], axis=1)
        vectors = region_pyramid_pool2d(features[None], indexed, levels, mode)
        yield "regionPyramidPool2d", [features, boxes, levels, mode], [{"vector": vector} for vector in vectors]


GROUPS = (bins, whole_maps, adaptive, pyramid, regions)
