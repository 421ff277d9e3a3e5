"""Global pooling on the torch side."""

import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference

SPECIAL = [0.0, -0.0, 1.0, 3.5, 3.5, -2.0, math.inf, -math.inf, math.nan]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), height=st.integers(1, 6), width=st.integers(1, 6))
def test_maximum_and_its_gradient_are_those_of_a_loop(data, height, width, brute, gradient):
    flat = data.draw(st.lists(st.sampled_from(SPECIAL), min_size=2 * height * width, max_size=2 * height * width))
    x = torch.tensor(flat).view(2, height, width)
    found = nn.global_max_pool2d(x)
    back = gradient(nn.global_max_pool2d, x, torch.tensor([2.0, 3.0]))
    for channel in range(2):
        place, value = brute.winner(list(enumerate(x[channel].flatten().tolist())))
        assert found[channel] == value or (math.isnan(value) and found[channel].isnan())
        expected = torch.zeros(height * width)
        expected[place] = channel + 2
        assert torch.equal(back[channel].flatten(), expected)


def test_average_is_the_mean_in_both_backends(device):
    x = torch.randn(3, 4, 7, 5, device=device)
    expected = torch.from_numpy(reference.global_avg_pool2d(x.cpu().numpy()))
    torch.testing.assert_close(nn.global_avg_pool2d(x).cpu(), expected)
    torch.testing.assert_close(nn.global_avg_pool2d(x[0]).cpu(), expected[0])


def test_integers_keep_their_maximum_exactly():
    x = torch.tensor([[[2**53, 2**53 + 1]]])
    assert nn.global_max_pool2d(x).item() == 2**53 + 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_averages_as_float32_does(dtype):
    assert nn.global_avg_pool2d(torch.ones(1, 1, 90, 90, dtype=dtype)).item() == 1


def test_derivatives_are_those_of_finite_differences():
    x = torch.randperm(24).double().view(1, 2, 3, 4).requires_grad_()
    for pool in (nn.global_max_pool2d, nn.global_avg_pool2d):
        assert torch.autograd.gradcheck(pool, x, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(pool, x)


def test_modules_do_what_their_functions_do():
    x = torch.randn(2, 3, 5, 4)
    assert torch.equal(nn.GlobalAvgPool2d()(x), x.mean((2, 3)))
    assert torch.equal(nn.GlobalMaxPool2d()(x), x.amax((2, 3)))
    assert repr(nn.GlobalMaxPool2d()) == "GlobalMaxPool2d()"
