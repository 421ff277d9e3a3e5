"""Due dates, penalties and overrides."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from poolcourse.errors import GradingError
from poolcourse.grading.rules import Rules, parse_timestamp, read_rules

DUE = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)


def rules(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return read_rules(path)


@pytest.mark.parametrize(
    ("late", "days", "percent"),
    [
        (timedelta(minutes=-1), 0, 0),
        (timedelta(minutes=10), 0, 0),
        (timedelta(minutes=11), 1, 10),
        (timedelta(days=1), 1, 10),
        (timedelta(days=1, seconds=1), 2, 20),
        (timedelta(days=30), 30, 50),
    ],
)
def test_each_begun_day_after_the_grace_costs_its_part_up_to_the_most(late, days, percent):
    given = Rules({"local": DUE}, percent_per_day=10, most_percent=50, grace=timedelta(minutes=10))
    assert given.penalty("ada", "local", DUE + late) == (days, percent)


def test_without_due_date_or_timestamp_nothing_is_late():
    assert Rules({}, 10).penalty("ada", "local", DUE) == (0, 0)
    assert Rules({"local": DUE}, 10).penalty("ada", "local", None) == (0, 0)


def test_a_file_gives_all_of_it(tmp_path):
    found = rules(
        tmp_path,
        """
        [due]
        local = 2026-01-31T23:59:00Z
        [late]
        percent_per_day = 10
        most_percent = 50
        grace_minutes = 15
        [[override]]
        student = "bob"
        assignment = "local"
        due = 2026-02-07T23:59:00+01:00
        reason = "ill"
        [[override]]
        student = "ada"
        assignment = "local"
        question = "max_forward"
        points = 2.5
        reason = "read by hand"
        """,
    )
    assert found.due_for("ada", "local") == DUE
    assert found.due_for("bob", "local") == datetime(2026, 2, 7, 22, 59, tzinfo=UTC)
    assert found.points_for("ada", "local", "max_forward").points == 2.5
    assert found.points_for("ada", "local") is None
    assert (found.percent_per_day, found.most_percent, found.grace) == (10, 50, timedelta(minutes=15))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[du]\nlocal = 1", "got du"),
        ("[late]\npercent = 5", "got percent"),
        ("[late]\npercent_per_day = -5", "a number of 0 or more, got -5"),
        ("[due]\nlocal = 'soon'", "expected a date and time"),
        ("[[override]]\nstudent = 'a'\nassignment = 'b'\npoints = 1", "expected a text `reason`"),
        ("[[override]]\nstudent = 'a'\nassignment = 'b'\nreason = 'c'", "either `points` or `due`"),
        ("due = [", "can't be read"),
    ],
)
def test_what_is_unknown_or_wrong_is_refused(tmp_path, text, words):
    with pytest.raises(GradingError, match=re.escape(words)):
        rules(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-02-02 15:58:23.948203 America/Los_Angeles", 23),
        ("2026-02-02 15:58:23 UTC", 15),
        ("2026-02-02T15:58:23", 15),
    ],
)
def test_nbgraders_timestamps_are_read(text, hour):
    assert parse_timestamp(text + "\n").astimezone(UTC).hour == hour


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-02 15:58 Mars/Olympus", "2026-02-02 15:58:23 ../../etc/passwd"]
)
def test_other_timestamps_are_none(text):
    assert parse_timestamp(text) is None
