"""The code-of directive: a function or class of the package as it stands, its docstring left to the API page.

::

    :::{code-of} poolcourse.reference.local.max_pool2d
    :::
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]


def source_of(dotted: str) -> tuple[Path, str]:
    """The file of an object of the package and its source without docstrings."""
    module, _, name = dotted.rpartition(".")
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    if not path.exists():
        raise LookupError(
            f"there is no {path.relative_to(ROOT)}: code-of takes the module's full name and the object's"
        )
    text = path.read_text("utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            hidden: set[int] = set()
            for inner in ast.walk(node):
                if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(inner) is not None:
                    string = inner.body[0]
                    hidden |= set(range(string.lineno, (string.end_lineno or string.lineno) + 1))
                    if len(inner.body) > 1 and not lines[(string.end_lineno or 0)].strip():
                        hidden.add((string.end_lineno or 0) + 1)
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            kept = [lines[n - 1] for n in range(first, (node.end_lineno or first) + 1) if n not in hidden]
            return path, "\n".join(kept)
    raise LookupError(f"{path.relative_to(ROOT)} has no {name!r}")


class CodeOf(SphinxDirective):
    """Show package code in a page; the page is made anew when the file changes."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        try:
            path, code = source_of(self.arguments[0])
        except LookupError as problem:
            raise self.error(str(problem)) from problem
        self.env.note_dependency(str(path))
        block = nodes.literal_block(code, code, language="python")
        self.set_source_info(block)
        caption = nodes.caption("", "", nodes.literal("", str(path.relative_to(ROOT))))
        box = nodes.container("", caption, block, literal_block=True, classes=["literal-block-wrapper", "code-of"])
        return [box]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("code-of", CodeOf)
    return {"parallel_read_safe": True}
