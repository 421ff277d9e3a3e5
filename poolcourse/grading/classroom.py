"""Grade a whole class: find the submissions, hand them to the workers, keep every result as it comes."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.grade import fresh_seed
from poolcourse.grading.merge import LARGEST_FILE, exercise_of
from poolcourse.grading.references import References, run_solution
from poolcourse.grading.results import Result
from poolcourse.grading.rules import parse_timestamp
from poolcourse.grading.sources import Exercise, concepts, find_exercise
from poolcourse.grading.worker import Task

__all__ = ["Submission", "find_submissions", "grade_class", "load_results", "result_path"]


@dataclass(frozen=True)
class Submission:
    """One notebook: submitted/<student>/<assignment>/<notebook>.ipynb. `path` is None where there is none."""

    student: str
    assignment: str
    notebook: str
    path: Path | None
    handed_in: datetime | None = None
    problem: str = ""


def find_submissions(folder: Path, assignment: str | None = None) -> list[Submission]:
    """Every submission below `folder` (the course's, or its `submitted`), sorted by student.

    Raises
    ------
    GradingError
        If there are none.
    """
    top = folder / "submitted" if (folder / "submitted").is_dir() else folder
    found: list[Submission] = []
    for student in _folders(top):
        for work in _folders(student):
            if assignment in (None, work.name):
                found += _notebooks(student.name, work)
    if not found:
        wanted = f"submitted/<student>/{assignment or '<assignment>'}/<notebook>.ipynb"
        raise GradingError(f"expected notebooks at {folder}/{wanted}, found none.")
    return found


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _notebooks(student: str, work: Path) -> Iterator[Submission]:
    stamp = work / "timestamp.txt"
    handed_in = None
    if stamp.is_file() and not stamp.is_symlink() and stamp.stat().st_size < 1000:
        handed_in = parse_timestamp(stamp.read_text(encoding="utf-8", errors="replace"))
    paths = sorted(p for p in work.glob("*.ipynb") if not p.name.startswith("."))
    if work.is_symlink() or not paths:
        problem = "the folder is a link." if work.is_symlink() else "there is no notebook (.ipynb) in the folder."
        yield Submission(student, work.name, f"{work.name}.ipynb", None, handed_in, problem)
        return
    for path in paths:
        # A link could lead to another student's work, or to any file that the instructor can read.
        regular = path.is_file() and not path.is_symlink()
        problem = "" if regular else "the notebook is a link or not a file."
        yield Submission(student, work.name, path.name, path if regular else None, handed_in, problem)


def result_path(out: Path, submission: Submission) -> Path:
    """Where a submission's result is kept."""
    return out / "results" / submission.student / submission.assignment / f"{submission.notebook}.json"


def load_results(out: Path, submissions: list[Submission]) -> dict[Submission, Result]:
    """The results that are there."""
    found = {}
    for submission in submissions:
        path = result_path(out, submission)
        if path.is_file():
            found[submission] = Result.from_json(json.loads(path.read_text(encoding="utf-8"))["result"])
    return found


def grade_class(
    submissions: list[Submission],
    out: Path,
    run: Callable[[Iterator[tuple[Submission, Task]]], Iterator[tuple[Submission, dict[str, Any]]]],
    *,
    sandbox: str = "bubblewrap",
    seed: int | None = None,
    resume: bool = False,
    root: Path | None = None,
    progress: Callable[[Submission, Result], None] = lambda *_: None,
) -> dict[Submission, Result]:
    """Grade submissions and keep each result under `out/results` as soon as it is there.

    Parameters
    ----------
    submissions : list of Submission
    out : Path
    run : callable
        Takes an iterator of tasks and yields results in any order: the local cluster or a remote one.
    sandbox : str
        "bubblewrap", "prewarmed" or "none".
    seed : int, optional
        Default: a new one, or with `resume` that of the run that is resumed.
    resume : bool
        Keep the results of submissions that haven't changed; without it `out` must hold none.
    root : Path, optional
        The folder `exercises`.
    progress : callable, optional
        Called after each result.
    """
    seed = _seed(out, seed, resume)
    desk = _Desk(out, seed, sandbox, root)
    results: dict[Submission, Result] = {}
    waiting = []
    for submission in submissions:
        kept = desk.kept(submission) if resume else None
        if kept is not None:
            results[submission] = kept
            progress(submission, kept)
        else:
            waiting.append(submission)

    def settle(submission: Submission, result: Result) -> None:
        desk.keep(submission, result)
        results[submission] = result
        progress(submission, result)

    def tasks() -> Iterator[tuple[Submission, Task]]:
        for submission in waiting:
            try:
                yield submission, desk.task(submission)
            except GradingError as error:
                settle(submission, desk.refused(submission, str(error)))

    for submission, data in run(tasks()):
        settle(submission, Result.from_json(data))
    return {submission: results[submission] for submission in submissions}


class _Desk:
    """What all submissions of a run share: the seed, the exercises, their references."""

    def __init__(self, out: Path, seed: int, sandbox: str, root: Path | None):
        self.out, self.seed, self.sandbox, self.root = out, seed, sandbox, root
        self.references: dict[str, References] = {}
        self.known = concepts(root)

    def task(self, submission: Submission) -> Task:
        if submission.path is None:
            raise GradingError(submission.problem)
        exercise = self.exercise(submission)
        size = submission.path.stat().st_size
        if size > LARGEST_FILE:
            raise GradingError(f"{submission.notebook} has {size >> 20} MB, more than {LARGEST_FILE >> 20}.")
        if exercise.concept not in self.references:
            self.references[exercise.concept] = run_solution(exercise, self.seed)
        references = self.references[exercise.concept]
        return Task(
            student=submission.student,
            assignment=submission.assignment,
            notebook=submission.notebook,
            data=submission.path.read_bytes(),
            exercise=exercise,
            references=references.outputs,
            modules=_worth_importing(references.modules, exercise),
            seed=self.seed,
            sandbox=self.sandbox,
        )

    def exercise(self, submission: Submission) -> Exercise:
        """By the file's name, else the assignment's, else by what is in the notebook."""
        for name in (Path(submission.notebook).stem, submission.assignment):
            if name in self.known:
                return find_exercise(name, self.root)
        assert submission.path is not None
        return exercise_of(submission.path, self.root)

    def refused(self, submission: Submission, problem: str) -> Result:
        return Result(submission.notebook, status="ungraded", seed=self.seed, problem=problem, fault="submission")

    def kept(self, submission: Submission) -> Result | None:
        try:
            data = json.loads(result_path(self.out, submission).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if data["fingerprint"] != self.fingerprint(submission):
            return None
        result = Result.from_json(data["result"])
        return None if result.fault == "grader" else result

    def keep(self, submission: Submission, result: Result) -> None:
        path = result_path(self.out, submission)
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {"fingerprint": self.fingerprint(submission), "result": result.to_json()}
        draft = path.with_suffix(f".{os.getpid()}.part")
        draft.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        os.replace(draft, path)  # a run that is killed leaves whole results or none

    def fingerprint(self, submission: Submission) -> str:
        """What a result depends on: the notebook, the exercise and the seed."""
        digest = hashlib.sha256(str(self.seed).encode())
        try:
            digest.update(submission.path.read_bytes() if submission.path else submission.problem.encode())
            digest.update(self.exercise(submission).path.read_bytes())
        except (OSError, GradingError) as error:
            digest.update(str(error).encode())
        return digest.hexdigest()


def _worth_importing(modules: list[str], exercise: Exercise) -> tuple[str, ...]:
    """The solution's modules without those that answers may not see, and without private parts of others."""
    hidden = tuple(f"{name}." for name in exercise.hidden)
    public = (name for name in modules if not any(part.startswith("_") for part in name.split(".")))
    return tuple(name for name in public if not f"{name}.".startswith(hidden or ("?",)))


def _seed(out: Path, seed: int | None, resume: bool) -> int:
    record = out / "run.json"
    if record.is_file():
        if not resume:
            raise GradingError(f"{out} holds a graded class already. Go on with --resume, or give another --out.")
        before = int(json.loads(record.read_text(encoding="utf-8"))["seed"])
        if seed not in (None, before):
            raise GradingError(f"the run in {out} has the seed {before}; it can't be resumed with {seed}.")
        return before
    seed = fresh_seed() if seed is None else seed
    out.mkdir(parents=True, exist_ok=True)
    versions = {name: metadata.version(name) for name in ("poolcourse", "numpy", "torch", "nbval", "ipykernel")}
    record.write_text(json.dumps({"seed": seed, "versions": versions}, indent=1) + "\n", encoding="utf-8")
    return seed
