"""Sizes and receptive fields on the torch side are those of torch."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st

from poolcourse import nn, reference
from poolcourse.errors import WindowError


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(0, 3), st.integers(1, 3), st.booleans())
def test_output_size_is_the_size_of_torchs_output(size, kernel_size, stride, padding, dilation, ceil_mode):
    assume(padding <= kernel_size // 2)
    x = torch.zeros(1, 1, size)
    arguments = ((1, kernel_size), (1, stride), (0, padding), (1, dilation), ceil_mode)
    try:
        expected = F.max_pool2d(x, *arguments).shape[-1]
    except RuntimeError:
        with pytest.raises(WindowError):
            nn.output_size(size, kernel_size, stride, padding, dilation, ceil_mode)
        return
    assert nn.output_size(size, kernel_size, stride, padding, dilation, ceil_mode) == expected


def test_receptive_field_is_where_the_gradient_of_one_cell_lands():
    layers = [(3, 1, 0), (2, 2, 0), (3, 2, 0), (2, 1, 0)]
    x = torch.zeros(1, 1, 1, 60, requires_grad=True)
    y = x
    for kernel_size, stride, _ in layers:
        y = nn.avg_pool2d(y, (1, kernel_size), (1, stride))
    y[..., 1].sum().backward()
    size, jump, start = nn.receptive_field(layers)[-1]
    seen = x.grad.flatten().nonzero().flatten()
    assert (seen.min(), seen.max()) == (start + jump, start + jump + size - 1)


def test_both_backends_share_the_two_functions():
    assert nn.output_size is reference.output_size
    assert nn.receptive_field is reference.receptive_field
