"""torch's own samples for its pooling operators: values, indices, gradients, and what must be refused."""

import warnings
from collections import Counter

import pytest
import torch

from poolcourse import nn
from poolcourse.errors import DtypeError, PoolingError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_methods_invocations import op_db

OURS = {
    "nn.functional.max_pool2d": nn.max_pool2d,
    "nn.functional.avg_pool2d": nn.avg_pool2d,
    "nn.functional.adaptive_max_pool2d": nn.adaptive_max_pool2d,
    "nn.functional.adaptive_avg_pool2d": nn.adaptive_avg_pool2d,
}
THEIRS = {op.name: op for op in op_db if op.name in OURS}
# How many samples torch 2.13 has, all dtypes together; fewer would mean that this test looks at nothing.
SAMPLES = {
    "nn.functional.max_pool2d": 8000,
    "nn.functional.avg_pool2d": 28,
    "nn.functional.adaptive_max_pool2d": 90,
    "nn.functional.adaptive_avg_pool2d": 40,
}


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("name", OURS)
def test_values_and_indices_agree_on_all_samples_of_torch(name, engine):
    counts = Counter()
    for dtype in sorted(THEIRS[name].dtypes, key=str):
        for sample in THEIRS[name].sample_inputs("cpu", dtype, requires_grad=False):
            before = sample.input.clone()
            if "avg" in name and not dtype.is_floating_point:
                # The one deliberate difference: torch truncates an integer mean.
                with pytest.raises(DtypeError, match=r"x\.float"):
                    OURS[name](sample.input, *sample.args, **sample.kwargs)
                continue
            theirs = as_tuple(THEIRS[name](sample.input, *sample.args, **sample.kwargs))
            found = as_tuple(OURS[name](sample.input, *sample.args, **sample.kwargs))
            assert len(theirs) == len(found)
            for a, b in zip(theirs, found, strict=True):
                if "max" in name:
                    assert a.dtype == b.dtype
                    assert torch.equal(a, b), (dtype, sample)
                else:
                    torch.testing.assert_close(b, a)
            assert torch.equal(sample.input, before)
            counts[dtype] += 1
    assert counts.total() >= SAMPLES[name], counts


@pytest.mark.parametrize("name", OURS)
def test_gradients_agree_on_the_samples_of_torch(name, engine, gradient):
    samples = THEIRS[name].sample_inputs("cpu", torch.float64, requires_grad=False)
    for number, sample in enumerate(samples):
        if number % 7 and "max_pool2d" in name and "adaptive" not in name:
            continue
        pair = (
            gradient(lambda x, f=f, s=sample: f(x, *s.args, **s.kwargs), sample.input)
            for f in (OURS[name], THEIRS[name].op)
        )
        torch.testing.assert_close(*pair)


@pytest.mark.parametrize("name", OURS)
def test_error_samples_of_torch_are_refused_in_our_words(name):
    errors = list(THEIRS[name].error_inputs("cpu"))
    assert errors
    for error in errors:
        sample = error.sample_input
        with pytest.raises(PoolingError, match=r"expected .* got "):
            OURS[name](sample.input, *sample.args, **sample.kwargs)


@pytest.mark.parametrize("name", OURS)
def test_derivatives_of_first_and_second_order_are_those_of_finite_differences(name, engine):
    samples = list(THEIRS[name].sample_inputs("cpu", torch.float64, requires_grad=True))
    step = max(1, len(samples) // 12)
    for sample in samples[::step]:
        if sample.input.numel() == 0 or sample.input.numel() > 400:
            continue

        def pool(x, sample=sample):
            return as_tuple(OURS[name](x, *sample.args, **sample.kwargs))[0]

        assert torch.autograd.gradcheck(pool, sample.input, check_forward_ad=True, check_batched_grad=False)
        assert torch.autograd.gradgradcheck(pool, sample.input)
