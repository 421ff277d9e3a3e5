"""Stochastic pooling: the draw, its frequencies, its edges, its gradient, and the mean of test time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from poolcourse.errors import DtypeError, RangeError, ShapeError, WindowError
from poolcourse.reference import draw, output_size, stochastic_pool2d, stochastic_pool2d_backward

ALMOST_ONE = float(np.nextafter(1, 0))


@st.composite
def cases(draw_from):
    """(x, draws, kernel, stride): maps after ReLU with many zeros, draws with the extremes among them."""
    kernel = draw_from(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    stride = draw_from(st.one_of(st.none(), st.tuples(st.integers(1, 3), st.integers(1, 3))))
    size = [k + draw_from(st.integers(0, 5)) for k in kernel]
    rng = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    dtype = draw_from(st.sampled_from(["float16", "float32", "float64"]))
    scale = draw_from(st.sampled_from([1.0, 1e-3, 6e-8, 1e-44, 5e-324, 100.0]))
    x = (np.maximum(rng.normal(size=(2, 2, *size)), 0) * scale).astype(dtype)
    out = [output_size(n, k, s) for n, k, s in zip(size, kernel, stride or kernel, strict=True)]
    draws = rng.random((2, 2, *out))
    extremes = rng.choice([0.0, ALMOST_ONE, 1 - 2.0**-24, 0.5, 5e-324], draws.shape)
    draws = np.where(rng.random(draws.shape) < 0.4, extremes, draws)
    return x, draws, kernel, stride


def loop(x, draws, kernel, stride):
    """The rule in Python, one addition a tap: values and the cells (row, column) drawn, None in a window of zeros."""
    wide = np.float64 if x.dtype == np.float64 else np.float32
    (kh, kw), (sh, sw) = kernel, stride or kernel
    values, cells = np.zeros(draws.shape, x.dtype), {}
    for where in np.ndindex(draws.shape):
        n, c, i, j = where
        taps = [(i * sh + a, j * sw + b) for a in range(kh) for b in range(kw)]
        running = [wide(0)]
        for row, col in taps:
            running.append(wide(running[-1] + wide(x[n, c, row, col])))
        total, goal, cells[where] = running[-1], wide(wide(draws[where]) * running[-1]), None
        for (row, col), so_far in zip(taps, running[1:], strict=True):
            if total > 0 and (so_far > goal or so_far == total):
                values[where], cells[where] = x[n, c, row, col], (row, col)
                break
    return values, cells


@given(cases())
@settings(max_examples=400, deadline=None)
def test_the_element_drawn_is_the_first_whose_running_sum_exceeds_the_share(frozen, case):
    x, draws, kernel, stride = case
    expected, _ = loop(x, draws, kernel, stride)
    pooled = stochastic_pool2d(frozen(x), kernel, stride, draws=frozen(draws))
    assert pooled.dtype == x.dtype
    np.testing.assert_array_equal(pooled, expected)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_an_activation_of_zero_is_drawn_from_a_window_of_zeros_only(case):
    x, draws, kernel, stride = case
    pooled = stochastic_pool2d(x, kernel, stride, draws=draws)
    sums = stochastic_pool2d(x, kernel, stride, training=False) if x.dtype == np.float64 else None
    for where in np.ndindex(pooled.shape):
        n, c, i, j = where
        (kh, kw), (sh, sw) = kernel, stride or kernel
        window = x[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        assert pooled[where] in window
        assert (pooled[where] == 0) == (window == 0).all()
        if sums is not None and x.max() > 1e-300:
            assert window.min() <= sums[where] <= window.max() * (1 + 1e-12)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_the_gradient_lands_on_the_element_drawn_and_nowhere_in_a_window_of_zeros(frozen, case):
    x, draws, kernel, stride = case
    grad = np.random.default_rng(1).integers(1, 9, draws.shape).astype(x.dtype)
    _, cells = loop(x, draws, kernel, stride)
    expected = np.zeros(x.shape, x.dtype)
    for (n, c, i, j), cell in cells.items():
        if cell:
            expected[n, c, *cell] += grad[n, c, i, j]
    back = stochastic_pool2d_backward(frozen(grad), frozen(x), kernel, stride, draws=frozen(draws))
    assert back.dtype == x.dtype
    np.testing.assert_array_equal(back, expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_each_activation_is_drawn_as_often_as_its_share(dtype):
    window = np.array([[0.0, 1.0, 3.0], [0.5, 0.0, 2.5], [8.0, 0.25, 1.75]], dtype)
    trials = 40_000
    x = np.tile(window, (1, 1, 200, 200))
    draws = np.random.default_rng(20).random((1, 1, 200, 200))
    pooled = stochastic_pool2d(x, 3, draws=draws)
    positive = window[window > 0].astype(float)
    counts = [(pooled == a).sum() for a in positive]
    assert sum(counts) == trials
    assert chisquare(counts, trials * positive / positive.sum()).pvalue > 0.001


def test_equal_activations_at_different_places_are_drawn_equally_often():
    taps = draw(np.ones((40_000, 9)), np.random.default_rng(21).random(40_000))
    assert chisquare(np.bincount(taps, minlength=9)).pvalue > 0.001


def test_fresh_draws_differ_from_call_to_call_have_the_right_shares_and_leave_the_global_seed_alone():
    x = np.tile([[0.0, 1.0], [2.0, 5.0]], (1, 100, 100))
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = stochastic_pool2d(x, 2), stochastic_pool2d(x, 2)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert (first != second).any()
    # 10,000 windows: six standard deviations are 0.03.
    np.testing.assert_allclose([(first == a).mean() for a in (0, 1, 2, 5)], [0, 1 / 8, 2 / 8, 5 / 8], atol=0.03)


def test_draws_that_round_up_to_one_in_float32_still_give_the_last_positive_activation():
    x = np.array([[[1.0, 2.0], [4.0, 0.0]]], np.float32)
    assert np.float32(ALMOST_ONE) == 1
    assert stochastic_pool2d(x, 2, draws=np.full((1, 1, 1), ALMOST_ONE)) == 4


def test_of_the_smallest_numbers_there_are_one_is_still_drawn():
    tiny = np.array([[[0.0, 1e-45, 0.0]]], np.float32)  # 0.9 of it rounds up to all of it
    assert stochastic_pool2d(tiny, (1, 3), draws=np.full((1, 1, 1), 0.9)) == tiny[0, 0, 1]


def test_nan_stays_in_its_window_and_infinity_is_certain():
    x = np.array([[[1.0, 2.0, 1.0, np.nan, np.inf, 1.0, 3.0, 3.0]]])
    with np.errstate(invalid="ignore"):
        for u in (0.0, 0.5, ALMOST_ONE):
            pooled = stochastic_pool2d(x, (1, 2), draws=np.full((1, 1, 4), u))[0, 0]
            assert pooled[0] in (1, 2)
            assert np.isnan(pooled[1])
            assert pooled[2] == np.inf
            assert pooled[3] == 3
            back = stochastic_pool2d_backward(np.ones((1, 1, 4)), x, (1, 2), draws=np.full((1, 1, 4), u))[0, 0]
            assert back[2:6].tolist() == [0, 1, 1, 0]  # to the NaN and to the infinity
        mean = stochastic_pool2d(x, (1, 2), training=False)[0, 0]
    np.testing.assert_allclose(mean[[0, 3]], [5 / 3, 3])
    assert np.isnan(mean[1])


def test_test_time_is_the_mean_weighted_by_probability_and_zero_for_zeros():
    x = np.array([[[0.0, 1.0, 0.0, 0.0], [2.0, 5.0, 0.0, 0.0]]])
    np.testing.assert_allclose(stochastic_pool2d(x, 2, training=False), [[[30 / 8, 0]]])


def test_test_time_is_the_limit_of_many_draws():
    x = np.maximum(np.random.default_rng(4).normal(size=(1, 4, 4)), 0)
    rng = np.random.default_rng(5)
    draws = [stochastic_pool2d(x, 2, draws=rng.random((1, 2, 2))) for _ in range(4000)]
    np.testing.assert_allclose(np.mean(draws, axis=0), stochastic_pool2d(x, 2, training=False), atol=0.06)


@pytest.mark.parametrize("config", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 1}, {"kernel_size": (1, 3)}])
def test_gradient_is_the_slope_found_by_moving_each_cell(config, numeric_gradient, distinct):
    rng = np.random.default_rng(6)
    x = distinct(rng, 2, 4, 6)
    grad = rng.normal(size=stochastic_pool2d(x, **config).shape)
    slope = numeric_gradient(lambda moved: stochastic_pool2d(moved, **config, training=False), x, grad)
    np.testing.assert_allclose(stochastic_pool2d_backward(grad, x, **config, training=False), slope, atol=1e-7)
    # In training the map is piecewise linear: hold the draws, and stay away from the edges between elements.
    draws = rng.random(grad.shape)
    slope = numeric_gradient(lambda moved: stochastic_pool2d(moved, **config, draws=draws), x, grad, step=1e-6)
    np.testing.assert_allclose(stochastic_pool2d_backward(grad, x, **config, draws=draws), slope, atol=1e-7)


def test_gradient_of_test_time_is_zero_in_a_window_of_zeros():
    x = np.zeros((1, 2, 2))
    assert not stochastic_pool2d_backward(np.ones((1, 1, 1)), x, 2, training=False).any()
    assert not stochastic_pool2d_backward(np.ones((1, 1, 1)), x, 2, draws=np.zeros((1, 1, 1))).any()


@pytest.mark.parametrize("training", [True, False])
def test_negative_activations_are_refused_with_the_remedy(training):
    with pytest.raises(RangeError, match="ReLU"):
        stochastic_pool2d(np.array([[[1.0, -0.5]]]), (1, 2), training=training)
    assert stochastic_pool2d(np.array([[[-0.0, 2.0]]]), (1, 2), training=training) == 2  # -0.0 is no negative


@pytest.mark.parametrize("u", [-0.1, 1.0, 2.0, np.nan])
def test_draws_outside_zero_to_one_are_refused(u):
    with pytest.raises(RangeError, match=r"\[0, 1\)"):
        stochastic_pool2d(np.ones((1, 2, 2)), 2, draws=np.full((1, 1, 1), u))


def test_draws_of_another_shape_missing_draws_integers_and_wide_windows_are_refused():
    x = np.ones((1, 4, 4))
    with pytest.raises(ShapeError, match="one draw a window"):
        stochastic_pool2d(x, 2, draws=np.zeros((2, 2)))
    with pytest.raises(RangeError, match="draws of the forward pass"):
        stochastic_pool2d_backward(np.ones((1, 2, 2)), x, 2)
    with pytest.raises(ShapeError, match="gradient"):
        stochastic_pool2d_backward(np.ones((1, 4)), x, 2, draws=np.zeros((1, 2, 2)))
    with pytest.raises(DtypeError, match="astype"):
        stochastic_pool2d(x.astype(int), 2)
    with pytest.raises(WindowError, match="fits"):
        stochastic_pool2d(x, 5)
