"""The regions demo: a box on a photo, found again on one shared map, pooled into a vector of one length."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo
from poolcourse.demos.photo import photo_url

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RegionsDemo", "shared_maps"]

PHOTO = "astronaut"
SIDE = 512  # pixels of the photo, a square
STRIDE = 32  # of EfficientNet-Lite0's last map
SHOWN = 4  # channels that travel in the page


@cache
def shared_maps(name: str = PHOTO) -> tuple[list[int], list[list[list[float]]]]:
    """Channels of Lite0's last map that vary much over a photo, each in a way that those before it do not.

    Parameters
    ----------
    name : str
        A square photo of `poolcourse.data.PHOTOS`, in colour.

    Returns
    -------
    list of `SHOWN` int
        Which of the 1,280 channels.
    (SHOWN, 16, 16) nested lists
        Their values, to two decimals.

    Raises
    ------
    DataError
        If there is no such photo, or the pretrained network isn't installed.
    """
    from poolcourse.models import lite0

    maps = lite0().features(photo(name, size=SIDE)[None])[0].numpy()
    left = (maps - maps.mean(axis=(1, 2), keepdims=True)).reshape(len(maps), -1).astype(float)
    channels: list[int] = []
    for _ in range(SHOWN):
        channels.append(int(np.linalg.norm(left, axis=1).argmax()))
        direction = left[channels[-1]] / np.linalg.norm(left[channels[-1]])
        left = left - np.outer(left @ direction, direction)  # what the chosen channel shows need not be shown again
    return channels, np.round(maps[channels].astype(float), 2).tolist()


class RegionsDemo(Demo):
    """Move a box over a photo and see its cells on the shared map, its bins, its vector, and what many boxes cost.

    Attributes
    ----------
    x1, y1, x2, y2 : int
        The box in image pixels, ends exclusive.
    levels : list of int
        Of the pyramid, maximum in each bin; the last one is 1, the whole box.
    channel : int
        Which of the channels that travel in the page is drawn.
    boxes : int
        How many boxes the cost is counted for.

    Examples
    --------
    >>> demo = RegionsDemo()
    >>> demo.cells()
    [10, 11, 15, 16]
    """

    concept = "regions"
    photo = traitlets.Unicode(read_only=True).tag(sync=True)
    stride = traitlets.Int(STRIDE, read_only=True).tag(sync=True)
    channels = traitlets.List(traitlets.Int()).tag(sync=True)
    features: traitlets.List = traitlets.List().tag(sync=True)
    x1 = traitlets.Int(300, min=0, max=SIDE).tag(sync=True)
    y1 = traitlets.Int(328, min=0, max=SIDE).tag(sync=True)
    x2 = traitlets.Int(452, min=0, max=SIDE).tag(sync=True)
    y2 = traitlets.Int(500, min=0, max=SIDE).tag(sync=True)
    levels = traitlets.List(traitlets.Int(min=1, max=6), [3, 2, 1], minlen=1, maxlen=4).tag(sync=True)
    channel = traitlets.Int(0, min=0, max=SHOWN - 1).tag(sync=True)
    boxes = traitlets.Int(200, min=1, max=2000).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        channels, features = shared_maps()
        super().__init__(channels=channels, features=features, **traits)
        if self.x1 >= self.x2 or self.y1 >= self.y2:
            raise traitlets.TraitError(
                f"expected x1 < x2 and y1 < y2, got {self.x1}, {self.y1} to {self.x2}, {self.y2}. Swap the corners."
            )

    @traitlets.validate("levels")
    def _whole_box_last(self, proposal: dict) -> list[int]:
        if proposal["value"][-1] != 1:
            raise traitlets.TraitError(
                f"expected 'levels' to end in 1, the whole box, got {proposal['value']}. Add it: [*levels, 1]."
            )
        return proposal["value"]

    @traitlets.default("photo")
    def _url(self) -> str:
        return photo_url(PHOTO, 320)

    def cells(self) -> list[int]:
        """The box in cells of the map: x1, y1, x2, y2, ends exclusive."""
        from poolcourse.reference import project_boxes

        box = np.array([[0, self.x1, self.y1, self.x2, self.y2]])
        return project_boxes(box, self.stride)[0, 1:].tolist()

    def picture(self) -> Figure:
        """The photo with its box, and the shared map with the box's cells."""
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        from poolcourse.demos.stills import INK

        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.imshow(np.moveaxis(photo(PHOTO, size=SIDE), 0, -1))
        shown = right.imshow(np.array(self.features)[self.channel], cmap="cividis")
        cells = self.cells()
        for ax, (x1, y1, x2, y2), shift in ((left, (self.x1, self.y1, self.x2, self.y2), 0.0), (right, cells, 0.5)):
            place = (x1 - shift, y1 - shift)
            ax.add_patch(Rectangle(place, x2 - x1, y2 - y1, fill=False, edgecolor="#56B4E9", linewidth=3))
            ax.set_axis_off()
        left.set_title("a box on the photo", fontsize=10, color=INK)
        right.set_title(f"its cells on channel {self.channels[self.channel]}", fontsize=10, color=INK)
        figure.colorbar(shown, ax=right, shrink=0.8).ax.tick_params(colors=INK)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        x1, y1, x2, y2 = self.cells()
        return (
            f"A photo with a box of {self.x2 - self.x1} by {self.y2 - self.y1} pixels, and one channel of its feature "
            f"map with the {x2 - x1} by {y2 - y1} cells that the box covers."
        )
