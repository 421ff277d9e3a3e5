"""Take the student's answers, and nothing else, out of a notebook that may be mangled in any way."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.lint import clean, defined_names
from poolcourse.grading.notebooks import text_of
from poolcourse.grading.release import strip_solution
from poolcourse.grading.sources import Exercise, concepts, find_exercise

__all__ = ["Submission", "collect_answers", "exercise_of", "read_cells"]

LARGEST_FILE = 20 << 20


@dataclass
class Submission:
    """The answers by question (absent where blank), remarks by question, and names defined outside the answer cells."""

    answers: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)


def read_cells(path: Path) -> tuple[list[dict[str, Any]], str]:
    """A notebook's cells and the concept its metadata names ("" if none), whatever state it is in.

    Raises
    ------
    GradingError
        If it isn't a notebook at all: the message says what it is instead.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise GradingError(
                f"{path.name} has {size >> 20} MB; a notebook to grade has at most {LARGEST_FILE >> 20}. "
                "Clear its outputs, save and try again."
            )
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise GradingError(f"expected a notebook at {path}, found no such file.") from None
    except OSError as error:
        raise GradingError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise GradingError(f"{path.name} isn't a text file in UTF-8. Save it again as a notebook (.ipynb).") from None
    return _cells(text, path.name)


def _cells(text: str, name: str) -> tuple[list[dict[str, Any]], str]:
    if not text.strip():
        raise GradingError(f"{name} is empty. Save the notebook and try again.")
    if re.search(r"^(<<<<<<< |>>>>>>> )", text, re.MULTILINE):
        raise GradingError(
            f"{name} holds the marks of a git merge conflict. Resolve it, open the notebook and save it."
        )
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        words = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise GradingError(
            f"{name} isn't a notebook: its JSON is broken ({words}). Save it again from Jupyter."
        ) from None
    cells = raw.get("cells") if isinstance(raw, dict) else None
    if cells is None and isinstance(raw, dict) and isinstance(raw.get("worksheets"), list):  # format 3
        sheets = [sheet for sheet in raw["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise GradingError(f"{name} is JSON but not a notebook: it has no list of cells.")
    concept = _path(raw, "metadata", "poolcourse", "concept")
    return [cell for cell in cells if isinstance(cell, dict)], concept if isinstance(concept, str) else ""


def exercise_of(path: Path, root: Path | None = None) -> Exercise:
    """The exercise that a notebook answers: by its metadata, else its file name, else the questions it holds."""
    cells, concept = read_cells(path)
    known = concepts(root)
    if concept in known:
        return find_exercise(concept, root)
    stem = re.match(r"[a-z_]*", path.stem.lower())
    if stem and stem.group().strip("_") in known:
        return find_exercise(stem.group().strip("_"), root)
    names = {_grade_id(cell) for cell in cells} | {str(cell.get("id")) for cell in cells}
    exercises = [find_exercise(name, root) for name in known]
    held = {exercise.concept: len(names & {question.id for question in exercise.questions}) for exercise in exercises}
    best = max(held, key=lambda name: held[name], default="")
    if not best or not held[best]:
        raise GradingError(
            f"{path.name} is none of the exercises {', '.join(known)}: it names none and holds no question of theirs. "
            "Call the file like its exercise."
        )
    return find_exercise(best, root)


def collect_answers(cells: list[dict[str, Any]], exercise: Exercise) -> Submission:
    """The answer to each question, found by the cell's grade_id, by its id, and by the names still missing then.

    Several cells of one question are joined in their order, as running the notebook would; blank copies are left out.
    """
    result = Submission()
    claimed: dict[int, str] = {}
    names = {question.id for question in exercise.questions}
    ours = names | {cell.id for cell in exercise.cells}
    for number, cell in enumerate(cells):
        name = _grade_id(cell)
        if name not in ours:
            name = str(cell.get("id"))
        if name in ours:
            claimed[number] = name
    free = {n: defined_names(text_of(_code(c))) for n, c in enumerate(cells) if n not in claimed and text_of(_code(c))}
    for question in exercise.questions:
        notes = result.notes.setdefault(question.id, [])
        stub = strip_solution(question.solution, question.id)
        written = [
            n for n, name in claimed.items() if name == question.id and not _blank(text_of(_code(cells[n])), stub)
        ]
        # A cell can keep the question's mark and lose its code, as when a cell is split and its metadata stripped.
        missing = (defined_names(stub) or defined_names(question.solution)) - set().union(
            *(defined_names(text_of(_code(cells[n]))) for n in written)
        )
        strays = [n for n, defined in free.items() if missing & defined]
        if strays:
            written = sorted(written + strays)
            notes.append("The answer was found in a cell that had lost its mark or was added.")
        sources = list(dict.fromkeys(clean(text_of(_code(cells[n]))) for n in written))
        if len(sources) > 1:
            notes.append(f"{len(sources)} cells hold this answer: they were joined in their order.")
        if any("NBVAL_" in text_of(cells[n]) for n in written):
            notes.append("NBVAL_ comments have no effect on grading.")
        if any(cells[n].get("cell_type") != "code" for n in written):
            notes.append("The cell was no longer a code cell; its text was graded as code.")
        for n in written:
            free.pop(n, None)
        if sources:
            result.answers[question.id] = "\n".join(sources)
    result.outside = set().union(*free.values()) if free else set()
    return result


def _code(cell: dict[str, Any]) -> dict[str, Any]:
    return {"source": cell["input"]} if "source" not in cell and "input" in cell else cell  # format 3


def _blank(source: str, stub: str) -> bool:
    def bare(text: str) -> str:
        text = re.sub(r"raise NotImplementedError\(.*\)", "raise NotImplementedError()", text)
        lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
        return "\n".join(line for line in lines if line and not line.startswith("#"))

    return bare(source) in ("", bare(stub))


def _grade_id(cell: dict[str, Any]) -> str:
    name = _path(cell, "metadata", "nbgrader", "grade_id")
    return name if isinstance(name, str) else ""


def _path(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
