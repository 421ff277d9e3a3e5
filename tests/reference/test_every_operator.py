"""What holds for every operator alike: batches, memory layouts, inputs left alone, names, the import."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch

from poolcourse import reference
from poolcourse.errors import DtypeError

BOXES = np.array([[0, 0, 1, 5, 6], [0, 2, 2, 3, 3]])
U = np.random.default_rng(14).random((2, 3, 3, 2))
WEIGHT = np.random.default_rng(15).random((4, 3))

# name: the arguments that follow the map, given its shape's lead: (N,), () or (0,).
ARGUMENTS = {
    "max_pool2d": lambda lead: {"kernel_size": 3, "stride": 2, "padding": 1},
    "avg_pool2d": lambda lead: {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    "sum_pool2d": lambda lead: {"kernel_size": 2},
    "stochastic_pool2d": lambda lead: {"kernel_size": 2, "draws": {(2,): U, (): U[0], (0,): U[:0]}[lead]},
    "global_avg_pool2d": lambda lead: {},
    "global_max_pool2d": lambda lead: {},
    "adaptive_avg_pool2d": lambda lead: {"output_size": (2, 3)},
    "adaptive_max_pool2d": lambda lead: {"output_size": (2, 3)},
    "spatial_pyramid_pool2d": lambda lead: {"levels": (3, 2, 1)},
    "class_activation_map": lambda lead: {"weight": WEIGHT},
    "region_pyramid_pool2d": lambda lead: {"boxes": BOXES if lead != (0,) else BOXES[:0], "levels": (2, 1)},
}
OPERATORS = sorted(ARGUMENTS)


def example(lead=(2,), dtype="float64"):
    return np.random.default_rng(16).random((*lead, 3, 6, 5)).astype(dtype)


def both(name, x, lead=(2,)):
    """Forward, then backward with a gradient of ones; the arrays that come back."""
    arguments = ARGUMENTS[name](lead)
    out = getattr(reference, name)(x, **arguments)
    back = getattr(reference, f"{name}_backward")(np.ones_like(out), x, **arguments)
    return [out, *(back if isinstance(back, tuple) else (back,))]


@pytest.mark.parametrize("name", [name for name in OPERATORS if name != "region_pyramid_pool2d"])
def test_an_image_alone_gives_what_it_gives_in_a_batch(name):
    x = example()
    arguments, alone = ARGUMENTS[name]((2,)), ARGUMENTS[name](())
    out, single = getattr(reference, name)(x, **arguments), getattr(reference, name)(x[0], **alone)
    np.testing.assert_array_equal(single, out[0])
    backward = getattr(reference, f"{name}_backward")
    back, single = backward(out, x, **arguments), backward(out[0], x[0], **alone)
    if isinstance(back, tuple):
        back, single = back[0], single[0]
    np.testing.assert_array_equal(single, back[0])


@pytest.mark.parametrize("name", OPERATORS)
def test_an_empty_batch_gives_an_empty_result_of_the_right_shape(name):
    full, empty = both(name, example()), both(name, example((0,)), (0,))
    assert empty[0].shape == (0, *full[0].shape[1:])
    assert empty[1].shape == (0, 3, 6, 5)
    for array in empty[2:]:
        assert not array.any()  # no image, no gradient for the weights


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("layout", ["transposed", "every second", "reversed", "channels last", "broadcast"])
def test_the_layout_in_memory_does_not_matter(name, layout):
    x = example()
    odd = {
        "transposed": lambda: np.ascontiguousarray(x.swapaxes(2, 3)).swapaxes(2, 3),
        "every second": lambda: np.repeat(np.repeat(x, 2, 2), 2, 3)[..., ::2, ::2],
        "reversed": lambda: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
        "channels last": lambda: np.ascontiguousarray(np.moveaxis(x, 1, -1)).swapaxes(2, 3).swapaxes(1, 2),
        "broadcast": lambda: np.broadcast_to(x[:, :1], x.shape),
    }[layout]()
    assert not odd.flags.c_contiguous
    for found, expected in zip(both(name, odd), both(name, np.ascontiguousarray(odd)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_inputs_are_left_alone_and_float_dtypes_kept(name, dtype, frozen):
    x = example(dtype=dtype)
    before = x.copy()
    out, back, *_ = both(name, frozen(x))  # frozen: writing raises
    np.testing.assert_array_equal(x, before)
    assert (out.dtype, back.dtype) == (x.dtype, x.dtype)
    assert out.flags.writeable
    assert back.flags.writeable
    assert not np.shares_memory(out, x)


@pytest.mark.parametrize("name", OPERATORS)
def test_a_list_or_a_tensor_is_refused_with_the_way_to_an_array(name):
    for x in (example().tolist(), torch.from_numpy(example())):
        with pytest.raises(DtypeError, match=r"np.asarray\(x\), or poolcourse.nn"):
            getattr(reference, name)(x, **ARGUMENTS[name]((2,)))
        with pytest.raises(DtypeError, match=r"np.asarray\(x\), or poolcourse.nn"):
            getattr(reference, f"{name}_backward")(np.ones(1), x, **ARGUMENTS[name]((2,)))


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_has_a_gradient_that_takes_the_same_arguments(name):
    forward = inspect.signature(getattr(reference, name)).parameters
    backward = inspect.signature(getattr(reference, f"{name}_backward")).parameters
    expected = [p.replace() for p in forward.values() if p.name != "return_indices"]
    assert next(iter(backward)) == "grad"
    assert list(backward.values())[1:] == expected


def test_every_public_function_is_exported_and_has_an_example():
    for name in reference.__all__:
        text = inspect.getdoc(getattr(reference, name))
        assert "Examples\n--------\n>>>" in text, name


def test_signatures_are_those_the_course_promises():
    promised = {
        "output_size": "(size, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False)",
        "receptive_field": "(layers)",
        "max_pool2d": "(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)",
        "avg_pool2d": "(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, "
        "divisor_override=None)",
        "sum_pool2d": "(x, kernel_size, stride=None, padding=0, ceil_mode=False)",
        "stochastic_pool2d": "(x, kernel_size, stride=None, *, training=True, draws=None)",
        "global_avg_pool2d": "(x)",
        "global_max_pool2d": "(x)",
        "class_activation_map": "(features, weight)",
        "adaptive_max_pool2d": "(x, output_size, return_indices=False)",
        "adaptive_avg_pool2d": "(x, output_size)",
        "spatial_pyramid_pool2d": "(x, levels=(6, 3, 2, 1), mode='max', rule='adaptive')",
        "project_boxes": "(boxes, stride)",
        "region_pyramid_pool2d": "(features, boxes, levels=(6, 3, 2, 1), mode='max')",
    }
    for name, signature in promised.items():
        assert str(inspect.signature(getattr(reference, name))) == signature, name


def test_the_reference_imports_without_torch():
    code = "import sys, poolcourse.reference; print([m for m in ('torch', 'scipy', 'skimage') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
