"""torch.compile, vmap, functional transforms, meta tensors and torch.export, for every operator."""

import warnings

import pytest
import torch
from torch.export import Dim

from poolcourse import nn

WEIGHT = torch.linspace(-1, 1, 80).view(5, 16)
BOXES = torch.tensor([[0, 1, 2, 9, 9], [0, 0, 0, 14, 16], [0, 5, 5, 6, 6]])
DRAWS = torch.linspace(0, 0.99, 2 * 16 * 8 * 7).view(2, 16, 8, 7)

OPERATORS = {
    "max_pool2d": lambda x: nn.max_pool2d(x, 2),
    "max_pool2d with indices": lambda x: nn.max_pool2d(x, 3, 2, 1, return_indices=True),
    "avg_pool2d": lambda x: nn.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
    "sum_pool2d": lambda x: nn.sum_pool2d(x, 2),
    "stochastic_pool2d": lambda x: nn.stochastic_pool2d(x.abs(), 2, draws=DRAWS if x.dim() == 4 else DRAWS[0]),
    "stochastic_pool2d in test": lambda x: nn.stochastic_pool2d(x.abs(), 2, training=False),
    "global_avg_pool2d": nn.global_avg_pool2d,
    "global_max_pool2d": nn.global_max_pool2d,
    "class_activation_map": lambda x: nn.class_activation_map(x, WEIGHT),
    "adaptive_max_pool2d": lambda x: nn.adaptive_max_pool2d(x, 5),
    "adaptive_avg_pool2d": lambda x: nn.adaptive_avg_pool2d(x, 5),
    "spatial_pyramid_pool2d": nn.spatial_pyramid_pool2d,
    "spatial_pyramid_pool2d, avg": lambda x: nn.spatial_pyramid_pool2d(x, mode="avg"),
    "spatial_pyramid_pool2d, sum": lambda x: nn.spatial_pyramid_pool2d(x, (3, 1), "sum"),
    "spatial_pyramid_pool2d, sliding": lambda x: nn.spatial_pyramid_pool2d(x, (3, 2), rule="sliding"),
    "region_pyramid_pool2d": lambda x: nn.region_pyramid_pool2d(x, BOXES, (4, 2, 1)),
    "region_pyramid_pool2d, avg": lambda x: nn.region_pyramid_pool2d(x, BOXES, (3,), "avg"),
}
EVERY = pytest.mark.parametrize("name", OPERATORS)
REGIONS = [name for name in OPERATORS if name.startswith("region")]
# What fixes the height and width in an exported program: the paper's sliding windows, and the depth of the range table.
FIXED = [*REGIONS, "spatial_pyramid_pool2d, sliding", "stochastic_pool2d"]


@pytest.fixture
def x():
    return torch.randn(2, 16, 16, 14, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def ours(monkeypatch):
    """Trace our operators, on small maps too."""
    monkeypatch.setattr(nn.dispatch, "SMALL", 0)
    torch.compiler.reset()


def same(found, expected):
    for a, b in zip(as_tuple(found), as_tuple(expected), strict=True):
        torch.testing.assert_close(a, b)


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


def gradient(f, x):
    leaf = x.clone().requires_grad_()
    y = as_tuple(f(leaf))[0]
    weights = torch.linspace(0.5, 1.5, y.numel()).view(y.shape)
    return torch.autograd.grad((y * weights).sum(), leaf)[0]


@EVERY
def test_compiles_in_one_graph_forward_and_backward(name, x):
    compiled = torch.compile(OPERATORS[name], fullgraph=True, backend="aot_eager")
    same(compiled(x), OPERATORS[name](x))
    same(gradient(compiled, x), gradient(OPERATORS[name], x))


@pytest.mark.parametrize(
    "name", ["max_pool2d with indices", "avg_pool2d", "adaptive_max_pool2d", "spatial_pyramid_pool2d"]
)
def test_small_maps_compile_to_torchs_kernels(name, x, monkeypatch):
    monkeypatch.undo()
    compiled = torch.compile(OPERATORS[name], fullgraph=True, backend="aot_eager")
    same(compiled(x), OPERATORS[name](x))
    same(gradient(compiled, x), gradient(OPERATORS[name], x))


@EVERY
def test_compiles_for_any_size(name, x):
    if name == "stochastic_pool2d":
        pytest.skip("its draws here have one size")
    compiled = torch.compile(OPERATORS[name], fullgraph=True, dynamic=True, backend="aot_eager")
    for other in (x, torch.randn(3, 16, 19, 27)):
        same(compiled(other), OPERATORS[name](other))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "spatial_pyramid_pool2d", "region_pyramid_pool2d"])
def test_inductors_code_gives_the_same(name, x):
    compiled = torch.compile(OPERATORS[name], fullgraph=True)
    same(compiled(x), OPERATORS[name](x))
    same(gradient(compiled, x), gradient(OPERATORS[name], x))


@EVERY
def test_vmap_over_a_new_axis_is_a_loop(name, x):
    stack = torch.stack([x, x.flip(-1), -x])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns where it has no rule and loops
        found = torch.vmap(OPERATORS[name])(stack)
    rows = [as_tuple(OPERATORS[name](one)) for one in stack]
    same(found, tuple(torch.stack(column) for column in zip(*rows, strict=True)))


@EVERY
def test_vmap_over_the_batch_is_the_batch(name, x):
    if name in REGIONS:
        found = torch.vmap(OPERATORS[name])(x)
        same(found, torch.stack([OPERATORS[name](one) for one in x]))
        return
    alone = {"stochastic_pool2d": lambda x: nn.stochastic_pool2d(x.abs(), 2, draws=DRAWS[0])}.get(name, OPERATORS[name])
    same(
        torch.vmap(alone)(x),
        tuple(torch.stack(part) for part in zip(*(as_tuple(alone(one)) for one in x), strict=True)),
    )


@EVERY
def test_vmap_compiles(name, x):
    stack = torch.stack([x, -x])
    compiled = torch.compile(torch.vmap(OPERATORS[name]), fullgraph=True, backend="aot_eager")
    same(compiled(stack), torch.vmap(OPERATORS[name])(stack))


@EVERY
def test_functional_gradients_and_tangents_are_those_of_autograd(name, x):
    def score(x):
        y = as_tuple(OPERATORS[name](x))[0]
        return (y * torch.linspace(0.5, 1.5, y.numel()).view(y.shape)).sum()

    expected = gradient(OPERATORS[name], x)
    same(torch.func.grad(score)(x), expected)
    direction = torch.randn_like(x)
    _, tangent = torch.func.jvp(score, (x,), (direction,))
    torch.testing.assert_close(tangent, (direction * expected).sum(), rtol=1e-4, atol=1e-4)


@EVERY
def test_meta_tensors_give_the_shape_without_values(name, x, monkeypatch):
    for constant in ("WEIGHT", "BOXES", "DRAWS"):
        monkeypatch.setitem(globals(), constant, globals()[constant].to("meta"))
    found = as_tuple(OPERATORS[name](x.to("meta")))
    monkeypatch.undo()
    for a, b in zip(found, as_tuple(OPERATORS[name](x)), strict=True):
        assert a.device.type == "meta"
        assert (a.shape, a.dtype) == (b.shape, b.dtype)


@pytest.mark.parametrize("name", [name for name in OPERATORS if name not in FIXED])
def test_exports_with_any_height_and_width_and_without_this_package(name, x):
    class Model(torch.nn.Module):
        def forward(self, x):
            return OPERATORS[name](x)

    sizes = {2: Dim("height", min=8, max=512), 3: Dim("width", min=8, max=512)}
    program = torch.export.export(Model(), (x,), dynamic_shapes={"x": sizes})
    assert "poolcourse" not in str(program.graph)
    other = torch.randn(2, 16, 31, 45)
    for a, b in zip(as_tuple(program.module()(other)), as_tuple(OPERATORS[name](other)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)  # a sum is exported as a mean times its cells


@pytest.mark.parametrize("mode", ["max", "avg"])
def test_regions_export_with_any_number_of_boxes(mode, x):
    class Model(torch.nn.Module):
        def forward(self, x, boxes):
            return nn.region_pyramid_pool2d(x, boxes, (3, 1), mode)

    program = torch.export.export(Model(), (x, BOXES), dynamic_shapes={"x": None, "boxes": {0: Dim("boxes", min=2)}})
    many = BOXES.repeat(20, 1)
    same(program.module()(x, many), nn.region_pyramid_pool2d(x, many, (3, 1), mode))


def test_our_operators_keep_torchs_rules():
    window = [3, 2, 2, 1, 1, 1, 1, 1, 8, 15]
    x, cells = torch.randn(2, 3, 16, 14), torch.tensor(6.0)
    operators = torch.ops.poolcourse
    checks = ("test_schema", "test_faketensor")
    for operator, arguments in (
        (operators.max_windows, (x, window)),
        (operators.locate_windows, (x, window)),
        (operators.sum_windows, (x, window, cells)),
        (operators.spread_windows, (torch.randn(2, 3, 8, 15), [16, 14], window, None)),
        (operators.pyramid_max, (x, [3, 2, 1])),
    ):
        torch.library.opcheck(operator, arguments, test_utils=checks)
