"""Maximum, average and sum over windows, on the torch side."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference
from poolcourse.errors import PoolingError

SPECIAL = [0.0, 1.0, -2.0, 3.5, 3.5, math.inf, -math.inf, math.nan]
many = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def cases(draw, dilations=True, special=True):
    """A map and a window that may or may not fit it."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), height, width)
    value = st.sampled_from(SPECIAL if special else [0.0, 1.0, -2.0, 0.3, 7.0])
    count = math.prod(shape)
    x = torch.tensor(draw(st.lists(value, min_size=count, max_size=count)), dtype=torch.float64).view(shape)
    kernel = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    stride = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation = (draw(st.integers(1, 2)), draw(st.integers(1, 2))) if dilations else (1, 1)
    return x, kernel, stride, padding, dilation, draw(st.booleans())


@many
@given(case=cases())
def test_maximum_and_its_place_are_those_of_a_loop_over_cells(case, engine, brute):
    x, kernel, stride, padding, dilation, ceil_mode = case
    try:
        values, places = nn.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode, return_indices=True)
    except PoolingError:
        return
    for image in range(x.shape[0]):
        for channel in range(x.shape[1]):
            seen = brute.windows(x[image, channel], values.shape[-2:], kernel, stride, padding, dilation)
            expected = [brute.winner(cells) for row in seen for cells in row]
            assert places[image, channel].flatten().tolist() == [place for place, _ in expected]
            found = values[image, channel].flatten().tolist()
            assert all(a == b or (a != a and b != b) for a, (_, b) in zip(found, expected, strict=True))
    assert torch.equal(nn.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode).isnan(), values.isnan())


@many
@given(case=cases(dilations=False, special=False), include=st.booleans(), divisor=st.sampled_from([None, 3, -2]))
def test_average_and_sum_are_those_of_a_loop_over_cells(case, include, divisor, engine, brute):
    x, kernel, stride, padding, _, ceil_mode = case
    try:
        means = nn.avg_pool2d(x, kernel, stride, padding, ceil_mode, include, divisor)
        sums = nn.sum_pool2d(x, kernel, stride, padding, ceil_mode)
    except PoolingError:
        return
    height, width = x.shape[-2:]
    for i in range(means.shape[-2]):
        for j in range(means.shape[-1]):
            top, left = i * stride[0] - padding[0], j * stride[1] - padding[1]
            # The overhang of ceil_mode never counts, padding only if asked for.
            reach = (height + padding[0] * include, width + padding[1] * include)
            rows = min(top + kernel[0], reach[0]) - max(top, -padding[0] * include)
            cols = min(left + kernel[1], reach[1]) - max(left, -padding[1] * include)
            crop = x[..., max(top, 0) : top + kernel[0], max(left, 0) : left + kernel[1]]
            total = crop.sum((-2, -1))
            torch.testing.assert_close(sums[..., i, j], total)
            torch.testing.assert_close(means[..., i, j], total / (divisor or rows * cols))


@many
@given(case=cases())
def test_gradient_of_the_maximum_is_that_of_the_reference(case, engine, gradient):
    x, *window = case
    try:
        weights = torch.rand(nn.max_pool2d(x, *window).shape, dtype=torch.float64)
    except PoolingError:
        return
    found = gradient(lambda x: nn.max_pool2d(x, *window), x, weights)
    expected = reference.max_pool2d_backward(weights.numpy(), x.numpy(), *window)
    torch.testing.assert_close(found, torch.from_numpy(expected))


@many
@given(case=cases(dilations=False, special=False), include=st.booleans())
def test_gradient_of_the_average_is_that_of_the_reference(case, include, engine, gradient):
    x, kernel, stride, padding, _, ceil_mode = case
    window = (kernel, stride, padding, ceil_mode)
    try:
        weights = torch.rand(nn.avg_pool2d(x, *window).shape, dtype=torch.float64)
    except PoolingError:
        return
    found = gradient(lambda x: nn.avg_pool2d(x, *window, include), x, weights)
    expected = reference.avg_pool2d_backward(weights.numpy(), x.numpy(), *window, include)
    torch.testing.assert_close(found, torch.from_numpy(expected))


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5, (1, 4), (4, 1)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_large_maps_agree_with_torch_bit_for_bit(kernel_size, stride, device):
    x = torch.randn(3, 8, 61, 47, device=device)
    assert x.numel() > nn.dispatch.SMALL
    assert torch.equal(nn.max_pool2d(x, kernel_size, stride), F.max_pool2d(x, kernel_size, stride))
    torch.testing.assert_close(nn.avg_pool2d(x, kernel_size, stride), F.avg_pool2d(x, kernel_size, stride))


def test_a_map_wider_than_255_keeps_its_places(ours):
    x = torch.randn(2, 3, 4, 700)
    kernel = (2, 300)  # more taps than a byte counts
    values, places = nn.max_pool2d(x, kernel, 1, return_indices=True)
    assert torch.equal(places, F.max_pool2d(x, kernel, 1, return_indices=True)[1])
    assert torch.equal(x.flatten(-2).gather(-1, places.flatten(-2)).view_as(values), values)


def test_ties_send_the_whole_gradient_to_the_first_cell(engine, gradient):
    x = torch.ones(1, 1, 4, 4)
    back = gradient(lambda x: nn.max_pool2d(x, 2), x, torch.ones(1, 1, 2, 2))
    assert back[0, 0].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_overlapping_windows_add_up_in_a_cell_that_wins_them_all(engine, gradient):
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 1
    back = gradient(lambda x: nn.max_pool2d(x, 3, 1), x, torch.ones(1, 1, 3, 3))
    assert back[0, 0, 2, 2] == 9
    assert back.sum() == 9


def test_a_nan_stays_in_its_own_windows(engine):
    x = torch.zeros(1, 1, 8, 8)
    x[0, 0, 3, 3] = math.nan
    for pool in (nn.max_pool2d, nn.avg_pool2d, nn.sum_pool2d):
        lost = pool(x, 2).isnan()[0, 0]
        assert lost.nonzero().tolist() == [[1, 1]], pool.__name__


def test_infinities_stay_in_their_own_windows(engine):
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 0, 0], x[0, 0, 3, 3] = math.inf, -math.inf
    assert nn.max_pool2d(x, 2)[0, 0].tolist() == [[math.inf, 0], [0, 0]]
    assert nn.avg_pool2d(x, 2)[0, 0].tolist() == [[math.inf, 0], [0, -math.inf]]


def test_padding_never_wins_a_maximum(engine):
    x = torch.full((1, 1, 3, 3), -5.0)
    assert (nn.max_pool2d(x, 3, 1, 1) == -5).all()
    lowest = torch.full((1, 1, 3, 3), -128, dtype=torch.int8)
    values, places = nn.max_pool2d(lowest, 3, 1, 1, return_indices=True)
    assert (values == -128).all()
    assert places.min() >= 0
    assert places.max() <= 8


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_integers_are_exact_where_floats_are_not(dtype, layout, engine):
    info = torch.iinfo(dtype)
    x = torch.randint(info.min, info.max, (2, 5, 9, 8), dtype=dtype).contiguous(memory_format=layout)
    x[0, 0, 0, :2] = torch.tensor([info.max - 1, info.max], dtype=dtype)
    values, places = nn.max_pool2d(x, 2, return_indices=True)
    cells = x.unfold(2, 2, 2).unfold(3, 2, 2).flatten(-2)
    assert torch.equal(values, cells.amax(-1))
    assert values.is_contiguous(memory_format=layout)
    assert torch.equal(x.flatten(-2).gather(-1, places.flatten(-2)).view_as(values), values)
    assert torch.equal(nn.max_pool2d(x, 2), values)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_sums_as_float32_does(dtype, engine, gradient):
    # In half precision 2048 + 1 is 2048: a sum of 4096 ones would stop there.
    ones = torch.ones(1, 1, 64, 64, dtype=dtype)
    assert nn.sum_pool2d(ones, 64).item() == 4096
    assert nn.avg_pool2d(ones, 64).item() == 1
    # A row of 2049 ones is 2048 in either half precision, if it is rounded before the rows are added.
    row = torch.ones(1, 1, 3, 2049, dtype=dtype)
    assert nn.sum_pool2d(row, (3, 2049)) == torch.tensor(3 * 2049.0).to(dtype)
    x = torch.randn(1, 2, 9, 9).to(dtype)
    for pool in (nn.avg_pool2d, nn.max_pool2d):
        wide = gradient(lambda x, pool=pool: pool(x, 5, 1), x.float())
        close = {"rtol": 2 * torch.finfo(dtype).eps, "atol": 2 * torch.finfo(dtype).eps}
        if engine == "slices":  # torch's own kernels round every addition of a gradient
            back = gradient(lambda x, pool=pool: pool(x, 5, 1), x)
            torch.testing.assert_close(back.float(), wide, **close)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_gradient_of_a_cell_that_wins_everywhere_keeps_growing_in_half_precision(dtype, ours, gradient):
    x = torch.zeros(1, 1, 1, 9000, dtype=dtype)
    x[..., 4500] = 1
    back = gradient(lambda x: nn.max_pool2d(x, (1, 4097), 1), x, torch.ones(1, 1, 1, 4904))
    assert back[..., 4500] == torch.tensor(4097.0).to(dtype)


def test_indices_are_those_that_max_unpool_takes(engine):
    x = torch.randn(2, 3, 6, 6)
    values, places = nn.max_pool2d(x, 2, return_indices=True)
    back = F.max_unpool2d(values, places, 2)
    assert torch.equal(nn.max_pool2d(back.clamp(min=-9), 2).clamp(min=0), values.clamp(min=0))
    assert (back != 0).sum() == values.numel()


def test_modules_do_what_their_functions_do():
    x = torch.randn(2, 3, 9, 8)
    assert torch.equal(nn.MaxPool2d(3, 2, 1, ceil_mode=True)(x), F.max_pool2d(x, 3, 2, 1, ceil_mode=True))
    assert torch.equal(nn.AvgPool2d(3, 2, 1, count_include_pad=False)(x), F.avg_pool2d(x, 3, 2, 1, False, False))
    assert torch.equal(nn.SumPool2d(2)(x), nn.sum_pool2d(x, 2))
    assert len(nn.MaxPool2d(2, return_indices=True)(x)) == 2


def test_the_print_of_a_module_builds_it_again():
    for module in (nn.MaxPool2d((2, 3), 1, dilation=2), nn.AvgPool2d(4, divisor_override=5), nn.SumPool2d(3, 2, 1)):
        again = eval(repr(module), {name: getattr(nn, name) for name in nn.__all__})
        assert again.settings() == module.settings()
