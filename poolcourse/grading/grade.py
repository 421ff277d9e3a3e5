"""Grade one notebook: merge, lint, run under nbval, run again without an answer that took the kernel down, add up."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError, PoolingError
from poolcourse.grading.launch import Launch, Limits, launch_plainly
from poolcourse.grading.lint import lint
from poolcourse.grading.merge import Submission, collect_answers, exercise_of, read_cells
from poolcourse.grading.plugin import CellRecord, Plan, RunCell, run_cells
from poolcourse.grading.references import probe_source, run_solution
from poolcourse.grading.release import strip_solution
from poolcourse.grading.results import QuestionResult, Result
from poolcourse.grading.sources import Exercise, Question

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
        _grade(exercise, submission, plan, result)
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


def _grade(exercise: Exercise, submission: Submission, plan: Plan, result: Result) -> None:
    given = "\n".join(cell.source for cell in exercise.cells if cell.role == "given")
    refused: dict[str, list[str]] = {}
    for question in exercise.questions:
        found = lint(submission.answers.get(question.id, ""), exercise.imports, question.banned, given)
        if found:
            refused[question.id] = found
    fatal: dict[str, str] = {}
    convicted: set[str] = set()
    # Each pass either ends without a dead kernel or takes one more answer out, so the loop ends.
    for _ in range(2 * len(exercise.questions) + 2):
        blank = set(refused) | set(fatal)
        records = run_cells(_cells(exercise, submission, blank, result.seed), plan)
        stop = next((record for record in records if record.fatal), None)
        if stop is None:
            break
        result.incidents.append(f"{stop.id}: {stop.words}")
        if not stop.question:
            raise GradingError(f"the notebook's own cell {stop.id!r} failed: {stop.words}")
        if stop.question not in blank and stop.question in submission.answers:
            fatal[stop.question] = stop.words
            continue
        # The answer at which it ended isn't even there: one before it did this. Its victims get another chance.
        culprit = _last_answer_before(exercise, submission, stop.question, blank)
        if culprit is None:
            raise GradingError(f"the kernel ended at {stop.id!r} though the answer was taken out: {stop.words}")
        convicted.add(culprit)
        fatal = {name: words for name, words in fatal.items() if name in convicted}
        fatal[culprit] = f"What it left running ended the kernel later. {stop.words}"
    else:
        raise GradingError("the kernel kept ending; the answers can't be told apart.")
    result.questions = [
        _question_result(question, submission, records, refused.get(question.id, []), fatal.get(question.id, ""))
        for question in exercise.questions
    ]


def _cells(exercise: Exercise, submission: Submission, blank: set[str], seed: int) -> list[RunCell]:
    cells = []
    probes = {question.id: iter(question.probes) for question in exercise.questions}
    for cell in exercise.cells:
        if cell.role == "answer":
            source = strip_solution(cell.source, cell.question)
            if cell.question not in blank:
                source = submission.answers.get(cell.question, source)
            cells.append(RunCell(cell.id, "answer", cell.question, source))
        elif cell.role == "probe":
            probe = next(probes[cell.question])
            cells.append(RunCell(probe.id, "probe", cell.question, probe_source(probe.source, probe.id, seed)))
        elif cell.nbgrader is not None:
            cells.append(RunCell(cell.id, cell.role, cell.question, cell.source))
    return cells


def _last_answer_before(exercise: Exercise, submission: Submission, question: str, blank: set[str]) -> str | None:
    names = [q.id for q in exercise.questions]
    candidates = [name for name in names[: names.index(question)] if name not in blank and name in submission.answers]
    return candidates[-1] if candidates else None


def _question_result(
    question: Question, submission: Submission, records: list[CellRecord], refused: list[str], fatal: str
) -> QuestionResult:
    own = {record.id: record for record in records if record.question == question.id}
    reasons: list[str] = []
    points = 0.0
    if question.id not in submission.answers:
        reasons.append("There is no answer yet.")
    elif refused:
        reasons += [f"Not run: {words}" for words in refused]
    elif fatal:
        reasons.append(fatal)
    else:
        passed = [probe for probe in question.probes if own[probe.id].status == "passed"]
        points = sum(probe.points for probe in passed)
        if len(passed) < len(question.probes):
            reasons += _reasons(question, own, submission.outside)
    return QuestionResult(
        id=question.id,
        title=question.title,
        points=question.points if abs(points - question.points) < 1e-9 else round(points, 4),
        max_points=question.points,
        reasons=reasons,
        notes=list(submission.notes.get(question.id, [])),
        answer=submission.answers.get(question.id, ""),
    )


def _reasons(question: Question, own: dict[str, CellRecord], outside: set[str]) -> list[str]:
    """Why points are missing: the answer's own error first, then the check's words, then each probe's."""
    answer, check = own[question.id], own[f"{question.id}_check"]
    reasons = []
    if answer.status == "failed":
        reasons.append(f"Your answer raises {answer.words}")
    elif check.status == "failed":
        reasons.append(f"Check: {check.words}")
    for probe in question.probes:
        words = own[probe.id].words
        if own[probe.id].status != "passed" and words and not any(words in reason for reason in reasons):
            what = f"{probe.what}: " if probe.what else "On other numbers: "
            reasons.append(f"{what}{words}")
    missing = [name for name in sorted(outside) if any(f"name '{name}' is not defined" in reason for reason in reasons)]
    if missing:
        reasons.append(
            f"`{'`, `'.join(missing)}` is defined in a cell that isn't graded: move it into the cell of this answer."
        )
    return reasons or ["The result is wrong."]
