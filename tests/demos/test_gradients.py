"""The gradients demo: its state, and that what it shows is the gradient by definition."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets

from poolcourse.demos import GradientsDemo


def shown(in_script, demo: GradientsDemo) -> dict:
    """What the page computes from the demo's state."""
    names = [
        "values",
        "upstream",
        "operator",
        "kernel_size",
        "stride",
        "training",
        "seed",
        "row",
        "col",
        "cell_row",
        "cell_col",
    ]
    state = json.dumps({name: getattr(demo, name) for name in names})
    return in_script(
        "gradients",
        f"""(() => {{
          const state = gradientState({{ get: (name) => ({state})[name] }});
          const {{ pooled, source }} = forwardOf(state);
          const total = state.back(state.upstream);
          const cell = collectedText(state, total, {demo.cell_row}, {demo.cell_col});
          const words = windowText(state, {{ pooled, source }}, {demo.row}, {demo.col}).words;
          return {{ pooled, source, total, upstream: state.upstream, cell, words }};
        }})()""",
    )


def by_torch(demo: GradientsDemo) -> np.ndarray:
    """Gradient of the input by torch's own autograd."""
    x = torch.tensor(demo.values, dtype=torch.double)[None].requires_grad_()
    k, s = demo.kernel_size, demo.stride
    pool = {
        "max": lambda: F.max_pool2d(x, k, s),
        "avg": lambda: F.avg_pool2d(x, k, s),
        "sum": lambda: F.avg_pool2d(x, k, s, divisor_override=1),
        "global": lambda: x.mean(dim=(-2, -1), keepdim=True),
    }
    y = pool[demo.operator]()
    given = np.array(demo.upstream, dtype=float)
    rows, cols = (np.arange(size) % given.shape[axis] for axis, size in enumerate(y.shape[1:]))
    y.backward(torch.from_numpy(given[np.ix_(rows, cols)])[None])
    return x.grad[0].numpy()


@pytest.mark.parametrize("kernel_size, stride", [(2, 2), (2, 1), (3, 1)])
@pytest.mark.parametrize("operator", ["max", "avg", "sum", "global"])
def test_python_and_page_show_the_gradient_that_torch_gives(in_script, operator, kernel_size, stride):
    demo = GradientsDemo(operator=operator, kernel_size=kernel_size, stride=stride, upstream=[[1, -2], [3, 0.5]])
    expected = by_torch(demo)
    np.testing.assert_allclose(demo.backward()[2], expected, atol=1e-12)
    np.testing.assert_allclose(shown(in_script, demo)["total"], expected, atol=1e-12)


def test_the_opening_tie_gives_all_to_the_first_and_a_hundredth_moves_it(in_script):
    demo = GradientsDemo()
    assert demo.backward()[2][0].tolist() == [1, 0, 0, 2]
    raised = [[7, 7.01, 1, 3], *demo.values[1:]]
    assert GradientsDemo(values=raised).backward()[2][0].tolist() == [0, 1, 0, 2]
    assert "2 cells tie" in shown(in_script, demo)["words"]
    assert "tie" not in shown(in_script, GradientsDemo(values=raised))["words"]


def test_a_cell_under_four_windows_is_told_what_each_gives(in_script):
    demo = GradientsDemo(operator="sum", stride=1, upstream=[[1]], cell_row=1, cell_col=2)
    assert "read by 4 windows and receives 1 + 1 + 1 + 1 = 4." in shown(in_script, demo)["cell"]


@pytest.mark.parametrize("seed", range(5))
def test_a_stochastic_window_hands_its_gradient_to_one_cell_that_is_not_zero(in_script, seed):
    demo = GradientsDemo(operator="stochastic", seed=seed)
    page = shown(in_script, demo)
    for total in (np.array(page["total"]), demo.backward()[2]):
        assert total.sum() == 10
        assert np.count_nonzero(total) == 4
        assert (np.array(demo.values)[total != 0] > 0).all()


def test_the_weighted_mean_takes_gradient_from_small_cells(in_script):
    demo = GradientsDemo(operator="stochastic", training=False)
    x = np.array(demo.values, dtype=float)[:2, :2]
    s = (x**2).sum() / x.sum()
    np.testing.assert_allclose(np.array(shown(in_script, demo)["total"])[:2, :2], (2 * x - s) / x.sum(), atol=1e-12)
    np.testing.assert_allclose(demo.backward()[2][:2, :2], (2 * x - s) / x.sum(), atol=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": [[1, 2, 3], [4, 5, 6]]},
        {"values": [[1, 2], [3, 4]]},
        {"upstream": [[1], [2, 3]]},
        {"operator": "median"},
        {"kernel_size": 4},
        {"stride": 0},
    ],
)
def test_a_state_that_cannot_be_is_refused(wrong):
    with pytest.raises(traitlets.TraitError):
        GradientsDemo(**wrong)


@pytest.mark.parametrize("operator", ["max", "avg", "sum", "stochastic", "global"])
def test_the_still_picture_shows_four_maps(operator):
    demo = GradientsDemo(operator=operator)
    titles = [ax.get_title() for ax in demo.picture().axes]
    assert titles == ["input", f"{operator} of each window", "upstream gradient", "gradient of the input"]
    assert operator in demo.alt()
