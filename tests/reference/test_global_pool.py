"""Global pooling: one number a channel, and its gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.errors import DtypeError, ShapeError
from poolcourse.reference import (
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
)


@given(st.tuples(*[st.integers(1, 6)] * 4), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_global_mean_and_maximum_are_those_of_a_loop_over_the_cells(frozen, shape, seed):
    x = frozen(np.random.default_rng(seed).integers(-5, 5, shape).astype(float))
    for n, c in np.ndindex(shape[:2]):
        cells = [x[n, c, i, j] for i in range(shape[2]) for j in range(shape[3])]
        assert global_avg_pool2d(x)[n, c] == sum(cells) / len(cells)
        assert global_max_pool2d(x)[n, c] == max(cells)


@given(st.tuples(*[st.integers(1, 6)] * 4), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_gradients_are_those_of_autograd_and_ties_go_to_the_first(frozen, shape, seed):
    rng = np.random.default_rng(seed)
    x, grad = frozen(rng.integers(-2, 3, shape).astype(float)), frozen(rng.normal(size=shape[:2]))
    for pool, backward in (
        (torch.nn.functional.adaptive_avg_pool2d, global_avg_pool2d_backward),
        (torch.nn.functional.adaptive_max_pool2d, global_max_pool2d_backward),
    ):
        leaf = torch.tensor(x, requires_grad=True)
        pool(leaf, 1).flatten(1).backward(torch.tensor(grad))
        np.testing.assert_allclose(backward(grad, x), leaf.grad.numpy(), atol=1e-15)


def test_gradient_is_the_slope_found_by_moving_each_cell(numeric_gradient, distinct):
    rng = np.random.default_rng(7)
    x, grad = distinct(rng, 2, 3, 3, 4), rng.normal(size=(2, 3))
    np.testing.assert_allclose(global_avg_pool2d_backward(grad, x), numeric_gradient(global_avg_pool2d, x, grad))
    np.testing.assert_allclose(
        global_max_pool2d_backward(grad, x), numeric_gradient(global_max_pool2d, x, grad), atol=1e-9
    )


def test_half_precision_keeps_its_dtype_and_a_mean_that_it_could_not_sum():
    x = np.full((1, 300, 300), 1.5, np.float16)
    assert global_avg_pool2d(x) == 1.5
    assert global_avg_pool2d(x).dtype == np.float16
    assert global_avg_pool2d_backward(np.ones(1, np.float16), x).dtype == np.float16


def test_integers_have_a_maximum_and_no_mean_and_nan_stays_in_its_channel():
    assert global_max_pool2d(np.array([[[2**62 + 1, 2**62]]])) == 2**62 + 1
    with pytest.raises(DtypeError, match="astype"):
        global_avg_pool2d(np.zeros((1, 2, 2), int))
    with pytest.raises(DtypeError, match="astype"):
        global_max_pool2d(np.zeros((1, 2, 2), bool))
    with pytest.raises(DtypeError, match="astype"):
        global_max_pool2d_backward(np.zeros(1), np.zeros((1, 2, 2), int))
    x = np.array([[[1.0, np.nan]], [[2.0, 4.0]]])
    np.testing.assert_array_equal(global_max_pool2d(x), [np.nan, 4])
    np.testing.assert_array_equal(global_avg_pool2d(x), [np.nan, 3])


@pytest.mark.parametrize("backward", [global_avg_pool2d_backward, global_max_pool2d_backward])
def test_a_gradient_of_another_shape_is_refused(backward):
    with pytest.raises(ShapeError, match=r"\(2, 3\)"):
        backward(np.zeros((2, 3, 1, 1)), np.zeros((2, 3, 4, 4)))
