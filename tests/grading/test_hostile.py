"""Hostile notebooks: every verdict as expected, no other question's points touched, nothing left behind."""

import importlib.util
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from poolcourse.grading.leftovers import sweep
from poolcourse.grading.references import run_solution
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import exercise_root, find_exercise
from poolcourse.grading.worker import Supervisor, Task, seconds_for

pytestmark = pytest.mark.slow

# The answers run as if they had got past the lint.
NO_LINT = (
    "import poolcourse.grading.judge as j; j.lint = lambda *_: []; import poolcourse.grading.worker as w; w.serve()"
)


def corpus(name):
    path = Path(__file__).parent / "hostile" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"hostile_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KILLERS, FORGERIES, NOTEBOOKS = corpus("answers").KILLERS, corpus("forgeries").FORGERIES, corpus("notebooks").NOTEBOOKS
KINDS = dict.fromkeys(KILLERS, "bubblewrap") | dict.fromkeys(FORGERIES, "prewarmed")
SOURCES = KILLERS | FORGERIES


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Every hostile answer graded in the sandbox, two at a time, each grading process under its supervisor."""
    root = tmp_path_factory.mktemp("exercises")
    (root / "source").mkdir()
    text = (exercise_root() / "source" / "local.md").read_text()
    short = text.replace("\npoolcourse:\n", "\npoolcourse:\n  seconds: 3\n  memory_mb: 1024\n")
    assert short != text
    (root / "source" / "local.md").write_text(short)
    exercise = find_exercise("local", root)
    references = run_solution(exercise, 7)
    supervisors = [Supervisor(NO_LINT), Supervisor(NO_LINT)]

    def grade(number, names):
        found = {}
        for name in names:
            data = solved_text(find_exercise("local"), {"max_forward": SOURCES[name]}).encode()
            shared = (exercise, references.outputs, 7, KINDS[name], ("poolcourse.data", "skimage.io"))
            found[name] = supervisors[number].grade(Task("s", "a", "local.ipynb", data, *shared), seconds_for(exercise))
        return found

    with ThreadPoolExecutor(2) as pool:
        found = {}
        for part in pool.map(grade, (0, 1), (list(KINDS)[::2], list(KINDS)[1::2])):
            found |= part
    for supervisor in supervisors:
        supervisor.stop()
    return found


@pytest.mark.parametrize("name", KINDS)
def test_a_hostile_answer_loses_its_points_and_no_others(name, verdicts):
    result = verdicts[name]
    assert result["status"] == "graded", result["problem"]
    assert {q["id"]: q["max_points"] - q["points"] for q in result["questions"] if q["points"] != q["max_points"]} == {
        "max_forward": 3
    }, (result["incidents"], [q["reasons"] for q in result["questions"]])
    reasons = next(q["reasons"] for q in result["questions"] if q["id"] == "max_forward")
    assert reasons
    assert all(0 < len(reason) < 2000 for reason in reasons)


def test_hostile_answers_leave_no_process_and_no_file_behind(verdicts):
    assert verdicts
    # Orphans are taken in by the first process; kernels of other runs on this computer have their grader as parent.
    found = psutil.process_iter(["ppid", "cmdline", "status"])
    orphans = [p.info for p in found if p.info["ppid"] == 1 and p.info["status"] != psutil.STATUS_ZOMBIE]
    assert not [p for p in orphans if {"boot.py", "zygote.py"} & {Path(word).name for word in p["cmdline"] or []}]
    assert not list(Path("/tmp").glob("forged*"))
    sweep()
    owners = [int(path.name.split("-")[1]) for path in Path("/tmp").glob("pc-[0-9]*-*")]
    assert all(map(psutil.pid_exists, owners))
    assert not Path("/usr/lib/forged").exists()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_damaged_notebook_gets_what_its_answers_deserve(name, tmp_path, hand_in, graded):
    edit, expected = NOTEBOOKS[name]
    notebook = json.loads(hand_in().read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    data = edit(notebook)
    path = tmp_path / "local.ipynb"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    result = graded(path)
    if expected is None:
        assert result.status == "ungraded"
        assert result.fault == "submission"
        assert len(result.problem) > 20
        return
    assert result.status == "graded", result.problem
    assert {q.id: q.max_points - q.points for q in result.questions if q.points != q.max_points} == expected
