"""Taking the answers out of a notebook: which exercise, which cells, and what is said about it."""

import json

import pytest

from poolcourse.errors import GradingError
from poolcourse.grading.merge import collect_answers, exercise_of, read_cells
from poolcourse.grading.sources import find_exercise


def test_the_answers_of_a_solved_notebook_are_the_solutions(hand_in):
    exercise = find_exercise("local")
    found = collect_answers(read_cells(hand_in())[0], exercise)
    assert found.answers == {question.id: question.solution for question in exercise.questions}
    assert not any(found.notes.values())


def test_nothing_but_answers_is_taken(hand_in):
    def edit(notebook):
        for cell in notebook["cells"]:
            if not cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = "raise SystemExit"

    exercise = find_exercise("local")
    assert "SystemExit" not in str(collect_answers(read_cells(hand_in(edit=edit))[0], exercise).answers)


@pytest.mark.parametrize("name", ["local.ipynb", "my homework (3).ipynb"])
def test_the_exercise_is_known_by_its_metadata(name, hand_in):
    assert exercise_of(hand_in(name=name)).concept == "local"


def test_the_exercise_is_known_by_its_questions_where_name_and_metadata_are_gone(hand_in):
    path = hand_in(edit=lambda notebook: notebook | {"metadata": {}}, name="Untitled7.ipynb")
    assert exercise_of(path).concept == "local"


def test_a_notebook_of_no_exercise_is_refused_with_words(tmp_path):
    path = tmp_path / "Untitled.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    with pytest.raises(GradingError, match="holds no question"):
        exercise_of(path)


def test_a_helper_outside_its_cell_is_named_in_the_reason(graded, hand_in):
    def edit(notebook):
        helper = {
            "cell_type": "code",
            "id": "mine",
            "metadata": {},
            "outputs": [],
            "source": "def helper(x):\n    return x",
        }
        notebook["cells"].insert(3, helper)

    result = graded(hand_in({"sum_forward": "def sum_pool(x, k, s):\n    return helper(x)"}, edit))
    reasons = " ".join(next(q.reasons for q in result.questions if q.id == "sum_forward"))
    assert "`helper` is defined in a cell that isn't graded" in reasons


def test_a_helper_in_another_answer_is_there_for_the_next(lost):
    first = find_exercise("local").question("max_forward").solution + "\ndef shared(x):\n    return x"
    second = find_exercise("local").question("sum_forward").solution.replace("(x, (", "(shared(x), (")
    assert "shared" in second
    assert lost({"max_forward": first, "sum_forward": second}) == {}
    # Also where each answer has to run alone, because another one broke something.
    broken = "np.asarray = None\nspeck = thumbnail = counter = 1"
    assert lost({"max_forward": first, "sum_forward": second, "choose": broken}) == {"choose": 2}


@pytest.mark.parametrize("kept", ["# my notes\nhelper = 1", "", "print(1)"])
def test_an_answer_below_a_cell_that_kept_its_mark_is_found(kept, hand_in):
    question = find_exercise("local").questions[0]

    def split(notebook):
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
        place = names.index(question.id)
        cell = notebook["cells"][place]
        notebook["cells"].insert(place + 1, cell | {"id": "below", "metadata": {}})
        cell["source"], cell["metadata"] = kept, {}

    exercise = find_exercise("local")
    found = collect_answers(read_cells(hand_in(edit=split))[0], exercise)
    assert question.solution in found.answers[question.id]
    assert {name: text for name, text in found.answers.items() if name != question.id} == {
        other.id: other.solution for other in exercise.questions[1:]
    }


def test_a_scratch_cell_does_not_replace_what_the_answer_defines(hand_in):
    question = find_exercise("local").questions[0]

    def scratch(notebook):
        first = "import numpy as np\n" + question.solution.replace("return", "return 0 *")
        notebook["cells"].append({"cell_type": "code", "id": "s", "metadata": {}, "outputs": [], "source": first})

    found = collect_answers(read_cells(hand_in(edit=scratch))[0], find_exercise("local"))
    assert found.answers[question.id] == question.solution
