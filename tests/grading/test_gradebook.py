"""The gradebook: penalties, overrides and what could not be graded, in every file it writes."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest

from poolcourse.errors import GradingError
from poolcourse.grading.classroom import Submission
from poolcourse.grading.gradebook import make_rows, write_gradebook
from poolcourse.grading.results import QuestionResult, Result
from poolcourse.grading.rules import Override, Rules

DUE = datetime(2026, 1, 31, 12, tzinfo=UTC)


def submission(student, late=timedelta()):
    return Submission(student, "local", "local.ipynb", None, DUE + late)


def result(points=(2.0, 1.0), **more):
    questions = [
        QuestionResult(f"q{i}", f"Question {i}", p, 2.0, [] if p == 2 else ["=1+1 is wrong"])
        for i, p in enumerate(points)
    ]
    return Result("local.ipynb", "local", "Local", questions=questions, **more)


def ungraded():
    return Result("local.ipynb", status="ungraded", problem="the file is empty.", fault="submission")


@pytest.fixture
def books(tmp_path):
    def write(results, rules):
        rows = make_rows(results, rules)
        write_gradebook(rows, tmp_path)
        tables = {}
        for path in tmp_path.glob("*.csv"):
            with path.open(newline="") as file:
                tables[path.stem] = list(csv.reader(file))
        return tables, tmp_path

    return write


def test_points_penalty_and_final_stand_side_by_side(books):
    tables, _ = books(
        {submission("ada"): result(), submission("bob", timedelta(days=2)): result()}, Rules({"local": DUE}, 10)
    )
    head, ada, bob = tables["gradebook"]
    assert head[4:9] == ["points", "days late", "percent off", "final", "of"]
    assert ada[4:9] == ["3", "", "", "3", "4"]
    assert bob[4:9] == ["3", "2", "20", "2.4", "4"]


def test_what_could_not_be_graded_is_neither_none_nor_full_anywhere(books):
    tables, folder = books({submission("ada"): result(), submission("bob"): ungraded()}, Rules())
    assert tables["gradebook"][2][3:8] == ["ungraded", "", "", "", ""]
    assert tables["canvas"][3] == ["bob", "", "", "bob", "", ""]
    assert tables["moodle"][2] == ["bob", "", ""]
    assert ["bob", "local", "local.ipynb", "ungraded", "the file is empty."] in tables["incidents"]
    assert json.loads((folder / "results.json").read_text())[1]["final"] is None
    assert "Not graded" in (folder / "pages" / "bob.html").read_text()


def test_canvas_and_moodle_get_the_columns_that_they_import(books):
    tables, _ = books({submission("ada"): result(), submission("bob"): result((2.0, 2.0))}, Rules())
    assert tables["canvas"] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "local"],
        ["Points Possible", "", "", "", "", "4"],
        ["ada", "", "", "ada", "", "3"],
        ["bob", "", "", "bob", "", "4"],
    ]
    assert tables["moodle"][0] == ["Username", "local", "local feedback"]
    assert tables["moodle"][1][:2] == ["ada", "3"]


def test_overrides_count_and_are_told(books):
    rules = Rules(
        {"local": DUE},
        10,
        overrides=(
            Override("ada", "local", "read by hand", "q1", 2.0),
            Override("bob", "local", "plagiarism", points=0.0),
            Override("eve", "local", "ill", due=DUE + timedelta(days=9)),
        ),
    )
    late = timedelta(days=3)
    results = {submission("ada"): result(), submission("bob"): result(), submission("eve", late): result()}
    tables, folder = books(results, rules)
    assert [row[7] for row in tables["gradebook"][1:]] == ["4", "0", "3"]
    page = (folder / "pages" / "ada.html").read_text()
    assert "2 instead of 1 (read by hand)" in page
    assert "plagiarism" in (folder / "pages" / "bob.html").read_text()


def test_an_override_rescues_what_could_not_be_graded(books):
    rules = Rules(overrides=(Override("bob", "local", "graded by hand", points=3.5),))
    tables, _ = books({submission("bob"): ungraded()}, rules)
    assert tables["gradebook"][1][7] == "3.5"


@pytest.mark.parametrize("override", [Override("zoe", "local", "?", points=1), Override("ada", "local", "?", "q9", 1)])
def test_an_override_of_nobody_or_nothing_is_refused(override):
    with pytest.raises(GradingError, match="an override names"):
        make_rows({submission("ada"): result()}, Rules(overrides=(override,)))


def test_text_that_a_spreadsheet_would_run_is_quoted(books):
    tables, _ = books({submission("=cmd()"): result()}, Rules())
    assert tables["gradebook"][1][0] == "'=cmd()"
    assert tables["canvas"][2][0] == "'=cmd()"


def test_text_that_a_browser_would_run_is_escaped(books):
    bad = result()
    bad.questions[0].answer = "</pre><script>alert(1)</script>"
    bad.questions[1].reasons = ["<img src=x onerror=alert(1)>"]
    _, folder = books({submission("ada"): bad}, Rules())
    page = (folder / "pages" / "ada.html").read_text()
    assert "<script>" not in page
    assert "<img" not in page
