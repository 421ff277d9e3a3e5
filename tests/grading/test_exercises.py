"""Every exercise: the solution gets all points, the blank notebook none, and its page of the book is made from it."""

import importlib.util
from pathlib import Path

import pytest

from poolcourse.grading.release import release
from poolcourse.grading.sources import concepts, exercise_root, find_exercise

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages():
    spec = importlib.util.spec_from_file_location("exercise_page", ROOT / "book" / "_ext" / "exercise_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("concept", concepts())
def test_the_solution_gets_all_points_and_the_blank_notebook_none(concept, graded, hand_in):
    assert graded(hand_in(concept=concept), concept).full
    blank = graded(exercise_root() / f"{concept}.ipynb", concept)
    assert blank.points == 0
    assert [q.reasons for q in blank.questions] == [["There is no answer yet."]] * len(blank.questions)


@pytest.mark.slow
@pytest.mark.parametrize("concept", concepts())
def test_the_released_notebook_is_the_one_its_source_gives(concept):
    assert release([concept], check=True) == []


@pytest.mark.parametrize("concept", concepts())
def test_an_exercise_has_four_to_eight_questions_and_is_asked_on_its_page(concept, pages):
    exercise = find_exercise(concept)
    assert 4 <= len(exercise.questions) <= 8
    page = pages.page_of(concept)
    assert page.startswith(f"(exercise-{concept})=\n# Exercise: ")
    for question in exercise.questions:
        assert f"## {question.title} (" in page
        assert question.hint.strip() in page
        assert question.worked.strip() in page
    assert page.count("{dropdown} Worked solution") == len(exercise.questions)
    for cell in exercise.cells:
        if cell.role == "given":
            assert cell.source.strip() in page
        if cell.role == "probe":
            assert cell.source not in page


def test_the_table_of_exercises_links_each_page_and_notebook(pages):
    table = pages.table()
    for concept in concepts():
        assert f"<exercise-{concept}>`" in table
        assert f"{{download}}`{concept}.ipynb <../exercises/{concept}.ipynb>`" in table
        assert f"{{exercise-page}} {concept}" in (ROOT / "book" / "exercises" / f"{concept}.md").read_text("utf-8")
