"""Regions: boxes projected to the map, and the pyramid of each crop."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.errors import BoxError, DtypeError, ShapeError, WindowError
from poolcourse.reference import project_boxes, region_pyramid_pool2d, region_pyramid_pool2d_backward

coordinates = st.tuples(st.integers(0, 500), st.integers(1, 300), st.integers(0, 500), st.integers(1, 300))


@given(st.lists(coordinates, max_size=8), st.sampled_from([1, 2, 4, 8, 16, 32, 12, 2.5]), st.sampled_from([1, 2, 4]))
@settings(max_examples=400, deadline=None)
def test_projection_is_the_paper_s_formula_in_exact_fractions(frozen, corners, stride, parts):
    boxes = [[i, x / parts, y / parts, (x + w) / parts, (y + h) / parts] for i, (x, w, y, h) in enumerate(corners)]
    expected = []
    for index, *ends in boxes:
        x1, y1, x2, y2 = (Fraction(end) / Fraction(stride) for end in ends)
        last = [math.ceil(x2), math.ceil(y2)]
        first = [min(math.floor(start) + 1, end - 1) for start, end in zip((x1, y1), last, strict=True)]
        expected.append([index, *first, *last])
    cells = project_boxes(frozen(np.array(boxes, float).reshape(-1, 5)), stride)
    assert cells.dtype == np.int64
    np.testing.assert_array_equal(cells, np.array(expected, int).reshape(-1, 5))
    assert (cells[:, 3:] > cells[:, 1:3]).all()


def test_projection_takes_integers_and_half_precision_alike_and_a_box_in_one_cell_keeps_it():
    boxes = np.array([[2, 17, 0, 18, 16], [0, 0, 0, 1, 1], [0, 16, 16, 48, 33]])
    expected = [[2, 1, 0, 2, 1], [0, 0, 0, 1, 1], [0, 2, 2, 3, 3]]
    for dtype in (np.int64, np.uint8, np.float16, np.float32, np.float64):
        np.testing.assert_array_equal(project_boxes(boxes.astype(dtype), 16), expected)
    # 2144 / 33 is 64.97, which float16 would round to 65, a cell too far.
    wide = np.array([[0, 2144, 2144, 4000, 4000]], np.float16)
    assert project_boxes(wide, 33).tolist() == [[0, 65, 65, 122, 122]]


@pytest.mark.parametrize(
    ("box", "word"),
    [
        ([0, 5, 0, 5, 4], "x1 < x2"),
        ([0, 6, 0, 5, 4], "x1 < x2"),
        ([0, 0, 4, 5, 3], "y1 < y2"),
        ([0, -1, 0, 5, 4], "Clip"),
        ([0, np.nan, 0, 5, 4], "finite"),
        ([0, 0, 0, 5, np.nan], "finite"),
        ([0, 0, 0, np.inf, 4], "finite"),
        ([-1, 0, 0, 5, 4], "image index"),
        ([0.5, 0, 0, 5, 4], "image index"),
        ([np.nan, 0, 0, 5, 4], "image index"),
    ],
)
def test_a_box_that_is_none_is_refused_and_named(box, word):
    with pytest.raises(BoxError, match=word) as error:
        project_boxes(np.array([[0, 1, 1, 2, 2], box], float), 4)
    assert "box 1" in str(error.value)


@pytest.mark.parametrize("stride", [0, -16, np.nan, np.inf])
def test_a_stride_that_is_none_is_refused(stride):
    with pytest.raises(WindowError, match="stride above 0"):
        project_boxes(np.zeros((0, 5)), stride)


@pytest.mark.parametrize("shape", [(5,), (2, 4), (1, 2, 5)])
def test_boxes_of_another_shape_are_refused(shape):
    for call in (
        lambda: project_boxes(np.zeros(shape), 16),
        lambda: region_pyramid_pool2d(np.zeros((1, 4, 4)), np.zeros(shape, int)),
    ):
        with pytest.raises(ShapeError, match=r"\(R, 5\)"):
            call()


def random_boxes(rng, count, images, height, width):
    """Every box of at least one cell can come."""
    x1, y1 = rng.integers(0, width, count), rng.integers(0, height, count)
    return np.stack(
        [rng.integers(0, images, count), x1, y1, rng.integers(x1, width) + 1, rng.integers(y1, height) + 1], 1
    )


maps = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 16), st.integers(1, 16))
pyramids = st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple)


@given(maps, st.integers(0, 6), pyramids, st.integers(0, 2**32 - 1), st.sampled_from(["float16", "float32", "float64"]))
@settings(max_examples=300, deadline=None)
def test_max_regions_are_torch_s_adaptive_pooling_of_each_crop_to_the_last_bit(
    frozen, shape, count, levels, seed, dtype
):
    rng = np.random.default_rng(seed)
    features = frozen(rng.normal(size=shape).astype(dtype))
    boxes = frozen(random_boxes(rng, count, shape[0], *shape[2:]))
    pooled = region_pyramid_pool2d(features, boxes, levels)
    assert pooled.shape == (count, shape[1] * sum(n * n for n in levels))
    assert pooled.dtype == features.dtype
    for row, (i, x1, y1, x2, y2) in zip(pooled, boxes, strict=True):
        crop = torch.tensor(features[i, :, y1:y2, x1:x2])
        expected = torch.cat([F.adaptive_max_pool2d(crop, n).flatten() for n in levels])
        np.testing.assert_array_equal(row, expected.numpy())


@given(maps, st.integers(0, 6), pyramids, st.integers(0, 2**32 - 1), st.sampled_from(["max", "avg"]))
@settings(max_examples=200, deadline=None)
def test_means_and_gradients_of_regions_are_those_of_autograd_on_crops(frozen, shape, count, levels, seed, mode):
    rng = np.random.default_rng(seed)
    features = frozen(rng.integers(-5, 6, shape).astype(float))
    boxes = frozen(random_boxes(rng, count, shape[0], *shape[2:]))
    grad = frozen(rng.normal(size=(count, shape[1] * sum(n * n for n in levels))))
    pool = F.adaptive_max_pool2d if mode == "max" else F.adaptive_avg_pool2d
    leaf = torch.tensor(features, requires_grad=True)
    rows = [
        torch.cat([pool(leaf[i, :, y1:y2, x1:x2], n).flatten() for n in levels]) for i, x1, y1, x2, y2 in boxes.tolist()
    ]
    pooled = region_pyramid_pool2d(features, boxes, levels, mode)
    back = region_pyramid_pool2d_backward(grad, features, boxes, levels, mode)
    if not rows:
        assert pooled.size == 0
        assert not back.any()
        return
    out = torch.stack(rows)
    out.backward(torch.tensor(grad))
    np.testing.assert_allclose(pooled, out.detach().numpy(), atol=1e-13)
    np.testing.assert_allclose(back, leaf.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("mode", ["max", "avg", "sum"])
def test_gradient_is_the_slope_found_by_moving_each_cell(mode, numeric_gradient, distinct):
    rng = np.random.default_rng(12)
    features, boxes = distinct(rng, 2, 2, 5, 6), random_boxes(rng, 7, 2, 5, 6)
    grad = rng.normal(size=(7, 2 * 10))
    slope = numeric_gradient(lambda moved: region_pyramid_pool2d(moved, boxes, (3, 1), mode), features, grad)
    found = region_pyramid_pool2d_backward(grad, features, boxes, (3, 1), mode)
    np.testing.assert_allclose(found, slope, atol=1e-7)


def test_one_image_without_a_batch_axis_is_image_zero():
    features = np.random.default_rng(13).normal(size=(3, 6, 7))
    boxes = np.array([[0, 1, 2, 5, 6], [0, 0, 0, 7, 6]])
    np.testing.assert_array_equal(region_pyramid_pool2d(features, boxes), region_pyramid_pool2d(features[None], boxes))
    grad = np.ones((2, 150))
    np.testing.assert_array_equal(
        region_pyramid_pool2d_backward(grad, features, boxes),
        region_pyramid_pool2d_backward(grad, features[None], boxes)[0],
    )
    with pytest.raises(BoxError, match="from 0 to 0"):
        region_pyramid_pool2d(features, boxes + np.eye(1, 5, dtype=int))


@pytest.mark.parametrize(
    ("box", "word"),
    [
        ([0, 3, 0, 3, 4], "x1 < x2"),
        ([0, 3, 0, 2, 4], "x1 < x2"),
        ([0, 0, 5, 4, 4], "y1 < y2"),
        ([0, 0, 0, 8, 6], "x2 <= 7"),
        ([0, 0, 0, 7, 7], "y2 <= 6"),
        ([0, -1, 0, 7, 6], "0 <= x1"),
        ([2, 0, 0, 7, 6], "from 0 to 1"),
        ([-1, 0, 0, 7, 6], "from 0 to 1"),
    ],
)
def test_a_box_out_of_the_map_or_the_batch_is_refused_and_named(box, word):
    boxes = np.array([[0, 0, 0, 1, 1], box])
    with pytest.raises(BoxError, match=word) as error:
        region_pyramid_pool2d(np.zeros((2, 3, 6, 7)), boxes)
    assert "box 1" in str(error.value)


def test_boxes_in_pixels_and_integer_averages_are_refused():
    boxes = np.array([[0, 0, 0, 1, 1]])
    with pytest.raises(BoxError, match="project_boxes"):
        region_pyramid_pool2d(np.zeros((1, 4, 4)), boxes.astype(float))
    with pytest.raises(DtypeError, match="astype"):
        region_pyramid_pool2d(np.zeros((1, 4, 4), int), boxes, mode="avg")
    with pytest.raises(ShapeError, match=r"\(1, 50\)"):
        region_pyramid_pool2d_backward(np.zeros((2, 50)), np.zeros((1, 4, 4)), boxes)


def test_a_nan_outside_a_box_does_not_reach_it():
    features = np.full((1, 4, 4), np.nan)
    features[0, 1:3, 1:3] = 1
    for mode in ("max", "avg", "sum"):
        assert np.isfinite(region_pyramid_pool2d(features, np.array([[0, 1, 1, 3, 3]]), mode=mode)).all()


def test_half_precision_gradients_of_many_boxes_are_summed_in_float32():
    boxes = np.tile([0, 0, 0, 1, 1], (2560, 1))
    back = region_pyramid_pool2d_backward(np.ones((2560, 1), np.float16), np.ones((1, 1, 1), np.float16), boxes, (1,))
    assert back == 2560  # a float16 sum stops growing at 2048
