"""Adaptive pooling: the bins that torch cuts, their values, indices and gradients."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.errors import BinError, DtypeError, ShapeError, WindowError
from poolcourse.reference import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    bin_edges,
)

sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
wanted = st.one_of(st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9)), st.just((None, 3)))
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("n", range(1, 15))
def test_every_cell_is_in_a_bin_and_bins_are_those_of_the_real_line_rounded_outwards(n):
    for size in range(1, 200):
        edges = bin_edges(size, n)
        assert len(edges) == n
        assert set().union(*(range(*edge) for edge in edges)) == set(range(size))
        for i, (start, end) in enumerate(edges):
            # A cell [c, c + 1) belongs to bin i if it meets the open stretch (i size / n, (i + 1) size / n).
            cells = [c for c in range(size) if (c + 1) * n > i * size and c * n < (i + 1) * size]
            assert (start, end) == (cells[0], cells[-1] + 1)


@given(sizes, wanted, seeds, st.sampled_from(["float16", "float32", "float64", "odd"]))
@settings(max_examples=300, deadline=None)
def test_max_and_average_over_bins_are_those_of_torch(frozen, size, n, seed, dtype):
    rng = np.random.default_rng(seed)
    x = rng.integers(-4, 5, (2, 2, *size)).astype("float32" if dtype == "odd" else dtype)
    if dtype == "odd":
        x[rng.random(x.shape) < 0.1] = np.nan
        x[rng.random(x.shape) < 0.1] = -np.inf
    tensor = torch.from_numpy(x.copy())
    expected, expected_places = F.adaptive_max_pool2d(tensor, n, return_indices=True)
    largest, places = adaptive_max_pool2d(frozen(x), n, return_indices=True)
    assert largest.dtype == x.dtype
    np.testing.assert_array_equal(largest, expected.numpy())
    np.testing.assert_array_equal(places, expected_places.numpy())
    mean = adaptive_avg_pool2d(x, n)
    assert mean.dtype == x.dtype
    rtol = 2e-3 if dtype == "float16" else 1e-6
    np.testing.assert_allclose(mean, F.adaptive_avg_pool2d(tensor, n).numpy(), rtol=rtol, atol=rtol / 10)


@given(sizes, st.integers(1, 6), seeds)
@settings(max_examples=200, deadline=None)
def test_values_are_those_of_a_loop_over_the_cells_of_each_bin(size, n, seed):
    x = np.random.default_rng(seed).integers(-4, 5, (2, *size)).astype(float)
    largest, mean = adaptive_max_pool2d(x, n), adaptive_avg_pool2d(x, n)
    for c, i, j in np.ndindex(2, n, n):
        cells = [
            x[c, a, b]
            for a in range(size[0])
            for b in range(size[1])
            if (a + 1) * n > i * size[0] and a * n < (i + 1) * size[0]
            if (b + 1) * n > j * size[1] and b * n < (j + 1) * size[1]
        ]
        assert largest[c, i, j] == max(cells)
        assert mean[c, i, j] == sum(cells) / len(cells)


@given(sizes, wanted, seeds)
@settings(max_examples=200, deadline=None)
def test_gradients_are_those_of_autograd(frozen, size, n, seed):
    rng = np.random.default_rng(seed)
    x = frozen(rng.integers(-3, 4, (2, 2, *size)).astype(float))
    for pool, backward in (
        (F.adaptive_max_pool2d, adaptive_max_pool2d_backward),
        (F.adaptive_avg_pool2d, adaptive_avg_pool2d_backward),
    ):
        leaf = torch.tensor(x, requires_grad=True)
        out = pool(leaf, n)
        grad = frozen(rng.normal(size=out.shape))
        out.backward(torch.tensor(grad))
        np.testing.assert_allclose(backward(grad, x, n), leaf.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("n", [1, 3, (2, 5), (7, 7)])
def test_gradient_is_the_slope_found_by_moving_each_cell(n, numeric_gradient, distinct):
    rng = np.random.default_rng(10)
    x = distinct(rng, 2, 5, 6)
    for forward, backward in (
        (adaptive_max_pool2d, adaptive_max_pool2d_backward),
        (adaptive_avg_pool2d, adaptive_avg_pool2d_backward),
    ):
        grad = rng.normal(size=forward(x, n).shape)
        slope = numeric_gradient(lambda moved, forward=forward: forward(moved, n), x, grad)
        np.testing.assert_allclose(backward(grad, x, n), slope, atol=1e-8)


@pytest.mark.parametrize("n", [0, -1, (0, 3), (2, -1)])
def test_less_than_one_bin_is_refused(n):
    with pytest.raises(BinError, match="at least one bin"):
        adaptive_max_pool2d(np.zeros((1, 4, 4)), n)


@pytest.mark.parametrize("n", [2.0, "2", (1, 2, 3), (), (1.5, 2)])
def test_what_is_no_size_is_refused(n):
    with pytest.raises(WindowError, match="output_size"):
        adaptive_avg_pool2d(np.zeros((1, 4, 4)), n)


def test_integers_have_a_maximum_only_and_gradients_must_fit():
    x = np.array([[[2**62 + 1, 2**62]]])
    assert adaptive_max_pool2d(x, 1) == 2**62 + 1
    for call in (
        lambda: adaptive_avg_pool2d(x, 1),
        lambda: adaptive_max_pool2d(x > 0, 1),
        lambda: adaptive_max_pool2d_backward(np.ones((1, 1, 1)), x, 1),
        lambda: adaptive_avg_pool2d_backward(np.ones((1, 1, 1)), x, 1),
    ):
        with pytest.raises(DtypeError, match="astype"):
            call()
    with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
        adaptive_max_pool2d_backward(np.ones((1, 2)), x.astype(float), 2)
