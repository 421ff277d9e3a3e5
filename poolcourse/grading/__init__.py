"""Release, check and grade the exercises.

A notebook imports only `poolcourse.grading.checks`; everything heavier is loaded when it is asked for.
"""

from typing import Any

__all__ = ["book_page", "check", "find_exercise", "grade_notebook", "release"]

_HOMES = {
    "book_page": "book",
    "check": "checks",
    "find_exercise": "sources",
    "grade_notebook": "grade",
    "release": "release",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
