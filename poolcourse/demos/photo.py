"""The photo demo: a real photo beside two pooled versions of it."""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import traitlets

from poolcourse.data import photo
from poolcourse.demos.base import Demo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PhotoDemo", "photo_url"]


@cache
def photo_url(name: str, height: int = 192) -> str:
    """A photo as a JPEG data URL, `height` pixels high: 10 to 30 kB that travel inside the page."""
    from PIL import Image

    image = np.round(photo(name) * 255).astype(np.uint8)
    picture = Image.fromarray(np.moveaxis(image, 0, -1) if len(image) == 3 else image[0])
    picture = picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


class PhotoDemo(Demo):
    """Pool a real photo with two operators side by side.

    Examples
    --------
    >>> PhotoDemo(photo="cat").kernel_size
    8
    """

    concept = "photo"
    photos = traitlets.Dict().tag(sync=True)
    photo = traitlets.Unicode("brick").tag(sync=True)
    operator = traitlets.Enum(["max", "avg", "sum"], "max").tag(sync=True)
    beside = traitlets.Enum(["max", "avg", "sum"], "avg").tag(sync=True)
    kernel_size = traitlets.Int(8, min=1, max=16).tag(sync=True)
    stride = traitlets.Int(4, min=1, max=16).tag(sync=True)

    def __init__(self, names: tuple[str, ...] = ("cat", "coffee", "rocket", "brick", "grass"), **traits) -> None:
        super().__init__(photos={name: photo_url(name) for name in names}, **traits)

    @traitlets.validate("photo")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.photos:
            raise traitlets.TraitError(
                f"expected one of the demo's photos {', '.join(self.photos)}, got {proposal['value']!r}. "
                "Name more of them when you make the demo: PhotoDemo(names=('cat', 'gravel'))."
            )
        return proposal["value"]

    def picture(self) -> Figure:
        """The photo and its two pooled versions."""
        from poolcourse.demos.stills import pictures
        from poolcourse.reference import avg_pool2d, max_pool2d

        x = photo(self.photo, size=192)
        k, s = self.kernel_size, self.stride
        # A sum drawn on its own scale is the average's picture, so the still needs two operators only.
        pool = {"max": max_pool2d, "avg": avg_pool2d, "sum": avg_pool2d}
        return pictures(
            {"input": x, self.operator: pool[self.operator](x, k, s), self.beside: pool[self.beside](x, k, s)}
        )

    def alt(self) -> str:
        """The opening state in words."""
        kinds = f"{self.operator} and {self.beside}"
        return f"The photo {self.photo} beside its {kinds} pooled versions, kernel {self.kernel_size}."
