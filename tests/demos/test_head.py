"""The head demo: its state, and its counts against torch's own layers."""

from itertools import pairwise

import pytest
import torch
import traitlets

from poolcourse.demos import HeadDemo


def parameters(module: torch.nn.Module) -> int:
    return sum(weights.numel() for weights in module.parameters())


def test_it_opens_on_vgg_16_where_the_difference_is_largest():
    demo = HeadDemo()
    assert (demo.channels, demo.side, demo.layers, demo.units, demo.classes) == (512, 7, 2, 4096, 1000)
    assert demo.widths() == [25088, 4096, 4096, 1000]


@pytest.mark.parametrize(
    "wrong", [{"channels": 0}, {"side": 21}, {"layers": 3}, {"units": 10}, {"classes": 1}, {"channels": "512"}]
)
def test_a_state_that_it_could_not_draw_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        HeadDemo(**wrong)


@pytest.mark.parametrize(
    "sizes",
    [
        {"channels": 64, "side": 7, "layers": 1, "units": 128, "classes": 10},
        {"channels": 30, "side": 3, "layers": 0, "units": 64, "classes": 5},
        {"channels": 16, "side": 1, "layers": 2, "units": 64, "classes": 2},
    ],
)
def test_the_script_counts_what_torch_allocates(in_script, sizes):
    widths = HeadDemo(**sizes).widths()
    layers = [torch.nn.Linear(inputs, outputs) for inputs, outputs in pairwise(widths)]
    counted = in_script("head", f"headLayers({sizes})")
    assert [layer["parameters"] for layer in counted] == [parameters(layer) for layer in layers]
    assert in_script("head", f"totalOf(headLayers({sizes}))") == parameters(torch.nn.Sequential(*layers))


def test_the_networks_it_offers_are_those_of_the_literature_and_of_our_models(in_script):
    from poolcourse.models import SmallCNN

    networks = in_script("head", "HEAD_NETWORKS")
    totals = {name: in_script("head", f"totalOf(headLayers({sizes}))") for name, sizes in networks.items()}
    # VGG-16: fc6 alone is 7 * 7 * 512 * 4096 weights
    fc6 = 7 * 7 * 512 * 4096
    assert totals["VGG-16"] == fc6 + 4096 + 4096 * 4097 + 1000 * 4097
    assert totals["EfficientNet-Lite0"] == 1000 * (1280 * 49 + 1)
    assert totals["our small CNN"] == parameters(SmallCNN(head="fc").head)


def test_the_still_picture_has_a_bar_for_each_head():
    demo = HeadDemo(channels=2, side=2, layers=0, classes=3)
    (ax,) = demo.picture().axes
    assert [text.get_text().strip() for text in ax.texts] == ["27", "9"]
    assert "2 channels" in demo.alt()
