"""What several reference tests need: frozen arrays and a numerical gradient."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def frozen():
    """Make an array read-only, so that an operator that writes to its input fails."""

    def freeze(x):
        x = np.asarray(x)
        x.setflags(write=False)
        return x

    return freeze


@pytest.fixture(scope="session")
def numeric_gradient():
    """Central differences of sum(grad * f(x)), one element at a time; exact for piecewise linear f up to rounding."""

    def differentiate(f, x, grad, step=1e-4):
        slope = np.empty(x.shape)
        for cell in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[cell] += step
            down[cell] -= step
            slope[cell] = ((f(up) - f(down)) * grad).sum() / (2 * step)
        return slope

    return differentiate


@pytest.fixture(scope="session")
def distinct():
    """A float64 array whose values are all different by 0.5 at least, in random order, all above 0."""

    def make(rng, *shape):
        return (rng.permutation(int(np.prod(shape))).reshape(shape) + 1.0) / 2

    return make
