"""The pyramid demo's state in Python: defaults, what is refused, and that its opening state shows its point."""

import json
import math

import numpy as np
import pytest
import traitlets

from poolcourse.demos import PyramidDemo
from poolcourse.errors import BinError
from poolcourse.reference import spatial_pyramid_pool2d


def test_it_opens_on_a_map_that_is_not_square_under_the_rule_that_always_fits():
    demo = PyramidDemo()
    assert demo.height != demo.width
    assert (demo.rule, demo.mode, demo.levels) == ("adaptive", "max", [6, 3, 2, 1])


@pytest.mark.parametrize("height, width", [(1, 1), (4, 20), (9, 13), (10, 10), (20, 7)])
def test_every_size_that_it_offers_gives_fifty_numbers(height, width):
    demo = PyramidDemo(height=height, width=width)
    x = np.array(demo.values, dtype=float)[None, :height, :width]
    assert len(spatial_pyramid_pool2d(x, tuple(demo.levels), demo.mode, demo.rule)) == 36 + 9 + 4 + 1


def test_the_task_of_the_demo_fails_as_it_says():
    # ceil(10 / 6) = 2 and floor(10 / 6) = 1: windows start at 0, 1, ..., 8
    window, stride = math.ceil(10 / 6), 10 // 6
    assert len([start for start in range(0, 10, stride) if start + window <= 10]) == 9
    demo = PyramidDemo(height=10, width=10, rule="sliding")
    with pytest.raises(BinError, match="expected 6 bins"):
        spatial_pyramid_pool2d(np.zeros((1, demo.height, demo.width)), tuple(demo.levels), rule=demo.rule)


@pytest.mark.parametrize(
    "wrong",
    [
        {"height": 0},
        {"width": 21},
        {"levels": []},
        {"levels": [9]},
        {"levels": [0, 1]},
        {"mode": "median"},
        {"rule": "paper"},
        {"row": -1},
        {"values": [[1, 2], [3]]},
    ],
)
def test_a_state_that_it_could_not_draw_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        PyramidDemo(**wrong)


def test_its_stored_map_is_small_and_a_photo():
    values = np.array(PyramidDemo().values)
    assert values.shape == (24, 24)
    assert values.min() >= 0
    assert values.max() <= 99
    assert values.std() > 5
    assert len(json.dumps(PyramidDemo().values)) < 4000


def test_two_demos_do_not_share_their_map():
    first, second = PyramidDemo(), PyramidDemo()
    first.values = [[1, 2], [3, 4]]
    assert len(second.values) == 24


def test_the_still_picture_has_the_map_and_its_grids():
    demo = PyramidDemo()
    titles = [ax.get_title() for ax in demo.picture().axes]
    assert titles == ["map 9 × 13", "level 6", "level 3", "level 2"]
    assert "50 numbers" in demo.alt()


def test_the_still_picture_of_a_failing_rule_says_so():
    demo = PyramidDemo(height=10, width=10, rule="sliding")
    (ax,) = demo.picture().axes
    assert "no 6 bins" in ax.get_title()


def test_the_readout_explains_a_sliding_rule_that_misses_its_bins(in_script):
    texts = in_script("pyramid", "[[10, 6], [14, 6], [13, 3], [2, 3]].map(([size, n]) => ruleText(size, n))")
    assert "⌈10/6⌉ = 2 with stride ⌊10/6⌋ = 1: 9 bins" in texts[0]
    # 14 cells, windows of 3 with stride 2: the sixth ends at 5 * 2 + 3 = 13, one cell short
    assert "leave 1 at the end unread" in texts[1]
    # 13 cells, windows of 5 with stride 4: the third ends at 2 * 4 + 5 = 13
    assert texts[2] == ""
    assert "never moves" in texts[3]
