"""Time one grading, a class in each sandbox, and nbgrader on the same notebooks.

python benchmarks/grading/speed.py [--students 100] [--without-nbgrader]
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from poolcourse.grading.nbgrader import write_nbgrader_sources
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import find_exercise

WRONG = Path(__file__).parents[2] / "tests" / "grading" / "wrong_answers" / "local.py"
NBGRADER = "import sys; sys.argv[0] = 'nbgrader'; from nbgrader.apps.nbgraderapp import main; main()"


def timed(*command: str, cwd: Path | None = None) -> tuple[float, subprocess.CompletedProcess]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    return time.perf_counter() - started, done


def make_class(top: Path, students: int) -> Path:
    """Submissions with no wrong answer or one, of all kinds; returns a notebook that is right."""
    spec = importlib.util.spec_from_file_location("wrong_local", WRONG)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    exercise, kinds = find_exercise("local"), list(module.WRONG.values())
    for number in range(students):
        question, source, _ = kinds[number % len(kinds)]
        work = top / "submitted" / f"student{number:03}" / "local"
        work.mkdir(parents=True)
        answers = {question: source} if number % 3 else {}
        (work / "local.ipynb").write_text(solved_text(exercise, answers), encoding="utf-8")
    return top / "submitted" / "student000" / "local" / "local.ipynb"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--without-nbgrader", action="store_true")
    options = parser.parse_args()
    command = [sys.executable, "-m", "poolcourse.cli"]
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        right = make_class(top, options.students)
        new = sorted(timed(*command, "grade", str(right))[0] for _ in range(7))
        known = sorted(timed(*command, "grade", str(right), "--seed", "1")[0] for _ in range(7))
        print(f"one grading: {new[3]:.2f} s with a new seed, {known[3]:.2f} s with a known one (medians of 7)")
        books = set()
        for name, more in (("sandbox", []), ("sandbox, pre-warmed", ["--prewarm"]), ("none", ["--unsafe-no-sandbox"])):
            out = top / name.replace(", ", "-")
            seconds, done = timed(*command, "grade-class", str(top), "--out", str(out), "--seed", "1", *more)
            assert done.returncode == 0, done.stdout + done.stderr
            books.add((out / "gradebook.csv").read_bytes())
            print(f"class of {options.students}, {name}: {seconds:.1f} s", flush=True)
        print("gradebooks equal" if len(books) == 1 else "GRADEBOOKS DIFFER")
        if options.without_nbgrader:
            return
        write_nbgrader_sources(top, ["local"])
        nbgrader = [sys.executable, "-c", NBGRADER]
        timed(*nbgrader, "generate_assignment", "local", "--create", cwd=top)
        one, _ = timed(*nbgrader, "autograde", "local", "--create", "--student", "student000", cwd=top)
        rest, done = timed(*nbgrader, "autograde", "local", "--create", cwd=top)
        graded = len(list((top / "autograded").glob("*/local/local.ipynb")))
        print(f"nbgrader: one {one:.1f} s; the class {one + rest:.1f} s, {graded} graded")


if __name__ == "__main__":
    main()
