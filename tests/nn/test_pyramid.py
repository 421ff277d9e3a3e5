"""Spatial pyramid pooling on the torch side."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference
from poolcourse.errors import BinError

many = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
sizes = st.integers(1, 20)
pyramids = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)


def four_calls(x, levels):
    return torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in levels], dim=1)


@many
@given(height=sizes, width=sizes, levels=pyramids)
def test_maximum_is_torchs_adaptive_pooling_bit_for_bit(height, width, levels, engine):
    x = torch.randn(2, 3, height, width)
    assert torch.equal(nn.spatial_pyramid_pool2d(x, levels), four_calls(x, levels))


@many
@given(height=sizes, width=sizes, levels=pyramids, mode=st.sampled_from(["max", "avg", "sum"]))
def test_each_bin_is_that_of_a_loop(height, width, levels, mode, engine, brute):
    x = torch.randint(-9, 9, (1, height, width)).double()
    found = nn.spatial_pyramid_pool2d(x, levels, mode)
    combine = {"max": max, "avg": lambda v: sum(v) / len(v), "sum": sum}[mode]
    expected = [combine([value for _, value in cells]) for n in levels for cells in brute.bins(x[0], n)]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))


@many
@given(
    height=sizes,
    width=sizes,
    levels=pyramids,
    mode=st.sampled_from(["max", "avg", "sum"]),
    rule=st.sampled_from(["adaptive", "sliding"]),
)
def test_both_backends_agree_forward_and_backward(height, width, levels, mode, rule, engine, gradient):
    x = torch.randint(-2, 3, (2, 2, height, width)).double()  # full of ties
    try:
        expected = reference.spatial_pyramid_pool2d(x.numpy(), levels, mode, rule)
    except BinError:
        with pytest.raises(BinError):
            nn.spatial_pyramid_pool2d(x, levels, mode, rule)
        return
    torch.testing.assert_close(nn.spatial_pyramid_pool2d(x, levels, mode, rule), torch.from_numpy(expected))
    weights = torch.rand(expected.shape, dtype=torch.float64)
    back = reference.spatial_pyramid_pool2d_backward(weights.numpy(), x.numpy(), levels, mode, rule)
    found = gradient(lambda x: nn.spatial_pyramid_pool2d(x, levels, mode, rule), x, weights)
    torch.testing.assert_close(found, torch.from_numpy(back))


@pytest.mark.parametrize("mode", ["max", "avg", "sum"])
def test_a_nan_stays_in_its_own_bins(mode, engine):
    x = torch.zeros(1, 1, 12, 12)
    x[0, 0, 0, 0] = math.nan
    lost = nn.spatial_pyramid_pool2d(x, (6, 3, 2, 1), mode).isnan()
    assert lost.nonzero()[:, 1].tolist() == [0, 36, 45, 49]


def test_the_length_is_the_same_for_maps_of_any_size():
    lengths = {nn.spatial_pyramid_pool2d(torch.zeros(1, 4, h, w)).shape for h, w in ((13, 13), (10, 17), (1, 2))}
    assert lengths == {(1, 200)}


def test_integers_are_pooled_exactly():
    x = torch.randint(-(2**60), 2**60, (2, 3, 7, 5))
    x[0, 0, 0, :2] = torch.tensor([2**60, 2**60 + 1])
    assert nn.spatial_pyramid_pool2d(x, (1,))[0, 0] == 2**60 + 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_sums_as_float32_does(dtype, engine):
    x = torch.ones(1, 1, 64, 64, dtype=dtype)
    assert nn.spatial_pyramid_pool2d(x, (1,), "sum").item() == 4096
    assert nn.spatial_pyramid_pool2d(x, (1,), "avg").item() == 1
    # A column of 2049 ones is 2048 in either half precision, if it is rounded before the columns are added.
    columns = torch.ones(1, 1, 2049, 3, dtype=dtype)
    assert nn.spatial_pyramid_pool2d(columns, (1,), "sum") == torch.tensor(3 * 2049.0).to(dtype)
    y = torch.randn(1, 2, 13, 13).to(dtype)
    assert torch.equal(nn.spatial_pyramid_pool2d(y), four_calls(y, (6, 3, 2, 1)))


@pytest.mark.parametrize("mode", ["max", "avg", "sum"])
def test_derivatives_are_those_of_finite_differences(mode, engine):
    x = torch.randperm(40).double().view(1, 2, 4, 5).requires_grad_()

    def pool(x):
        return nn.spatial_pyramid_pool2d(x, (3, 2, 1), mode)

    assert torch.autograd.gradcheck(pool, x, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(pool, x)


def test_the_module_knows_its_bins_and_prints_its_settings():
    pool = nn.SpatialPyramidPool2d((4, 2, 1), "avg")
    assert pool.bins == 21
    assert repr(pool) == "SpatialPyramidPool2d(levels=(4, 2, 1), mode='avg', rule='adaptive')"
    x = torch.randn(2, 3, 9, 7)
    assert torch.equal(pool(x), nn.spatial_pyramid_pool2d(x, (4, 2, 1), "avg"))
