"""Judge the answers of one notebook: lint, run, and run again where one answer may have spoiled another's points."""

import re

from poolcourse.errors import GradingError
from poolcourse.grading.lint import defined_names, lint
from poolcourse.grading.merge import Submission
from poolcourse.grading.plugin import CellRecord, Plan, RunCell, run_cells
from poolcourse.grading.references import probe_source
from poolcourse.grading.release import strip_solution
from poolcourse.grading.results import QuestionResult, Result
from poolcourse.grading.sources import Exercise, Question

__all__ = ["judge"]

BEGIN, END = "health_begin", "health_end"

# An answer that leaves nothing for the others shows where they fail, not where it did it.
EXHAUSTED = ("MemoryError", "can't start new thread", "No space left", "Resource temporarily", "Too many open files")


class _OneByOne(Exception):
    """The answers have to be run one at a time: one of them harmed what others need."""


def judge(exercise: Exercise, submission: Submission, plan: Plan, result: Result) -> None:
    """Fill in `result`: the points of each question, with reasons.

    All answers run in one kernel. Where an answer ends it, it is taken out and the rest run again; where it isn't sure
    which one did, or where one broke or used up what the others need, each runs in a kernel of its own.

    Raises
    ------
    GradingError
        If the notebook could not be run.
    """
    given = "\n".join(cell.source for cell in exercise.cells if cell.role == "given")
    refused: dict[str, list[str]] = {}
    for question in exercise.questions:
        found = lint(submission.answers.get(question.id, ""), exercise.imports, question.banned, given)
        if found:
            refused[question.id] = found
    wanted = [q.id for q in exercise.questions if q.id in submission.answers and q.id not in refused]
    bench = _Bench(exercise, submission, plan, result)
    try:
        records, fatal = _together(bench, wanted)
    except _OneByOne as reason:
        result.incidents.append(str(reason))
        records, fatal = _one_by_one(bench, wanted)
    result.questions = [
        _question_result(question, submission, records, refused.get(question.id, []), fatal.get(question.id, ""))
        for question in exercise.questions
    ]


class _Bench:
    """Runs chosen answers of one notebook."""

    def __init__(self, exercise: Exercise, submission: Submission, plan: Plan, result: Result):
        self.exercise, self.submission, self.plan, self.result = exercise, submission, plan, result

    def run(self, answers: set[str], alone: bool = False) -> list[CellRecord]:
        """Run with these answers in and the others blank; `alone`, without the cells of other questions."""
        records = run_cells(self._cells(answers, alone), self.plan)
        stop = next((record for record in records if record.fatal), None)
        if stop is not None:
            self.result.incidents.append(f"{stop.id}: {stop.words}")
        return records

    def _cells(self, answers: set[str], alone: bool) -> list[RunCell]:
        head = "import poolcourse.grading.health as health"
        cells = [RunCell(BEGIN, "given", "", f"{head}\nhealth.remember()\ndel health")]
        probes = {question.id: iter(question.probes) for question in self.exercise.questions}
        for cell in self.exercise.cells:
            if alone and cell.question and cell.question not in answers:
                continue
            if cell.role == "answer":
                source = strip_solution(cell.source, cell.question)
                if cell.question in answers:
                    source = self.submission.answers[cell.question]
                cells.append(RunCell(cell.id, "answer", cell.question, source))
            elif cell.role == "probe":
                probe = next(probes[cell.question])
                source = probe_source(probe.source, probe.id, self.result.seed)
                cells.append(RunCell(probe.id, "probe", cell.question, source))
            elif cell.nbgrader is not None:
                cells.append(RunCell(cell.id, cell.role, cell.question, cell.source))
        return [*cells, RunCell(END, "given", "", f"{head}\nhealth.check()")]


def _together(bench: _Bench, wanted: list[str]) -> tuple[list[CellRecord], dict[str, str]]:
    fatal: dict[str, str] = {}
    while True:
        left = [name for name in wanted if name not in fatal]
        records = bench.run(set(left))
        stop = next((record for record in records if record.fatal), None)
        if stop is None:
            _check_health(records)
            return records, fatal
        if stop.question not in left:
            if not left:
                raise GradingError(f"the kernel ended at {stop.id!r} without any answer: {stop.words}")
            raise _OneByOne(f"{stop.id}: the kernel ended though its answer was not there.")
        # An answer before it may have set the trap, unless there is none or the answer itself has run all that time.
        sure = stop.question == left[0] or (stop.id == stop.question and stop.status == "timeout")
        if not sure and not any(r.fatal for r in bench.run({stop.question}, alone=True)):
            raise _OneByOne(f"{stop.id}: alone, its answer doesn't end the kernel.")
        fatal[stop.question] = stop.words


def _check_health(records: list[CellRecord]) -> None:
    used_up = next((r for r in records if r.status == "failed" and any(word in r.words for word in EXHAUSTED)), None)
    if used_up is not None:
        raise _OneByOne(f"{used_up.id}: {used_up.words[:200]}")
    if records[-1].status != "passed":
        raise _OneByOne(f"An answer changed what others need: {records[-1].words[:200]}")


def _one_by_one(bench: _Bench, wanted: list[str]) -> tuple[list[CellRecord], dict[str, str]]:
    kept: dict[str, CellRecord] = {record.id: record for record in bench.run(set())}
    if any(record.fatal for record in kept.values()):
        raise GradingError("the kernel ends without any answer.")
    fatal: dict[str, str] = {}
    for name in wanted:
        answers = {name}
        records = bench.run(answers, alone=True)
        while missing := _helpers(records, bench.submission, answers):
            answers |= missing
            records = bench.run(answers, alone=True)
        for record in records:
            if record.fatal:
                fatal[name] = record.words
            if record.question == name:
                kept[record.id] = record
    return list(kept.values()), fatal


def _helpers(records: list[CellRecord], submission: Submission, answers: set[str]) -> set[str]:
    """Other answers that define a name which this one lacks: students share helpers between answers."""
    lacking = {name for record in records for name in re.findall(r"name '(\w+)' is not defined", record.words)}
    others = {name: source for name, source in submission.answers.items() if name not in answers}
    return {name for name, source in others.items() if defined_names(source) & lacking}


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
