"""Views of a photo, shifted, turned and scaled, and what Lite0 makes of them, stored because it takes a minute.

``python -m poolcourse.demos.invariance_views`` computes the stored numbers anew.
"""

from __future__ import annotations

import base64
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from poolcourse.data import photo
from poolcourse.errors import DataError

__all__ = ["AMOUNTS", "NAMES", "photo_features", "stored_features", "surroundings_url", "view"]

#: How far each change goes: pixels to the left, degrees counter-clockwise, factors. The first shift and rotation and
#: the sixth scale leave the photo as it is.
AMOUNTS = {
    "shift": (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32),
    "rotation": (0, 2, 5, 10, 15, 20, 30, 45, 60, 75, 90),
    "scale": (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0),
}
#: Photos whose features are stored.
NAMES = ("cat", "coffee", "rocket", "camera")
STORED = Path(__file__).with_suffix(".json")
#: Side of a view in pixels, and of the picture around it that holds half the scale, any angle and every shift.
SIDE, AROUND, SHORTER = 224, 448, 256
#: Pixels of the picture that travels in the page; the demo draws its views from it.
DRAWN = 400


@cache
def surroundings(name: str) -> np.ndarray:
    """A photo, 256 px at its shorter side, mirrored at its borders to 448 x 448 px: (3, 448, 448)."""
    from skimage.transform import resize

    x = photo(name)
    size = [round(length * SHORTER / min(x.shape[1:])) for length in x.shape[1:]]
    x = resize(np.broadcast_to(x, (3, *x.shape[1:])), (3, *size), anti_aliasing=True)
    for axis, length in enumerate(size, start=1):
        start = (length - AROUND) // 2
        places = np.arange(start, start + AROUND) % (2 * length)
        x = x.take(np.where(places < length, places, 2 * length - 1 - places), axis)
    return x.astype(np.float32)


def view(name: str, change: str, amount: float) -> np.ndarray:
    """The photo's middle, 224 x 224 px, after one change.

    Parameters
    ----------
    name : str
        One of `poolcourse.data.PHOTOS`.
    change : "shift" | "rotation" | "scale"
    amount : float
        Whole pixels to the left, degrees counter-clockwise, or a factor from 0.5.

    Returns
    -------
    (3, 224, 224) float32 array in [0, 1].

    Raises
    ------
    DataError
        If there is no such photo.

    Examples
    --------
    >>> bool((view("cat", "shift", 3)[:, :, :-3] == view("cat", "shift", 0)[:, :, 3:]).all())
    True
    """
    from skimage.transform import resize, rotate

    x, start = surroundings(name), (AROUND - SIDE) // 2
    if change == "rotation" and amount:
        x = np.moveaxis(rotate(np.moveaxis(x, 0, -1), amount, order=1, mode="symmetric"), -1, 0)
    if change == "scale":
        side = 2 * round(AROUND / 2 * amount)
        x, start = resize(x, (3, side, side), anti_aliasing=amount < 1), (side - SIDE) // 2
    left = start + (int(amount) if change == "shift" else 0)
    return np.ascontiguousarray(x[:, start : start + SIDE, left : left + SIDE], dtype=np.float32).clip(0, 1)


@cache
def photo_features(name: str, places: tuple[int, ...] = tuple(range(11))) -> dict[str, Any]:
    """What EfficientNet-Lite0 makes of every view of one photo; ten seconds on one core.

    Parameters
    ----------
    name : str
        One of `poolcourse.data.PHOTOS`.
    places : tuple of int
        Which of the amounts. Default: all.

    Returns
    -------
    dict of change to lists, one entry an amount of `AMOUNTS`: `average`, `largest`, `unpooled`: cosine with the
    unchanged photo's features after global average pooling, after global max pooling, and without pooling; `answers`
    and `shares`: the first class and its probability; `logits`: of the unchanged photo's class; `maps`: that class's
    activation map, 7 rows of 7. And `class` and `bias`, of the unchanged photo's first class.
    """
    import torch
    from torch.nn import functional as F

    from poolcourse.models import lite0
    from poolcourse.nn import class_activation_map, global_avg_pool2d, global_max_pool2d

    model = lite0()
    poolings = {"average": global_avg_pool2d, "largest": global_max_pool2d, "unpooled": lambda x: x.flatten(1)}
    found: dict[str, Any] = {}
    with torch.no_grad():
        before = model.features(view(name, "shift", 0)[None])
        first = int(F.linear(global_avg_pool2d(before), model.head_weight, model.head_bias).argmax())
        found["class"], found["bias"] = model.classes[first], round(model.head_bias[first].item(), 3)
        for change, amounts in AMOUNTS.items():
            after = model.features(np.stack([view(name, change, amount) for amount in np.take(amounts, places)]))
            logits = F.linear(global_avg_pool2d(after), model.head_weight, model.head_bias)
            shares, answers = logits.softmax(1).max(1)
            maps = class_activation_map(after, model.head_weight[first : first + 1])[:, 0]
            found[change] = {
                **{word: _rounded(F.cosine_similarity(pool(after), pool(before))) for word, pool in poolings.items()},
                "answers": [model.classes[place] for place in answers.tolist()],
                "shares": _rounded(shares),
                "logits": _rounded(logits[:, first]),
                "maps": [[[round(value, 2) for value in row] for row in rows] for rows in maps.tolist()],
            }
    return found


def _rounded(values: Any) -> list[float]:
    return [round(value, 4) for value in values.tolist()]


@cache
def surroundings_url(name: str) -> str:
    """The mirrored photo as a JPEG data URL of 400 x 400 px."""
    from PIL import Image

    image = np.moveaxis(np.round(surroundings(name) * 255).astype(np.uint8), 0, -1)
    file = io.BytesIO()
    Image.fromarray(image).resize((DRAWN, DRAWN), Image.Resampling.LANCZOS).save(file, format="JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


@cache
def stored_features(name: str) -> dict[str, Any]:
    """`photo_features` as it was computed and stored.

    Raises
    ------
    DataError
        If nothing is stored for this photo.
    """
    stored = json.loads(STORED.read_text("utf-8"))
    if name not in stored:
        raise DataError(f"expected a photo with stored features, one of {', '.join(stored)}, got {name!r}.")
    return stored[name]


if __name__ == "__main__":
    features = {name: photo_features(name) for name in NAMES}
    STORED.write_text(json.dumps(features, separators=(",", ":")) + "\n", encoding="utf-8")
