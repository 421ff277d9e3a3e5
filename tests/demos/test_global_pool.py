"""The global pooling demo: its state, and that its shuffles move cells without losing any."""

import numpy as np
import pytest
import traitlets

from poolcourse.demos import GlobalPoolDemo


def test_it_opens_on_a_shuffled_map_so_that_the_reader_sees_what_stayed():
    demo = GlobalPoolDemo()
    assert demo.shuffles == 1
    assert (demo.repeat, demo.operator) == (1, "avg")


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": [[1]]},
        {"values": [[1, 2, 3, 4, 5, 6, 7]] * 3},
        {"values": [[1, 2], [3]]},
        {"shuffles": -1},
        {"repeat": 0},
        {"repeat": 4},
        {"operator": "sum"},
    ],
)
def test_a_state_that_it_could_not_draw_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        GlobalPoolDemo(**wrong)


@pytest.mark.parametrize("turn", [1, 2, 17])
def test_a_shuffle_moves_cells_and_loses_none(in_script, turn):
    values = GlobalPoolDemo().values
    shuffled = in_script("global_pool", f"inOrder({values}, shuffledOrder(16, {turn}))")
    assert shuffled != values
    assert sorted(np.ravel(shuffled)) == sorted(np.ravel(values))


def test_no_shuffle_leaves_the_map_as_it_is(in_script):
    assert in_script("global_pool", "inOrder([[1, 2], [3, 4]], shuffledOrder(4, 0))") == [[1, 2], [3, 4]]


def test_shuffles_differ_from_each_other_and_come_back_the_same(in_script):
    orders = in_script("global_pool", "[1, 2, 3, 1].map((turn) => shuffledOrder(16, turn))")
    assert orders[0] == orders[3]
    assert len({tuple(order) for order in orders}) == 3


def test_the_still_picture_shows_mean_and_maximum_of_the_whole_map():
    demo = GlobalPoolDemo(values=[[1, 2], [3, 6]])
    texts = [[text.get_text() for text in ax.texts] for ax in demo.picture().axes]
    assert texts == [["1", "2", "3", "6"], ["3"], ["6"], ["3"]]
    assert "2 by 2" in demo.alt()
