"""The receptive-field demo: stack convolutions and pools, and see on a photo what one cell sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from poolcourse.demos.base import Demo
from poolcourse.demos.photo import photo_url
from poolcourse.errors import WindowError
from poolcourse.reference import output_size, receptive_field

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["NETWORKS", "SIDE", "ReceptiveFieldDemo", "sight"]

#: Side of the photo in pixels: what the networks below were made for.
SIDE = 224
MOST_LAYERS = 24

Layer = list[Any]


def _conv(kernel_size: int = 3, stride: int = 1) -> Layer:
    return ["conv", kernel_size, stride, kernel_size // 2]


def _pool(kernel_size: int = 2, padding: int = 0) -> Layer:
    return ["pool", kernel_size, 2, padding]


#: Layers of well-known networks up to their last map: kind, kernel_size, stride, padding. ResNet-18: the main path.
NETWORKS: dict[str, list[Layer]] = {
    "three blocks": [_conv(), _pool()] * 3,
    "AlexNet": [["conv", 11, 4, 2], _pool(3), _conv(5), _pool(3), *[_conv()] * 3, _pool(3)],
    "VGG-16": [layer for convs in (2, 2, 3, 3, 3) for layer in [*[_conv()] * convs, _pool()]],
    "ResNet-18": [
        _conv(7, 2),
        _pool(3, 1),
        *[_conv()] * 4,
        *[layer for _ in range(3) for layer in [_conv(3, 2), *[_conv()] * 3]],
    ],
}


def sight(layers: list[Layer], side: int = SIDE) -> list[tuple[int, int, int, int]]:
    """After each layer: the side of its map, and the size, jump and start of `receptive_field`.

    Parameters
    ----------
    layers : list of [kind, kernel_size, stride, padding]
    side : int
        Pixels of the image along one axis.

    Returns
    -------
    list of (map side, size, jump, start), in cells and pixels

    Raises
    ------
    WindowError
        If a layer no longer fits its map.

    Examples
    --------
    >>> sight([["conv", 3, 1, 1], ["pool", 2, 2, 0]])
    [(224, 3, 1, -1), (112, 4, 2, -1)]
    """
    maps = []
    for _, kernel_size, stride, padding in layers:
        side = output_size(side, kernel_size, stride, padding)
        maps.append(side)
    fields = receptive_field([tuple(layer[1:]) for layer in layers])
    return [(side, *field) for side, field in zip(maps, fields, strict=True)]


class ReceptiveFieldDemo(Demo):
    """Stack convolutions and pools, and see on a photo which pixels one cell of the last map sees.

    `depth` is the layer whose cell is shown (as far as there are layers), `y` and `x` the pixel that it is nearest to.

    Examples
    --------
    >>> demo = ReceptiveFieldDemo(layers=[["conv", 3, 1, 1], ["conv", 3, 1, 1]])
    >>> sight(demo.layers)[-1][1]
    5
    """

    concept = "receptive_field"
    photos = traitlets.Dict().tag(sync=True)
    networks = traitlets.Dict().tag(sync=True)
    photo = traitlets.Unicode("cat").tag(sync=True)
    layers = traitlets.List(NETWORKS["three blocks"]).tag(sync=True)
    pools = traitlets.Bool(True).tag(sync=True)
    depth = traitlets.Int(6, min=1, max=MOST_LAYERS).tag(sync=True)
    y = traitlets.Int(104, min=0, max=SIDE - 1).tag(sync=True)
    x = traitlets.Int(76, min=0, max=SIDE - 1).tag(sync=True)

    def __init__(self, names: tuple[str, ...] = ("cat", "coffee", "astronaut", "rocket"), **traits: Any) -> None:
        super().__init__(photos={name: photo_url(name, SIDE) for name in names}, networks=NETWORKS, **traits)

    @traitlets.validate("photo")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.photos:
            raise traitlets.TraitError(
                f"expected one of the demo's photos {', '.join(self.photos)}, got {proposal['value']!r}. "
                "Name more of them when you make the demo: ReceptiveFieldDemo(names=('cat', 'gravel'))."
            )
        return proposal["value"]

    @traitlets.validate("layers")
    def _stack(self, proposal: dict) -> list:
        layers = proposal["value"]
        wanted = f"expected 1 to {MOST_LAYERS} layers [kind, kernel_size, stride, padding], the first a 'conv'"
        if not 1 <= len(layers) <= MOST_LAYERS:
            raise traitlets.TraitError(f"{wanted}, got {len(layers)}.")
        for layer in layers:
            if len(layer) != 4 or layer[0] not in ("conv", "pool"):
                raise traitlets.TraitError(f"{wanted}, got {layer!r}. For example ['pool', 2, 2, 0].")
        if layers[0][0] != "conv":
            raise traitlets.TraitError(f"{wanted}, got {layers[0]!r} first: without the pools nothing would be left.")
        try:
            sight(layers)
        except WindowError as problem:
            raise traitlets.TraitError(str(problem)) from problem
        return layers

    def picture(self) -> Figure:
        """The photo, and the square of it that one cell of the last map sees."""
        import numpy as np
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        from poolcourse.data import photo
        from poolcourse.demos.stills import INK

        shown = [layer for layer in self.layers if self.pools or layer[0] == "conv"][: self.depth]
        cells, size, jump, start = sight(shown)[-1]
        corner = []
        for place in (self.x, self.y):
            cell = min(cells - 1, max(0, round((place - start - (size - 1) / 2) / jump)))
            corner.append(start + cell * jump - 0.5)
        image = np.moveaxis(photo(self.photo, size=SIDE), 0, -1)
        figure = Figure(figsize=(3.4, 3.4), layout="constrained")
        ax = figure.subplots()
        ax.set_axis_off()
        ax.imshow(image.squeeze(), cmap="gray")
        ax.add_patch(Rectangle((corner[0], corner[1]), size, size, fill=False, ec="#D55E00", lw=3, clip_on=False))
        ax.set_title(f"one cell of {cells} × {cells} sees {size} × {size} pixels", fontsize=10, color=INK)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        shown = [layer for layer in self.layers if self.pools or layer[0] == "conv"][: self.depth]
        cells, size, *_ = sight(shown)[-1]
        return (
            f"The photo {self.photo} with a square of {size} by {size} pixels: what one cell of a {cells} by {cells} "
            f"map sees after {len(shown)} layers."
        )
