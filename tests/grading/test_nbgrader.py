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


def test_nbgrader_makes_assignments_of_all_sources(tmp_path):
    write_nbgrader_sources(tmp_path)
    done = nbgrader("generate_assignment", "--assignment=local", "--create", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for concept in concepts()[1:]:
        done = nbgrader("generate_assignment", f"--assignment={concept}", "--create", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    for concept in concepts():
        made = nbformat.read(tmp_path / "release" / concept / f"{concept}.ipynb", 4)
        ours = nbformat.read(exercise_root() / f"{concept}.ipynb", 4)

        def graded(notebook):
            cells = [c.metadata.nbgrader for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
            return [(c.grade_id, c.points) for c in cells]

        assert graded(made) == graded(ours)
        assert "BEGIN SOLUTION" not in str(made)
