"""Real photos from scikit-image's wheel: nothing is downloaded, the images and their licences are scikit-image's."""

import numpy as np

from poolcourse.errors import DataError

__all__ = ["PHOTOS", "photo"]

# Only names whose file rides in the wheel itself: skimage.data would fetch any other from the network.
PHOTOS = ("astronaut", "brick", "camera", "cat", "coffee", "grass", "gravel", "rocket")


def photo(name: str, size: int | None = None, grey: bool = False) -> np.ndarray:
    """Load one real photo as a feature map.

    Parameters
    ----------
    name : str
        One of `PHOTOS`.
    size : int, optional
        Crop the centre square and resize it to `size` x `size` pixels, with anti-aliasing. Default: as it is.
    grey : bool, default False
        One channel (luminance) instead of three. Photos that are grey to begin with always have one.

    Returns
    -------
    (C, H, W) float32 array in [0, 1], C = 3 or 1.

    Raises
    ------
    DataError
        If there is no such photo, or `size` is below 1.

    Examples
    --------
    >>> photo("coffee", size=64).shape
    (3, 64, 64)
    """
    from skimage import color, data, transform, util  # slow to import, and only photos need it

    if name not in PHOTOS:
        raise DataError(f"expected one of the photos {', '.join(PHOTOS)}, got {name!r}.")
    if size is not None and size < 1:
        raise DataError(f"expected a size of at least 1 pixel, got {size}. Leave `size` out for the whole photo.")
    image = util.img_as_float32(getattr(data, name)())
    if image.ndim == 3 and grey:
        image = color.rgb2gray(image)
    image = np.atleast_3d(image)
    if size is not None:
        side = min(image.shape[:2])
        top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
        image = image[top : top + side, left : left + side]
        image = transform.resize(image, (size, size), anti_aliasing=True)
    return np.ascontiguousarray(np.moveaxis(image, -1, 0), dtype=np.float32)
