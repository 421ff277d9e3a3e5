"""An exercise as nbgrader's source notebook: with solution and checks, without probes, hints and worked answers."""

from pathlib import Path
from typing import Any

from poolcourse.grading.notebooks import code_cell, markdown_cell, new_notebook, to_ipynb
from poolcourse.grading.release import KERNELSPEC
from poolcourse.grading.sources import Exercise, concepts, find_exercise

__all__ = ["nbgrader_text", "write_nbgrader_sources"]


def nbgrader_text(exercise: Exercise) -> str:
    """The .ipynb text that `nbgrader generate_assignment` reads.

    nbgrader scores the check cells, which the students see; the probes have no place there.
    """
    cells: list[dict[str, Any]] = []
    for cell in exercise.cells:
        if cell.role in ("text", "statement"):
            cells.append(markdown_cell(cell.id, cell.source))
        elif cell.nbgrader is not None:
            cells.append(code_cell(cell.id, cell.source, {"nbgrader": dict(cell.nbgrader)}))
    metadata = {"kernelspec": KERNELSPEC, "poolcourse": {"concept": exercise.concept}}
    return to_ipynb(new_notebook(cells, metadata))


def write_nbgrader_sources(folder: Path, names: list[str] | None = None, root: Path | None = None) -> list[Path]:
    """Write `source/<concept>/<concept>.ipynb` into an nbgrader course; returns the paths."""
    paths = []
    for concept in names or concepts(root):
        path = folder / "source" / concept / f"{concept}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbgrader_text(find_exercise(concept, root)), encoding="utf-8")
        paths.append(path)
    return paths
