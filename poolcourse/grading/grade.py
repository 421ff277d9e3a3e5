"""Grade one notebook: take its answers, run the solution beside it, and have each question judged."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from poolcourse.errors import PoolingError
from poolcourse.grading.judge import judge
from poolcourse.grading.launch import Launch, Limits, launch_plainly
from poolcourse.grading.merge import collect_answers, exercise_of, read_cells
from poolcourse.grading.plugin import Plan
from poolcourse.grading.references import run_solution
from poolcourse.grading.results import Result
from poolcourse.grading.sources import Exercise

__all__ = ["fresh_seed", "grade_notebook"]

ReferencesOf = Callable[[], dict[str, list[dict[str, Any]]]]


def fresh_seed() -> int:
    """A seed that nobody can know before."""
    return secrets.randbelow(2**31)


def grade_notebook(
    path: Path,
    exercise: Exercise | None = None,
    *,
    seed: int | None = None,
    launch: Launch = launch_plainly,
    references: ReferencesOf | None = None,
    processes: int = 0,
    journal: Path | None = None,
    root: Path | None = None,
) -> Result:
    """Grade one notebook.

    Parameters
    ----------
    path : Path
        The student's .ipynb, in whatever state.
    exercise : Exercise, optional
        Default: found by the notebook's metadata, name or questions.
    seed : int, optional
        Seed of the probes' inputs. Default: a new one each time.
    launch : callable, optional
        How to start the kernel. Default: without a sandbox.
    references : callable, optional
        Gives the solution's outputs under `seed`. Default: run the solution beside the student's notebook.
    processes : int, default 0
        Limit of processes in the kernel; 0 for none.
    journal : Path, optional
        File to append one JSON line a cell to while it runs.
    root : Path, optional
        The folder `exercises`.

    Returns
    -------
    Result. What could not be graded has the status "ungraded" and a reason, never a number.
    """
    started = time.monotonic()
    result = Result(notebook=str(path), seed=fresh_seed() if seed is None else seed)
    try:
        result.fault = "submission"
        exercise = exercise or exercise_of(path, root)
        result.concept, result.title = exercise.concept, exercise.title
        submission = collect_answers(read_cells(path)[0], exercise)
        result.fault = "grader"
        if references is None:
            references = _beside(exercise, result.seed)
        plan = Plan(
            references,
            launch,
            Limits(memory_mb=exercise.memory_mb, processes=processes, hidden=exercise.hidden),
            exercise.seconds,
            exercise.rtol,
            exercise.atol,
            journal,
        )
        judge(exercise, submission, plan, result)
        result.fault = ""
    except PoolingError as error:
        result.status, result.problem = "ungraded", str(error)
    result.seconds = round(time.monotonic() - started, 2)
    return result


def _beside(exercise: Exercise, seed: int) -> ReferencesOf:
    """Run the solution in a thread while the student's notebook starts; the first comparison waits for it."""
    future: Future[dict[str, list[dict[str, Any]]]] = Future()

    def work() -> None:
        try:
            future.set_result(run_solution(exercise, seed).outputs)
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return lambda: future.result(timeout=600)
