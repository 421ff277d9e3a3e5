"""Stochastic pooling on the torch side: what is drawn, how often, and where its gradient lands."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference

many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def cases(draw):
    """Activations with many zeros, a window that fits, and draws at both ends of [0, 1)."""
    height, width = draw(st.integers(2, 8)), draw(st.integers(2, 8))
    kernel = (draw(st.integers(1, min(3, height))), draw(st.integers(1, min(3, width))))
    stride = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    shape = (draw(st.integers(1, 2)), 2, height, width)
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    least = float(np.nextafter(dtype(0), dtype(1)))
    values = st.sampled_from([0, 0, 1, 0.1, 2.5, 1e-30, 1e30, least, math.inf, math.nan])
    flat = draw(st.lists(values, min_size=math.prod(shape), max_size=math.prod(shape)))
    x = np.array(flat, dtype).reshape(shape)
    out = [nn.output_size(s, k, t) for s, k, t in zip((height, width), kernel, stride, strict=True)]
    last = float(np.nextafter(dtype(1), dtype(0)))
    count = shape[0] * 2 * out[0] * out[1]
    u = draw(st.lists(st.sampled_from([0, 0.25, 0.5, 0.9, last]), min_size=count, max_size=count))
    return x, kernel, stride, np.array(u, dtype).reshape(shape[0], 2, *out)


@many
@given(case=cases())
def test_the_element_drawn_is_the_first_whose_running_sum_exceeds_the_draw(case, ours):
    x, kernel, stride, draws = case
    found = nn.stochastic_pool2d(torch.from_numpy(x), kernel, stride, draws=torch.from_numpy(draws)).numpy()
    for place in np.ndindex(found.shape):
        top, left = place[2] * stride[0], place[3] * stride[1]
        cells = x[place[0], place[1], top : top + kernel[0], left : left + kernel[1]].flatten()
        running = np.cumsum(cells, dtype=x.dtype)
        with np.errstate(invalid="ignore"):
            passed = running <= draws[place] * running[-1]
        if np.isnan(running[-1]):
            assert np.isnan(found[place])
        elif np.isinf(running[-1]):
            assert np.isinf(found[place])
        elif running[-1] == 0:
            assert found[place] == 0
        else:
            expected = cells[min(passed.sum(), len(cells) - 1)]
            assert found[place] > 0
            # A product that rounds up to the whole sum would pass every cell.
            assert found[place] == expected or draws[place] * running[-1] >= running[-1]


@many
@given(case=cases(), training=st.booleans())
def test_both_backends_draw_the_same_and_send_the_gradient_the_same_way(case, training, engine, gradient):
    x, kernel, stride, draws = case
    settings_ = {"training": training, "draws": draws}
    with np.errstate(all="ignore"):
        expected = reference.stochastic_pool2d(x, kernel, stride, **settings_)
    t, u = torch.from_numpy(x), torch.from_numpy(draws)
    found = nn.stochastic_pool2d(t, kernel, stride, training=training, draws=u).numpy()
    if training:
        np.testing.assert_array_equal(found, expected)
    else:
        # Among the least numbers there are, the reference rounds half of one away.
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=9 * np.nextafter(x.dtype.type(0), x.dtype.type(1)))
    if not np.isfinite(x).all() or x.max() > 1e10 or x[x > 0].min(initial=1) < 1e-10:
        return  # slopes of test mode overflow in the reference's own dtype
    weights = torch.rand(found.shape, dtype=t.dtype)
    back = gradient(lambda t: nn.stochastic_pool2d(t, kernel, stride, training=training, draws=u), t, weights)
    expected = reference.stochastic_pool2d_backward(weights.numpy(), x, kernel, stride, **settings_)
    np.testing.assert_allclose(back.numpy(), expected, rtol=1e-4, atol=1e-6)


def test_frequencies_pass_a_chi_square_test(device):
    shares = torch.tensor([[0.0, 1.0, 2.0], [5.0, 0.5, 1.5]], device=device)
    count = 60_000
    x = shares.expand(1, count, 2, 3)
    torch.manual_seed(3)
    drawn = nn.stochastic_pool2d(x, (2, 3)).flatten()
    chi = 0.0
    for value in shares.flatten().tolist():
        seen = (drawn == value).sum().item()
        expected = count * value / 10
        if value == 0:
            assert seen == 0
        else:
            chi += (seen - expected) ** 2 / expected
    assert chi < 18.47  # 0.1 % of runs of a true sampler with 4 degrees of freedom are above


def test_one_seed_gives_one_result_and_another_gives_another(engine):
    x = torch.rand(1, 2, 20, 20)
    results = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        results.append(nn.stochastic_pool2d(x, 2))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_a_cell_of_no_share_is_never_drawn_at_either_end_of_the_draws(ours):
    x = torch.tensor([0.0, 3.0, 0.0, 7.0, 0.0, 0.0]).expand(1, 500, 1, 6)
    for u in (0.0, 1 - 2**-24):
        drawn = nn.stochastic_pool2d(x, (1, 6), draws=torch.full((1, 500, 1, 1), u))
        assert (drawn == (3 if u == 0 else 7)).all()


def test_draws_in_double_do_not_round_up_to_one(ours):
    x = torch.tensor([2.0, 1.0, 0.0]).view(1, 1, 3)
    draws = torch.full((1, 1, 1), 1 - 2**-53, dtype=torch.float64)  # 1 in float32
    assert nn.stochastic_pool2d(x, (1, 3), draws=draws).item() == 1


def test_a_window_of_zeros_gives_zero_and_takes_no_gradient(engine, gradient):
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 0, 0] = 2
    for training in (True, False):
        back = gradient(lambda x, t=training: nn.stochastic_pool2d(x, 2, training=t), x, torch.ones(1, 1, 2, 2))
        assert back.nonzero().tolist() == [[0, 0, 0, 0]] or not training
        assert (back[..., 2:, :] == 0).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_draws_an_element_of_the_input(dtype, engine):
    x = torch.rand(1, 4, 12, 12).to(dtype)
    drawn = nn.stochastic_pool2d(x, 3)
    cells = F.unfold(x.float(), 3, stride=3).view(4, 9, -1)
    assert (cells == drawn.float().view(4, 1, -1)).any(1).all()
    mean = nn.stochastic_pool2d(x, 3, training=False)
    expected = (cells.square().sum(1) / cells.sum(1)).view(mean.shape)
    torch.testing.assert_close(mean.float(), expected, rtol=2 * torch.finfo(dtype).eps, atol=0)


def test_the_module_draws_in_training_and_averages_in_evaluation():
    x = torch.rand(1, 2, 6, 6)
    pool = nn.StochasticPool2d(2)
    draws = torch.rand(1, 2, 3, 3)
    assert torch.equal(pool(x, draws), nn.stochastic_pool2d(x, 2, draws=draws))
    assert torch.equal(pool.eval()(x), nn.stochastic_pool2d(x, 2, training=False))
    assert repr(nn.StochasticPool2d(3, 2)) == "StochasticPool2d(kernel_size=3, stride=2)"


def test_derivatives_are_those_of_finite_differences(engine):
    x = (torch.rand(1, 2, 5, 5, dtype=torch.float64) + 0.5).requires_grad_()
    # A draw moves to another cell where the sums cross it; 0 and near 1 stay with the first and the last.
    draws = torch.zeros(1, 2, 2, 2, dtype=torch.float64)
    draws[:, 1] = 1 - 1e-9
    for training in (True, False):

        def pool(x, training=training):
            return nn.stochastic_pool2d(x, 3, 2, training=training, draws=draws)

        assert torch.autograd.gradcheck(pool, x, check_forward_ad=True)
        assert torch.autograd.gradgradcheck(pool, x)
