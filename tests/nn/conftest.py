"""What the tests of the torch side share: the three engines, the devices, brute-force loops, and gradients."""

import math
from types import SimpleNamespace

import pytest
import torch

from poolcourse.nn import dispatch

DEVICES = ["cpu"]
DEVICES += ["cuda"] if torch.cuda.is_available() else []
DEVICES += ["mps"] if torch.backends.mps.is_available() else []


@pytest.fixture(autouse=True)
def one_thread():
    """The machine is shared, and the maps are tiny."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _use(monkeypatch, engine):
    if engine != "native":
        monkeypatch.setattr(dispatch, "SMALL", 0)
        monkeypatch.setattr(dispatch, "NARROW", math.inf if engine == "image" else 0)
        monkeypatch.setattr(dispatch, "CHANNELS", 0)


@pytest.fixture(params=["native", "slices", "image"])
def engine(request, monkeypatch):
    """Small maps go to torch's kernels; here they go through each of our designs too."""
    _use(monkeypatch, request.param)
    return request.param


@pytest.fixture
def ours(monkeypatch):
    """Small maps go through the slices, and pyramids through the image."""
    _use(monkeypatch, "slices")


@pytest.fixture(params=DEVICES)
def device(request):
    return request.param


@pytest.fixture(scope="session")
def brute():
    """The definitions, one window at a time, on Python floats."""

    def cells(x, top, left, kernel, dilation=(1, 1)):
        """(place, value) of the cells of one map that a window sees, row-major."""
        height, width = x.shape
        for i in range(kernel[0]):
            for j in range(kernel[1]):
                y, z = top + i * dilation[0], left + j * dilation[1]
                if 0 <= y < height and 0 <= z < width:
                    yield y * width + z, x[y, z].item()

    def winner(seen):
        """(place, value) of the largest: the first of equals, or the last NaN."""
        best = None
        for place, value in seen:
            if best is None or value > best[1] or value != value:
                best = (place, value)
        return best

    def windows(x, out, kernel, stride, padding=(0, 0), dilation=(1, 1)):
        """The cells of every window, as a list of rows of lists, for one map."""
        return [
            [
                list(cells(x, i * stride[0] - padding[0], j * stride[1] - padding[1], kernel, dilation))
                for j in range(out[1])
            ]
            for i in range(out[0])
        ]

    def bins(x, n):
        """The cells of each of n x n bins of one map, by floor and ceil of exact fractions."""
        (height, width), result = x.shape, []
        for i in range(n):
            top, bottom = i * height // n, math.ceil((i + 1) * height / n)
            for j in range(n):
                left, right = j * width // n, math.ceil((j + 1) * width / n)
                result.append(list(cells(x, top, left, (bottom - top, right - left))))
        return result

    return SimpleNamespace(winner=winner, windows=windows, bins=bins)


@pytest.fixture(scope="session")
def gradient():
    """d(sum(weights * f(x))) / dx, with weights that differ from cell to cell."""

    def differentiate(f, x, weights=None):
        leaf = x.detach().clone(memory_format=torch.preserve_format).requires_grad_()
        y = f(leaf)
        y = y[0] if isinstance(y, tuple) else y
        if weights is None:
            weights = torch.linspace(0.5, 1.5, y.numel(), dtype=torch.float64).view(y.shape)
        return torch.autograd.grad(y, leaf, weights.to(y.dtype))[0]

    return differentiate
