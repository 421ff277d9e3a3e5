"""The ways of gradients: fold is the transpose of windows, scatter adds, winners break ties."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from poolcourse.errors import WindowError
from poolcourse.reference.gradients import fold, scatter, winners
from poolcourse.reference.windows import windows


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(0, 2),
    st.integers(1, 3),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_fold_is_the_transpose_of_windows(size, kernel, stride, padding, dilation, ceil_mode):
    assume(padding <= min(kernel) // 2)
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 9, (2, 3, *size))
    try:
        view = windows(x, kernel, stride, padding, dilation, ceil_mode)
    except WindowError:
        assume(False)
    y = rng.integers(-9, 9, view.shape)
    # <windows(x), y> = <x, fold(y)> for every x and y defines the transpose; in integers, to the last bit.
    assert (view * y).sum() == (x * fold(y, x.shape, kernel, stride, padding, dilation, ceil_mode)).sum()


def test_scatter_adds_up_gradients_that_name_one_cell_and_keeps_maps_apart():
    grad = np.arange(1.0, 13).reshape(2, 2, 3)
    places = np.array([[[0, 0, 3], [1, 1, 1]], [[2, 3, 2], [0, 1, 2]]])
    expected = np.zeros((2, 2, 4))
    for n, c, i in np.ndindex(grad.shape):
        expected[n, c, places[n, c, i]] += grad[n, c, i]
    np.testing.assert_array_equal(scatter(grad, places, (2, 2, 2, 2)), expected.reshape(2, 2, 2, 2))


def test_winners_are_the_first_of_equals_the_last_nan_and_never_padding():
    inf, nan = np.inf, np.nan
    places = np.array([[-1, -1], [5, 6]])
    assert winners(np.array([[-inf, -inf], [-inf, -inf]]), places) == 5
    assert winners(np.array([[-inf, -inf], [2.0, 2.0]]), places) == 5
    assert winners(np.array([[nan, 1.0], [nan, 7.0]]), np.array([[0, 1], [4, 5]])) == 4
