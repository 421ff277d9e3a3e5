"""The global pooling demo: a whole map becomes one number, and the order of its cells plays no part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from poolcourse.demos.base import Demo, Matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GlobalPoolDemo"]

#: One feature that fired in the lower right corner, on a quiet ground.
OPENING = [[0, 1, 0, 0], [1, 0, 0, 2], [0, 0, 6, 9], [0, 2, 8, 7]]


class GlobalPoolDemo(Demo):
    """Shuffle the cells of a map and see which pooled numbers notice.

    Attributes
    ----------
    values : rows of numbers
        The map before it is shuffled and copied.
    shuffles : int
        Which shuffle is shown; 0 is the map as it stands.
    repeat : int
        Each cell is copied to `repeat` x `repeat` cells.
    operator : {"avg", "max"}
        Of the local pooling, 2 x 2 windows, that stands beside the global one.

    Examples
    --------
    >>> GlobalPoolDemo(values=[[1, 2], [3, 4]]).shuffles
    1
    """

    concept = "global_pool"
    values = Matrix(OPENING).tag(sync=True)
    shuffles = traitlets.Int(1, min=0).tag(sync=True)
    repeat = traitlets.Int(1, min=1, max=3).tag(sync=True)
    operator = traitlets.Enum(["avg", "max"], "avg").tag(sync=True)

    @traitlets.validate("values")
    def _fits(self, proposal: dict) -> list:
        rows = proposal["value"]
        if not (2 <= len(rows) <= 6 and 2 <= len(rows[0]) <= 6):
            raise traitlets.TraitError(
                f"expected a map of 2 to 6 cells a side for 'values', got {len(rows)} x {len(rows[0])}. "
                "The demo copies cells, and larger maps would not fit."
            )
        return rows

    def picture(self) -> Figure:
        """The map, and its global mean and maximum as maps of one cell."""
        import numpy as np

        from poolcourse.demos.stills import number_maps
        from poolcourse.reference import avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d

        x = np.array(self.values, dtype=float).repeat(self.repeat, axis=0).repeat(self.repeat, axis=1)[None]
        pool = {"avg": avg_pool2d, "max": max_pool2d}[self.operator]
        return number_maps(
            {
                "the map, in order": x[0],
                "global average": global_avg_pool2d(x).reshape(1, 1),
                "global maximum": global_max_pool2d(x).reshape(1, 1),
                f"{self.operator} of 2 × 2 windows": pool(x, 2)[0],
            }
        )

    def alt(self) -> str:
        """The opening state in words."""
        return (
            f"A {len(self.values)} by {len(self.values[0])} map of numbers with its global average and its global "
            "maximum, which no shuffling of the cells changes, beside a local pooling, which it does change."
        )
