"""The sandbox holds, its self-test notices where it doesn't, and then nothing is graded."""

import pytest
from typer.testing import CliRunner

from poolcourse.cli import app
from poolcourse.errors import GradingError
from poolcourse.grading import sandbox
from poolcourse.grading.grade import grade_notebook
from poolcourse.grading.kernel import Kernel
from poolcourse.grading.launch import Limits
from poolcourse.grading.prewarm import WarmLauncher
from poolcourse.grading.references import run_solution
from poolcourse.grading.sandbox import launch_sandboxed
from poolcourse.grading.selftest import WANTED, check_kind, check_sandbox, try_from_inside
from poolcourse.grading.sources import concepts, find_exercise


@pytest.mark.parametrize("kind", ["bubblewrap", "prewarmed"])
def test_the_sandbox_passes_its_self_test(kind):
    check_kind(kind)


HOLES = {
    "network": lambda args: [a for a in args if a != "--unshare-net"],
    "user": lambda args: ["1000" if a == "65534" else a for a in args],
    "disk": lambda args: [a for n, a in enumerate(args) if a != "--size" and args[n - 1] != "--size"],
    "others' processes": lambda args: [a for a in args if a != "--unshare-pid"],
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_self_test_notices_a_hole(hole, monkeypatch):
    whole = sandbox.arguments
    monkeypatch.setattr(sandbox, "arguments", lambda *args: HOLES[hole](whole(*args)))
    with pytest.raises(GradingError, match=f"lets through what it must not .*{hole}.*Nothing was graded"):
        check_sandbox(launch_sandboxed)


def test_each_attempt_from_inside_is_judged():
    assert set(try_from_inside(launch_sandboxed)) == set(WANTED)


def test_without_bubblewrap_a_class_is_not_graded(monkeypatch, tmp_path, hand_in):
    work = tmp_path / "submitted" / "ada" / "local"
    work.mkdir(parents=True)
    (work / "local.ipynb").write_bytes(hand_in().read_bytes())
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    done = CliRunner().invoke(app, ["grade-class", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "apt-get install bubblewrap" in done.output
    assert not (tmp_path / "out" / "gradebook.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize("concept", concepts())
def test_each_exercise_can_be_solved_in_the_sandbox(concept, hand_in):
    """What the exercise hides from answers must not be needed by its own cells or by the solution."""
    exercise = find_exercise(concept)
    references = run_solution(exercise, 11)
    result = grade_notebook(
        hand_in(concept=concept),
        exercise,
        seed=11,
        launch=launch_sandboxed,
        references=lambda: references.outputs,
        processes=48,
    )
    assert result.full, [(q.id, q.reasons) for q in result.questions if q.reasons]


@pytest.mark.parametrize("launch", [launch_sandboxed, WarmLauncher(("poolcourse.reference",), ())])
def test_hidden_modules_are_not_there(launch):
    with Kernel(launch, Limits(hidden=("poolcourse.reference",))) as kernel:
        kernel.seconds = 20
        kernel.await_reply(kernel.execute_cell_input("from poolcourse.reference import max_pool2d"))
        assert kernel.reply["ename"] == "ImportError"
    if isinstance(launch, WarmLauncher):
        launch.stop()


def test_what_one_notebook_leaves_behind_is_gone_for_the_next():
    launch = WarmLauncher((), ())
    leave = """
import builtins, os, time
open("/tmp/left", "w").write("x")
open("/dev/shm/left", "w").write("x")
builtins.left = 1
if os.fork() == 0:
    time.sleep(60)
"""
    look = """
import builtins, os
print(os.path.exists("/tmp/left"), os.path.exists("/dev/shm/left"), hasattr(builtins, "left"))
"""
    try:
        for source in (leave, look):
            with Kernel(launch) as kernel:
                kernel.seconds = 20
                kernel.await_reply(kernel.execute_cell_input(source))
                assert kernel.reply["status"] == "ok"
                said = []
                while (message := kernel.get_message("iopub"))["content"].get("execution_state") != "idle":
                    said.append(message["content"].get("text", ""))
        assert "".join(said) == "False False False\n"
    finally:
        launch.stop()
