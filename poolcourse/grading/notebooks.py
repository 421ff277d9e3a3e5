"""Reading and writing notebook files, with the slow libraries behind them imported once and in time.

`jsonschema` parses a whole grammar of web addresses when it is imported (0.6 s), for a check that no notebook needs.
It leaves the check out where the grammar's package can't be imported, so that package is hidden for that moment.
"""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError

__all__ = ["code_cell", "import_nbval", "markdown_cell", "new_notebook", "read_myst", "text_of", "to_ipynb"]


@contextmanager
def _address_grammar_hidden():
    name = "rfc3987_syntax"
    if name in sys.modules or "jsonschema" in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def import_nbval() -> Any:
    """Return the module `nbval.plugin`."""
    with _address_grammar_hidden():
        import nbval.plugin
    return nbval.plugin


def read_myst(path: Path) -> Any:
    """Read a MyST markdown notebook with jupytext.

    Raises
    ------
    GradingError
        If there is no such file or jupytext can't read it.
    """
    with _address_grammar_hidden():
        import jupytext
    try:
        return jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    except FileNotFoundError:
        raise GradingError(f"expected an exercise at {path}, found no such file.") from None
    except Exception as error:  # jupytext lets YAML's, JSON's and its own errors through
        raise GradingError(
            f"{path.name} can't be read as a MyST notebook: {error}. "
            "Look at its front matter, the `+++ {...}` lines and the options under each {code-cell}."
        ) from error


def to_ipynb(notebook: dict[str, Any]) -> str:
    """Write a notebook as .ipynb text: keys sorted, so that equal notebooks give equal bytes."""
    with _address_grammar_hidden():
        import nbformat
    node = nbformat.from_dict(notebook)
    nbformat.validate(node)
    return str(nbformat.writes(node)) + "\n"


def new_notebook(cells: list[dict[str, Any]], metadata: dict[str, Any]) -> dict[str, Any]:
    """A notebook of format 4.5 around `cells`."""
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def code_cell(
    cell_id: str,
    source: str,
    metadata: dict[str, Any] | None = None,
    outputs: list[dict[str, Any]] | None = None,
    count: int | None = None,
) -> dict[str, Any]:
    """A code cell; nbval compares its outputs only where `count` is a number."""
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": cell_id,
        "metadata": metadata or {},
        "outputs": outputs or [],
        "source": source,
    }


def markdown_cell(cell_id: str, source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """A text cell."""
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata or {}, "source": source}


def text_of(cell: dict[str, Any]) -> str:
    """A cell's source as one string, whichever of the two forms the format allows the file has used."""
    source = cell.get("source", "")
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
