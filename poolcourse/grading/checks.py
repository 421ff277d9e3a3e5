"""What the check cells of an exercise call: the value where it is right, words that say what is wrong where it isn't.

These checks help the student and score nothing: points come from probes, whose inputs and answers are never in the
notebook.
"""

from typing import Any

import numpy as np

__all__ = ["CheckFailed", "check"]


class CheckFailed(AssertionError):
    """A public check found a wrong answer; the message says what and where."""


def check(what: str, got: Any, expected: Any, why: str = "", atol: float = 1e-6) -> None:
    """Compare an answer with what it should be, and print it.

    Parameters
    ----------
    what : str
        What is checked, in words.
    got, expected : number, string, sequence or array
        Numbers are compared to within `atol`, shapes exactly.
    why : str, optional
        What to think of where the answer is wrong.
    atol : float, default 1e-6
        Largest difference that counts as equal.

    Raises
    ------
    CheckFailed
        If they differ: what was expected, what came, where, and `why`.

    Examples
    --------
    >>> check("1 + 1", 1 + 1, 2)
    ok: 1 + 1 is 2
    """
    problem = _difference(got, expected, atol)
    if problem:
        raise CheckFailed(f"{what}: {problem}" + (f" {why}" if why else ""))
    # What is printed is the expected value: the last digits of a right answer may differ from one computer to the next.
    print(f"ok: {what} is {_show(expected)}")


def _difference(got: Any, expected: Any, atol: float) -> str:
    if got is None:
        return "nothing came back. Does your function end with a `return`?"
    if got is Ellipsis or got is NotImplemented:
        return "there is no answer yet."
    if isinstance(expected, str) or isinstance(got, str):
        return "" if got == expected else f"expected {expected!r}, got {got!r}."
    want = np.asarray(expected, dtype=float)
    try:
        have = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        return f"expected {'a number' if want.ndim == 0 else 'an array of numbers'}, got {type(got).__name__}."
    if have.shape != want.shape:
        return f"expected {_shape(want)}, got {_shape(have)}."
    wrong = ~np.isclose(have, want, rtol=0, atol=atol, equal_nan=True)
    if not wrong.any():
        return ""
    if want.ndim == 0:
        return f"expected {_show(want)}, got {_show(have)}."
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} values are wrong; the first is at {list(place)}: "
        f"expected {_show(want[place])}, got {_show(have[place])}."
    )


def _shape(array: np.ndarray) -> str:
    return "one number" if array.ndim == 0 else f"shape {array.shape}"


def _show(value: Any) -> str:
    if isinstance(value, str | bool):
        return repr(value)
    array = np.asarray(value, dtype=float)
    if array.ndim == 0:
        return f"{float(array):.6g}"
    if array.size > 64:
        return f"an array of shape {array.shape}"
    return str([_nested(row) for row in array.tolist()]).replace("'", "")


def _nested(row: Any) -> Any:
    return [_nested(cell) for cell in row] if isinstance(row, list) else f"{row:.6g}"
