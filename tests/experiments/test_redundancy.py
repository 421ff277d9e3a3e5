import numpy as np
import pytest
import torch

from poolcourse.experiments.redundancy import IMAGE, equal_cost_widths, neighbour_correlation
from poolcourse.models import SmallCNN, multiply_adds


def test_neighbour_correlation_is_numpys_over_each_channel():
    maps = torch.rand(5, 2, 6, 7).cumsum(-1)
    x = maps.numpy()
    pairs = [(x[:, c, :, 1:], x[:, c, :, :-1]) for c in range(2)] + [(x[:, c, 1:], x[:, c, :-1]) for c in range(2)]
    expected = np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])
    assert neighbour_correlation(maps) == pytest.approx(expected, abs=1e-5)


def test_a_dead_channel_is_left_out_of_the_correlation():
    maps = torch.rand(5, 1, 6, 6).cumsum(-1)
    assert neighbour_correlation(torch.cat([maps, torch.zeros_like(maps)], 1)) == pytest.approx(
        neighbour_correlation(maps)
    )


@pytest.mark.parametrize("pool", ["max", "stride", "dilation"])
def test_the_compared_networks_cost_about_the_same(pool):
    goal = multiply_adds(SmallCNN("max", "gap"), IMAGE)
    assert multiply_adds(SmallCNN(pool, "gap", equal_cost_widths(pool)), IMAGE) == pytest.approx(goal, rel=0.1)
