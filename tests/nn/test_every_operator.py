"""What holds for every operator: inputs untouched, any layout, with or without a batch, dtypes kept, errors."""

import copy
import pickle

import numpy as np
import pytest
import torch

from poolcourse import nn, reference
from poolcourse.errors import BinError, BoxError, DtypeError, PoolingError, RangeError, ShapeError, WindowError

WEIGHT = torch.linspace(-1, 1, 20).view(5, 4)
BOXES = torch.tensor([[0, 1, 2, 7, 8], [0, 0, 0, 9, 11], [0, 4, 4, 5, 5]])
DRAWS = torch.linspace(0, 0.99, 5 * 4 * 5 * 4).view(5, 4, 5, 4)


def draws_for(x):
    return DRAWS[: x.shape[0]] if x.dim() == 4 else DRAWS[0]


OPERATORS = {
    "max_pool2d": lambda x: nn.max_pool2d(x, 3, 2, 1),
    "avg_pool2d": lambda x: nn.avg_pool2d(x, 3, 2, 1),
    "sum_pool2d": lambda x: nn.sum_pool2d(x, 2),
    "stochastic_pool2d": lambda x: nn.stochastic_pool2d(x, 2, draws=draws_for(x)),
    "stochastic_pool2d in test": lambda x: nn.stochastic_pool2d(x, 2, training=False),
    "global_avg_pool2d": nn.global_avg_pool2d,
    "global_max_pool2d": nn.global_max_pool2d,
    "class_activation_map": lambda x: nn.class_activation_map(x, WEIGHT.to(x.dtype)),
    "adaptive_max_pool2d": lambda x: nn.adaptive_max_pool2d(x, 3),
    "adaptive_avg_pool2d": lambda x: nn.adaptive_avg_pool2d(x, 3),
    "spatial_pyramid_pool2d": nn.spatial_pyramid_pool2d,
    "spatial_pyramid_pool2d, avg": lambda x: nn.spatial_pyramid_pool2d(x, mode="avg"),
    "spatial_pyramid_pool2d, sum": lambda x: nn.spatial_pyramid_pool2d(x, mode="sum"),
    "region_pyramid_pool2d": lambda x: nn.region_pyramid_pool2d(x, BOXES),
    "region_pyramid_pool2d, avg": lambda x: nn.region_pyramid_pool2d(x, BOXES, mode="avg"),
}
MAPS = [name for name in OPERATORS if name.split(",")[0] in {"max_pool2d", "avg_pool2d", "sum_pool2d"}]
REGIONS = [name for name in OPERATORS if name.startswith("region")]
EVERY = pytest.mark.parametrize("name", OPERATORS)


@pytest.fixture
def x():
    return torch.rand(2, 4, 11, 9, generator=torch.Generator().manual_seed(0))


@EVERY
def test_inputs_are_never_written_to(name, x, engine):
    before = x.clone()
    OPERATORS[name](x)
    OPERATORS[name](x.requires_grad_()).sum().backward()
    assert torch.equal(x, before)


@EVERY
def test_without_a_batch_axis_the_result_is_that_of_a_batch_of_one(name, x, engine):
    alone, batch = OPERATORS[name](x[0]), OPERATORS[name](x[:1])
    torch.testing.assert_close(alone, batch if name in REGIONS else batch[0])


@EVERY
def test_layout_in_memory_changes_nothing(name, x, engine):
    expected = OPERATORS[name](x)
    strided = torch.rand(2, 4, 22, 27)[:, :, ::2, ::3].copy_(x)
    turned = x.transpose(2, 3).contiguous().transpose(2, 3)
    last = x.contiguous(memory_format=torch.channels_last)
    for other in (strided, turned, last):
        torch.testing.assert_close(OPERATORS[name](other), expected)
        leaves = [t.detach().clone(memory_format=torch.preserve_format).requires_grad_() for t in (other, x)]
        grads = [torch.autograd.grad(OPERATORS[name](leaf).square().sum(), leaf)[0] for leaf in leaves]
        torch.testing.assert_close(*grads)


@pytest.mark.parametrize("name", MAPS)
def test_channels_last_is_kept(name, x, engine):
    last = x.contiguous(memory_format=torch.channels_last)
    assert OPERATORS[name](last).is_contiguous(memory_format=torch.channels_last)
    assert OPERATORS[name](x).is_contiguous()


@EVERY
def test_an_empty_batch_gives_an_empty_result(name, x, engine):
    if name in REGIONS:
        assert nn.region_pyramid_pool2d(x[:0], BOXES[:0]).shape == (0, 200)
        return
    full = OPERATORS[name](x)
    leaf = x[:0].clone().requires_grad_()
    empty = OPERATORS[name](leaf)
    assert empty.shape == (0, *full.shape[1:])
    empty.sum().backward()
    assert leaf.grad.shape == (0, 4, 11, 9)


@EVERY
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_dtype_is_kept_and_half_precision_is_rounded_once(name, dtype, x, engine):
    narrow = x.to(dtype)
    found = OPERATORS[name](narrow)
    assert found.dtype == dtype
    if name != "stochastic_pool2d":  # another dtype draws at other borders
        wide = OPERATORS[name](narrow.double())
        torch.testing.assert_close(found.double(), wide, rtol=2 * torch.finfo(dtype).eps, atol=torch.finfo(dtype).eps)


def test_both_backends_have_the_same_names_and_parameters():
    import inspect

    for name in ("max_pool2d", "avg_pool2d", "sum_pool2d", "stochastic_pool2d", "global_avg_pool2d", "output_size",
                 "global_max_pool2d", "class_activation_map", "adaptive_max_pool2d", "adaptive_avg_pool2d",
                 "spatial_pyramid_pool2d", "region_pyramid_pool2d", "project_boxes", "receptive_field"):  # fmt: skip
        mine, theirs = (inspect.signature(getattr(side, name)).parameters for side in (nn, reference))
        assert list(mine) == list(theirs), name
        assert [p.default for p in mine.values()] == [p.default for p in theirs.values()], name
        assert [p.kind for p in mine.values()] == [p.kind for p in theirs.values()], name


@pytest.mark.parametrize(
    "module",
    [nn.MaxPool2d(2), nn.AvgPool2d(2), nn.SumPool2d(2), nn.StochasticPool2d(2), nn.GlobalAvgPool2d(),
     nn.GlobalMaxPool2d(), nn.SpatialPyramidPool2d(), nn.RegionPyramidPool2d()],
    ids=lambda module: type(module).__name__,
)  # fmt: skip
def test_modules_have_no_parameters_and_can_be_copied_and_pickled(module):
    assert not list(module.parameters())
    assert not module.state_dict()
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert repr(twin) == repr(module)


REFUSED = {
    "a grey image without axes": (lambda x: nn.max_pool2d(x[0, 0], 2), ShapeError, "x[None, None]"),
    "a map without rows": (lambda x: nn.avg_pool2d(x[:, :, :0], 2), ShapeError, "nothing to pool"),
    "five axes": (lambda x: nn.global_max_pool2d(x[None]), ShapeError, "5 axes"),
    "a NumPy array": (lambda x: nn.max_pool2d(x.numpy(), 2), DtypeError, "torch.from_numpy"),
    "booleans": (lambda x: nn.max_pool2d(x > 0, 2), DtypeError, "torch.bool"),
    "complex numbers": (lambda x: nn.adaptive_max_pool2d(x.cfloat(), 2), DtypeError, "complex64"),
    "an integer average": (lambda x: nn.avg_pool2d(x.int(), 2), DtypeError, "x.float()"),
    "an integer sum": (lambda x: nn.sum_pool2d(x.int(), 2), DtypeError, "x.float()"),
    "an integer mean of the map": (lambda x: nn.global_avg_pool2d(x.int()), DtypeError, "x.float()"),
    "integer draws": (lambda x: nn.stochastic_pool2d(x.int(), 2), DtypeError, "x.float()"),
    "an integer average pyramid": (lambda x: nn.spatial_pyramid_pool2d(x.int(), mode="avg"), DtypeError, "x.float()"),
    "a kernel of 0": (lambda x: nn.max_pool2d(x, 0), WindowError, "kernel_size of at least 1"),
    "a kernel of 2.5": (lambda x: nn.max_pool2d(x, 2.5), WindowError, "kernel_size=2"),
    "a kernel of three sizes": (lambda x: nn.max_pool2d(x, (1, 2, 3)), WindowError, "(height, width)"),
    "a stride of 0": (lambda x: nn.avg_pool2d(x, 2, 0), WindowError, "stride of at least 1"),
    "a padding over half the kernel": (lambda x: nn.max_pool2d(x, 3, 1, 2), WindowError, "half the kernel"),
    "a negative padding": (lambda x: nn.sum_pool2d(x, 3, 1, -1), WindowError, "padding from 0"),
    "a kernel larger than the map": (lambda x: nn.max_pool2d(x, 12), WindowError, "a window that fits"),
    "a divisor of 0": (lambda x: nn.avg_pool2d(x, 2, divisor_override=0), RangeError, "other than 0"),
    "negative activations": (lambda x: nn.stochastic_pool2d(-x, 2), RangeError, "x.relu()"),
    "a negative beside a NaN": (
        lambda x: nn.stochastic_pool2d(torch.tensor([[[float("nan"), -1.0]]]), 1), RangeError, "x.relu()"
    ),
    "a draw of 1": (lambda x: nn.stochastic_pool2d(x, 2, draws=torch.ones(2, 4, 5, 4)), RangeError, "[0, 1)"),
    "a draw that is NaN": (
        lambda x: nn.stochastic_pool2d(x, 2, draws=torch.full((2, 4, 5, 4), float("nan"))), RangeError, "[0, 1)"
    ),
    "draws of another shape": (lambda x: nn.stochastic_pool2d(x, 2, draws=torch.rand(3)), ShapeError, "(2, 4, 5, 4)"),
    "no bins": (lambda x: nn.adaptive_avg_pool2d(x, 0), BinError, "at least one bin"),
    "levels of 0": (lambda x: nn.spatial_pyramid_pool2d(x, (2, 0)), BinError, "(2, 0)"),
    "no levels": (lambda x: nn.SpatialPyramidPool2d(()), BinError, "(6, 3, 2, 1)"),
    "a mode that isn't": (lambda x: nn.spatial_pyramid_pool2d(x, mode="median"), PoolingError, "'median'"),
    "a rule that isn't": (lambda x: nn.spatial_pyramid_pool2d(x, rule="random"), PoolingError, "'random'"),
    "bins that sliding can't give": (
        lambda x: nn.spatial_pyramid_pool2d(torch.zeros(1, 1, 10, 10), (6,), rule="sliding"), BinError, "give 9"
    ),
    "weights of other channels": (lambda x: nn.class_activation_map(x, torch.ones(5, 3)), ShapeError, "4"),
    "boxes of floats": (lambda x: nn.region_pyramid_pool2d(x, BOXES.float()), BoxError, "project_boxes"),
    "boxes of four numbers": (lambda x: nn.region_pyramid_pool2d(x, BOXES[:, :4]), ShapeError, "(R, 5)"),
    "a reversed box": (lambda x: nn.region_pyramid_pool2d(x, torch.tensor([[0, 5, 0, 2, 3]])), BoxError, "x1 < x2"),
    "an empty box": (lambda x: nn.region_pyramid_pool2d(x, torch.tensor([[0, 2, 0, 2, 3]])), BoxError, "x1 < x2"),
    "a box outside": (lambda x: nn.region_pyramid_pool2d(x, torch.tensor([[0, 0, 0, 10, 3]])), BoxError, "<= 9"),
    "a box of no image": (lambda x: nn.region_pyramid_pool2d(x, torch.tensor([[2, 0, 0, 1, 1]])), BoxError, "0 to 1"),
    "a box of NaN": (lambda x: nn.project_boxes(torch.full((1, 5), float("nan")), 16), BoxError, "finite"),
    "an infinite box": (
        lambda x: nn.project_boxes(torch.tensor([[0, 0, 0, float("inf"), 1]]), 16), BoxError, "finite"
    ),
    "half an image": (lambda x: nn.project_boxes(torch.tensor([[0.5, 0, 0, 9, 9]]), 16), BoxError, "counts from 0"),
    "a stride of the network of 0": (lambda x: nn.project_boxes(BOXES, 0), WindowError, "above 0"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_what_was_expected_what_came_and_the_remedy(what, x):
    call, error, words = REFUSED[what]
    with pytest.raises(error) as caught:
        call(x)
    message = str(caught.value)
    assert message.startswith("expected ")
    assert "got " in message or " give " in message
    assert words in message
    assert len(message.split(". ")) > 1 or ": " in message


def test_a_list_will_do_for_a_pair_and_a_numpy_number_for_an_int(x):
    expected = nn.max_pool2d(x, (2, 3), (1, 2))
    assert torch.equal(nn.max_pool2d(x, [2, 3], [1, 2]), expected)
    assert torch.equal(nn.max_pool2d(x, (np.int64(2), np.int64(3)), (1, 2)), expected)
    assert torch.equal(nn.adaptive_max_pool2d(x, [3, 2]), nn.adaptive_max_pool2d(x, (3, 2)))
