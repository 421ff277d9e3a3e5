"""The stochastic demo: its state, its still picture, and the history that it replays."""

import numpy as np
import pytest
import traitlets

from poolcourse.demos import StochasticDemo


def test_the_demo_opens_on_a_window_whose_draws_have_met_their_probabilities(in_script):
    demo = StochasticDemo()
    flat = np.ravel(demo.activations)
    history = in_script("stochastic", f"drawHistory({flat.tolist()}, {demo.draws}, {demo.seed})")
    share = np.array(history["counts"]) / demo.draws
    np.testing.assert_allclose(share, flat / flat.sum(), atol=0.02)
    assert demo.phase == "training"


def test_the_history_counts_every_draw_and_averages_what_was_drawn(in_script):
    flat = [3.0, 0.0, 1.0, 4.0]
    history = in_script("stochastic", f"drawHistory({flat}, 5000, 11)")
    counts = np.array(history["counts"])
    assert counts.sum() == 5000
    assert counts[1] == 0
    assert history["average"] == pytest.approx(counts @ flat / 5000)
    # sum(a^2) / sum(a) = 26 / 8; five standard errors of the mean of 5000 draws
    assert history["average"] == pytest.approx(26 / 8, abs=5 * 1.2 / np.sqrt(5000))


def test_a_longer_history_begins_with_the_shorter_one(in_script):
    flat = [1.0, 2.0, 3.0, 4.0]
    short, longer = (in_script("stochastic", f"drawHistory({flat}, {draws}, 7)") for draws in (40, 41))
    more = np.array(longer["counts"]) - np.array(short["counts"])
    assert more.sum() == 1
    assert more[longer["chosen"]] == 1


def test_a_window_of_zeros_draws_nothing(in_script):
    history = in_script("stochastic", "drawHistory([0, 0, 0, 0], 100, 3)")
    assert history["counts"] == [0, 0, 0, 0]
    assert history["chosen"] == -1
    assert history["average"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"activations": [[1, -1], [0, 2]]},
        {"activations": [[1, 2, 3], [4, 5, 6]]},
        {"activations": [[1]]},
        {"activations": [[1, 2], [3, 100]]},
        {"phase": "validation"},
        {"draws": -1},
    ],
)
def test_a_state_that_cannot_be_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        StochasticDemo(**wrong)


def test_a_negative_activation_is_refused_with_the_remedy():
    with pytest.raises(traitlets.TraitError, match="ReLU"):
        StochasticDemo(activations=[[1, -1], [0, 2]])


@pytest.mark.parametrize("activations", [[[0, 1], [2, 5]], [[0, 0], [0, 0]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]])
def test_the_still_picture_draws_the_window_and_its_bars(activations):
    demo = StochasticDemo(activations=activations)
    cells, bars = demo.picture().axes
    assert [text.get_text() for text in cells.texts] == [f"{value}" for row in activations for value in row]
    assert len(bars.patches) == len(activations) ** 2


def test_the_alt_text_names_every_probability():
    alt = StochasticDemo().alt()
    for share in ("0.0 %", "12.5 %", "25.0 %", "62.5 %"):
        assert share in alt
