"""What poolcourse raises on bad input: each message says what was expected, what came, and how to mend it."""

__all__ = [
    "BinError",
    "BoxError",
    "DataError",
    "DtypeError",
    "GradingError",
    "PoolingError",
    "RangeError",
    "ShapeError",
    "WindowError",
]


class PoolingError(ValueError):
    """Base of every error that poolcourse raises on purpose."""


class ShapeError(PoolingError):
    """An array has the wrong number of axes, or sizes that don't go together."""


class DtypeError(PoolingError):
    """An array's dtype can't hold the result (an integer average) or isn't numeric."""


class WindowError(PoolingError):
    """A kernel size, stride, padding or dilation is out of range, or the window doesn't fit the map."""


class RangeError(PoolingError):
    """A value is outside the operator's domain: negative activations, draws outside [0, 1)."""


class BinError(PoolingError):
    """A pyramid level can't be cut into the asked number of bins."""


class BoxError(PoolingError):
    """A region is malformed: reversed, outside its map, NaN, or of an image that isn't there."""


class DataError(PoolingError):
    """A photo, data set or result file is unknown, missing or damaged."""


class GradingError(PoolingError):
    """A notebook or an exercise can't be graded as it stands."""
