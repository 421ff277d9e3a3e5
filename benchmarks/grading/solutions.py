"""Grade each exercise's solution many times, each with a new seed: every one must get full points.

python benchmarks/grading/solutions.py [--times 100] [CONCEPT ...]
"""

import argparse
import tempfile
import time
from pathlib import Path

from poolcourse.grading.grade import grade_notebook
from poolcourse.grading.references import run_solution
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import concepts, find_exercise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("concepts", nargs="*", default=concepts())
    parser.add_argument("--times", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for concept in options.concepts:
            exercise = find_exercise(concept)
            path = Path(folder) / f"{concept}.ipynb"
            path.write_text(solved_text(exercise), encoding="utf-8")
            full, seconds = 0, []
            for seed in range(options.times):
                started = time.perf_counter()
                outputs = run_solution(exercise, seed).outputs
                result = grade_notebook(path, exercise, seed=seed, references=lambda outputs=outputs: outputs)
                seconds.append(time.perf_counter() - started)
                full += result.full
                if not result.full:
                    print(
                        f"  seed {seed}: {result.problem} {[(q.id, q.reasons) for q in result.questions if q.reasons]}"
                    )
            print(
                f"{concept:15} {full} of {options.times} full, {sorted(seconds)[len(seconds) // 2]:.2f} s (median)",
                flush=True,
            )


if __name__ == "__main__":
    main()
