import pytest
import torch

from poolcourse.errors import PoolingError, ShapeError
from poolcourse.models import HEADS, POOLS, ResidualCNN, SmallCNN, parameter_count


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("head", HEADS)
def test_every_pooling_with_every_head_gives_a_row_of_classes_and_gradients_for_all_weights(pool, head):
    model = SmallCNN(pool, head, widths=(2, 3, 4), seed=0)
    out = model(torch.rand(3, 1, 28, 28))
    assert out.shape == (3, 10)
    out.square().sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


@pytest.mark.parametrize("pool", POOLS)
def test_a_halving_pool_leaves_7_cells_of_28_and_the_others_all(pool):
    maps = SmallCNN(pool, seed=0).features(torch.rand(1, 1, 28, 28))
    side = 28 if pool in ("dilation", "none") else 7
    assert maps.shape == (1, 64, side, side)


def test_gap_head_has_the_parameters_that_the_convolutions_and_one_layer_count():
    model = SmallCNN("max", "gap", (16, 32, 64), norm=False)
    convolutions = 16 * (9 * 1 + 1) + 32 * (9 * 16 + 1) + 64 * (9 * 32 + 1)
    assert parameter_count(model) == convolutions + 10 * (64 + 1)


def test_equal_seeds_build_equal_weights_and_leave_the_global_generator_alone():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    first, again, other = (SmallCNN(seed=seed) for seed in (4, 4, 5))
    assert torch.equal(torch.rand(2), expected)
    assert torch.equal(first.features[0].weight, again.features[0].weight)
    assert not torch.equal(first.features[0].weight, other.features[0].weight)


@pytest.mark.parametrize("head", ["gap", "gmp", "spp"])
@pytest.mark.parametrize("size", [(16, 16), (28, 40), (56, 33)])
def test_global_and_pyramid_heads_take_any_size(head, size):
    assert SmallCNN("max", head, seed=0)(torch.rand(2, 1, *size)).shape == (2, 10)


@pytest.mark.parametrize("head", ["flat", "fc", "pool_fc"])
def test_a_flattening_head_refuses_another_size_and_names_the_way_out(head):
    with pytest.raises(ShapeError, match="'gap' or 'spp'"):
        SmallCNN("max", head)(torch.rand(1, 1, 28, 30))


def test_without_activation_average_pooling_makes_a_linear_network_and_max_does_not():
    a, b, zero = torch.rand(3, 2, 1, 28, 28).split(1)
    for pool, linear in (("average", True), ("subsample", True), ("max", False)):
        model = SmallCNN(pool, "gap", activation=False, seed=0).eval()
        with torch.no_grad():
            difference = model(a[0] + b[0]) + model(zero[0] * 0) - model(a[0]) - model(b[0])
        assert (difference.abs().max() < 1e-4) == linear


def test_blurred_max_equals_max_then_three_taps_by_hand():
    model = SmallCNN("blurred", seed=0)
    layer = next(layer for layer in model.features if type(layer).__name__ == "BlurredMax")
    x = torch.rand(1, 1, 8, 8)
    largest = torch.nn.functional.max_pool2d(x, 2, 1)[0, 0]
    place = largest[1:4, 3:6]  # the output (1, 2) sits on place (2, 4)
    taps = torch.tensor([1.0, 2, 1]) / 4
    assert layer(x)[0, 0, 1, 2].item() == pytest.approx((taps @ place @ taps).item(), abs=1e-6)
    assert layer(x).shape == (1, 1, 4, 4)


@pytest.mark.parametrize(("pool", "head", "word"), [("median", "gap", "pooling"), ("max", "svm", "head")])
def test_an_unknown_name_is_refused_with_the_known_ones(pool, head, word):
    with pytest.raises(PoolingError, match=f"expected a {word} of"):
        SmallCNN(pool, head)


@pytest.mark.parametrize("head", ["gap", "pool_fc", "spp_fc"])
def test_the_residual_backbone_takes_the_same_heads(head):
    out = ResidualCNN(head, (4, 6), levels=(3, 2, 1), seed=0)(torch.rand(2, 1, 28, 28))
    assert out.shape == (2, 10)
