"""The regions demo: its boxes by the paper's formulas, its maps by the network, its counts by multiplication."""

import json
import math

import numpy as np
import pytest
import torch
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.data import photo
from poolcourse.demos import RegionsDemo
from poolcourse.demos.regions import SIDE, STRIDE, shared_maps
from poolcourse.models import lite0


@pytest.fixture(scope="module")
def demo():
    return RegionsDemo()


def test_it_opens_on_a_box_whose_edges_lie_between_cells(demo):
    assert all(edge % STRIDE for edge in (demo.x1, demo.y1, demo.x2, demo.y2))
    assert demo.levels == [3, 2, 1]


def corners(start, length):
    return start, min(start + length, SIDE)


@settings(max_examples=30, deadline=None)
@given(
    left=st.integers(0, SIDE - 4), top=st.integers(0, SIDE - 4), width=st.integers(4, SIDE), height=st.integers(4, SIDE)
)
def test_cells_follow_the_papers_formulas(left, top, width, height):
    (x1, x2), (y1, y2) = corners(left, width), corners(top, height)
    demo = RegionsDemo(x1=x1, y1=y1, x2=x2, y2=y2)
    expected = []
    for low, high in ((x1, x2), (y1, y2)):
        first, last = math.floor(low / STRIDE) + 1, math.ceil(high / STRIDE) - 1  # Appendix A, both inclusive
        expected.append((min(first, last), last + 1))
    (c1, c2), (r1, r2) = expected
    assert demo.cells() == [c1, r1, c2, r2]


def test_the_maps_are_those_of_the_network(demo):
    maps = lite0().features(torch.from_numpy(photo("astronaut", size=SIDE))[None])[0]
    np.testing.assert_allclose(demo.features, maps[demo.channels], atol=0.0051)
    assert np.shape(demo.features) == (4, SIDE // STRIDE, SIDE // STRIDE)


def test_no_channel_drawn_repeats_another():
    _, maps = shared_maps()
    correlation = np.corrcoef(np.reshape(maps, (4, -1)))
    assert np.abs(correlation[np.triu_indices(4, 1)]).max() < 0.6


def test_the_script_moves_sides_and_boxes_inside_the_photo(in_script):
    box = {"x1": 100, "y1": 100, "x2": 200, "y2": 200}
    moved = in_script(
        "regions",
        f"""[sideMoved({box}, "x1", 300, 512), sideMoved({box}, "x2", 40, 512), sideMoved({box}, "y2", 900, 512),
             sideMoved({box}, "y1", 512, 512), boxMoved({box}, 480, -30, 512)]""",
    )
    assert moved[0] == {**box, "x1": 300, "x2": 304}
    assert moved[1] == {**box, "x1": 36, "x2": 40}
    assert moved[2] == {**box, "y2": 512}
    assert moved[3] == {**box, "y1": 508, "y2": 512}
    assert moved[4] == {"x1": 412, "y1": 0, "x2": 512, "y2": 100}


def test_the_script_counts_the_multiplications_of_torch_s_convolutions(in_script):
    widths = in_script("regions", "VGG_WIDTHS")
    total, channels, side = 0, 3, 224
    for width in widths:
        if width == 0:
            side //= 2
            continue
        layer = torch.nn.Conv2d(channels, width, 3, padding=1, device="meta")
        total += layer.weight.numel() * side * side
        channels = width
    assert len([width for width in widths if width]) == 13
    counted = in_script("regions", "stackCost(224, 224, VGG_LAYERS)")
    assert counted["multiplications"] == total
    assert counted["height"] == 14


def test_one_box_is_cheaper_cropped_and_many_are_cheaper_from_one_map(in_script):
    ratios = in_script("regions", "[1, 5, 6, 200].map((n) => regionCosts(512, 512, 224, n, VGG_LAYERS).ratio)")
    # every layer's cost goes with the area, so that the ratio is n * 224^2 / 512^2
    np.testing.assert_allclose(ratios, [n * 224**2 / 512**2 for n in (1, 5, 6, 200)], rtol=1e-9)
    assert ratios[1] < 1 < ratios[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"x1": 300, "x2": 300},
        {"y1": 500},
        {"x2": 513},
        {"levels": [3, 2]},
        {"levels": []},
        {"channel": 4},
        {"boxes": 0},
    ],
)
def test_a_state_that_it_could_not_draw_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        RegionsDemo(**wrong)


def test_a_page_carries_less_than_80_kilobytes_of_it(demo):
    assert len(json.dumps([demo.photo, demo.features])) < 80_000


def test_the_still_picture_draws_the_box_on_both_sides(demo):
    left, right = demo.picture().axes[:2]
    x1, y1, x2, y2 = demo.cells()
    assert left.patches[0].get_bbox().extents.tolist() == [demo.x1, demo.y1, demo.x2, demo.y2]
    assert right.patches[0].get_bbox().extents.tolist() == [x1 - 0.5, y1 - 0.5, x2 - 0.5, y2 - 0.5]
    assert f"{x2 - x1} by {y2 - y1} cells" in demo.alt()
