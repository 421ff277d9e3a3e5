"""Class activation maps: the weighted channels, their mean is the score, and both gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.errors import DtypeError, ShapeError
from poolcourse.reference import class_activation_map, class_activation_map_backward, global_avg_pool2d


@given(st.tuples(*[st.integers(1, 5)] * 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_each_cell_is_the_weighted_sum_of_its_channels(frozen, shape, classes, seed):
    rng = np.random.default_rng(seed)
    features = frozen(rng.integers(-5, 5, shape).astype(float))
    weight = frozen(rng.integers(-5, 5, (classes, shape[1])).astype(float))
    maps = class_activation_map(features, weight)
    assert maps.shape == (shape[0], classes, *shape[2:])
    for n, k, i, j in np.ndindex(maps.shape):
        assert maps[n, k, i, j] == sum(weight[k, c] * features[n, c, i, j] for c in range(shape[1]))


def test_the_mean_of_a_map_is_the_score_of_its_class():
    rng = np.random.default_rng(8)
    features, weight = rng.normal(size=(3, 16, 7, 5)), rng.normal(size=(10, 16))
    scores = global_avg_pool2d(features) @ weight.T
    np.testing.assert_allclose(class_activation_map(features, weight).mean(axis=(2, 3)), scores, atol=1e-12)


@pytest.mark.parametrize("lead", [(), (3,)])
def test_both_gradients_are_those_of_autograd_and_of_moving_each_cell(lead, frozen, numeric_gradient):
    rng = np.random.default_rng(9)
    features, weight = frozen(rng.normal(size=(*lead, 4, 3, 2))), frozen(rng.normal(size=(5, 4)))
    grad = frozen(rng.normal(size=(*lead, 5, 3, 2)))
    to_features, to_weight = class_activation_map_backward(grad, features, weight)
    leaves = [torch.tensor(a, requires_grad=True) for a in (features, weight)]
    torch.einsum("...chw,kc->...khw", *leaves).backward(torch.tensor(grad))
    np.testing.assert_allclose(to_features, leaves[0].grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(to_weight, leaves[1].grad.numpy(), atol=1e-12)
    slope = numeric_gradient(lambda moved: class_activation_map(moved, weight), features, grad)
    np.testing.assert_allclose(to_features, slope, atol=1e-8)
    slope = numeric_gradient(lambda moved: class_activation_map(features, moved), weight, grad)
    np.testing.assert_allclose(to_weight, slope, atol=1e-8)


def test_dtypes_are_kept_and_half_precision_is_summed_in_float32():
    features, weight = np.ones((4096, 1, 1), np.float16), np.full((1, 4096), 0.75, np.float16)
    maps = class_activation_map(features, weight)
    assert maps.dtype == np.float16
    assert maps[0, 0, 0] == 3072  # a float16 sum of 0.75s stops growing at 2048
    to_features, to_weight = class_activation_map_backward(maps, features, weight.astype(np.float32))
    assert (to_features.dtype, to_weight.dtype) == (np.float16, np.float32)


def test_a_nan_stays_in_its_cell():
    features = np.ones((2, 2, 2))
    features[0, 1, 0] = np.nan
    maps = class_activation_map(features, np.ones((3, 2)))
    assert np.isnan(maps[:, 1, 0]).all()
    assert np.isnan(maps).sum() == 3


@pytest.mark.parametrize("weight", [np.ones((10, 3)), np.ones(4), np.ones((1, 10, 4)), np.ones((4, 10))])
def test_weights_that_do_not_fit_the_channels_are_refused(weight):
    for call in (
        lambda: class_activation_map(np.ones((4, 2, 2)), weight),
        lambda: class_activation_map_backward(np.ones((10, 2, 2)), np.ones((4, 2, 2)), weight),
    ):
        with pytest.raises(ShapeError, match="one column a channel"):
            call()


def test_integers_and_a_gradient_of_another_shape_are_refused():
    with pytest.raises(DtypeError, match="astype"):
        class_activation_map(np.ones((4, 2, 2), int), np.ones((10, 4)))
    with pytest.raises(DtypeError, match="astype"):
        class_activation_map(np.ones((4, 2, 2)), np.ones((10, 4), int))
    with pytest.raises(ShapeError, match=r"\(10, 2, 2\)"):
        class_activation_map_backward(np.ones((4, 2, 2)), np.ones((4, 2, 2)), np.ones((10, 4)))
