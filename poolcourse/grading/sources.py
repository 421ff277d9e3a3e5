"""An exercise's source: a MyST notebook with solutions, checks, probes, hints and worked answers, read and checked."""

import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.notebooks import read_myst, text_of

__all__ = ["Cell", "Exercise", "Probe", "Question", "concepts", "exercise_root", "find_exercise", "read_exercise"]

# What an answer may import where the exercise says nothing else.
IMPORTS = ("collections", "dataclasses", "functools", "itertools", "math", "numpy", "typing")
SETTINGS = {"imports", "banned", "hidden", "seconds", "memory_mb", "rtol", "atol"}
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Cell:
    """One cell of a source. `role`: text, statement, hint, worked, given, answer, check or probe."""

    id: str
    role: str
    source: str
    question: str = ""
    nbgrader: dict[str, Any] | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """A cell that prints computed values on seeded inputs, and the points that the right values give."""

    id: str
    source: str
    points: float
    what: str


@dataclass(frozen=True)
class Question:
    """One graded question."""

    id: str
    title: str
    points: float
    statement: str
    hint: str
    worked: str
    solution: str
    banned: tuple[str, ...]
    probes: tuple[Probe, ...]


@dataclass(frozen=True)
class Exercise:
    """A whole exercise: its cells in order, its questions, and the limits under which answers run."""

    concept: str
    path: Path
    title: str
    cells: tuple[Cell, ...]
    questions: tuple[Question, ...]
    imports: tuple[str, ...]
    hidden: tuple[str, ...]
    seconds: float
    memory_mb: int
    rtol: float
    atol: float

    @property
    def points(self) -> float:
        """The points of all questions together."""
        return sum(question.points for question in self.questions)

    def question(self, name: str) -> Question:
        """The question called `name`."""
        return next(question for question in self.questions if question.id == name)


def exercise_root(root: Path | str | None = None) -> Path:
    """The folder that holds `source/<concept>.md`.

    Parameters
    ----------
    root : path, optional
        Default: the variable POOLCOURSE_EXERCISES, else `exercises` in the repository that the package is installed
        from, else `exercises` in the working directory.

    Raises
    ------
    GradingError
        If none of them has a folder `source`.
    """
    if root is not None:
        tried = [Path(root)]
    elif os.environ.get("POOLCOURSE_EXERCISES"):
        tried = [Path(os.environ["POOLCOURSE_EXERCISES"])]
    else:
        tried = [Path(__file__).resolve().parents[2] / "exercises", Path.cwd() / "exercises"]
    for folder in tried:
        if (folder / "source").is_dir():
            return folder
    raise GradingError(
        f"expected exercises with a folder `source` in {' or '.join(map(str, tried))}, found none. "
        "Run the command in the course's repository, or set POOLCOURSE_EXERCISES to its folder `exercises`."
    )


def concepts(root: Path | str | None = None) -> list[str]:
    """The concepts that have an exercise, in alphabetical order."""
    return sorted(path.stem for path in (exercise_root(root) / "source").glob("*.md"))


def find_exercise(concept: str, root: Path | str | None = None) -> Exercise:
    """Read the exercise of a concept.

    Examples
    --------
    >>> find_exercise("local").concept
    'local'
    """
    path = exercise_root(root) / "source" / f"{concept}.md"
    if not path.is_file():
        raise GradingError(f"expected one of the exercises {', '.join(concepts(root))}, got {concept!r}.")
    return read_exercise(path)


def read_exercise(path: Path) -> Exercise:
    """Read and check one source file.

    Raises
    ------
    GradingError
        If a part is missing or in the wrong place: the message names the file, the question and the remedy.
    """
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=64)
def _read(path: Path, _modified: int) -> Exercise:
    notebook = read_myst(path)
    settings = notebook.metadata.get("poolcourse", {})
    unknown = set(settings) - SETTINGS
    if unknown:
        raise GradingError(
            f"{path.name}: expected only {', '.join(sorted(SETTINGS))} under `poolcourse:` in the front matter, "
            f"got {', '.join(sorted(unknown))}."
        )
    cells = tuple(_cell(raw, number, path.name) for number, raw in enumerate(notebook.cells))
    exercise = Exercise(
        concept=path.stem,
        path=path,
        title=_heading(cells[0].source if cells else "") or path.stem,
        cells=cells,
        questions=_questions(cells, path.name, tuple(settings.get("banned", ()))),
        imports=tuple(settings.get("imports", IMPORTS)),
        hidden=tuple(settings.get("hidden", ())),
        seconds=float(settings.get("seconds", 10)),
        memory_mb=int(settings.get("memory_mb", 2048)),
        rtol=float(settings.get("rtol", 1e-5)),
        atol=float(settings.get("atol", 1e-8)),
    )
    return exercise


def _cell(raw: Any, number: int, file: str) -> Cell:
    source, nbgrader = text_of(raw), raw.metadata.get("nbgrader")
    ours = dict(raw.metadata.get("poolcourse", {}))
    if raw.cell_type != "code":
        for role, key in (("statement", "question"), ("hint", "hint"), ("worked", "worked")):
            if key in ours:
                return Cell(f"{ours[key]}_{role}", role, source, question=ours[key])
        if ours:
            raise GradingError(
                f"{file}, text cell {number}: expected `question`, `hint` or `worked` in the `+++` line above it, "
                f"got {', '.join(ours)}."
            )
        return Cell(f"text_{number}", "text", source)
    if "probe" in ours:
        return Cell(f"probe_{number}", "probe", source, question=ours["probe"], options=ours)
    if not nbgrader:
        name = f"given_{number}"
        return Cell(name, "given", source, nbgrader=_metadata(name, locked=True))
    name = str(nbgrader.get("grade_id", ""))
    if not NAME.fullmatch(name):
        raise GradingError(
            f"{file}, code cell {number}: expected a grade_id of small letters, digits and _, got {name!r}."
        )
    if nbgrader.get("solution"):
        return Cell(name, "answer", source, name, _metadata(name, solution=True), ours)
    if nbgrader.get("grade"):
        if not name.endswith("_check"):
            raise GradingError(f"{file}: a check cell is called like its question plus `_check`, got {name!r}.")
        metadata = _metadata(name, grade=True, locked=True) | {"points": nbgrader.get("points", 0)}
        return Cell(name, "check", source, name.removesuffix("_check"), metadata)
    return Cell(name, "given", source, nbgrader=_metadata(name, locked=True))


def _metadata(name: str, *, solution: bool = False, grade: bool = False, locked: bool = False) -> dict[str, Any]:
    flags = {"solution": solution, "grade": grade, "locked": locked, "task": False}
    return {"grade_id": name, "schema_version": 3, **flags}


def _questions(cells: tuple[Cell, ...], file: str, banned: tuple[str, ...]) -> tuple[Question, ...]:
    names = [cell.question for cell in cells if cell.role == "answer"]
    if not names:
        raise GradingError(
            f"{file}: expected at least one answer cell, `:nbgrader: {{grade_id: NAME, solution: true}}`."
        )
    for name in names:
        if names.count(name) > 1:
            raise GradingError(
                f"{file}: two answer cells are called {name!r}. Give each question a grade_id of its own."
            )
    for cell in cells:
        if cell.question and cell.question not in names:
            raise GradingError(f"{file}: the {cell.role} of {cell.question!r} has no answer cell of that name.")
    return tuple(_question(name, [cell for cell in cells if cell.question == name], file, banned) for name in names)


def _question(name: str, cells: list[Cell], file: str, banned: tuple[str, ...]) -> Question:
    by_role = {cell.role: cell for cell in cells}
    order = [cell.role for cell in cells]
    for role in ("statement", "answer", "check", "probe", "hint", "worked"):
        if role not in by_role or (role != "probe" and order.count(role) > 1):
            raise GradingError(f"{file}, question {name!r}: expected exactly one {role}, got {order.count(role)}.")
    if not order.index("statement") < order.index("answer") < order.index("check") < order.index("probe"):
        raise GradingError(f"{file}, question {name!r}: expected statement, answer, check, probe in this order.")
    answer, check = by_role["answer"], by_role["check"]
    if "### BEGIN SOLUTION" not in answer.source or "### END SOLUTION" not in answer.source:
        raise GradingError(f"{file}, question {name!r}: the answer has no ### BEGIN SOLUTION ... ### END SOLUTION.")
    points = float((check.nbgrader or {})["points"])
    sources = [cell for cell in cells if cell.role == "probe"]
    share = points / len(sources)
    probes = tuple(
        Probe(f"{name}-{i}", cell.source, float(cell.options.get("points", share)), str(cell.options.get("what", "")))
        for i, cell in enumerate(sources, 1)
    )
    if points <= 0 or abs(sum(probe.points for probe in probes) - points) > 1e-9:
        raise GradingError(
            f"{file}, question {name!r}: the check cell gives {points:g} points, its probes "
            f"{sum(probe.points for probe in probes):g}. Make them equal and above 0."
        )
    return Question(
        id=name,
        title=_heading(by_role["statement"].source) or name,
        points=points,
        statement=by_role["statement"].source,
        hint=by_role["hint"].source,
        worked=by_role["worked"].source,
        solution=answer.source,
        banned=banned + tuple(answer.options.get("banned", ())),
        probes=probes,
    )


def _heading(text: str) -> str:
    match = re.search(r"^#+\s+(.+)$", text, re.MULTILINE)
    return match.group(1).strip() if match else ""
