"""Maximum, average and sum over windows: against loops, against torch, and the gradients."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.errors import DtypeError, RangeError, ShapeError, WindowError
from poolcourse.reference import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    sum_pool2d,
    sum_pool2d_backward,
)

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int8", "uint8", "int16", "int32", "int64")


@st.composite
def configs(draw, dilations=(1, 2, 3)):
    """A map's size and a window that fits, each as (height, width)."""
    each = []
    for _ in range(2):
        kernel, dilation = draw(st.integers(1, 4)), draw(st.sampled_from(dilations))
        padding = draw(st.integers(0, kernel // 2))
        # A tap must find the map, or torch answers with an index outside it.
        smallest = max(1, dilation * (kernel - 1) + 1 - 2 * padding, dilation if padding else 1)
        each.append((draw(st.integers(smallest, smallest + 6)), kernel, draw(st.integers(1, 4)), padding, dilation))
    size, kernel, stride, padding, dilation = zip(*each, strict=True)
    stride = draw(st.sampled_from([None, stride]))
    return size, {
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": draw(st.booleans()),
    }


def draw_map(seed, shape, dtype="float64", odd=False):
    """Few different values, so that ties abound and float sums are exact; `odd` puts NaN and infinities in."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-4, 5, shape)
    if np.dtype(dtype).kind == "u":
        x = abs(x)
    x = x.astype(dtype)
    if odd:
        x[rng.random(shape) < 0.1] = np.nan
        x[rng.random(shape) < 0.1] = -np.inf
        x[rng.random(shape) < 0.05] = np.inf
    return x


def taps(size, count, kernel, stride, padding, dilation):
    """For each window along an axis, the cells of the map that it reads."""
    return [
        [c for tap in range(kernel) if 0 <= (c := i * stride - padding + tap * dilation) < size] for i in range(count)
    ]


def count(size, kernel, stride, padding, dilation, ceil_mode):
    reach, n = dilation * (kernel - 1) + 1, 0
    while n * stride + reach <= size + 2 * padding or (
        ceil_mode and (n - 1) * stride + reach < size + 2 * padding and n * stride < size + padding
    ):
        n += 1
    return n


def by_hand(x, config, reduce):
    """Loop over windows: `reduce` gets the list of ((row, column), value) of the cells inside the map."""
    stride = config["stride"] or config["kernel_size"]
    axes = []
    for size, *sizes in zip(
        x.shape[-2:], config["kernel_size"], stride, config["padding"], config["dilation"], strict=True
    ):
        axes.append(taps(size, count(size, *sizes, config["ceil_mode"]), *sizes))
    out = np.empty((*x.shape[:-2], len(axes[0]), len(axes[1])))
    for lead in np.ndindex(x.shape[:-2]):
        for i, rows in enumerate(axes[0]):
            for j, cols in enumerate(axes[1]):
                out[(*lead, i, j)] = reduce([((r, c), x[(*lead, r, c)]) for r in rows for c in cols], i, j)
    return out


@given(configs(), st.integers(0, 2**32 - 1))
@settings(max_examples=300, deadline=None)
def test_max_is_the_largest_of_the_cells_that_a_loop_finds_and_its_index_the_first(frozen, config, seed):
    size, config = config
    x = frozen(draw_map(seed, (2, 2, *size)))
    largest, places = max_pool2d(x, **config, return_indices=True)
    np.testing.assert_array_equal(largest, by_hand(x, config, lambda cells, i, j: max(v for _, v in cells)))

    def first(cells, i, j):
        (row, col), _ = max(cells, key=lambda cell: cell[1])  # max keeps the first of equals
        return row * size[1] + col

    np.testing.assert_array_equal(places, by_hand(x, config, first))


@given(configs(), st.integers(0, 2**32 - 1), st.sampled_from([*FLOATS, "odd", *INTEGERS]))
@settings(max_examples=400, deadline=None)
def test_max_gives_the_values_and_indices_of_torch_for_every_dtype_with_nan_and_infinities(frozen, config, seed, dtype):
    size, config = config
    x = draw_map(seed, (2, 2, *size), "float32" if dtype == "odd" else dtype, odd=dtype == "odd")
    expected, expected_places = F.max_pool2d(torch.from_numpy(x.copy()), **config, return_indices=True)
    largest, places = max_pool2d(frozen(x), **config, return_indices=True)
    assert largest.dtype == x.dtype
    assert places.dtype == np.int64
    np.testing.assert_array_equal(largest, expected.numpy())
    np.testing.assert_array_equal(places, expected_places.numpy())


@given(
    configs(dilations=(1,)),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([None, 1, 5, -2]),
)
@settings(max_examples=300, deadline=None)
def test_average_and_sum_are_those_of_a_loop_and_the_overhang_never_counts(frozen, config, seed, include, override):
    size, config = config
    x = frozen(draw_map(seed, (2, 2, *size)))
    stride = config["stride"] or config["kernel_size"]

    def total(cells, i, j):
        return sum(v for _, v in cells)

    def mean(cells, i, j):
        counted = len(cells)
        if include:
            counted = math.prod(
                sum(k * s - p + t < n + p for t in range(kernel))
                for k, s, p, n, kernel in zip(
                    (i, j), stride, config["padding"], size, config["kernel_size"], strict=True
                )
            )
        return total(cells, i, j) / (override or counted)

    expected_mean, expected_total = by_hand(x, config, mean), by_hand(x, config, total)
    config = {name: value for name, value in config.items() if name != "dilation"}
    np.testing.assert_array_equal(sum_pool2d(x, **config), expected_total)
    np.testing.assert_array_equal(
        avg_pool2d(x, **config, count_include_pad=include, divisor_override=override), expected_mean
    )


@given(
    configs(dilations=(1,)),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([None, 3]),
    st.sampled_from([*FLOATS, "odd"]),
)
@settings(max_examples=300, deadline=None)
def test_average_is_that_of_torch_for_every_float_dtype_with_nan_and_infinities(
    frozen, config, seed, include, override, dtype
):
    size, config = config
    config = {name: value for name, value in config.items() if name != "dilation"}
    x = draw_map(seed, (2, 2, *size), "float32" if dtype == "odd" else dtype, odd=dtype == "odd")
    expected = F.avg_pool2d(torch.from_numpy(x.copy()), **config, count_include_pad=include, divisor_override=override)
    with np.errstate(invalid="ignore"):
        mean = avg_pool2d(frozen(x), **config, count_include_pad=include, divisor_override=override)
    assert mean.dtype == x.dtype
    np.testing.assert_allclose(mean, expected.numpy(), rtol=2e-3 if dtype == "float16" else 1e-6)


@given(configs(), st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_gradient_of_max_is_that_of_autograd_with_ties_and_overlaps(frozen, config, seed):
    size, config = config
    x = draw_map(seed, (2, 2, *size))
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    out = F.max_pool2d(leaf, **config)
    grad = np.random.default_rng(seed).normal(size=out.shape)
    out.backward(torch.from_numpy(grad))
    np.testing.assert_allclose(max_pool2d_backward(frozen(grad), frozen(x), **config), leaf.grad.numpy(), atol=1e-12)


@given(configs(dilations=(1,)), st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([None, 3]))
@settings(max_examples=200, deadline=None)
def test_gradients_of_average_and_sum_are_those_of_autograd(frozen, config, seed, include, override):
    size, config = config
    config = {name: value for name, value in config.items() if name != "dilation"}
    x = frozen(draw_map(seed, (2, 2, *size)))
    rules = {"count_include_pad": include, "divisor_override": override}
    for rule, backward in ((rules, avg_pool2d_backward), ({"divisor_override": 1}, sum_pool2d_backward)):
        leaf = torch.tensor(x, requires_grad=True)
        out = F.avg_pool2d(leaf, **config, **rule)
        grad = frozen(np.random.default_rng(seed).normal(size=out.shape))
        out.backward(torch.tensor(grad))
        found = backward(grad, x, **config, **(rule if backward is avg_pool2d_backward else {}))
        np.testing.assert_allclose(found, leaf.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [(max_pool2d, max_pool2d_backward), (avg_pool2d, avg_pool2d_backward), (sum_pool2d, sum_pool2d_backward)],
)
@pytest.mark.parametrize(
    "config",
    [
        {"kernel_size": 2},
        {"kernel_size": 3, "stride": 1},
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {"kernel_size": (2, 3), "stride": (3, 2), "padding": (1, 0), "ceil_mode": True},
    ],
)
def test_gradient_is_the_slope_found_by_moving_each_cell(forward, backward, config, numeric_gradient, distinct):
    rng = np.random.default_rng(3)
    x = distinct(rng, 1, 2, 5, 6)
    grad = rng.normal(size=forward(x, **config).shape)
    slope = numeric_gradient(lambda moved: forward(moved, **config), x, grad)
    np.testing.assert_allclose(backward(grad, x, **config), slope, atol=1e-8)


def test_padding_never_wins_on_negative_maps_and_integers_stay_exact():
    assert max_pool2d(np.full((1, 2, 2), -3.0), 3, 1, padding=1).max() == -3
    big = np.array([[[2**62 + 1, 2**62]]])
    assert max_pool2d(big, (1, 2))[0, 0, 0] == 2**62 + 1  # float64 can't tell the two apart
    least = np.full((1, 2, 2), np.iinfo(np.int32).min, np.int32)
    _, places = max_pool2d(least, 3, 1, padding=1, return_indices=True)
    assert places.min() >= 0  # even where padding ties


def test_half_precision_is_summed_in_float32():
    x = np.full((1, 64, 64), 1.5, np.float16)
    assert avg_pool2d(x, 64)[0, 0, 0] == 1.5  # a float16 sum stops growing at 4096
    assert sum_pool2d(x, 64)[0, 0, 0] == 6144


def test_gradients_that_meet_in_one_half_precision_cell_are_summed_in_float32():
    x = np.zeros((1, 1, 2 * 2560 - 1), np.float16)
    x[..., 2559] = 1  # all 2560 windows see it
    grad = np.ones((1, 1, 2560), np.float16)
    for backward in (max_pool2d_backward, sum_pool2d_backward):
        back = backward(grad, x, (1, 2560), 1)
        assert back.dtype == np.float16
        assert back[0, 0, 2559] == 2560  # a float16 sum stops growing at 2048


@pytest.mark.parametrize("operator", [avg_pool2d, sum_pool2d])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool", "complex64"])
def test_averages_and_sums_of_what_is_no_float_are_refused_with_the_remedy(operator, dtype):
    with pytest.raises(DtypeError, match=r"astype\(np.float32\)"):
        operator(np.zeros((1, 4, 4), dtype), 2)


@pytest.mark.parametrize("dtype", ["bool", "complex64", "object"])
def test_max_of_what_has_no_order_or_no_range_is_refused(dtype):
    with pytest.raises(DtypeError, match="integers or floating point"):
        max_pool2d(np.zeros((1, 4, 4), dtype), 2)


def test_integers_have_no_gradient():
    x = np.zeros((1, 2, 2), int)
    for backward in (max_pool2d_backward, avg_pool2d_backward, sum_pool2d_backward):
        with pytest.raises(DtypeError, match="floating point"):
            backward(np.zeros((1, 1, 1)), x, 2)


def test_a_divisor_of_zero_a_wide_padding_and_a_gradient_of_another_shape_are_refused():
    x = np.zeros((1, 4, 4))
    with pytest.raises(RangeError, match="divisor_override"):
        avg_pool2d(x, 2, divisor_override=0)
    with pytest.raises(WindowError, match="half the kernel"):
        avg_pool2d(x, 3, padding=2)
    for backward in (max_pool2d_backward, avg_pool2d_backward, sum_pool2d_backward):
        with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
            backward(np.zeros((1, 2, 3)), x, 2)


@given(configs(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_indices_lead_back_to_the_values(config, seed):
    size, config = config
    x = draw_map(seed, (2, *size))
    largest, places = max_pool2d(x, **config, return_indices=True)
    found = np.take_along_axis(x.reshape(2, -1), places.reshape(2, -1), axis=1)
    np.testing.assert_array_equal(found, largest.reshape(2, -1))
