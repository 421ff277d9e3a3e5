"""The class activation map demo: what it stores adds up to what the network itself says."""

import json

import numpy as np
import pytest
import torch
import traitlets

from poolcourse.data import photo
from poolcourse.demos import ClassActivationMapDemo
from poolcourse.demos.class_activation_map import PHOTOS, TOP, explained
from poolcourse.errors import DataError
from poolcourse.models import lite0


@pytest.fixture(scope="module")
def demo():
    return ClassActivationMapDemo()


@pytest.mark.parametrize("name", PHOTOS)
def test_the_stored_channels_and_the_rest_average_to_the_networks_own_logit(name):
    logits = lite0()(torch.from_numpy(photo(name, size=224))[None])[0]
    for rank, stored in enumerate(explained(name)["classes"]):
        total = np.array(stored["rest"])
        for weight, feature in zip(stored["weights"], stored["features"], strict=True):
            total = total + weight * np.array(feature)
        own = float(logits[lite0().classes.index(stored["name"])])
        assert total.mean() + stored["bias"] == pytest.approx(own, abs=2e-3)
        assert own == pytest.approx(float(logits.sort(descending=True).values[rank]))


def test_the_channels_are_the_strongest_ones_in_order():
    network = lite0()
    features = network.features(torch.from_numpy(photo("coffee", size=224))[None])[0]
    stored = explained("coffee")["classes"][0]
    parts = network.head_weight[network.classes.index("espresso")] * features.mean((1, 2))
    assert stored["channels"] == parts.argsort(descending=True)[:TOP].tolist()


def test_the_script_adds_all_channels_up_to_the_logit(demo, in_script):
    for chosen in demo.photos["cat"]["classes"]:
        whole = f"globalAvg([mapOfClass({json.dumps(chosen)}, {TOP + 1})])"
        (mean,) = in_script("class_activation_map", whole)
        assert mean + chosen["bias"] == pytest.approx(chosen["logit"], abs=2e-3)


def test_no_channel_gives_an_empty_map_and_one_channel_its_own_part(demo, in_script):
    chosen = demo.photos["coffee"]["classes"][0]
    none, one = in_script("class_activation_map", f"[0, 1].map((count) => mapOfClass({json.dumps(chosen)}, count))")
    assert np.shape(none) == (7, 7)
    assert not np.any(none)
    np.testing.assert_allclose(one, chosen["weights"][0] * np.array(chosen["features"][0]), atol=1e-12)


def test_it_opens_on_the_whole_map_and_the_strongest_cell(demo):
    assert (demo.photo, demo.rank, demo.channels) == ("coffee", 0, TOP + 1)
    assert np.unravel_index(demo._map().argmax(), (7, 7)) == (demo.row, demo.col)


def test_a_page_carries_less_than_100_kilobytes_of_it(demo):
    assert len(json.dumps(demo.photos)) < 100_000


@pytest.mark.parametrize("wrong", [{"rank": 3}, {"channels": TOP + 2}, {"overlay": 101}, {"row": 7}, {"total": 5}])
def test_a_state_that_it_could_not_draw_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        ClassActivationMapDemo(names=("coffee",), **wrong)


def test_a_photo_that_it_does_not_carry_is_refused_with_the_remedy():
    with pytest.raises(traitlets.TraitError, match="Name more of them"):
        ClassActivationMapDemo(names=("coffee",), photo="cat")
    with pytest.raises(DataError, match="one of the photos"):
        ClassActivationMapDemo(names=("dog",))


def test_the_still_picture_shows_photo_and_map(demo):
    titles = [ax.get_title() for ax in demo.picture().axes[:2]]
    assert "coffee" in titles[0]
    assert f"logit {demo.photos['coffee']['classes'][0]['logit']:.2f}" in titles[1]
    assert "espresso" in demo.alt()
