"""Shared by the tests of grading: hand in a notebook with given answers, grade it, the wrong answers of an exercise."""

import importlib.util
import json
from pathlib import Path

import pytest

from poolcourse.grading.grade import grade_notebook
from poolcourse.grading.references import run_solution
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import find_exercise

HERE = Path(__file__).parent
SEED = 20131113


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """References of the tests are made by the tests, not found in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def wrong_answers():
    """concept -> {name: (question, source, points lost)}, from wrong_answers/<concept>.py."""

    def load(concept):
        spec = importlib.util.spec_from_file_location(f"wrong_{concept}", HERE / "wrong_answers" / f"{concept}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.WRONG

    return load


@pytest.fixture
def hand_in(tmp_path):
    """Write a solved notebook with some answers replaced; `edit` may change the notebook's data on the way."""

    def write(answers=None, edit=None, concept="local", name=None):
        text = solved_text(find_exercise(concept), answers)
        path = tmp_path / (name or f"{concept}.ipynb")
        if edit is not None:
            notebook = json.loads(text)
            edited = edit(notebook)
            text = json.dumps(notebook if edited is None else edited)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def graded():
    """Grade a notebook, with the solution run once for all tests."""
    references = {}

    def run(path, concept="local", **options):
        if concept not in references:
            references[concept] = run_solution(find_exercise(concept), SEED).outputs
        return grade_notebook(path, seed=SEED, references=lambda: references[concept], **options)

    return run


@pytest.fixture
def lost(graded, hand_in):
    """Grade a solved notebook with some answers replaced: question -> points lost, for those that lost any."""

    def run(answers=None, edit=None, concept="local", **options):
        result = graded(hand_in(answers, edit, concept), concept, **options)
        assert result.status == "graded", result.problem
        return {q.id: q.max_points - q.points for q in result.questions if q.points != q.max_points}

    return run


def pytest_collection_modifyitems(items):
    """In the sandbox /tmp is empty, and a pre-warmed kernel can't see a project that lies below it."""
    if Path(__file__).resolve().is_relative_to("/tmp"):
        reason = "the sandbox has a /tmp of its own, which hides a project below /tmp: clone it elsewhere"
        for item in items:
            if item.path.name in {"test_hostile.py", "test_sandbox.py", "test_kernel.py"}:
                item.add_marker(pytest.mark.skip(reason=reason))
