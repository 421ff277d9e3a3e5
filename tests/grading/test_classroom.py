"""A class: every submission gets its result, whatever is in it; a killed run goes on; clusters agree."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from poolcourse.cli import app
from poolcourse.errors import GradingError
from poolcourse.grading.classroom import find_submissions
from poolcourse.grading.launch import BOOT
from poolcourse.grading.leftovers import prefix, sweep
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import exercise_root, find_exercise
from poolcourse.grading.worker import Supervisor, Task

pytestmark = pytest.mark.slow

STRIDE = "def max_pool(x, kernel_size, stride, padding=0):\n    return x[:, :, ::stride, ::stride]"
COMMAND = [sys.executable, "-m", "poolcourse.cli", "grade-class"]


def hand_in(top, student, text, name="local.ipynb", stamp=None):
    work = top / "submitted" / student / "local"
    work.mkdir(parents=True, exist_ok=True)
    (work / name).write_text(text)
    if stamp:
        (work / "timestamp.txt").write_text(stamp)
    return work / name


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """Seven students, some of them trouble."""
    top = tmp_path_factory.mktemp("school")
    exercise = find_exercise("local")
    full = solved_text(exercise)
    hand_in(top, "ada", full, stamp="2026-01-31 20:00:00 UTC")
    hand_in(top, "bob", solved_text(exercise, {"max_forward": STRIDE}), stamp="2026-02-01 20:00:00 UTC")
    hand_in(top, "cat", (exercise_root() / "local.ipynb").read_text())
    hand_in(top, "dan", "{")
    hand_in(top, "eve", solved_text(exercise, {"sum_forward": "while True:\n    pass"}))
    hand_in(top, "fay", full, name="final version (2).ipynb")
    (top / "submitted" / "gus" / "local").mkdir(parents=True)
    (top / "submitted" / "gus" / "local" / "local.ipynb").symlink_to(
        top / "submitted" / "ada" / "local" / "local.ipynb"
    )
    (top / "submitted" / "hal" / "local").mkdir(parents=True)
    # The exercise with a shorter limit: eve's loop needn't run for 10 s.
    (top / "exercises" / "source").mkdir(parents=True)
    text = exercise.path.read_text().replace("\npoolcourse:\n", "\npoolcourse:\n  seconds: 3\n")
    (top / "exercises" / "source" / "local.md").write_text(text)
    (top / "rules.toml").write_text("[due]\nlocal = 2026-02-01T00:00:00Z\n[late]\npercent_per_day = 10\n")
    return top


def options(school):
    return ["--rules", str(school / "rules.toml"), "--exercises", str(school / "exercises"), "--workers", "2"]


def gradebook(out):
    with (out / "gradebook.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(school):
    out = school / "out"
    args = ["grade-class", str(school), "--out", str(out), "--seed", "4", *options(school)]
    return CliRunner().invoke(app, args), out


def test_every_student_gets_what_they_deserve(graded):
    done, out = graded
    assert done.exit_code == 1, done.output  # some could not be graded
    book = gradebook(out)
    points = {student: row["points"] for student, row in book.items()}
    assert points == {"ada": "18", "bob": "15", "cat": "0", "dan": "", "eve": "17", "fay": "18", "gus": "", "hal": ""}
    assert book["bob"]["final"] == "13.5"
    assert "1 day late" in book["bob"]["remarks"]
    assert {student for student, row in book.items() if row["status"] == "ungraded"} == {"dan", "gus", "hal"}
    assert sorted(path.stem for path in (out / "pages").glob("*.html")) == sorted(points)


def test_incidents_say_what_an_instructor_should_look_at(graded):
    with (graded[1] / "incidents.csv").open(newline="") as file:
        found = {(row["student"], row["kind"]): row["what"] for row in csv.DictReader(file)}
    assert "longer than 3 s" in found["eve", "kernel ended"]
    assert "JSON is broken" in found["dan", "ungraded"]
    assert "link" in found["gus", "ungraded"]


def test_a_students_page_does_not_show_the_probes(graded):
    page = (graded[1] / "pages" / "bob.html").read_text()
    probes = [p.source for q in find_exercise("local").questions for p in q.probes]
    assert "15 of 18 points" in page
    assert not any(line in page for source in probes for line in source.splitlines() if len(line) > 20)


def test_a_graded_folder_is_not_graded_over(graded, school):
    done = CliRunner().invoke(app, ["grade-class", str(school), "--out", str(graded[1])])
    assert done.exit_code == 2
    assert "--resume" in done.output


def test_resuming_grades_only_what_changed(graded, school, tmp_path):
    shutil.copytree(graded[1], tmp_path / "out")
    shutil.copytree(school / "submitted", tmp_path / "submitted", symlinks=True)
    hand_in(tmp_path, "cat", solved_text(find_exercise("local")))
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "results").rglob("*.json")}
    CliRunner().invoke(
        app, ["grade-class", str(tmp_path), "--out", str(tmp_path / "out"), "--resume", *options(school)[2:]]
    )
    changed = {p.parent.parent.name for p, when in before.items() if p.stat().st_mtime_ns != when}
    assert changed == {"cat"}
    assert gradebook(tmp_path / "out")["cat"]["points"] == "18"


def test_a_run_killed_and_resumed_gives_the_same_gradebook(graded, school, tmp_path):
    out = tmp_path / "out"
    command = [*COMMAND, str(school), "--out", str(out), *options(school)]
    run = subprocess.Popen([*command, "--seed", "4"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(out.rglob("results/*/*/*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    family = psutil.Process(run.pid).children(recursive=True)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert not (out / "gradebook.csv").exists()
    subprocess.run([*command, "--resume"], capture_output=True, check=False)
    for name in ("gradebook.csv", "canvas.csv", "moodle.csv", "incidents.csv"):
        assert (out / name).read_bytes() == (graded[1] / name).read_bytes()


def test_a_cluster_of_two_processes_gives_the_same_gradebook(graded, school, tmp_path):
    env = os.environ | {"PYTHONWARNINGS": "ignore"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env, "cwd": tmp_path}
    port = 18786 + os.getpid() % 1000
    address = f"tcp://127.0.0.1:{port}"
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    processes = [subprocess.Popen([*scheduler, "--no-dashboard"], **quiet)]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        out = tmp_path / "out"
        command = [*COMMAND, str(school), "--out", str(out), "--seed", "4", *options(school)]
        for _ in range(10):  # until the workers have found the scheduler
            done = subprocess.run([*command, "--scheduler", address], capture_output=True, text=True, check=False)
            if done.returncode != 2:
                break
            time.sleep(1)
        assert done.returncode == 1, done.stdout + done.stderr
        for name in ("gradebook.csv", "canvas.csv", "moodle.csv", "incidents.csv"):
            assert (out / name).read_bytes() == (graded[1] / name).read_bytes()
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def test_without_a_scheduler_at_the_address_nothing_is_graded(school, tmp_path):
    args = ["grade-class", str(school), "--out", str(tmp_path / "out"), "--scheduler", "tcp://127.0.0.1:9"]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 2
    assert "expected a dask scheduler" in done.output


def test_the_layout_is_read_with_its_timestamps(school):
    found = {s.student: s for s in find_submissions(school)}
    assert found["ada"].handed_in == datetime(2026, 1, 31, 20, tzinfo=UTC)
    assert found["cat"].handed_in is None
    assert found["gus"].path is None
    assert find_submissions(school / "submitted") == find_submissions(school)
    with pytest.raises(GradingError, match="found none"):
        find_submissions(school, "pyramid")


def test_a_watchdog_ends_a_grader_that_hangs_and_the_next_is_graded():
    exercise = find_exercise("local")
    task = Task("s", "a", "local.ipynb", b"{}", exercise, {}, 1, "none")
    supervisor = Supervisor("import time; time.sleep(600)")
    started = time.monotonic()
    result = supervisor.grade(task, seconds=1)
    assert time.monotonic() - started < 3
    assert (result["status"], result["fault"]) == ("ungraded", "grader")
    assert "longer than 1 s" in result["problem"]
    supervisor.program = "from poolcourse.grading.worker import serve; serve()"
    assert supervisor.grade(task, seconds=60)["fault"] == "submission"
    supervisor.stop()


def test_a_grader_that_dies_is_replaced_once_and_then_given_up():
    task = Task("s", "a", "local.ipynb", b"{}", find_exercise("local"), {}, 1, "none")
    result = Supervisor("import os; os._exit(1)").grade(task, seconds=10)
    assert result["status"] == "ungraded"
    assert "the grading process ended" in result["problem"]


def test_results_are_whole_files(graded):
    for path in Path(graded[1]).rglob("results/*/*/*.json"):
        assert set(json.loads(path.read_text())) == {"fingerprint", "result"}
    assert not list(Path(graded[1]).rglob("*.part"))


def test_what_a_killed_grader_left_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale, own = tmp_path / f"pc-{gone.pid}-x", tmp_path / f"{prefix()}x"
    stale.mkdir()
    own.mkdir()
    # A process with the boot script's name whose parent has ended.
    command = [sys.executable, "-c", "import os, time\nif os.fork() == 0:\n    time.sleep(600)", str(BOOT)]
    subprocess.run(command, check=True)

    def orphans():
        found = psutil.process_iter(["cmdline", "ppid"])
        return [p for p in found if str(BOOT) in (p.info["cmdline"] or []) and p.info["ppid"] == 1]

    assert orphans()
    sweep()
    time.sleep(0.1)
    assert not orphans()
    assert not stale.exists()
    assert own.exists()
