"""The public checks: the value where it is right, words that say what is wrong where it isn't."""

import numpy as np
import pytest

from poolcourse.grading.checks import CheckFailed, check


def test_a_right_answer_prints_its_value(capsys):
    check("the size", 3, 3)
    check("the map", np.array([[1.0, 2.0]]) + 1e-9, [[1, 2]])
    check("the name", "max", "max")
    assert capsys.readouterr().out == "ok: the size is 3\nok: the map is [[1, 2]]\nok: the name is 'max'\n"


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (4, 3, "expected 3, got 4."),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "1 of 4 values are wrong; the first is at [1, 1]: expected 4, got 5."),
        (np.zeros((2, 3)), np.zeros((3, 2)), "expected shape (3, 2), got shape (2, 3)."),
        (None, 3, "nothing came back. Does your function end with a `return`?"),
        (..., 3, "there is no answer yet."),
        ("max", 3, "expected 3, got 'max'."),
        ([[1], [1, 2]], [1, 2], "expected an array of numbers, got list."),
        (float("nan"), 1, "expected 1, got nan."),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(got, expected, words):
    with pytest.raises(CheckFailed, match=r"^the thing: ") as caught:
        check("the thing", got, expected, "Think again.")
    assert words in str(caught.value)
    assert str(caught.value).endswith("Think again.")
