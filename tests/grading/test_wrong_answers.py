"""Every exercise: each wrong answer that students give loses exactly the points it should, and no other question's."""

import pytest

from poolcourse.grading.sources import concepts, find_exercise


def rounds(wrong):
    """Pack wrong answers into notebooks, at most one a question: questions don't depend on each other."""
    left = dict(wrong)
    while left:
        packed = {}
        for name, (question, _, _) in list(left.items()):
            if question not in {left_question for left_question, _, _ in packed.values()}:
                packed[name] = left.pop(name)
        yield packed


@pytest.mark.slow
@pytest.mark.parametrize("concept", concepts())
def test_wrong_answers_lose_exactly_their_points(concept, lost, wrong_answers):
    wrong = wrong_answers(concept)
    assert len(wrong) >= 15
    assert {question for question, _, _ in wrong.values()} == {q.id for q in find_exercise(concept).questions}
    for packed in rounds(wrong):
        answers = {question: source for question, source, _ in packed.values()}
        assert lost(answers, concept=concept) == {question: points for question, _, points in packed.values()}, list(
            packed
        )
