import numpy as np
import pytest
import torch

from poolcourse.data import photo
from poolcourse.experiments.invariance import _toy
from poolcourse.experiments.views import SIDE, turned, window_of, zoomed


@pytest.fixture
def window():
    return window_of(photo("astronaut"), np.random.default_rng(1))


def test_a_shift_copies_pixels_unchanged(window):
    torch.testing.assert_close(window(shift=32)[:, :, :-32], window()[:, :, 32:], rtol=0, atol=0)


def test_a_quarter_turn_is_the_turned_picture_and_a_full_turn_the_picture(window):
    torch.testing.assert_close(turned(window, 90), window().rot90(1, (1, 2)), rtol=0, atol=1e-5)
    torch.testing.assert_close(turned(window, 360), window(), rtol=0, atol=1e-5)


def test_twice_the_scale_shows_the_middle_half(window):
    middle = window()[:, SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4]
    again = torch.nn.functional.avg_pool2d(zoomed(window, 2.0), 2)
    # The window's corner falls on a whole pixel of each size, so the two may lie half a pixel apart.
    assert np.corrcoef(again.flatten(), middle.flatten())[0, 1] > 0.95
    assert np.corrcoef(again.flatten(), middle.flip(-1).flatten())[0, 1] < 0.8


def test_views_are_colour_pictures_in_0_to_1_and_equal_for_equal_seeds(window):
    grey = window_of(photo("camera"), np.random.default_rng(1))
    for view in (window(), window(angle=30), window(scale=0.5), grey()):
        assert view.shape == (3, SIDE, SIDE)
        assert view.min() >= 0
        assert view.max() <= 1
    assert torch.equal(window(), window_of(photo("astronaut"), np.random.default_rng(1))())


def test_the_textbook_row_changes_in_two_of_four_places_when_shifted_by_one():
    assert _toy() == 2  # [0 1 0 1] becomes [1 1 1 1] or, shifted the other way, the like
