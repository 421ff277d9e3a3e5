"""Grade every wrong answer of every exercise on its own and print how many lose exactly what they should.

Run by hand, it takes minutes: `python benchmarks/wrong_answers.py [CONCEPT ...]`.
"""

import argparse
import runpy
import tempfile
import time
from pathlib import Path

from poolcourse.grading.grade import grade_notebook
from poolcourse.grading.references import run_solution
from poolcourse.grading.release import solved_text
from poolcourse.grading.results import Result
from poolcourse.grading.sources import concepts, find_exercise

WRONG = Path(__file__).parents[1] / "tests" / "grading" / "wrong_answers"


def wrong_answers(concept: str) -> dict[str, tuple[str, str, float]]:
    """Name -> (question, source, points lost)."""
    return runpy.run_path(str(WRONG / f"{concept}.py"))["WRONG"]


def graded(concept: str, answers: dict[str, str], seed: int) -> tuple[Result, float]:
    """A solved notebook with some answers replaced, graded, and the seconds that it took."""
    exercise = find_exercise(concept)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{concept}.ipynb"
        path.write_text(solved_text(exercise, answers), encoding="utf-8")
        start = time.perf_counter()
        result = grade_notebook(path, seed=seed, references=lambda: run_solution(exercise, seed).outputs)
        return result, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("concepts", nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows, failed = [], []
    for concept in options.concepts or concepts():
        run_solution(find_exercise(concept), options.seed)  # not part of the time of one grading
        full, seconds = graded(concept, {}, options.seed)
        wrong, right = wrong_answers(concept), 0
        for name, (question, source, points) in wrong.items():
            result, _ = graded(concept, {question: source}, options.seed)
            lost = {q.id: q.max_points - q.points for q in result.questions if q.points != q.max_points}
            if lost == {question: points}:
                right += 1
            else:
                failed.append(f"{concept}: {name!r} lost {lost}, intended {points:g} of {question!r}")
        rows.append((concept, f"{full.points:g}/{full.max_points:g}", len(wrong), right, f"{seconds:.1f}"))
        print("\t".join(map(str, rows[-1])), flush=True)
    total, right = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print("\n| exercise | solution | wrong answers | as intended | seconds for one grading |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print(f"| all | | {total} | {right} ({100 * right / total:.1f} %) | |")
    print(*failed, sep="\n")


if __name__ == "__main__":
    main()
