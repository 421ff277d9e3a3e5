"""Class activation maps on the torch side."""

import math

import pytest
import torch

from poolcourse import nn, reference


def test_each_cell_is_the_weighted_sum_of_its_channels():
    features, weight = torch.randn(2, 4, 5, 3, dtype=torch.float64), torch.randn(6, 4, dtype=torch.float64)
    found = nn.class_activation_map(features, weight)
    assert found.shape == (2, 6, 5, 3)
    for image, label, y, x in ((0, 0, 0, 0), (1, 5, 4, 2), (0, 3, 2, 1)):
        expected = sum(weight[label, c] * features[image, c, y, x] for c in range(4))
        torch.testing.assert_close(found[image, label, y, x], expected)
    torch.testing.assert_close(nn.class_activation_map(features[1], weight), found[1])


def test_the_mean_of_a_map_is_the_score_of_its_class():
    features, head = torch.randn(3, 8, 7, 5), torch.nn.Linear(8, 4)
    maps = nn.class_activation_map(features, head.weight)
    scores = head(nn.global_avg_pool2d(features))
    torch.testing.assert_close(nn.global_avg_pool2d(maps) + head.bias, scores)


def test_both_backends_agree_forward_and_backward(gradient):
    features, weight = torch.randn(2, 3, 4, 5), torch.randn(6, 3)
    expected = reference.class_activation_map(features.numpy(), weight.numpy())
    torch.testing.assert_close(nn.class_activation_map(features, weight), torch.from_numpy(expected))
    weights = torch.rand(2, 6, 4, 5)
    pair = reference.class_activation_map_backward(weights.numpy(), features.numpy(), weight.numpy())
    found = gradient(lambda f: nn.class_activation_map(f, weight), features, weights)
    torch.testing.assert_close(found, torch.from_numpy(pair[0]))
    found = gradient(lambda w: nn.class_activation_map(features, w), weight, weights)
    torch.testing.assert_close(found, torch.from_numpy(pair[1]))


def test_a_nan_stays_in_its_own_cell():
    features = torch.zeros(1, 2, 3, 3)
    features[0, 1, 1, 2] = math.nan
    lost = nn.class_activation_map(features, torch.ones(4, 2)).isnan()
    assert lost.sum() == 4
    assert lost[0, :, 1, 2].all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_sums_as_float32_does(dtype):
    features, weight = torch.ones(1, 4096, 1, 1, dtype=dtype), torch.ones(1, 4096, dtype=dtype)
    found = nn.class_activation_map(features, weight)
    assert found.dtype == dtype
    assert found.item() == 4096
