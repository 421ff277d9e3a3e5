"""The invariance demo: what Lite0 sees of a photo that moves, and a row of eight values that moves under pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.demos.base import Demo
from poolcourse.demos.invariance_views import AMOUNTS, NAMES, stored_features, surroundings_url, view
from poolcourse.errors import DataError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["InvarianceDemo"]


class InvarianceDemo(Demo):
    """Move a photo and see what stays of Lite0's features; or move a row of eight values under pooling and a blur.

    Parameters
    ----------
    part : "photo" | "row"
        Which of the two.
    names : tuple of str
        Photos of the first part, of those whose features are stored: cat, coffee, rocket, camera.

    Examples
    --------
    >>> InvarianceDemo(part="row", shift=1).shift
    1
    """

    concept = "invariance"
    part = traitlets.Enum(["photo", "row"], "photo").tag(sync=True)
    photos = traitlets.Dict().tag(sync=True)
    features = traitlets.Dict().tag(sync=True)
    amounts = traitlets.Dict().tag(sync=True)
    photo = traitlets.Unicode("").tag(sync=True)
    change = traitlets.Enum(list(AMOUNTS), "shift").tag(sync=True)
    place = traitlets.Int(5, min=0, max=10).tag(sync=True)
    values: traitlets.List[float] = traitlets.List(
        traitlets.Float(), default_value=[0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0], minlen=8, maxlen=8
    ).tag(sync=True)
    operator = traitlets.Enum(["max", "avg", "subsample"], "max").tag(sync=True)
    shift = traitlets.Int(0, min=0, max=7).tag(sync=True)

    def __init__(self, part: str = "photo", names: tuple[str, ...] = NAMES, **traits: Any) -> None:
        if not names:
            raise DataError(f"expected one photo or more of {', '.join(NAMES)}, got none.")
        if part == "photo":
            data = {
                "photos": {name: surroundings_url(name) for name in names},
                "features": {name: stored_features(name) for name in names},
                "amounts": {change: list(amounts) for change, amounts in AMOUNTS.items()},
            }
            traits = {"photo": names[0], **data, **traits}
        super().__init__(part=part, **traits)

    @traitlets.validate("photo")
    def _known(self, proposal: dict) -> str:
        if self.photos and proposal["value"] not in self.photos:
            raise traitlets.TraitError(
                f"expected one of the demo's photos {', '.join(self.photos)}, got {proposal['value']!r}. "
                "Name more of them when you make the demo: InvarianceDemo(names=('cat', 'camera'))."
            )
        return proposal["value"]

    def pooled(self, blur: bool) -> np.ndarray:
        """The moved row after pooling by two and, if asked, a blur in front of taking every second value: (4,)."""
        from poolcourse.reference import avg_pool2d, max_pool2d

        row = np.roll(self.values, -self.shift)
        dense = row
        if self.operator != "subsample":
            pool = max_pool2d if self.operator == "max" else avg_pool2d
            dense = pool(np.append(row, row[0])[None, None], (1, 2), 1)[0, 0]
        if blur:
            dense = (np.roll(dense, 1) + 2 * dense + np.roll(dense, -1)) / 4
        return dense[::2]

    def picture(self) -> Figure:
        """The unchanged and the changed photo with their class activation maps' cosines; or the rows as numbers."""
        from poolcourse.demos.stills import number_maps, pictures

        if self.part == "row":
            moved = np.roll(self.values, -self.shift)[None]
            maps = {"input": moved, self.operator: self.pooled(False)[None], "with a blur": self.pooled(True)[None]}
            return number_maps(maps)
        amount, found = AMOUNTS[self.change][self.place], self.features[self.photo][self.change]
        title = f"{self.change} {amount}: cosine {found['average'][self.place]:.2f}"
        return pictures({"input": view(self.photo, "shift", 0), title: view(self.photo, self.change, amount)})

    def alt(self) -> str:
        """The opening state in words."""
        if self.part == "row":
            return f"Eight values and what {self.operator} pooling by two makes of them, with and without a blur."
        amount, found = AMOUNTS[self.change][self.place], self.features[self.photo][self.change]
        return (
            f"The photo {self.photo} and its view under {self.change} {amount}; the pooled features of both have the "
            f"cosine {found['average'][self.place]:.2f}."
        )
