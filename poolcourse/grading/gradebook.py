"""The gradebook of a class: points after penalties and overrides, as CSV for reading, for Canvas and for Moodle."""

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.classroom import Submission
from poolcourse.grading.report import page
from poolcourse.grading.results import QuestionResult, Result
from poolcourse.grading.rules import Rules

__all__ = ["Row", "make_rows", "write_gradebook"]


@dataclass(frozen=True)
class Row:
    """One submission in the gradebook. `final` is None where it could not be graded: that is neither 0 nor full."""

    submission: Submission
    result: Result
    days_late: int
    percent_off: float
    final: float | None
    remarks: tuple[str, ...]


def make_rows(results: dict[Submission, Result], rules: Rules) -> list[Row]:
    """Apply penalties and overrides.

    Raises
    ------
    GradingError
        If an override names a student, an assignment or a question that isn't there.
    """
    _check_overrides(results, rules)
    return [_row(submission, result, rules) for submission, result in results.items()]


def write_gradebook(rows: list[Row], out: Path) -> list[Path]:
    """Write gradebook, canvas, moodle and incidents .csv, results.json and a page a student; returns the paths."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [
        _write(out / "gradebook.csv", _book(rows)),
        _write(out / "canvas.csv", _canvas(rows)),
        _write(out / "moodle.csv", _moodle(rows)),
        _write(out / "incidents.csv", _incidents(rows)),
        _json(rows, out / "results.json"),
    ]
    pages = out / "pages"
    pages.mkdir(exist_ok=True)
    for student in sorted({row.submission.student for row in rows}):
        own = [row for row in rows if row.submission.student == student]
        text = page([row.result for row in own], student, [" ".join(row.remarks) for row in own])
        (pages / f"{student}.html").write_text(text, encoding="utf-8")
    return [*paths, pages]


def _row(submission: Submission, result: Result, rules: Rules) -> Row:
    student, assignment = submission.student, submission.assignment
    remarks: list[str] = []
    questions: list[QuestionResult] = []
    for question in result.questions:
        override = rules.points_for(student, assignment, question.id)
        if override is not None and override.points is not None:
            remarks.append(f"{question.title}: {override.points:g} instead of {question.points:g} ({override.reason}).")
            question = replace(question, points=override.points)
        questions.append(question)
    result = replace(result, questions=questions)
    days, percent = rules.penalty(student, assignment, submission.handed_in)
    final = result.points
    if percent and final is not None:
        remarks.append(f"{days} day{'s' if days > 1 else ''} late: {percent:g} % off.")
        final = round(final * (1 - percent / 100), 2)
    whole = rules.points_for(student, assignment)
    if whole is not None:
        remarks.append(f"Points set to {whole.points:g} ({whole.reason}).")
        final = whole.points
    if remarks and final is not None:
        remarks.append(f"Counted: {final:g} points.")
    return Row(submission, result, days, percent, final, tuple(remarks))


def _check_overrides(results: dict[Submission, Result], rules: Rules) -> None:
    known = {(s.student, s.assignment): r for s, r in results.items()}
    for override in rules.overrides:
        result = known.get((override.student, override.assignment))
        if result is None:
            raise GradingError(f"an override names {override.student}/{override.assignment}, which nobody handed in.")
        ids = [question.id for question in result.questions]
        if override.question and result.status == "graded" and override.question not in ids:
            raise GradingError(f"an override names the question {override.question!r}; there are {', '.join(ids)}.")


def _book(rows: list[Row]) -> list[list[Any]]:
    head = [
        "student",
        "assignment",
        "notebook",
        "status",
        "points",
        "days late",
        "percent off",
        "final",
        "of",
        "remarks",
    ]
    table: list[list[Any]] = [head]
    for row in rows:
        s, r = row.submission, row.result
        remarks = " ".join([r.problem, *row.remarks]).strip()
        points = [_number(r.points), row.days_late or "", _number(row.percent_off) if row.percent_off else ""]
        maximum = _number(r.max_points) if r.questions else ""
        table.append([s.student, s.assignment, s.notebook, r.status, *points, _number(row.final), maximum, remarks])
    return table


def _columns(rows: list[Row]) -> dict[str, float]:
    """A column for each notebook that anybody handed in, and the most points it gives."""
    columns: dict[str, float] = {}
    for row in rows:
        if row.result.questions:
            columns[_column(row)] = max(columns.get(_column(row), 0.0), row.result.max_points)
        else:
            columns.setdefault(_column(row), 0.0)
    return dict(sorted((name, most) for name, most in columns.items() if most))


def _column(row: Row) -> str:
    stem = Path(row.submission.notebook).stem
    return row.submission.assignment if stem == row.submission.assignment else f"{row.submission.assignment} {stem}"


def _wide(rows: list[Row]) -> dict[str, dict[str, Row]]:
    wide: dict[str, dict[str, Row]] = {}
    for row in rows:
        wide.setdefault(row.submission.student, {})[_column(row)] = row
    return wide


def _canvas(rows: list[Row]) -> list[list[Any]]:
    """The columns that Canvas's gradebook import asks for; an empty cell leaves a grade there as it is."""
    columns = _columns(rows)
    table: list[list[Any]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns]]
    table.append(["Points Possible", "", "", "", "", *map(_number, columns.values())])
    for student, own in _wide(rows).items():
        table.append([student, "", "", student, "", *(_number(own[c].final) if c in own else "" for c in columns)])
    return table


def _moodle(rows: list[Row]) -> list[list[Any]]:
    """For Moodle's grade import: map `Username`, then each assignment and its feedback."""
    columns = _columns(rows)
    table: list[list[Any]] = [["Username", *(name for c in columns for name in (c, f"{c} feedback"))]]
    for student, own in _wide(rows).items():
        cells: list[Any] = []
        for column in columns:
            row = own.get(column)
            cells += [_number(row.final), _words(row)] if row and row.final is not None else ["", ""]
        table.append([student, *cells])
    return table


def _words(row: Row) -> str:
    missing = [f"{q.title}: {' '.join(q.reasons)}" for q in row.result.questions if q.points < q.max_points]
    return " ".join([*missing, *row.remarks])


def _incidents(rows: list[Row]) -> list[list[Any]]:
    """What an instructor should look at: failures of the grader, kernels that ended, refused and mangled answers."""
    table: list[list[Any]] = [["student", "assignment", "notebook", "kind", "what"]]
    for row in rows:
        s, r = row.submission, row.result
        found = [("ungraded", r.problem)] if r.status != "graded" else []
        found += [("kernel ended", words) for words in r.incidents]
        for question in r.questions:
            found += [("refused", f"{question.id}: {w}") for w in question.reasons if w.startswith("Not run: ")]
            found += [("mangled", f"{question.id}: {words}") for words in question.notes]
        table += [[s.student, s.assignment, s.notebook, kind, words] for kind, words in found]
    return table


def _json(rows: list[Row], path: Path) -> Path:
    data = [
        {
            "student": row.submission.student,
            "assignment": row.submission.assignment,
            "days_late": row.days_late,
            "percent_off": row.percent_off,
            "final": row.final,
            "remarks": list(row.remarks),
            "result": row.result.to_json(),
        }
        for row in rows
    ]
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return path


def _write(path: Path, table: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[_safe(cell) for cell in row] for row in table])
    return path


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets a quote: names and reasons come from students."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _number(value: float | None) -> str | float:
    return "" if value is None else int(value) if value == int(value) else value
