"""torch's own samples for the operators that torch has: values, indices, dtypes, and what must be refused."""

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

from poolcourse import reference
from poolcourse.errors import PoolingError

SAMPLES = {"max_pool2d": 1440, "avg_pool2d": 7, "adaptive_max_pool2d": 24, "adaptive_avg_pool2d": 10}
OPERATORS = {op.name.removeprefix("nn.functional."): op for op in op_db if op.name.startswith("nn.functional.")}
# NumPy has no bfloat16, and integer averages are refused on purpose: they can't hold a fraction.
CASES = [
    (name, dtype)
    for name in SAMPLES
    for dtype in sorted(OPERATORS[name].dtypes, key=str)
    if dtype != torch.bfloat16 and (dtype.is_floating_point or name == "max_pool2d")
]


@pytest.mark.parametrize(("name", "dtype"), CASES, ids=str)
def test_every_sample_of_torch_gives_its_values_indices_and_dtype(name, dtype):
    tried = 0
    rtol = 0 if "max" in name else 2e-3 if dtype == torch.float16 else 1e-6
    for sample in OPERATORS[name].sample_inputs("cpu", dtype):
        expected = OPERATORS[name](sample.input, *sample.args, **sample.kwargs)
        found = getattr(reference, name)(sample.input.numpy(), *sample.args, **sample.kwargs)
        expected, found = (parts if isinstance(parts, tuple) else (parts,) for parts in (expected, found))
        for theirs, ours in zip(expected, found, strict=True):
            assert ours.dtype == theirs.numpy().dtype
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=rtol, atol=rtol)
        tried += 1
    assert tried >= SAMPLES[name]  # a later torch may bring more


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_that_torch_refuses_is_refused(name):
    samples = [bad.sample_input for bad in OPERATORS[name].error_inputs("cpu")]
    assert len(samples) >= 3
    for sample in samples:
        with pytest.raises(PoolingError):
            getattr(reference, name)(sample.input.numpy(), *sample.args, **sample.kwargs)
