"""The invariance demo: its views and stored features against the network, its row against circular definitions."""

import numpy as np
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.demos import InvarianceDemo
from poolcourse.demos.invariance_views import AMOUNTS, NAMES, photo_features, stored_features, view
from poolcourse.errors import DataError

rows = st.lists(st.integers(-9, 9), min_size=8, max_size=8)


def test_it_opens_on_a_shift_of_six_pixels_that_changes_the_cats_name():
    demo = InvarianceDemo()
    assert (demo.part, demo.photo, demo.change, AMOUNTS["shift"][demo.place]) == ("photo", "cat", "shift", 6)
    answers = demo.features["cat"]["shift"]["answers"]
    assert answers[0] != answers[demo.place]


@pytest.mark.parametrize(
    "traits", [{"change": "shear"}, {"place": 11}, {"photo": "dog"}, {"part": "row", "values": [1.0]}, {"shift": 8}]
)
def test_a_setting_out_of_its_domain_is_refused_by_name(traits):
    with pytest.raises(traitlets.TraitError, match=list(traits)[-1]):
        InvarianceDemo(**traits)


def test_photos_without_stored_features_are_refused_with_those_that_have_some():
    with pytest.raises(DataError, match="cat, coffee, rocket, camera"):
        InvarianceDemo(names=("grass",))


@pytest.mark.parametrize("shift", AMOUNTS["shift"])
def test_a_shift_copies_pixels_unchanged(shift):
    before, after = view("coffee", "shift", 0), view("coffee", "shift", shift)
    np.testing.assert_array_equal(after[:, :, : 224 - shift], before[:, :, shift:])


def test_a_rotation_by_ninety_degrees_turns_the_middle_counter_clockwise():
    before, after = view("cat", "rotation", 0), view("cat", "rotation", 90)
    np.testing.assert_allclose(after, np.rot90(before, axes=(1, 2)), atol=1e-3)


def test_half_the_scale_shows_the_double_of_the_photo():
    before, after = view("cat", "scale", 1.0), view("cat", "scale", 0.5)
    middle = after[:, 56:168, 56:168]  # what filled the view fills its middle half
    halved = before.reshape(3, 112, 2, 112, 2).mean(axis=(2, 4))
    assert np.corrcoef(middle.ravel(), halved.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("name", NAMES)
def test_the_mean_of_each_stored_map_and_the_bias_make_the_stored_logit(name):
    stored = stored_features(name)
    for change in AMOUNTS:
        means = np.mean(stored[change]["maps"], axis=(1, 2)) + stored["bias"]
        np.testing.assert_allclose(means, stored[change]["logits"], atol=0.01)


@pytest.mark.parametrize("change, same", [("shift", 0), ("rotation", 0), ("scale", 5)])
def test_the_unchanged_photo_is_its_own_twin(change, same):
    found = stored_features("rocket")[change]
    assert [found[pooling][same] for pooling in ("average", "largest", "unpooled")] == [1.0, 1.0, 1.0]


def test_stored_features_are_what_the_network_computes():
    places = (0, 7)
    fresh, stored = photo_features("cat", places), stored_features("cat")
    assert fresh["class"] == stored["class"]
    for change in AMOUNTS:
        for key in ("average", "largest", "unpooled", "shares", "logits"):
            expected = [stored[change][key][place] for place in places]
            np.testing.assert_allclose(fresh[change][key], expected, atol=0.02)  # other CPUs round otherwise
        assert fresh[change]["answers"] == [stored[change]["answers"][place] for place in places]


@settings(max_examples=30, deadline=None)
@given(values=rows, shift=st.integers(0, 7))
def test_the_row_is_a_ring_and_each_window_takes_two_of_it(values, shift):
    moved = [values[(place + shift) % 8] for place in range(8)]
    pairs = [(moved[place], moved[place + 1]) for place in (0, 2, 4, 6)]
    for operator, take in (("max", max), ("avg", lambda pair: sum(pair) / 2), ("subsample", lambda pair: pair[0])):
        demo = InvarianceDemo(part="row", values=values, shift=shift, operator=operator)
        np.testing.assert_allclose(demo.pooled(blur=False), [take(pair) for pair in pairs])


@settings(max_examples=30, deadline=None)
@given(values=rows, operator=st.sampled_from(["max", "avg", "subsample"]))
def test_with_the_blur_the_mean_of_the_output_is_the_same_at_every_shift(values, operator):
    # [1 2 1] has a zero where every second value would alias, so the mean can't depend on which half is kept.
    means = [
        InvarianceDemo(part="row", values=values, shift=shift, operator=operator).pooled(blur=True).mean()
        for shift in range(8)
    ]
    np.testing.assert_allclose(means, means[0], atol=1e-12)


@pytest.mark.parametrize("part, panels", [("photo", 2), ("row", 3)])
def test_the_still_picture_shows_input_and_output(part, panels):
    demo = InvarianceDemo(part=part)
    assert len(demo.picture().axes) == panels
    assert len(demo.alt()) > 40
