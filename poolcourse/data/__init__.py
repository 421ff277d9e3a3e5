"""Photos and data sets, with their loaders. Loading one name imports nothing of the others."""

from poolcourse.data.photos import PHOTOS, photo

__all__ = ["PHOTOS", "photo"]
