"""Windows: how many, which cells, what is seen of the input."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poolcourse.errors import ShapeError, WindowError
from poolcourse.reference import output_size, receptive_field, windows
from poolcourse.reference.arrays import accumulator, lowest
from poolcourse.reference.windows import check_window, pair


def count_by_trying(size, kernel, stride, padding, dilation, ceil_mode):
    """Slide the window as long as it fits; under ceil_mode, or the one before left cells over and it starts inside."""
    reach, count = dilation * (kernel - 1) + 1, 0
    while True:
        start = count * stride - padding
        fits = start + reach <= size + padding
        hangs_over = ceil_mode and start - stride + reach < size + padding and start < size
        if not (fits or hangs_over):
            return count
        count += 1


axis = st.tuples(
    st.integers(1, 12), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2), st.integers(1, 3), st.booleans()
)


@given(axis)
@settings(max_examples=500, deadline=None)
def test_output_size_counts_the_windows_one_would_slide_by_hand(config):
    _, kernel, _, padding, _, _ = config
    assume(padding <= kernel // 2)
    expected = count_by_trying(*config)
    if expected == 0:
        with pytest.raises(WindowError, match="larger input"):
            output_size(*config)
    else:
        assert output_size(*config) == expected


@given(axis, axis, st.booleans())
@settings(max_examples=300, deadline=None)
def test_each_window_holds_the_cells_that_its_definition_names(rows, cols, ceil_mode):
    (height, kh, sh, ph, dh, _), (width, kw, sw, pw, dw, _) = rows, cols
    assume(ph <= kh // 2 and pw <= kw // 2)
    x = np.arange(1, 2 * height * width + 1).reshape(2, height, width)
    try:
        view = windows(x, (kh, kw), (sh, sw), (ph, pw), (dh, dw), ceil_mode, fill=-7)
    except WindowError:
        assume(False)
    out = (
        count_by_trying(height, kh, sh, ph, dh, ceil_mode),
        count_by_trying(width, kw, sw, pw, dw, ceil_mode),
    )
    assert view.shape == (2, *out, kh, kw)
    for i, j, a, b in np.ndindex(*out, kh, kw):
        y, z = i * sh - ph + a * dh, j * sw - pw + b * dw
        inside = 0 <= y < height and 0 <= z < width
        np.testing.assert_array_equal(view[:, i, j, a, b], x[:, y, z] if inside else -7)


def test_windows_is_a_read_only_view_where_nothing_is_padded():
    x = np.zeros((1, 6, 6))
    view = windows(x, 3, 1)
    assert view.base is not None
    assert view.size > x.size
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0, 0, 0, 0] = 1


def test_a_window_in_which_every_tap_is_padding_is_refused():
    with pytest.raises(WindowError, match="nothing but padding"):
        check_window((1, 3, 3), 2, 1, padding=1, dilation=4)
    # The same dilation is fine where a tap lands on the map.
    assert check_window((1, 4, 4), 3, 1, padding=1, dilation=2).out == (2, 2)


def see(layers, last=3):
    """Follow the cells 0..last back through the layers: the input pixels that each sees, as a set."""
    seen = []
    for cell in range(last + 1):
        cells = {cell}
        for kernel, stride, padding in reversed(layers):
            cells = {c * stride - padding + tap for c in cells for tap in range(kernel)}
        seen.append(cells)
    return seen


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_receptive_field_is_what_one_finds_by_following_cells_back(layers):
    field = receptive_field(layers)
    assert len(field) == len(layers)
    for depth, (size, jump, start) in enumerate(field, 1):
        first, second = see(layers[:depth], last=1)
        # A stride above the next kernel leaves holes inside: the field is the extent.
        assert (min(first), max(first) - min(first) + 1) == (start, size)
        assert min(second) - min(first) == jump


def test_receptive_field_of_resnet_stem_and_vgg_start_are_the_published_ones():
    assert receptive_field([(7, 2, 3), (3, 2, 1)]) == [(7, 2, -3), (11, 4, -5)]
    vgg16 = ([(3, 1, 1)] * 2 + [(2, 2, 0)]) * 2 + ([(3, 1, 1)] * 3 + [(2, 2, 0)]) * 3
    assert receptive_field(vgg16)[-1][:2] == (212, 32)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"kernel_size": 0}, "kernel_size"),
        ({"kernel_size": 2, "stride": 0}, "stride"),
        ({"kernel_size": 2, "stride": -1}, "stride"),
        ({"kernel_size": 3, "padding": 2}, "half"),
        ({"kernel_size": 3, "padding": -1}, "padding"),
        ({"kernel_size": 2, "dilation": 0}, "dilation"),
        ({"kernel_size": 9}, "fits"),
        ({"kernel_size": 2.5}, "kernel_size"),
        ({"kernel_size": "3"}, "kernel_size"),
        ({"kernel_size": True}, "kernel_size"),
        ({"kernel_size": (2, 2, 2)}, "kernel_size"),
        ({"kernel_size": ()}, "kernel_size"),
        ({"kernel_size": 2, "stride": (1, 2, 3)}, "stride"),
    ],
)
def test_a_window_out_of_range_is_refused_with_the_name_of_what_is_wrong(arguments, word):
    with pytest.raises(WindowError, match=word):
        windows(np.zeros((1, 6, 6)), **arguments)


@pytest.mark.parametrize("shape", [(), (6,), (6, 6), (1, 1, 1, 6, 6), (0, 6, 6), (2, 0, 6, 6), (1, 1, 0, 6), (1, 6, 0)])
def test_what_is_no_feature_map_is_refused(shape):
    with pytest.raises(ShapeError, match=r"feature map|at least one"):
        windows(np.zeros(shape), 1)


@pytest.mark.parametrize("layer", [(0, 1, 0), (3, 0, 1), (3, 1, -1)])
def test_receptive_field_refuses_a_layer_that_cannot_be(layer):
    with pytest.raises(WindowError, match="kernel_size, stride, padding"):
        receptive_field([(3, 1, 1), layer])


def test_sizes_may_be_numpy_ints_lists_and_one_element_tuples():
    assert pair(np.int64(3), "kernel_size") == (3, 3)
    assert pair([2, np.int32(3)], "kernel_size") == (2, 3)
    assert pair((4,), "kernel_size") == (4, 4)
    # torch's own samples pass an empty stride for none.
    assert check_window((1, 6, 6), 3, ()).stride == (3, 3)


@pytest.mark.parametrize("name", ["int8", "uint8", "int16", "int32", "int64", "float16", "float32", "float64"])
def test_nothing_is_below_the_lowest_value_and_sums_are_never_narrower_than_float32(name):
    dtype = np.dtype(name)
    floor = np.array(lowest(dtype), dtype)
    smallest = -np.inf if dtype.kind == "f" else np.iinfo(dtype).min
    assert floor == smallest
    if dtype.kind == "f":
        assert accumulator(dtype) == (np.float64 if name == "float64" else np.float32)
