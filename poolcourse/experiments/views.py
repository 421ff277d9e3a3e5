"""A square window into a photo, moved, turned and zoomed."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

__all__ = ["SIDE", "turned", "window_of", "zoomed"]

SIDE = 224  # pixels of every view
REACH = SIDE  # pixels kept around the window, enough for half the scale, any angle and every shift

Window = Callable[..., Tensor]


def window_of(picture: np.ndarray, shuffle: np.random.Generator) -> Window:
    """Choose a square of 75 to 95 % of the shorter side at a random place.

    Parameters
    ----------
    picture : (C, H, W) array in [0, 1]; grey photos become three equal channels
    shuffle : np.random.Generator

    Returns
    -------
    callable(shift=0, angle=0, scale=1) -> (3, 224, 224) float32 tensor
        `shift` moves the content left by whole pixels, `angle` turns it counter-clockwise in degrees, `scale` enlarges
        it. Beyond the photo's border it is mirrored.
    """
    from skimage.transform import SimilarityTransform, resize, warp

    image = np.moveaxis(np.repeat(picture, 3 // picture.shape[0], axis=0), 0, -1).astype(np.float64)
    height, width = image.shape[:2]
    side = shuffle.uniform(0.75, 0.95) * min(height, width)
    top, left = shuffle.uniform(0, height - side), shuffle.uniform(0, width - side)

    resized: dict[tuple[int, int], np.ndarray] = {}

    def view(shift: int = 0, angle: float = 0.0, scale: float = 1.0) -> Tensor:
        factor = scale * SIDE / side
        shape = (round(height * factor), round(width * factor))
        if shape not in resized:
            resized[shape] = resize(image, shape, anti_aliasing=factor < 1)
        fine = resized[shape]
        # The window's centre, in the resized photo's pixels, rounded so that a shift copies pixels unchanged.
        row, column = (round((start + side / 2) * factor) for start in (top, left))
        if angle == 0:
            rows = _mirror(np.arange(SIDE) + row - SIDE // 2, shape[0])
            columns = _mirror(np.arange(SIDE) + column - SIDE // 2 + shift, shape[1])
            out = fine[rows[:, None], columns]
        else:
            middle = (SIDE - 1) / 2
            turn = (
                SimilarityTransform(translation=(-middle, -middle))
                + SimilarityTransform(rotation=np.deg2rad(angle))
                + SimilarityTransform(translation=(column - SIDE // 2 + middle, row - SIDE // 2 + middle))
            )
            padded = np.pad(fine, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="symmetric")
            turn = turn + SimilarityTransform(translation=(REACH, REACH))
            out = warp(padded, turn, output_shape=(SIDE, SIDE), order=1)
        return torch.tensor(np.moveaxis(out, -1, 0).clip(0, 1), dtype=torch.float32)

    return view


def _mirror(places: np.ndarray, size: int) -> np.ndarray:
    places = places % (2 * size)
    return np.where(places < size, places, 2 * size - 1 - places)


def turned(window: Window, angle: float) -> Tensor:
    """The window's content turned counter-clockwise by `angle` degrees."""
    return window(angle=angle)


def zoomed(window: Window, scale: float) -> Tensor:
    """The window's content enlarged by `scale`."""
    return window(scale=scale)
