"""Boxes: projection, and their pyramids on the torch side."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse import nn, reference

many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pyramids = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)
modes = st.sampled_from(["max", "avg", "sum"])


@st.composite
def regions(draw, most=6):
    """Maps full of ties, and boxes on them, the smallest and the largest among them."""
    images, channels = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    height, width = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    maps = torch.randint(-2, 3, (images, channels, height, width), generator=torch.Generator().manual_seed(1)).double()
    rows = [[0, 0, 0, width, height]]
    for _ in range(draw(st.integers(0, most))):
        x1, y1 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        x2, y2 = draw(st.integers(x1 + 1, width)), draw(st.integers(y1 + 1, height))
        rows.append([draw(st.integers(0, images - 1)), x1, y1, x2, y2])
    return maps, torch.tensor(rows)


@many
@given(case=regions(), levels=pyramids)
def test_maximum_is_torchs_adaptive_pooling_of_the_crop_bit_for_bit(case, levels):
    maps, boxes = torch.randn(case[0].shape), case[1]
    found = nn.region_pyramid_pool2d(maps, boxes, levels)
    for row, (image, x1, y1, x2, y2) in zip(found, boxes.tolist(), strict=True):
        crop = maps[image, :, y1:y2, x1:x2]
        assert torch.equal(row, torch.cat([F.adaptive_max_pool2d(crop, n).flatten() for n in levels]))
    with_grad = nn.region_pyramid_pool2d(maps.requires_grad_(), boxes, levels)
    assert torch.equal(with_grad, found)


@many
@given(case=regions(), levels=pyramids, mode=modes)
def test_both_backends_agree_forward_and_backward(case, levels, mode, gradient):
    maps, boxes = case
    expected = reference.region_pyramid_pool2d(maps.numpy(), boxes.numpy(), levels, mode)
    torch.testing.assert_close(nn.region_pyramid_pool2d(maps, boxes, levels, mode), torch.from_numpy(expected))
    weights = torch.rand(expected.shape, dtype=torch.float64)
    back = reference.region_pyramid_pool2d_backward(weights.numpy(), maps.numpy(), boxes.numpy(), levels, mode)
    found = gradient(lambda maps: nn.region_pyramid_pool2d(maps, boxes, levels, mode), maps, weights)
    torch.testing.assert_close(found, torch.from_numpy(back))


@many
@given(case=regions(most=3), levels=pyramids)
def test_nans_and_infinities_stay_in_their_own_bins(case, levels):
    maps, boxes = case
    maps[0, 0, 0, 0], maps[-1, -1, -1, -1] = math.nan, -math.inf
    for mode in ("max", "avg", "sum"):
        expected = torch.from_numpy(reference.region_pyramid_pool2d(maps.numpy(), boxes.numpy(), levels, mode))
        torch.testing.assert_close(nn.region_pyramid_pool2d(maps, boxes, levels, mode), expected, equal_nan=True)


def test_the_last_nan_takes_the_gradient_as_in_torchs_own_pooling(gradient):
    maps = torch.zeros(1, 1, 4, 4)
    maps[0, 0, 1, 1] = maps[0, 0, 2, 0] = math.nan
    back = gradient(
        lambda x: nn.region_pyramid_pool2d(x, torch.tensor([[0, 0, 0, 4, 4]]), (1,)), maps, torch.ones(1, 1)
    )
    assert back.nonzero().tolist() == [[0, 0, 2, 0]]


def test_small_values_survive_beside_large_ones():
    maps = torch.ones(1, 1, 8, 8)
    maps[0, 0, 0, 0] = 1e30  # differences of running sums would lose every 1 that follows
    found = nn.region_pyramid_pool2d(maps, torch.tensor([[0, 2, 2, 8, 8]]), (1,), "sum")
    assert found.item() == 36


def test_many_boxes_in_any_order_of_images_keep_their_rows():
    maps = torch.randn(3, 4, 15, 11)
    boxes = torch.tensor([[i % 3, i % 5, i % 7, 6 + i % 5, 8 + i % 7] for i in range(150)])
    found = nn.region_pyramid_pool2d(maps, boxes)
    for order in (torch.randperm(150), boxes[:, 0].argsort()):
        assert torch.equal(nn.region_pyramid_pool2d(maps, boxes[order]), found[order])


def test_without_a_batch_axis_all_boxes_are_of_the_one_map():
    maps, boxes = torch.randn(3, 6, 7), torch.tensor([[0, 1, 1, 5, 6]])
    assert torch.equal(nn.region_pyramid_pool2d(maps, boxes), nn.region_pyramid_pool2d(maps[None], boxes))


def test_no_boxes_give_no_rows(gradient):
    maps, none = torch.randn(2, 3, 6, 7), torch.zeros((0, 5), dtype=torch.int64)
    for mode in ("max", "avg", "sum"):
        assert nn.region_pyramid_pool2d(maps, none, mode=mode).shape == (0, 150)
        back = gradient(lambda x, mode=mode: nn.region_pyramid_pool2d(x, none, mode=mode), maps)
        assert (back == 0).all()


def test_integers_are_pooled_exactly():
    maps = torch.tensor([[[[2**53, 2**53 + 1, 0]]]])
    assert nn.region_pyramid_pool2d(maps, torch.tensor([[0, 0, 0, 3, 1]]), (1,)).item() == 2**53 + 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_sums_as_float32_does(dtype, gradient):
    maps, box = torch.ones(1, 1, 64, 64, dtype=dtype), torch.tensor([[0, 0, 0, 64, 64]])
    assert nn.region_pyramid_pool2d(maps, box, (1,), "sum").item() == 4096
    # One cell wins 4,000 times 1: in half precision its gradient would stop growing.
    back = gradient(lambda x: nn.region_pyramid_pool2d(x, box.expand(4000, 5), (1,)), maps, torch.ones(4000, 1))
    assert back.sum().item() == torch.tensor(4000.0).to(dtype).item()


@pytest.mark.parametrize("mode", ["max", "avg", "sum"])
def test_derivatives_are_those_of_finite_differences(mode):
    maps = torch.randperm(60).double().view(1, 2, 5, 6).requires_grad_()
    boxes = torch.tensor([[0, 0, 0, 6, 5], [0, 1, 2, 4, 4], [0, 5, 4, 6, 5]])

    def pool(maps):
        return nn.region_pyramid_pool2d(maps, boxes, (2, 1), mode)

    assert torch.autograd.gradcheck(pool, maps, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(pool, maps)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0.01, 300), st.floats(0.01, 300), st.floats(0.5, 40))
def test_both_backends_project_a_box_to_the_same_cells(x1, y1, width, height, stride):
    boxes = torch.tensor([[3, x1, y1, x1 + width, y1 + height]], dtype=torch.float64)
    found = nn.project_boxes(boxes, stride)
    assert found.dtype == torch.int64
    assert found.tolist() == reference.project_boxes(boxes.numpy(), stride).tolist()


def test_projection_of_the_paper_in_whole_numbers():
    boxes = torch.tensor([[0, 20, 0, 200, 100], [0, 16, 16, 32, 32], [1, 3, 4, 7, 9]])
    # floor(x1/16) + 1 and ceil(x2/16), but at least one cell.
    assert nn.project_boxes(boxes, 16).tolist() == [[0, 2, 1, 13, 7], [0, 1, 1, 2, 2], [1, 0, 0, 1, 1]]


def test_the_module_prints_its_settings():
    pool = nn.RegionPyramidPool2d((2, 1), "avg")
    assert repr(pool) == "RegionPyramidPool2d(levels=(2, 1), mode='avg')"
    maps, boxes = torch.randn(1, 3, 6, 7), torch.tensor([[0, 1, 1, 5, 6]])
    assert torch.equal(pool(maps, boxes), nn.region_pyramid_pool2d(maps, boxes, (2, 1), "avg"))
    assert pool.bins == 5
