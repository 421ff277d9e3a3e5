"""Spatial pyramid pooling: both rules, three modes, torch's bins to the last bit."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poolcourse.errors import BinError, DtypeError, PoolingError, ShapeError
from poolcourse.reference import sliding_edges, spatial_pyramid_pool2d, spatial_pyramid_pool2d_backward

maps = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 20), st.integers(1, 20))
pyramids = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)
seeds = st.integers(0, 2**32 - 1)
POOL = {"max": F.adaptive_max_pool2d, "avg": F.adaptive_avg_pool2d}


def whole(seed, shape, dtype="float64"):
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(dtype)


@given(maps, pyramids, seeds, st.sampled_from(["float16", "float32", "float64"]))
@settings(max_examples=300, deadline=None)
def test_max_pyramid_is_torch_s_adaptive_levels_joined_to_the_last_bit(frozen, shape, levels, seed, dtype):
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    pooled = spatial_pyramid_pool2d(frozen(x.copy()), levels)
    expected = torch.cat([F.adaptive_max_pool2d(torch.from_numpy(x), n).flatten(1) for n in levels], 1)
    assert pooled.dtype == x.dtype
    assert pooled.shape == (shape[0], shape[1] * sum(n * n for n in levels))
    np.testing.assert_array_equal(pooled, expected.numpy())


@given(maps, pyramids, seeds)
@settings(max_examples=300, deadline=None)
def test_average_and_sum_pyramids_are_torch_s_means_and_those_times_the_cells(shape, levels, seed):
    x = whole(seed, shape)
    tensor = torch.from_numpy(x)
    means = [F.adaptive_avg_pool2d(tensor, n).flatten(1) for n in levels]
    np.testing.assert_allclose(spatial_pyramid_pool2d(x, levels, "avg"), torch.cat(means, 1).numpy(), atol=1e-13)
    sums = []
    for n in levels:
        edges = [[(i * a // n, -(-(i + 1) * a // n)) for i in range(n)] for a in shape[2:]]
        sums += [
            [x[b, c, t:u, v:w].sum() for c in range(shape[1]) for t, u in edges[0] for v, w in edges[1]]
            for b in range(shape[0])
        ]
    sums = [np.concatenate(sums[b :: shape[0]]) for b in range(shape[0])]
    np.testing.assert_array_equal(spatial_pyramid_pool2d(x, levels, "sum"), sums)


@given(maps, pyramids, seeds)
@settings(max_examples=300, deadline=None)
def test_sliding_rule_is_the_ordinary_pooling_of_the_paper_where_it_gives_n_bins(shape, levels, seed):
    x = whole(seed, shape)
    assume(max(levels) <= min(shape[2:]))
    expected = {"max": [], "avg": [], "sum": []}
    for n in levels:
        kernel = [-(-a // n) for a in shape[2:]]
        stride = [a // n for a in shape[2:]]
        largest = F.max_pool2d(torch.from_numpy(x), kernel, stride)
        mean = F.avg_pool2d(torch.from_numpy(x), kernel, stride)
        expected["max"].append(largest.flatten(1))
        expected["avg"].append(mean.flatten(1))
        expected["sum"].append(mean.flatten(1) * kernel[0] * kernel[1])
        if largest.shape[2:] != (n, n):
            with pytest.raises(BinError, match=f"expected {n} bins"):
                spatial_pyramid_pool2d(x, levels, rule="sliding")
            return
    for mode, parts in expected.items():
        pooled = spatial_pyramid_pool2d(x, levels, mode, "sliding")
        np.testing.assert_allclose(pooled, torch.cat(parts, 1).numpy(), atol=1e-12)


def count_windows(size, window, stride):
    count = 0
    while count * stride + window <= size:
        count += 1
    return count


@pytest.mark.parametrize(("largest", "pairs", "wrong", "short"), [(40, 189, 14, 39), (64, 309, 14, None)])
def test_sliding_rule_gives_another_number_of_bins_in_fourteen_pairs_and_misses_cells_in_more(
    largest, pairs, wrong, short
):
    tried = [(a, n) for n in (1, 2, 3, 4, 6) for a in range(n, largest + 1)]
    assert len(tried) == pairs
    refused, left_out = [], []
    for a, n in tried:
        window, stride = -(-a // n), a // n
        fits = count_windows(a, window, stride) == n
        try:
            edges = sliding_edges(a, n)
        except BinError:
            assert not fits
            refused.append((a, n))
            continue
        assert fits
        assert edges == [(i * stride, i * stride + window) for i in range(n)]
        if edges[-1][1] < a:
            left_out.append((a, n))
    assert len(refused) == wrong
    if short is not None:
        assert len(left_out) == short
    assert (10, 6) in refused  # the paper's own map at 180 pixels, on which its 6 x 6 level would be 9 x 9


def test_sliding_rule_refuses_a_map_smaller_than_the_grid_and_names_the_other_rule():
    with pytest.raises(BinError, match="rule='adaptive'"):
        spatial_pyramid_pool2d(np.zeros((1, 5, 5)), (6,), rule="sliding")
    with pytest.raises(BinError, match="give 9"):
        spatial_pyramid_pool2d(np.zeros((1, 10, 12)), (6,), rule="sliding")


@given(maps, pyramids, seeds, st.sampled_from(["max", "avg"]))
@settings(max_examples=150, deadline=None)
def test_gradients_are_those_of_autograd_through_torch_s_levels(frozen, shape, levels, seed, mode):
    x = frozen(whole(seed, shape))
    leaf = torch.tensor(x, requires_grad=True)
    out = torch.cat([POOL[mode](leaf, n).flatten(1) for n in levels], 1)
    grad = frozen(np.random.default_rng(seed).normal(size=out.shape))
    out.backward(torch.tensor(grad))
    found = spatial_pyramid_pool2d_backward(grad, x, levels, mode)
    np.testing.assert_allclose(found, leaf.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("mode", ["max", "avg", "sum"])
@pytest.mark.parametrize(("rule", "size"), [("adaptive", (5, 7)), ("sliding", (6, 8))])
def test_gradient_is_the_slope_found_by_moving_each_cell(mode, rule, size, numeric_gradient, distinct):
    rng = np.random.default_rng(11)
    x = distinct(rng, 2, *size)
    grad = rng.normal(size=spatial_pyramid_pool2d(x, (4, 2, 1), mode, "adaptive").shape)

    def forward(moved):
        return spatial_pyramid_pool2d(moved, (4, 2, 1), mode, rule)

    if rule == "sliding":  # 6 cells in 4: windows of 2 with stride 1 would be 5
        with pytest.raises(BinError, match="give 5"):
            forward(x)
        x = distinct(rng, 2, 8, 9)
    slope = numeric_gradient(forward, x, grad)
    np.testing.assert_allclose(spatial_pyramid_pool2d_backward(grad, x, (4, 2, 1), mode, rule), slope, atol=1e-7)


def test_length_depends_on_channels_and_levels_alone():
    lengths = {
        spatial_pyramid_pool2d(np.zeros((2, 3, h, w))).shape for h, w in [(1, 1), (5, 5), (6, 13), (13, 13), (20, 3)]
    }
    assert lengths == {(2, 3 * 50)}


def test_a_nan_stays_in_its_bins():
    x = np.zeros((1, 6, 6))
    x[0, 0, 0] = np.nan
    for mode in ("max", "avg", "sum"):
        pooled = spatial_pyramid_pool2d(x, (6, 3, 2, 1), mode)
        assert np.isnan(pooled).nonzero()[0].tolist() == [0, 36, 45, 49]


def test_integers_are_exact_under_max_and_refused_else():
    x = np.full((1, 3, 3), 2**62 + 1)
    assert (spatial_pyramid_pool2d(x, (2, 1)) == 2**62 + 1).all()
    for mode in ("avg", "sum"):
        with pytest.raises(DtypeError, match="astype"):
            spatial_pyramid_pool2d(x, (2, 1), mode)


@pytest.mark.parametrize("levels", [(), (0,), (3, -1), (2.0,), 3, "321"])
def test_levels_that_are_none_are_refused(levels):
    with pytest.raises(BinError, match="levels"):
        spatial_pyramid_pool2d(np.zeros((1, 4, 4)), levels)


def test_an_unknown_mode_or_rule_and_a_gradient_of_another_length_are_refused():
    x = np.zeros((1, 4, 4))
    with pytest.raises(PoolingError, match="'max', 'avg' or 'sum'"):
        spatial_pyramid_pool2d(x, mode="mean")
    with pytest.raises(PoolingError, match="'adaptive' or 'sliding'"):
        spatial_pyramid_pool2d(x, rule="floor")
    with pytest.raises(ShapeError, match=r"\(50,\)"):
        spatial_pyramid_pool2d_backward(np.zeros(49), x)
