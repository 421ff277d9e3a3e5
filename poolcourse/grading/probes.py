"""What a probe cell calls inside the kernel: random inputs from the grader's seed, and the way out for computed values.

Nothing here knows a right answer: the values leave the kernel as JSON and are compared outside.
"""

import json
import math
import zlib
from typing import Any

import numpy as np

__all__ = ["MIME", "canonical", "emit", "generator"]

# Values leave under a MIME type of their own, so that a `print` left in an answer can't spoil them.
MIME = "application/vnd.poolcourse.probe"

LARGEST = 200_000  # numbers in one emitted array; beyond it only the shape is worth reporting


def generator(seed: int, probe: str) -> np.random.Generator:
    """A random generator that depends on the seed and on the probe's name.

    >>> float(generator(1, "a-1").random()) == float(generator(1, "a-1").random())
    True
    >>> float(generator(1, "a-1").random()) == float(generator(1, "a-2").random())
    False
    """
    return np.random.default_rng([seed, zlib.crc32(probe.encode())])


def emit(*values: Any, **named: Any) -> None:
    """Send values out of the kernel as canonical JSON; the names appear in the reasons a student reads.

    Parameters
    ----------
    *values, **named : numbers, strings, arrays, tensors, and lists or dicts of them
    """
    from IPython.display import display

    items = [["", canonical(value)] for value in values]
    items += [[name.replace("_", " "), canonical(value)] for name, value in named.items()]
    display({MIME: json.dumps(items)}, raw=True)


def canonical(value: Any) -> Any:
    """Turn a value into plain JSON: `{"shape": ..., "data": ...}` for numbers, which loses no digit.

    >>> canonical(np.eye(2, dtype=np.float32))
    {'shape': [2, 2], 'data': [1.0, 0.0, 0.0, 1.0]}
    >>> canonical(float("nan"))
    {'shape': [], 'data': ['nan']}
    """
    if value is None or isinstance(value, str):
        return None if value is None else str(value)[:10_000]
    if isinstance(value, dict):
        return {"dict": {str(key): canonical(item) for key, item in value.items()}}
    if hasattr(value, "detach"):  # a tensor
        value = value.detach().cpu().numpy()
    try:
        array = np.array(value, dtype=float, subok=False)
    except (TypeError, ValueError):
        if isinstance(value, list | tuple):
            return {"list": [canonical(item) for item in value]}
        return {"type": type(value).__name__}
    if array.size > LARGEST:
        return {"shape": list(array.shape), "data": None}
    data = [number if math.isfinite(number) else str(number) for number in array.ravel().tolist()]
    return {"shape": list(array.shape), "data": data}
