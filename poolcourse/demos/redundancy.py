"""The redundancy demo: pool a photo, put it back at its size, and see what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo
from poolcourse.demos.photo import photo_url

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RedundancyDemo"]

HEIGHT = 128


class RedundancyDemo(Demo):
    """Pool a photo, enlarge the result again, and compare: what is left, what is lost, what a later layer saves.

    Examples
    --------
    >>> RedundancyDemo(photo="cat", kernel_size=8).operator
    'avg'
    """

    concept = "redundancy"
    photos = traitlets.Dict().tag(sync=True)
    photo = traitlets.Unicode("coffee").tag(sync=True)
    operator = traitlets.Enum(["avg", "max", "subsample"], "avg").tag(sync=True)
    kernel_size = traitlets.Int(4, min=1, max=32).tag(sync=True)

    def __init__(self, names: tuple[str, ...] = ("coffee", "cat", "camera", "grass"), **traits: Any) -> None:
        super().__init__(photos={name: photo_url(name, HEIGHT) for name in names}, **traits)

    @traitlets.validate("photo")
    def _known(self, proposal: dict) -> str:
        if self.photos and proposal["value"] not in self.photos:
            raise traitlets.TraitError(
                f"expected one of the demo's photos {', '.join(self.photos)}, got {proposal['value']!r} for 'photo'. "
                "Name more of them when you make the demo: RedundancyDemo(names=('cat', 'gravel'))."
            )
        return proposal["value"]

    def stages(self) -> dict[str, np.ndarray]:
        """The photo's centre square of 128 px, its pooled map, and that map enlarged again: (C, H, W) each."""
        from poolcourse.reference import avg_pool2d, max_pool2d

        x, k = photo(self.photo, size=HEIGHT), self.kernel_size
        pooled = x[:, ::k, ::k] if self.operator == "subsample" else x
        if self.operator != "subsample":
            pooled = (max_pool2d if self.operator == "max" else avg_pool2d)(x, k)
        # Rows and columns that no window reaches take the last window's value, as the demo shows them.
        places = np.minimum(np.arange(HEIGHT) // k, pooled.shape[1] - 1)
        return {"photo": x, "pooled": pooled, "enlarged": pooled[:, places[:, None], places]}

    def picture(self) -> Figure:
        """The photo, its pooled map enlarged again, and the difference."""
        from poolcourse.demos.stills import pictures

        made = self.stages()
        lost = np.clip(0.5 + (made["photo"] - made["enlarged"]).mean(axis=0) / 2, 0, 1)
        side = made["pooled"].shape[1]
        return pictures({"input": made["photo"], f"{side} × {side}, enlarged": made["enlarged"], "lost": lost})

    def alt(self) -> str:
        """The opening state in words."""
        return (
            f"The photo {self.photo}, the same photo after {self.operator} pooling with kernel {self.kernel_size} and "
            "enlarged again, and what the second has lost."
        )
