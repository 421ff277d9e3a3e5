"""Exercises: the released notebooks equal their sources and hold no answers; a faulty source is told what is wrong."""

import json
import re

import nbformat
import pytest

from poolcourse.errors import GradingError
from poolcourse.grading.book import book_page
from poolcourse.grading.release import release, released_text, strip_solution
from poolcourse.grading.sources import concepts, exercise_root, find_exercise, read_exercise

LOCAL = (exercise_root() / "source" / "local.md").read_text()


@pytest.mark.slow
def test_released_notebooks_equal_their_sources():
    assert release(check=True) == []


def test_a_notebook_is_released_the_same_twice():
    exercise = find_exercise("local")
    assert released_text(exercise) == released_text(exercise)


@pytest.mark.parametrize("concept", concepts())
def test_a_released_notebook_holds_no_solution_probe_hint_or_worked_answer(concept):
    exercise = find_exercise(concept)
    text = "\n".join(c["source"] for c in nbformat.read(exercise_root() / f"{concept}.ipynb", 4).cells)
    assert "BEGIN SOLUTION" not in text
    for question in exercise.questions:
        inside = re.search(r"### BEGIN SOLUTION\n(.*?)### END", question.solution, re.DOTALL).group(1)
        longest = max((line.strip() for line in inside.splitlines()), key=len)
        assert longest not in text
        assert question.hint not in text
        assert question.worked not in text
        assert not any(probe.source in text for probe in question.probes)


@pytest.mark.parametrize("concept", concepts())
def test_an_exercise_has_4_to_8_questions_and_all_of_nbgraders_metadata(concept):
    exercise = find_exercise(concept)
    assert 4 <= len(exercise.questions) <= 8
    notebook = nbformat.read(exercise_root() / f"{concept}.ipynb", 4)
    nbformat.validate(notebook)
    cells = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    for question in exercise.questions:
        answer, check = cells[question.id].metadata.nbgrader, cells[f"{question.id}_check"].metadata.nbgrader
        assert (answer.solution, answer.grade, answer.locked, answer.schema_version) == (True, False, False, 3)
        assert (check.solution, check.grade, check.locked, check.points) == (False, True, True, question.points)
        assert cells[f"{question.id}_check"].outputs


def test_only_the_solution_is_taken_out():
    source = "a = 1\ndef f():\n    b = 2\n    ### BEGIN SOLUTION\n    c = 3\n    ### END SOLUTION\nd = 4"
    stripped = strip_solution(source, "f")
    assert "c = 3" not in stripped
    assert all(line in stripped for line in ("a = 1", "    b = 2", "    raise NotImplementedError", "d = 4"))


def test_the_books_page_shows_statement_hint_and_worked_answer_folded():
    page = book_page("local")
    for question in find_exercise("local").questions:
        assert question.hint in page
        assert question.worked in page
    assert "{code-cell}" not in page
    assert page.count(":::{dropdown}") == 3 * len(find_exercise("local").questions)


FAULTS = {
    "no answer of that name": (":poolcourse: {probe: counts}", ":poolcourse: {probe: count}", "no answer cell of that"),
    "no probe": (
        "```{code-cell} ipython3\n:poolcourse: {probe: counts}",
        "```{code-cell} ipython3",
        "exactly one probe, got 0",
    ),
    "no hint": ('{"hint": "counts"}', '{"worked": "counts"}', "exactly one hint, got 0"),
    "points that don't add up": (
        "points: 1, what: without padding",
        "points: 2, what: without padding",
        "2 points, its probes 3",
    ),
    "no points": ("grade: true, points: 1}", "grade: true, points: 0}", "above 0"),
    "two of a name": ("grade_id: output_size, sol", "grade_id: counts, sol", "two answer cells are called 'counts'"),
    "no solution": ("### BEGIN SOLUTION\nlearnable", "learnable", "no ### BEGIN SOLUTION"),
    "a check of another name": ("grade_id: counts_check", "grade_id: counts_test", "plus `_check`"),
    "a name with capitals": ("grade_id: counts, sol", "grade_id: Counts, sol", "small letters"),
    "an unknown setting": ("  hidden: [", "  hiden: [", "got hiden"),
    "a role misspelt": ('{"hint": "counts"}', '{"tip": "counts"}', "got tip"),
    "metadata that is no JSON": (
        '+++ {"poolcourse": {"hint": "counts"}}',
        '+++ {"poolcourse": {"hint": "counts"',
        "can't be read",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_source_is_told_what_is_wrong(name, tmp_path):
    old, new, words = FAULTS[name]
    assert LOCAL.count(old) >= 1
    path = tmp_path / "local.md"
    path.write_text(LOCAL.replace(old, new, 1))
    with pytest.raises(GradingError, match=re.escape(words)) as caught:
        read_exercise(path)
    assert "local.md" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("learnable = 0", "learnable = 1 / 0", "the solution fails at 'counts': ZeroDivisionError"),
        ('check("4 x 6 cells', 'check("x", 1, 2)\ncheck("4 x 6 cells', "the solution fails at 'brightness_check'"),
    ],
)
def test_a_solution_that_fails_is_not_released(old, new, words, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "local.md").write_text(LOCAL.replace(old, new, 1))
    with pytest.raises(GradingError, match=re.escape(words)):
        release(["local"], tmp_path)
    assert not (tmp_path / "local.ipynb").exists()


def test_a_released_notebook_names_its_concept():
    for concept in concepts():
        data = json.loads((exercise_root() / f"{concept}.ipynb").read_text())
        assert data["metadata"]["poolcourse"] == {"concept": concept}
