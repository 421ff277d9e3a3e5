"""Make the student's notebook from an exercise's source: solutions out, outputs of the given and check cells in."""

import json
import re
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.notebooks import code_cell, markdown_cell, new_notebook, to_ipynb
from poolcourse.grading.sources import Cell, Exercise, concepts, exercise_root, find_exercise

__all__ = ["KERNELSPEC", "release", "released_cells", "released_text", "solved_text", "strip_solution"]

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION[^\n]*\n.*?^[ \t]*### END SOLUTION[^\n]*$", re.MULTILINE | re.DOTALL)

HOW_TO = """\
**How to work on this notebook.** Write each answer in the cell marked `YOUR CODE HERE`, in place of the line that
raises `NotImplementedError`, and nowhere else: code in cells that you add isn't graded. Then run the check under it.
All checks at once: `pytest --nbval {concept}.ipynb`. Points, with reasons: `poolcourse grade {concept}.ipynb`; they
come from the same questions on other numbers. An answer may import {imports}."""


def strip_solution(source: str, question: str) -> str:
    """Replace the solution by a line that says what to do, as nbgrader does.

    >>> print(strip_solution("def f():\\n    ### BEGIN SOLUTION\\n    return 1\\n    ### END SOLUTION", "f"))
    def f():
        # YOUR CODE HERE
        raise NotImplementedError("no answer to `f` yet: write it in place of this line")
    """

    def stub(match: re.Match[str]) -> str:
        words = f'raise NotImplementedError("no answer to `{question}` yet: write it in place of this line")'
        return f"{match.group(1)}# YOUR CODE HERE\n{match.group(1)}{words}"

    return SOLUTION.sub(stub, source)


def released_cells(exercise: Exercise) -> list[Cell]:
    """The cells that a student sees, answers blank."""
    cells = []
    for cell in exercise.cells:
        if cell.role in ("hint", "worked", "probe"):
            continue
        source = cell.source
        if cell.role == "answer":
            source = strip_solution(source, cell.question)
        elif cell.role == "statement":
            points = exercise.question(cell.question).points
            unit = "point" if points == 1 else "points"
            source = re.sub(r"^(#+\s+.+)$", rf"\1 ({points:g} {unit})", source, count=1, flags=re.MULTILINE)
        cells.append(Cell(cell.id, cell.role, source, cell.question, cell.nbgrader))
    how_to = HOW_TO.format(concept=exercise.concept, imports=", ".join(f"`{name}`" for name in exercise.imports))
    cells.insert(1, Cell("how_to", "text", how_to))
    return cells


def released_text(exercise: Exercise) -> str:
    """The student's notebook as .ipynb text, equal for equal sources."""
    from poolcourse.grading.references import run_solution

    outputs = run_solution(exercise, seed=None).outputs
    cells: list[dict[str, Any]] = []
    count = 0
    for cell in released_cells(exercise):
        if cell.nbgrader is None:
            cells.append(markdown_cell(cell.id, cell.source))
            continue
        metadata = {"nbgrader": dict(cell.nbgrader)}
        if cell.role == "answer":
            cells.append(code_cell(cell.id, cell.source, metadata))
            continue
        count += 1
        shown = _stored(outputs[cell.id], count)
        if cell.role == "check" and not shown:
            raise GradingError(
                f"{exercise.path.name}: the check cell {cell.id!r} shows nothing. Let it call `check(...)`."
            )
        cells.append(code_cell(cell.id, cell.source, metadata, shown, count))
    metadata = {
        "kernelspec": KERNELSPEC,
        "language_info": {"name": "python"},
        "poolcourse": {"concept": exercise.concept},
    }
    return to_ipynb(new_notebook(cells, metadata))


def solved_text(exercise: Exercise, answers: dict[str, str] | None = None) -> str:
    """The released notebook with answers written in, as a student hands it in.

    Parameters
    ----------
    exercise : Exercise
    answers : dict of str to str, optional
        Source by question. Default for each question: the solution.
    """
    path = exercise.path.parent.parent / f"{exercise.concept}.ipynb"
    if not path.is_file():
        raise GradingError(
            f"expected the released notebook {path}, found none. Run `poolcourse release {exercise.concept}`."
        )
    notebook = json.loads(path.read_text(encoding="utf-8"))
    given = answers or {}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = given.get(name, exercise.question(name).solution)
    return to_ipynb(notebook)


def release(names: list[str] | None = None, root: Path | str | None = None, check: bool = False) -> list[Path]:
    """Write (or with `check`, only compare) the students' notebooks.

    Returns
    -------
    The paths that were written because they differed, or with `check` those that would be.
    """
    folder = exercise_root(root)
    changed = []
    for concept in names or concepts(root):
        text = released_text(find_exercise(concept, root))
        path = folder / f"{concept}.ipynb"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        changed.append(path)
        if not check:
            path.write_text(text, encoding="utf-8")
    return changed


def _stored(outputs: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Outputs as a notebook stores them; pictures out, whose bytes change from one computer to the next."""
    kept = []
    for output in outputs:
        output = dict(output)
        if "data" in output:
            output["data"] = {kind: value for kind, value in output["data"].items() if not kind.startswith("image/")}
            if not output["data"]:
                continue
        if output["output_type"] == "execute_result":
            output["execution_count"] = count
        kept.append(output)
    return kept
