"""Due dates, late penalties and the instructor's overrides, read from one TOML file."""

import math
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from poolcourse.errors import GradingError

__all__ = ["Override", "Rules", "parse_timestamp", "read_rules"]

KEYS = {"student", "assignment", "question", "points", "due", "reason"}


@dataclass(frozen=True)
class Override:
    """One decision of the instructor: other points for a question or a whole notebook, or another due date."""

    student: str
    assignment: str
    reason: str
    question: str = ""
    points: float | None = None
    due: datetime | None = None


@dataclass(frozen=True)
class Rules:
    """When work is due, what lateness costs, and the exceptions."""

    due: dict[str, datetime] = field(default_factory=dict)
    percent_per_day: float = 0.0
    most_percent: float = 100.0
    grace: timedelta = timedelta()
    overrides: tuple[Override, ...] = ()

    def due_for(self, student: str, assignment: str) -> datetime | None:
        """The due date of a student: their own where there is one."""
        own = [o.due for o in self.overrides if (o.student, o.assignment) == (student, assignment) and o.due]
        return own[-1] if own else self.due.get(assignment)

    def penalty(self, student: str, assignment: str, handed_in: datetime | None) -> tuple[int, float]:
        """Days late, each begun one counted, and the percentage that they cost.

        >>> due = datetime(2026, 1, 31, 12, tzinfo=UTC)
        >>> Rules({"a": due}, percent_per_day=10).penalty("x", "a", due + timedelta(hours=25))
        (2, 20.0)
        """
        due = self.due_for(student, assignment)
        if due is None or handed_in is None or handed_in <= due + self.grace:
            return 0, 0.0
        days = math.ceil((handed_in - due) / timedelta(days=1))
        return days, float(min(days * self.percent_per_day, self.most_percent))

    def points_for(self, student: str, assignment: str, question: str = "") -> Override | None:
        """The last override of points for a question, or with no question for the whole notebook."""
        found = [
            o
            for o in self.overrides
            if (o.student, o.assignment, o.question) == (student, assignment, question) and o.points is not None
        ]
        return found[-1] if found else None


def read_rules(path: Path | None) -> Rules:
    """Read a rules file; without one there are no rules.

    Raises
    ------
    GradingError
        If it isn't TOML or holds something unknown: nothing an instructor writes is passed over in silence.
    """
    if path is None:
        return Rules()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GradingError(f"the rules {path} can't be read: {error}.") from None
    _only(data, {"due", "late", "override"}, path.name)
    late = data.get("late", {})
    _only(late, {"percent_per_day", "most_percent", "grace_minutes"}, f"{path.name}, [late]")
    return Rules(
        due={name: _when(value, f"{path.name}, due of {name}") for name, value in data.get("due", {}).items()},
        percent_per_day=_number(late.get("percent_per_day", 0), f"{path.name}, percent_per_day"),
        most_percent=_number(late.get("most_percent", 100), f"{path.name}, most_percent"),
        grace=timedelta(minutes=_number(late.get("grace_minutes", 0), f"{path.name}, grace_minutes")),
        overrides=tuple(_override(o, n, path.name) for n, o in enumerate(data.get("override", []), 1)),
    )


def parse_timestamp(text: str) -> datetime | None:
    """The time in a `timestamp.txt` as nbgrader writes it; None where it can't be read.

    >>> parse_timestamp("2026-02-02 15:58:23.948203 America/Los_Angeles").astimezone(UTC).hour
    23
    >>> parse_timestamp("2026-02-02T15:58:23+01:00").astimezone(UTC).hour
    14
    """
    text = text.strip()
    head, _, zone = text.rpartition(" ")
    if head and zone[:1].isalpha():
        try:
            return datetime.fromisoformat(head).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))
        except (ValueError, ZoneInfoNotFoundError, OSError):
            return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _override(entry: dict[str, Any], number: int, file: str) -> Override:
    where = f"{file}, override {number}"
    _only(entry, KEYS, where)
    for key in ("student", "assignment", "reason"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise GradingError(f"{where}: expected a text `{key}`, got {entry.get(key)!r}.")
    if ("points" in entry) == ("due" in entry):
        raise GradingError(f"{where}: expected either `points` or `due`.")
    points = _number(entry["points"], f"{where}, points") if "points" in entry else None
    due = _when(entry["due"], f"{where}, due") if "due" in entry else None
    return Override(entry["student"], entry["assignment"], entry["reason"], str(entry.get("question", "")), points, due)


def _only(data: dict[str, Any], known: set[str], where: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise GradingError(f"{where}: expected {', '.join(sorted(known))}, got {', '.join(sorted(unknown))}.")


def _when(value: Any, where: str) -> datetime:
    if isinstance(value, str):
        value = parse_timestamp(value)
    if not isinstance(value, datetime):
        raise GradingError(f"{where}: expected a date and time such as 2026-01-31T23:59:00+01:00, got {value!r}.")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise GradingError(f"{where}: expected a number of 0 or more, got {value!r}.")
    return float(value)
