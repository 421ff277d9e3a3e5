"""The receptive-field demo: its networks, its state, and that a cell sees what a measured gradient says it sees."""

import json

import numpy as np
import pytest
import torch
import traitlets
from torch import nn

from poolcourse.demos import ReceptiveFieldDemo
from poolcourse.demos.receptive_field import NETWORKS, SIDE, sight


def measured(layers, side: int) -> tuple[int, int]:
    """First and last input pixel, along a row, that the middle cell of the last map depends on."""
    modules = []
    for kind, kernel, stride, padding in layers:
        if kind == "conv":
            layer = nn.Conv2d(1, 1, kernel, stride, padding, bias=False).double()
            nn.init.constant_(layer.weight, 1 / kernel**2)
            modules.append(layer)
        else:
            modules.append(nn.AvgPool2d(kernel, stride, padding))
    x = torch.zeros(1, 1, side, side, dtype=torch.double, requires_grad=True)
    y = nn.Sequential(*modules)(x)
    middle = y.shape[-1] // 2
    y[0, 0, middle, middle].backward()
    seen = np.flatnonzero(x.grad[0, 0].sum(0).numpy())
    return int(seen[0]), int(seen[-1])


@pytest.mark.parametrize("name", ["three blocks", "AlexNet"])
def test_the_middle_cell_sees_exactly_the_pixels_that_its_gradient_reaches(name, in_script):
    side, size, jump, start = sight(NETWORKS[name])[-1]
    first, last = measured(NETWORKS[name], SIDE)
    begin = start + side // 2 * jump
    assert (first, last) == (max(0, begin), min(SIDE - 1, begin + size - 1))
    page = in_script("receptive_field", f"stackSight({json.dumps(NETWORKS[name])}).pop()")
    assert (page["side"], page["size"], page["jump"], page["start"]) == (side, size, jump, start)


@pytest.mark.parametrize(
    ("name", "map_side", "size", "jump"), [("AlexNet", 6, 195, 32), ("VGG-16", 7, 212, 32), ("ResNet-18", 7, 435, 32)]
)
def test_the_networks_end_on_the_maps_and_fields_that_are_known_of_them(name, map_side, size, jump):
    assert sight(NETWORKS[name])[-1][:3] == (map_side, size, jump)


def test_without_its_pools_vgg_sees_two_pixels_more_a_convolution():
    convolutions = [layer for layer in NETWORKS["VGG-16"] if layer[0] == "conv"]
    assert len(convolutions) == 13
    assert sight(convolutions)[-1][1] == 1 + 2 * 13


@pytest.mark.parametrize(("name", "depth"), [("VGG-16", 10), ("AlexNet", 8), ("three blocks", 1)])
def test_the_cell_chosen_for_each_pixel_is_one_whose_middle_lies_nearest(in_script, name, depth):
    layers = NETWORKS[name][:depth]
    side, size, jump, start = sight(layers)[-1]
    last = f"stackSight({json.dumps(layers)}).pop()"
    chosen = in_script("receptive_field", f"Array.from({{ length: {SIDE} }}, (_, place) => cellNear(place, {last}))")
    middles = start + jump * np.arange(side) + (size - 1) / 2
    for place, near in enumerate(chosen):
        assert abs(middles[near["cell"]] - place) == abs(middles - place).min()
        assert near["first"] == start + jump * near["cell"]
        assert near["last"] - near["first"] + 1 == size


@pytest.mark.parametrize(("pools", "depth", "size"), [(True, 6, 7), (True, 1, None), (False, 3, 18), (False, 2, 8)])
def test_the_other_stack_ends_on_the_same_convolution(in_script, pools, depth, size):
    state = json.dumps({"layers": NETWORKS["three blocks"], "pools": pools})
    other = in_script("receptive_field", f"otherSight({{ get: (name) => ({state})[name] }}, {depth})")
    assert (other and other["size"]) == size


def test_every_network_of_the_demo_is_a_state_that_it_accepts():
    for layers in NETWORKS.values():
        assert ReceptiveFieldDemo(names=("cat",), layers=layers, depth=len(layers)).depth == len(layers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"photo": "dog"},
        {"layers": []},
        {"layers": [["pool", 2, 2, 0]]},
        {"layers": [["conv", 3, 1]]},
        {"layers": [["conv", 3, 1, 1], ["fc", 1, 1, 0]]},
        {"layers": [["conv", 3, 1, 1]] + [["pool", 2, 2, 0]] * 8},
        {"y": SIDE},
        {"depth": 0},
    ],
)
def test_a_state_that_cannot_be_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        ReceptiveFieldDemo(names=("cat",), **wrong)


def test_the_state_of_the_demo_stays_small_enough_for_a_page():
    demo = ReceptiveFieldDemo()
    assert len(json.dumps([demo.photos, demo.networks])) < 400_000


def test_the_still_picture_and_its_words_tell_the_field_of_the_opening_state():
    demo = ReceptiveFieldDemo(names=("cat",))
    figure = demo.picture()
    (square,) = figure.axes[0].patches
    # 3x3, 2x2/2 three times: 3, 4, 8, 10, 18, 22
    assert (square.get_width(), square.get_height()) == (22, 22)
    assert "22 by 22 pixels" in demo.alt()
