"""Works with nbgrader: it validates solved notebooks and makes assignments of the sources."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from poolcourse.grading.nbgrader import write_nbgrader_sources
from poolcourse.grading.sources import concepts, exercise_root

pytestmark = pytest.mark.slow


def nbgrader(*arguments, cwd):
    # nbgrader looks for its helpers on the PATH.
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_nbgrader_validates_a_solved_notebook_and_not_the_blank_one(hand_in):
    path = hand_in()
    assert "Success! Your notebook passes all the tests." in nbgrader("validate", path.name, cwd=path.parent).stdout
    path.write_bytes((exercise_root() / "local.ipynb").read_bytes())
    assert "Success" not in nbgrader("validate", path.name, cwd=path.parent).stdout


MAKE_ALL = """
import sys
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

api = NbGraderAPI(config=Config())
for name in sys.argv[1:]:
    result = api.generate_assignment(name, create=True)
    assert result["success"], result["error"]
"""


def graded_cells(path):
    cells = [c.metadata.nbgrader for c in nbformat.read(path, 4).cells if c.metadata.get("nbgrader", {}).get("grade")]
    return [(c.grade_id, c.points) for c in cells]


def test_nbgrader_makes_assignments_of_all_sources(tmp_path):
    write_nbgrader_sources(tmp_path)
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-c", MAKE_ALL, *concepts()]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for concept in concepts():
        made = tmp_path / "release" / concept / f"{concept}.ipynb"
        assert graded_cells(made) == graded_cells(exercise_root() / f"{concept}.ipynb")
        assert "BEGIN SOLUTION" not in made.read_text()
