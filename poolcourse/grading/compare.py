"""Compare what a probe of the student's notebook gave with what the solution gave, outside the kernel, with reasons."""

import json
import math
from typing import Any

__all__ = ["difference", "payloads", "probe_difference"]

# Taken as "the same number": wide enough for another order of summation, far below any mistake in a window.
RTOL, ATOL = 1e-5, 1e-8


def payloads(outputs: list[dict[str, Any]], mime: str) -> list[str]:
    """The probe values among a cell's outputs, in order."""
    found = []
    for output in outputs:
        data = output.get("data")
        if isinstance(data, dict) and mime in data:
            value = data[mime]
            found.append(value if isinstance(value, str) else "".join(map(str, value)))
    return found


def probe_difference(got: list[str], expected: list[str], rtol: float = RTOL, atol: float = ATOL) -> str:
    """Words for the first difference between two lists of emitted payloads; empty where there is none.

    >>> probe_difference(['[["out", {"shape": [], "data": [1.0]}]]'], ['[["out", {"shape": [], "data": [2.0]}]]'])
    'out: expected 2, got 1.'
    """
    if not got:
        return "nothing was computed."
    if len(got) != len(expected):
        return f"expected {len(expected)} results, got {len(got)}."
    for one, other in zip(got, expected, strict=True):
        try:
            items = json.loads(one, parse_int=_integer)
        except (ValueError, RecursionError):
            return "the result isn't readable."
        wanted = json.loads(other)
        if not isinstance(items, list) or len(items) != len(wanted):
            return "the result isn't of the expected form."
        for item, want in zip(items, wanted, strict=True):
            if not isinstance(item, list) or len(item) != 2 or item[0] != want[0]:
                return "the result isn't of the expected form."
            words = difference(item[1], want[1], rtol, atol)
            if words:
                return f"{want[0]}: {words}" if want[0] else words
    return ""


def difference(got: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL) -> str:
    """Words for the first difference between two canonical values (`poolcourse.grading.probes.canonical`)."""
    if type(got) is not type(expected) or (isinstance(got, dict) and set(got) != set(expected)):
        return f"expected {_kind(expected)}, got {_kind(got)}."
    if not isinstance(expected, dict):
        return "" if got == expected else f"expected {_short(expected)}, got {_short(got)}."
    if "list" in expected or "dict" in expected:
        return _container_difference(got, expected, rtol, atol)
    if "data" in expected:
        return _array_difference(got, expected, rtol, atol)
    return "" if got == expected else f"expected {_kind(expected)}, got {_kind(got)}."


def _container_difference(got: dict[str, Any], expected: dict[str, Any], rtol: float, atol: float) -> str:
    kind = "list" if "list" in expected else "dict"
    have, want = got[kind], expected[kind]
    if type(have) is not type(want) or len(have) != len(want):
        return f"expected {len(want)} entries, got {len(have) if isinstance(have, list | dict) else 'something else'}."
    if kind == "dict" and set(have) != set(want):
        return f"expected the keys {', '.join(sorted(want))}, got {_short(', '.join(sorted(map(str, have))))}."
    for key in want if kind == "dict" else range(len(want)):
        words = difference(have[key], want[key], rtol, atol)
        if words:
            return f"at {key!r}: {words}"
    return ""


def _array_difference(got: dict[str, Any], expected: dict[str, Any], rtol: float, atol: float) -> str:
    shape, want = expected["shape"], expected["data"]
    have = got["data"]
    if got["shape"] != shape:
        return f"expected {_shape(shape)}, got {_shape(got['shape'])}."
    if not isinstance(have, list) or not isinstance(want, list) or len(have) != len(want):
        return "the result isn't of the expected form."
    wrong = [i for i, (a, b) in enumerate(zip(have, want, strict=True)) if not _close(a, b, rtol, atol)]
    if not wrong:
        return ""
    first = wrong[0]
    values = f"expected {_short(want[first])}, got {_short(have[first])}"
    if not shape:
        return f"{values}."
    return f"{len(wrong)} of {len(want)} values differ; at {_place(first, shape)} {values}."


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 16 else float(digits)  # a forged integer of 400 digits must not overflow later


def _close(a: Any, b: Any, rtol: float, atol: float) -> bool:
    if isinstance(a, str) or isinstance(b, str):  # "nan", "inf", "-inf"
        return isinstance(a, str) and a == b
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    return numbers and math.isclose(a, b, rel_tol=rtol, abs_tol=atol)


def _place(flat: int, shape: list[int]) -> list[int]:
    place = []
    for size in reversed(shape):
        flat, index = divmod(flat, size)
        place.append(index)
    return place[::-1]


def _shape(shape: Any) -> str:
    if not isinstance(shape, list):
        return "something else"
    return _short(f"shape ({', '.join(map(str, shape))})") if shape else "one number"


def _kind(value: Any) -> str:
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return f"the text {_short(value)}"
    if isinstance(value, dict) and "data" in value:
        return _shape(value.get("shape"))
    if isinstance(value, dict) and "type" in value:
        return f"an object of type {_short(value['type'])}"
    return "a dict" if isinstance(value, dict) and "dict" in value else "a list of unequal parts"


def _short(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{value:.6g}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
