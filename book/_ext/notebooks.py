"""Each chapter as a notebook to download: the same cells, with the page's directives turned into plain Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from code_of import source_of
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"(?ms)^(?P<fence>:{3,}|`{3,})\{(?P<name>[\w-]+)\}[ \t]*(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$"
)


def _plain(match: re.Match, folder: Path) -> str:
    name, title, body = match["name"], match["title"].strip(), match["body"]
    body = re.sub(r"(?m)\A(?:^:[\w-]+:.*\n)+\n?", "", body).strip("\n")
    body = plain_markdown(body, folder)
    if name == "code-of":
        path, code = source_of(title)
        return f"`{path.relative_to(ROOT)}`:\n\n```python\n{code}\n```"
    if name == "math":
        # Sphinx aligns lines by itself; a notebook must be told
        return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$" if "&" in body else f"$$\n{body}\n$$"
    if name in {"code", "code-block"}:
        return f"```{title}\n{body}\n```"
    if name == "quiz":
        parts = re.split(r"(?m)^- \[[ x]\] ", body)[1:]
        folded = [part.partition("\n") for part in parts]
        return f"**Quiz. {title}**\n\n" + "\n".join(
            f"<details><summary>{first.strip()}</summary>\n\n{re.sub(r'(?m)^ {2}', '', rest).strip()}\n\n</details>"
            for first, _, rest in folded
        )
    if name == "dropdown":
        return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
    if name in {"bibliography", "tableofcontents", "contents", "only"}:
        return ""
    heading = title if name in {"admonition", "figure"} else " ".join(filter(None, [name.capitalize() + ".", title]))
    return "\n".join(f"> {line}".rstrip() for line in [f"**{heading}**", "", *body.splitlines()])


def plain_markdown(text: str, folder: Path) -> str:
    """MyST directives and roles as Markdown that any notebook shows."""
    text = FENCE.sub(lambda match: _plain(match, folder), text)
    text = re.sub(r"(?m)^\([\w:.-]+\)=\n", "", text)
    text = re.sub(r"\{(?:ref|doc|term|numref|eq|download|cite(?::\w)?|cite)\}`([^`<]*?)(?:\s*<[^`]*>)?`", r"\1", text)
    text = re.sub(r"\]\((?!http)([\w./-]+)\.md(#[\w-]+)?\)", r"](\1.ipynb)", text)
    return re.sub(r"(?ms)^(\$\$.*?\$\$)[ \t]*\([\w:.-]+\)", r"\1", text)


def chapter_notebook(path: Path) -> nbformat.NotebookNode:
    """A chapter as a notebook without outputs."""
    book = jupytext.read(path)
    for index, cell in enumerate(book.cells):
        cell["id"] = f"{path.stem}-{index}"
        if cell.cell_type == "markdown":
            cell.source = plain_markdown(cell.source, path.parent)
    book.metadata.pop("jupytext", None)
    return book


def write_notebooks(app: Sphinx, problem: Exception | None) -> None:
    """One .ipynb beside the source of each chapter, where the theme's download button looks for it."""
    if problem or app.builder.name != "html":
        return
    for page in app.env.found_docs:
        path = Path(app.env.doc2path(page))
        if path.suffix == ".md" and "kernelspec:" in path.read_text("utf-8")[:600]:
            target = Path(app.outdir) / "_sources" / f"{page}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(chapter_notebook(path), target)


def offer(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
    """Tell the theme's download button that there is a notebook."""
    if doctree is not None and app.env.metadata.get(page, {}).get("kernelspec"):
        context["ipynb_source"] = f"{page}.ipynb"


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_notebooks)
    app.connect("html-page-context", offer, priority=100)  # before the theme collects its buttons
