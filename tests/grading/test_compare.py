"""Values out of the kernel and their comparison: equal where the numbers are, with words where they aren't."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from poolcourse.grading.compare import probe_difference
from poolcourse.grading.probes import canonical

ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int32, np.bool_]), hnp.array_shapes(min_dims=0, max_dims=4, max_side=4)
)


def sent(value, name="out"):
    return [json.dumps([[name, canonical(value)]])]


@given(ARRAYS)
def test_a_value_equals_itself_after_the_way_through_json(array):
    assert probe_difference(sent(array), sent(array.copy())) == ""


@given(ARRAYS.filter(lambda a: a.size and a.dtype != np.bool_ and np.isfinite(a).all()), st.data())
def test_one_changed_cell_is_found_where_it_is(array, data):
    place = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    other = array.astype(float)
    other[place] = other[place] / 2 + 1 if other[place] != 2 else 5
    words = probe_difference(sent(other), sent(array))
    assert words
    if array.ndim:
        assert f"1 of {array.size} values differ; at {list(place)}" in words


@given(hnp.arrays(np.float64, (2, 3), elements=st.floats(0.1, 10)))
def test_another_order_of_summation_is_no_difference(array):
    assert probe_difference(sent(array * (1 + 1e-7)), sent(array)) == ""
    assert probe_difference(sent(array * (1 + 1e-3)), sent(array)) != ""


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), "expected shape (3, 2), got shape (2, 3)"),
        (0.5, np.zeros(1), "expected shape (1), got one number"),
        (None, 1.0, "got nothing (None)"),
        ("max", "sum", "expected sum, got max"),
        (object(), 1.0, "an object of type object"),
        ([1.0, "a"], 1.0, "a list of unequal parts"),
        ({"a": 1}, {"b": 1}, "expected the keys b, got a"),
        ([np.zeros(2), np.zeros(3)], [np.zeros(2), np.ones(3)], "at 1: 3 of 3 values differ"),
        (float("nan"), 1.0, "expected 1, got nan"),
        (float("inf"), float("-inf"), "expected -inf, got inf"),
    ],
)
def test_the_words_say_what_differs(got, expected, words):
    assert words in probe_difference(sent(got), sent(expected))


def test_nan_equals_nan_only():
    nan = float("nan")
    assert probe_difference(sent(nan), sent(nan)) == ""
    assert probe_difference(sent(0.0), sent(nan)) != ""


@pytest.mark.parametrize(
    "forged",
    [
        [],
        ["{"],
        ["[]"],
        ['[["out"]]'],
        ['[["other", {"shape": [], "data": [1.0]}]]'],
        ['[["out", {"shape": [], "data": null}]]'],
        ['[["out", {"shape": [], "data": []}]]'],
        ['[["out", {"shape": "x", "data": {}}]]'],
        ['[["out", {"data": [1.0]}]]'],
        ['[["out", {"shape": [], "data": [' + "9" * 400 + "]}]]"],
        ["[" * 100_000],
        sent(1.0) * 2,
    ],
)
def test_a_forged_payload_is_a_difference_and_no_crash(forged):
    assert probe_difference(forged, sent(1.0)) != ""


def test_a_subclass_that_lies_is_read_by_its_numbers():
    class Liar(np.ndarray):
        def tolist(self):
            return [0.0]

        def __eq__(self, other):
            return True

    assert canonical(np.array([1.0, 2.0]).view(Liar)) == {"shape": [2], "data": [1.0, 2.0]}
