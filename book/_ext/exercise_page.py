"""Exercises as pages of the book, made from their sources: one page each, and a table of them all.

Two lines in a page are replaced before it is read, so that what is made has headings, labels and links like any page::

    :::{exercise-page} stochastic
    :::

    :::{exercise-list}
    :::
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from poolcourse.errors import GradingError
from poolcourse.grading import book_page, find_exercise
from poolcourse.grading.sources import concepts

PLACE = re.compile(r"^:::\{exercise-(page|list)\}[ \t]*(\w*)\n:::$", re.MULTILINE)
# The order in which the chapters come; an exercise that isn't named here goes to the end.
ORDER = ("windows", "local", "gradients", "overlapping", "stochastic", "global_pool", "pyramid", "regions", "spp_net")


def in_order() -> list[str]:
    """The concepts with an exercise, as the book orders them."""
    return sorted(concepts(), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def page_of(concept: str) -> str:
    """A whole exercise with its label: questions, and folded the check, the hint and the worked solution."""
    # Not "Stochastic pooling", which is the chapter's title.
    head, rule, questions = book_page(concept).replace("# ", "# Exercise: ", 1).partition("\n## ")
    given = "\n\n\n".join(cell.source.strip() for cell in find_exercise(concept).cells if cell.role == "given")
    folded = f"\n:::{{dropdown}} Given in the notebook\n```python\n{given}\n```\n:::\n"
    return f"(exercise-{concept})=\n{head}{folded}{rule}{questions}"


def table() -> str:
    """All exercises: the page, what is asked, the points, the notebook."""
    rows = ["| exercise | questions | points | notebook |", "| --- | ---: | ---: | --- |"]
    for concept in in_order():
        exercise = find_exercise(concept)
        page = f"{{ref}}`{exercise.title} <exercise-{concept}>`"
        notebook = f"{{download}}`{concept}.ipynb <../exercises/{concept}.ipynb>`"
        rows.append(f"| {page} | {len(exercise.questions)} | {exercise.points:g} | {notebook} |")
    return "\n".join(rows)


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the exercises where a page asks for them; the page is made anew when one changes."""

    def made(match: re.Match[str]) -> str:
        try:
            names = [match[2]] if match[1] == "page" else in_order()
            for name in names:
                path = find_exercise(name).path
                for used in (path, path.parent.parent / f"{name}.ipynb", Path(__file__)):
                    app.env.note_dependency(str(used))
            return page_of(match[2]) if match[1] == "page" else table()
        except GradingError as problem:
            raise ExtensionError(f"{page}: {problem}") from problem

    source[0] = PLACE.sub(made, source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", fill)
