"""An exercise as a page of the book: the questions, each with a folded hint and a folded worked solution."""

import re
from pathlib import Path

from poolcourse.grading.release import strip_solution
from poolcourse.grading.sources import Exercise, find_exercise

__all__ = ["book_page"]


def book_page(concept: str, root: Path | str | None = None, level: int = 1) -> str:
    """MyST markdown for the book, without executable cells: it needs no kernel.

    Parameters
    ----------
    concept : str
    root : path, optional
        The folder `exercises`.
    level : int, default 1
        Heading level of the exercise's title; its questions are one below.

    Examples
    --------
    >>> page = book_page("local")
    >>> page.count("Worked solution") == len(find_exercise("local").questions)
    True
    """
    exercise = find_exercise(concept, root)
    parts = [_text(cell.source, level) for cell in exercise.cells[:1]]
    parts.append(
        f"Download {{download}}`{concept}.ipynb <{_notebook(exercise)}>`, write the answers, then run "
        f"`poolcourse grade {concept}.ipynb`: {len(exercise.questions)} questions, {exercise.points:g} points."
    )
    for question in exercise.questions:
        points = f"{question.points:g} point{'' if question.points == 1 else 's'}"
        statement = re.sub(r"^(#+\s+.+)$", rf"\1 ({points})", question.statement, count=1, flags=re.MULTILINE)
        check = next(cell.source for cell in exercise.cells if cell.id == f"{question.id}_check")
        stub = strip_solution(question.solution, question.id)
        solution = re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", "", question.solution, flags=re.MULTILINE)
        parts += [
            _text(statement, level),
            f"```python\n{stub}\n```",
            _folded("The check", f"```python\n{check}\n```"),
            _folded("Hint", question.hint),
            _folded("Worked solution", f"{question.worked}\n\n```python\n{solution.rstrip()}\n```"),
        ]
    return "\n\n".join(parts) + "\n"


def _notebook(exercise: Exercise) -> str:
    """The notebook as seen from a page in book/exercises/."""
    return f"../../exercises/{exercise.concept}.ipynb"


def _folded(title: str, body: str) -> str:
    """A dropdown of sphinx-design, fenced by more colons than anything inside."""
    longest = max((len(fence) for fence in re.findall(r"^(:{3,})", body, re.MULTILINE)), default=2)
    fence = ":" * (longest + 1)
    return f"{fence}{{dropdown}} {title}\n{body}\n{fence}"


def _text(markdown: str, level: int) -> str:
    return re.sub(r"^(#+)", lambda match: match.group(1) + "#" * (level - 1), markdown, flags=re.MULTILINE)
