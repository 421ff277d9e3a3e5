import numpy as np
import pytest
import torch

from poolcourse.experiments.regions import random_boxes, vgg_multiply_adds, vgg_speedup


def test_vgg_16_takes_the_multiply_adds_that_its_layers_add_up_to():
    # 3x3 kernels, per output cell inputs x outputs: by hand, block after block, at 224 px.
    blocks = [
        (224, [3 * 64, 64 * 64]),
        (112, [64 * 128, 128 * 128]),
        (56, [128 * 256, 256 * 256, 256 * 256]),
        (28, [256 * 512, 512 * 512, 512 * 512]),
        (14, [512 * 512] * 3),
    ]
    assert vgg_multiply_adds(224, 224) == sum(9 * side**2 * sum(pairs) for side, pairs in blocks)


def test_convolutions_alone_are_saved_in_proportion_to_the_boxes_and_fully_connected_layers_limit_the_gain():
    crop, whole = vgg_multiply_adds(224, 224), vgg_multiply_adds(600, 1000)
    assert vgg_speedup(2000, fully_connected=False) == pytest.approx(2000 * crop / whole)
    assert vgg_speedup(200, fully_connected=False) == pytest.approx(vgg_speedup(2000, fully_connected=False) / 10)
    limit = 1 + crop / 123_633_664  # however many boxes, each pays its own layers
    assert vgg_speedup(2000, True) < vgg_speedup(200_000, True) < limit


def test_random_boxes_lie_in_the_picture_and_differ():
    boxes = random_boxes(500, 512, 900, seed=1)
    sides = boxes[:, 3:] - boxes[:, 1:3]
    assert (boxes[:, 0] == 0).all()
    assert (boxes[:, 1:3] >= 0).all()
    assert (boxes[:, 3] <= 900).all()
    assert (boxes[:, 4] <= 512).all()
    assert sides.min() >= 96
    assert sides.max() <= 384
    assert len(np.unique(boxes.numpy(), axis=0)) > 495
    assert torch.equal(boxes, random_boxes(500, 512, 900, seed=1))
