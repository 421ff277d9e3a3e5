"""The nonlinearity demo: its state and what it says of sums."""

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from poolcourse.demos.nonlinearity import NonlinearityDemo

windows = st.lists(st.lists(st.integers(-9, 9), min_size=2, max_size=2), min_size=2, max_size=2)


def test_it_opens_on_two_maxima_that_do_not_add_up():
    of_a, of_b, of_sum = NonlinearityDemo().pooled()
    assert of_a + of_b != of_sum


@pytest.mark.parametrize("traits", [{"operator": "min"}, {"a": [[1, 2, 3], [4, 5, 6]]}, {"b": [[1], [2]]}])
def test_a_setting_out_of_its_domain_is_refused_by_name(traits):
    with pytest.raises(traitlets.TraitError, match=next(iter(traits))):
        NonlinearityDemo(**traits)


@given(a=windows, b=windows)
def test_the_average_and_the_sum_add_up_and_the_maximum_does_where_both_peak_in_one_cell(a, b):
    for operator in ("avg", "sum"):
        of_a, of_b, of_sum = NonlinearityDemo(operator=operator, a=a, b=b).pooled()
        assert of_a + of_b == of_sum  # quarters of small integers are exact
    of_a, of_b, of_sum = NonlinearityDemo(a=a, b=b).pooled()
    cells = [(row, col) for row in (0, 1) for col in (0, 1)]
    common = any(a[row][col] == of_a and b[row][col] == of_b for row, col in cells)
    assert (of_a + of_b == of_sum) == common


def test_the_still_picture_states_the_three_results():
    titles = [ax.get_title() for ax in NonlinearityDemo().picture().axes]
    assert titles == ["max(a) = 1", "max(b) = 1", "max(a + b) = 1"]
    assert "max(a + b) = 1" in NonlinearityDemo().alt()
