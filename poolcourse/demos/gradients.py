"""The gradients demo: type an upstream gradient and see which cells of the input receive it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import traitlets

from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GradientsDemo"]

OPERATORS = ["max", "avg", "sum", "stochastic", "global"]


class GradientsDemo(Demo):
    """Send an upstream gradient back through a pooling layer and see who gets how much of it.

    `upstream` is the gradient of the output, one number a window; where the output is larger, its numbers repeat.
    `training` and `seed` matter for the stochastic operator only.

    Examples
    --------
    >>> demo = GradientsDemo(operator="avg", stride=1)
    >>> demo.kernel_size
    2
    """

    concept = "gradients"
    values = Matrix([[7, 7, 1, 3], [2, 5, 0, 2], [1, 0, 6, 4], [3, 2, 6, 8]]).tag(sync=True)
    upstream = Matrix([[1, 2], [3, 4]]).tag(sync=True)
    operator = traitlets.Enum(OPERATORS, "max").tag(sync=True)
    kernel_size = traitlets.Int(2, min=2, max=3).tag(sync=True)
    stride = traitlets.Int(2, min=1, max=3).tag(sync=True)
    training = traitlets.Bool(True).tag(sync=True)
    seed = traitlets.Int(1, min=0).tag(sync=True)
    row = traitlets.Int(0, min=0).tag(sync=True)
    col = traitlets.Int(0, min=0).tag(sync=True)
    cell_row = traitlets.Int(0, min=0).tag(sync=True)
    cell_col = traitlets.Int(1, min=0).tag(sync=True)

    @traitlets.validate("values")
    def _map(self, proposal: dict) -> list:
        rows = proposal["value"]
        if len(rows) != len(rows[0]) or not 3 <= len(rows) <= 6:
            raise traitlets.TraitError(
                f"expected a square map of 3 to 6 cells a side for 'values', got {len(rows)} rows of {len(rows[0])}."
            )
        return rows

    def backward(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The output, the upstream gradient at its size, and the gradient of the input, as the demo shows them.

        Returns
        -------
        (H', W'), (H', W'), (H, W) arrays
            For the stochastic operator in training, of draws that NumPy makes from `seed`: the page's are others.
        """
        from poolcourse import reference

        x = np.array(self.values, dtype=float)[None]
        if self.operator == "global":
            output = reference.global_avg_pool2d(x)[:, None, None]
        elif self.operator == "stochastic":
            out = reference.output_size(x.shape[-1], self.kernel_size, self.stride)
            chance: dict = {
                "training": self.training,
                "draws": np.random.default_rng(self.seed).random((1, out, out)) if self.training else None,
            }
            output = reference.stochastic_pool2d(x, self.kernel_size, self.stride, **chance)
        else:
            output = getattr(reference, f"{self.operator}_pool2d")(x, self.kernel_size, self.stride)
        given = np.array(self.upstream, dtype=float)
        rows, cols = (np.arange(size) % given.shape[axis] for axis, size in enumerate(output.shape[1:]))
        grad = given[np.ix_(rows, cols)][None]
        if self.operator == "global":
            back = reference.global_avg_pool2d_backward(grad[:, 0, 0], x)
        elif self.operator == "stochastic":
            back = reference.stochastic_pool2d_backward(grad, x, self.kernel_size, self.stride, **chance)
        else:
            back = getattr(reference, f"{self.operator}_pool2d_backward")(grad, x, self.kernel_size, self.stride)
        return output[0], grad[0], back[0]

    def picture(self) -> Figure:
        """Input, output, upstream gradient and gradient of the input as numbers."""
        from poolcourse.demos.stills import number_maps

        output, grad, back = self.backward()
        return number_maps(
            {
                "input": np.array(self.values, dtype=float),
                f"{self.operator} of each window": output,
                "upstream gradient": grad,
                "gradient of the input": back,
            }
        )

    def alt(self) -> str:
        """The opening state in words."""
        _, grad, back = self.backward()
        return (
            f"A map, its {self.operator} pooling, an upstream gradient of {grad.size} numbers and the gradient of the "
            f"input: {np.count_nonzero(back)} of {back.size} cells receive something, {back.sum():g} in all."
        )
