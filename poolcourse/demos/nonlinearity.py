"""The nonlinearity demo: pool two windows and their sum, and see whether the results add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["NonlinearityDemo"]


class NonlinearityDemo(Demo):
    """Two windows, their sum, and one operator on all three: linear if the results add up for every choice of numbers.

    Examples
    --------
    >>> demo = NonlinearityDemo(operator="avg")
    >>> demo.pooled()
    (0.25, 0.25, 0.5)
    """

    concept = "nonlinearity"
    operator = traitlets.Enum(["max", "avg", "sum"], "max").tag(sync=True)
    a = Matrix([[1, 0], [0, 0]]).tag(sync=True)
    b = Matrix([[0, 0], [0, 1]]).tag(sync=True)

    @traitlets.validate("a", "b")
    def _two_by_two(self, proposal: dict) -> list:
        rows = proposal["value"]
        if np.shape(rows) != (2, 2):
            raise traitlets.TraitError(
                f"expected a window of 2 x 2 numbers for {proposal['trait'].name!r}, got {rows!r}."
            )
        return rows

    def pooled(self) -> tuple[float, float, float]:
        """The operator on a, on b and on a + b."""
        from poolcourse import reference

        pool: Any = getattr(reference, f"{self.operator}_pool2d")
        a, b = np.array(self.a, dtype=float), np.array(self.b, dtype=float)
        of_a, of_b, of_sum = (pool(x[None], 2).item() for x in (a, b, a + b))
        return of_a, of_b, of_sum

    def picture(self) -> Figure:
        """Both windows, their sum, and the operator's results in the titles."""
        from poolcourse.demos.stills import number_maps

        a, b = np.array(self.a, dtype=float), np.array(self.b, dtype=float)
        maps = (("a", a), ("b", b), ("a + b", a + b))
        return number_maps(
            {f"{self.operator}({name}) = {value:.3g}": x for (name, x), value in zip(maps, self.pooled(), strict=True)}
        )

    def alt(self) -> str:
        """The opening state in words."""
        of_a, of_b, of_sum = self.pooled()
        return (
            f"Two windows and their sum. {self.operator}(a) = {of_a:.3g}, {self.operator}(b) = {of_b:.3g}, "
            f"{self.operator}(a + b) = {of_sum:.3g}."
        )
