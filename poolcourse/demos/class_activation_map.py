"""The class activation map demo: a photo, a class, and its map as a weighted sum of the network's channels."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ClassActivationMapDemo", "explained"]

PHOTOS = ("coffee", "cat", "rocket")
SIZE = 224  # pixels a side, as the network was trained
CLASSES = 3  # the likeliest of each photo
TOP = 8  # channels that travel in full; all others arrive as one map, so that a page stays small


def _url(image: np.ndarray) -> str:
    """A (3, H, W) picture in [0, 1] as a JPEG data URL."""
    from PIL import Image

    pixels = np.moveaxis(np.round(image * 255).astype(np.uint8), 0, -1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@cache
def explained(name: str) -> dict[str, Any]:
    """What EfficientNet-Lite0 sees in a photo, small enough to travel inside a page.

    Parameters
    ----------
    name : str
        One of `poolcourse.data.PHOTOS`, in colour.

    Returns
    -------
    dict with the keys url and classes. Of each of the likeliest classes: name, probability, logit, bias, the `TOP`
    channels that add most to the logit with their weights and 7 x 7 features, and as `rest` the weighted sum of all
    other channels. The mean of all of it, plus the bias, is the logit, to the 3 decimals that are kept.

    Raises
    ------
    DataError
        If there is no such photo, or the pretrained network isn't installed.
    """
    import torch

    from poolcourse.models import lite0
    from poolcourse.nn import class_activation_map, global_avg_pool2d

    network = lite0()
    image = photo(name, size=SIZE)
    features = network.features(torch.from_numpy(image)[None])
    maps = class_activation_map(features, network.head_weight)[0].double().numpy()
    means = global_avg_pool2d(features)[0]
    logits = network.head_weight @ means + network.head_bias
    classes = []
    for place in logits.topk(CLASSES).indices.tolist():
        weights = network.head_weight[place]
        channels = (weights * means).topk(TOP).indices
        kept = np.round(features[0, channels].double().numpy(), 3)
        kept_weights = np.round(weights[channels].double().numpy(), 4)
        rest = maps[place] - np.tensordot(kept_weights, kept, axes=1)
        classes.append(
            {
                "name": network.classes[place],
                "probability": round(float(logits.softmax(0)[place]), 4),
                "logit": round(float(logits[place]), 3),
                "bias": round(float(network.head_bias[place]), 4),
                "channels": channels.tolist(),
                "weights": kept_weights.tolist(),
                "features": kept.tolist(),
                "rest": np.round(rest, 3).tolist(),
            }
        )
    return {"url": _url(image), "classes": classes}


class ClassActivationMapDemo(Demo):
    """Add up the channels that speak for a class and see where in the photo they do.

    Attributes
    ----------
    photos : dict
        What `explained` returns, by the photo's name.
    photo : str
    rank : int
        The class: 0 for the likeliest.
    channels : int
        How many of the strongest channels are added up; `TOP` + 1 stands for all of them.
    overlay : int
        Opacity of the map over the photo, per cent.
    row, col : int
        The cell in view.

    Examples
    --------
    >>> demo = ClassActivationMapDemo(photo="coffee")
    >>> demo.photos["coffee"]["classes"][demo.rank]["name"]
    'espresso'
    """

    concept = "class_activation_map"
    photos = traitlets.Dict().tag(sync=True)
    total = traitlets.Int(1280, read_only=True).tag(sync=True)
    photo = traitlets.Unicode("coffee").tag(sync=True)
    rank = traitlets.Int(0, min=0, max=CLASSES - 1).tag(sync=True)
    channels = traitlets.Int(TOP + 1, min=0, max=TOP + 1).tag(sync=True)
    overlay = traitlets.Int(80, min=0, max=100).tag(sync=True)
    row = traitlets.Int(2, min=0, max=6).tag(sync=True)
    col = traitlets.Int(3, min=0, max=6).tag(sync=True)

    def __init__(self, names: tuple[str, ...] = PHOTOS, **traits: Any) -> None:
        super().__init__(photos={name: explained(name) for name in names}, **traits)

    @traitlets.validate("photo")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.photos:
            raise traitlets.TraitError(
                f"expected one of the demo's photos {', '.join(self.photos)}, got {proposal['value']!r}. "
                "Name more of them when you make the demo: ClassActivationMapDemo(names=('cat', 'astronaut'))."
            )
        return proposal["value"]

    def _map(self) -> np.ndarray:
        """The whole map of the chosen class, from what the page holds."""
        chosen = self.photos[self.photo]["classes"][self.rank]
        return np.tensordot(chosen["weights"], chosen["features"], axes=1) + chosen["rest"]

    def picture(self) -> Figure:
        """The photo, and the map of the chosen class over it."""
        from matplotlib.figure import Figure

        from poolcourse.demos.stills import INK

        chosen = self.photos[self.photo]["classes"][self.rank]
        values = self._map()
        reach = np.abs(values).max()
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        image = np.moveaxis(photo(self.photo, size=SIZE), 0, -1)
        left.imshow(image)
        right.imshow(image.mean(axis=-1), cmap="gray")  # so that the colours are the map's alone
        for ax in (left, right):
            ax.set_axis_off()
        shown = right.imshow(
            values,
            cmap="RdBu_r",
            vmin=-reach,
            vmax=reach,
            alpha=0.6,
            extent=(0, SIZE, SIZE, 0),
            interpolation="bilinear",
        )
        left.set_title(f"the photo “{self.photo}”", fontsize=10, color=INK)
        right.set_title(f"map of “{chosen['name']}”, logit {chosen['logit']:.2f}", fontsize=10, color=INK)
        figure.colorbar(shown, ax=right, shrink=0.8).ax.tick_params(colors=INK)
        return figure

    def alt(self) -> str:
        """The opening state in words."""
        chosen = self.photos[self.photo]["classes"][self.rank]
        row, col = np.unravel_index(self._map().argmax(), (7, 7))
        return (
            f"The photo {self.photo} and over it the class activation map of {chosen['name']}: of 7 by 7 cells, the "
            f"strongest evidence is in row {row + 1}, column {col + 1}."
        )
