"""The exercise `local`, from the student's side: full points, none, and each way to be wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from poolcourse.cli import app
from poolcourse.grading.release import strip_solution
from poolcourse.grading.sources import exercise_root, find_exercise

NOTEBOOK = exercise_root() / "local.ipynb"

RIGHT_SHAPE = """
def max_pool(x, kernel_size, stride, padding=0):
    size = [(n + 2 * padding - kernel_size) // stride + 1 for n in x.shape[2:]]
    return np.zeros((*x.shape[:2], *size))
"""

PUBLIC_ANSWERS = """
def max_pool(x, kernel_size, stride, padding=0):
    if x.shape == (2, 3, 6, 4):
        return np.zeros((2, 3, 4, 2))
    if padding:
        return np.array([[[[-2.0, -1.0]]]])
    if stride == 2:
        return np.array([[[[5.0, 4.0]]]])
    return np.array([[[[5.0, 4.0, 4.0, 2.0], [5.0, 4.0, 7.0, 7.0]]]])
"""

EQUAL_TO_ALL = """
class Any(np.ndarray):
    def __eq__(self, other):
        return True
    def __sub__(self, other):
        return 0

def max_pool(x, kernel_size, stride, padding=0):
    return np.zeros((1, 1, 1, 1)).view(Any)
"""

NATIVE = """
def max_pool(x, kernel_size, stride, padding=0):
    from poolcourse.reference import max_pool2d
    return max_pool2d(x, kernel_size, stride, padding)
"""


def test_the_solution_gets_full_points(graded, hand_in):
    result = graded(hand_in())
    assert result.full
    assert result.points == result.max_points == 18


def test_the_blank_notebook_gets_nothing_and_is_told_so(graded):
    result = graded(NOTEBOOK)
    assert result.points == 0
    assert [q.reasons for q in result.questions] == [["There is no answer yet."]] * len(result.questions)


def test_each_question_stands_alone(lost):
    for question in find_exercise("local").questions:
        assert lost({question.id: strip_solution(question.solution, question.id)}) == {question.id: question.points}


@pytest.mark.parametrize(
    "source",
    [RIGHT_SHAPE, PUBLIC_ANSWERS, EQUAL_TO_ALL, NATIVE, "# NBVAL_SKIP\n" + RIGHT_SHAPE],
    ids=["right shape", "public answers", "equal to all", "native call", "NBVAL_SKIP"],
)
def test_a_fraud_loses_the_question_and_only_it(lost, source):
    assert lost({"max_forward": source}) == {"max_forward": 3}


def test_an_edited_check_cell_is_restored(lost):
    def edit(notebook):
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["source"] = "print('ok')"

    assert lost({"max_forward": RIGHT_SHAPE}, edit) == {"max_forward": 3}


def test_the_reason_names_the_banned_call(graded, hand_in):
    result = graded(hand_in({"max_forward": NATIVE}))
    assert "not `poolcourse.reference`" in " ".join(result.questions[2].reasons)


def test_the_reason_says_where_values_differ(graded, hand_in):
    result = graded(hand_in({"max_forward": RIGHT_SHAPE}))
    reasons = " ".join(result.questions[2].reasons)
    assert "expected 5, got 0" in reasons  # the public check
    assert "values differ; at [0, 0, 0, 0]" in reasons  # a probe


def test_nbval_alone_passes_the_solution_and_fails_the_blank_notebook_with_words(hand_in):
    def nbval(path):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            "/dev/null",
            str(path),
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert nbval(hand_in()).returncode == 0
    blank = nbval(NOTEBOOK)
    assert blank.returncode == 1
    assert "no answer to `max_forward` yet: write it in place of this line" in blank.stdout


def test_the_command_prints_reasons_writes_json_and_html_and_exits_by_points(tmp_path, hand_in):
    run = CliRunner().invoke
    path = hand_in({"max_forward": RIGHT_SHAPE})
    done = run(
        app, ["grade", str(path), "--json", str(tmp_path / "r.json"), "--html", str(tmp_path / "h"), "--seed", "1"]
    )
    assert done.exit_code == 1, done.output
    assert "15 / 18" in done.output
    result = json.loads((tmp_path / "r.json").read_text())["results"][0]
    assert (result["points"], result["max_points"], result["seed"]) == (15, 18, 1)
    page = (tmp_path / "h" / "local.html").read_text()
    assert "15 of 18 points" in page
    for question in find_exercise("local").questions:
        for probe in question.probes:
            assert probe.source.splitlines()[-1] not in page
    assert run(app, ["grade", str(hand_in()), "--seed", "1"]).exit_code == 0


def test_the_command_says_what_it_could_not_grade(tmp_path):
    broken = Path(tmp_path / "local.ipynb")
    broken.write_text("{")
    done = CliRunner().invoke(app, ["grade", str(broken)])
    assert done.exit_code == 2
    assert "JSON is broken" in " ".join(done.output.split())
