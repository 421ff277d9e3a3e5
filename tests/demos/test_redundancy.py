"""The redundancy demo: its state, and what pooling and enlarging must be by their definition."""

import numpy as np
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.data import photo
from poolcourse.demos import RedundancyDemo


def test_it_opens_on_an_average_that_keeps_a_sixteenth_of_the_coffee():
    demo = RedundancyDemo()
    made = demo.stages()
    assert (demo.photo, demo.operator) == ("coffee", "avg")
    assert made["pooled"].size * 16 == made["photo"].size


@pytest.mark.parametrize("traits", [{"photo": "brick"}, {"operator": "sum"}, {"kernel_size": 0}, {"kernel_size": 33}])
def test_a_setting_out_of_its_domain_is_refused_by_name(traits):
    with pytest.raises(traitlets.TraitError, match=next(iter(traits))):
        RedundancyDemo(**traits)


def test_other_photos_can_be_named():
    demo = RedundancyDemo(names=("gravel",), photo="gravel")
    assert list(demo.photos) == ["gravel"]
    assert demo.photos["gravel"].startswith("data:image/jpeg;base64,")


@settings(max_examples=12, deadline=None)
@given(kernel=st.integers(1, 32), operator=st.sampled_from(["avg", "max", "subsample"]))
def test_each_pixel_takes_the_value_of_the_window_that_covers_it(kernel, operator):
    made = RedundancyDemo(operator=operator, kernel_size=kernel, photo="cat").stages()
    take = {"avg": np.mean, "max": np.max, "subsample": lambda cells: cells[0, 0]}[operator]
    for row, col in [(0, 0), (kernel, 3 * kernel), (127 - kernel, 60), (64, 127 - kernel)]:
        if row // kernel >= 128 // kernel or col // kernel >= 128 // kernel:
            continue  # past the last window
        top, left = row // kernel * kernel, col // kernel * kernel
        cells = made["photo"][1, top : top + kernel, left : left + kernel]
        np.testing.assert_allclose(made["enlarged"][1, row, col], take(cells), rtol=1e-5)


@pytest.mark.parametrize("kernel", [2, 4, 8, 16, 32])
def test_no_flat_windows_are_closer_to_the_photo_than_the_average(kernel):
    # The mean is the constant with the least squared error, so the other two can't be better.
    error = {}
    for operator in ("avg", "max", "subsample"):
        made = RedundancyDemo(photo="grass", operator=operator, kernel_size=kernel).stages()
        error[operator] = ((made["photo"] - made["enlarged"]) ** 2).mean()
    assert error["avg"] < min(error["max"], error["subsample"])


def test_a_kernel_of_one_loses_nothing():
    made = RedundancyDemo(kernel_size=1, operator="max").stages()
    np.testing.assert_array_equal(made["enlarged"], photo("coffee", size=128))


def test_the_still_picture_shows_input_result_and_loss():
    demo = RedundancyDemo(photo="camera", kernel_size=8)
    titles = [ax.get_title() for ax in demo.picture().axes]
    assert titles == ["input", "16 × 16, enlarged", "lost"]
    assert "camera" in demo.alt()
