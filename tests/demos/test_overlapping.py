"""The overlapping demo: its counts are counts of windows, its winners and costs are what a loop says."""

import json
from collections import Counter

import numpy as np
import pytest
import traitlets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcourse.demos import OverlappingDemo
from poolcourse.errors import WindowError


def by_loop(demo: OverlappingDemo) -> dict:
    """Slide every window by hand: who is read, who wins (the first of equals), how many comparisons it takes."""
    n, k, s, p = demo.side, demo.kernel_size, demo.stride, demo.padding
    starts = range(-p, n + p - k + 1, s)
    reads = np.zeros((n, n), int)
    winners: Counter = Counter()
    pooled = []
    comparisons = 0
    for top in starts:
        for left in starts:
            cells = [
                (row, col)
                for row in range(top, top + k)
                for col in range(left, left + k)
                if 0 <= row < n and 0 <= col < n
            ]
            for cell in cells:
                reads[cell] += 1
            best = max(cells, key=lambda cell: (demo.values[cell[0]][cell[1]], -cell[0], -cell[1]))
            winners[best] += 1
            pooled.append(demo.values[best[0]][best[1]])
            comparisons += demo.channels * (len(cells) - 1)
    wins = [[winners[row, col] for col in range(n)] for row in range(n)]
    return {"reads": reads.tolist(), "wins": wins, "pooled": pooled, "comparisons": comparisons, "outputs": len(starts)}


NAMES = ["values", "side", "kernel_size", "stride", "padding", "channels", "show", "row", "col", "cell_row", "cell_col"]


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"kernel_size": 4},
        {"kernel_size": 2, "stride": 2, "side": 12},
        {"kernel_size": 5, "stride": 3, "padding": 2, "side": 16, "channels": 7},
        {"kernel_size": 2, "stride": 4, "side": 9},
    ],
)
def test_the_page_counts_reads_wins_and_comparisons_as_a_loop_does(in_script, state):
    demo = OverlappingDemo(**state)
    given_state = json.dumps({name: getattr(demo, name) for name in NAMES})
    page = in_script(
        "overlapping",
        f"""(() => {{
          const state = overlapState({{ get: (name) => ({given_state})[name] }});
          const readers = state.reads.map((line, i) => line.map((_, j) => readersOf(state, i, j).length));
          return {{ ...state, readers }};
        }})()""",
    )
    expected = by_loop(demo)
    assert page["readers"] == expected["reads"]
    assert page["reads"] == expected["reads"]
    assert page["wins"] == expected["wins"]
    assert np.ravel(page["pooled"]).tolist() == expected["pooled"]
    assert page["comparisons"] == expected["comparisons"]
    assert page["cells"] == expected["outputs"]
    assert page["convolution"] == 9 * demo.channels**2 * demo.side**2


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(side=st.integers(5, 16), kernel_size=st.integers(1, 5), stride=st.integers(1, 4), padding=st.integers(0, 2))
def test_python_counts_reads_as_a_loop_does(side, kernel_size, stride, padding):
    demo = OverlappingDemo(side=side, kernel_size=kernel_size, stride=stride, padding=min(padding, kernel_size // 2))
    assert demo.reads().tolist() == by_loop(demo)["reads"]


def test_a_kernel_that_the_stride_divides_reads_the_inside_evenly_and_three_by_two_does_not():
    inside = slice(4, -4)
    assert set(OverlappingDemo(kernel_size=4).reads()[inside, inside].ravel()) == {4}
    assert set(OverlappingDemo(kernel_size=3).reads()[inside, inside].ravel()) == {1, 2, 4}
    assert set(OverlappingDemo(kernel_size=5).reads()[inside, inside].ravel()) == {4, 6, 9}


def test_the_opening_state_overlaps_and_reads_every_cell():
    reads = OverlappingDemo().reads()
    assert reads.min() == 1
    assert reads.max() == 4


def test_the_map_is_made_of_whole_grey_levels_of_two_digits():
    values = np.array(OverlappingDemo().values)
    assert values.shape == (16, 16)
    assert values.dtype.kind == "i"
    assert 0 <= values.min() < values.max() <= 99


@pytest.mark.parametrize(
    "wrong", [{"side": 17}, {"kernel_size": 0}, {"stride": 5}, {"show": "sums"}, {"values": [[1, 2], [3, 4]]}]
)
def test_a_state_that_cannot_be_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        OverlappingDemo(**wrong)


def test_padding_of_more_than_half_the_kernel_is_refused_with_the_remedy():
    with pytest.raises(WindowError, match="half the kernel"):
        OverlappingDemo(kernel_size=2, padding=2).reads()


def test_the_still_picture_and_its_words_tell_the_counts():
    demo = OverlappingDemo()
    titles = [ax.get_title() for ax in demo.picture().axes]
    assert titles == ["how many windows read each cell", "max of each window"]
    assert "25 cells 4 times" in demo.alt()
