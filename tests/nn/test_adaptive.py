"""Adaptive pooling on the torch side."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference

many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
sizes = st.integers(1, 12)
SPECIAL = [0.0, 1.0, 1.0, -2.0, 3.5, math.inf, -math.inf, math.nan]


@many
@given(data=st.data(), height=sizes, width=sizes, n=st.integers(1, 6))
def test_maximum_and_its_place_are_those_of_a_loop(data, height, width, n, engine, brute):
    flat = data.draw(st.lists(st.sampled_from(SPECIAL), min_size=height * width, max_size=height * width))
    x = torch.tensor(flat).view(1, height, width)
    values, places = nn.adaptive_max_pool2d(x, n, return_indices=True)
    expected = [brute.winner(cells) for cells in brute.bins(x[0], n)]
    assert places.flatten().tolist() == [place for place, _ in expected]
    torch.testing.assert_close(values.flatten(), torch.tensor([v for _, v in expected]), rtol=0, atol=0, equal_nan=True)


@many
@given(height=sizes, width=sizes, rows=st.integers(1, 6), cols=st.integers(1, 6))
def test_both_backends_agree_forward_and_backward(height, width, rows, cols, engine, gradient):
    x = torch.randint(-3, 4, (2, 3, height, width)).double()
    weights = torch.rand(2, 3, rows, cols, dtype=torch.float64)
    for name in ("adaptive_max_pool2d", "adaptive_avg_pool2d"):
        pool, define = getattr(nn, name), getattr(reference, name)
        torch.testing.assert_close(pool(x, (rows, cols)), torch.from_numpy(define(x.numpy(), (rows, cols))))
        back = getattr(reference, f"{name}_backward")(weights.numpy(), x.numpy(), (rows, cols))
        found = gradient(lambda x, pool=pool: pool(x, (rows, cols)), x, weights)
        torch.testing.assert_close(found, torch.from_numpy(back))


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int64])
def test_integers_are_pooled_though_torch_refuses_them(dtype):
    x = torch.randint(0, 100, (2, 3, 9, 7), dtype=dtype)
    values, places = nn.adaptive_max_pool2d(x, (4, 3), return_indices=True)
    expected, where = F.adaptive_max_pool2d(x.double(), (4, 3), return_indices=True)
    assert torch.equal(values, expected.to(dtype))
    assert torch.equal(places, where)


def test_large_integers_are_exact_where_floats_are_not():
    x = torch.tensor([[[2**53, 2**53 + 1, 5]]])
    assert nn.adaptive_max_pool2d(x, (1, 1)).item() == 2**53 + 1


def test_large_maps_agree_with_torch_bit_for_bit(device):
    x = torch.randn(2, 32, 37, 29, device=device)
    for n in (1, 5, (7, None)):
        assert torch.equal(nn.adaptive_max_pool2d(x, n), F.adaptive_max_pool2d(x, n))
        assert torch.equal(nn.adaptive_avg_pool2d(x, n), F.adaptive_avg_pool2d(x, n))
