"""What `poolcourse grade-class` does, from the self-test to the gradebook, with its progress on the terminal."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolcourse.grading.classroom import Submission, find_submissions, grade_class
from poolcourse.grading.cluster import open_cluster
from poolcourse.grading.gradebook import make_rows, write_gradebook
from poolcourse.grading.leftovers import sweep
from poolcourse.grading.results import Result
from poolcourse.grading.rules import read_rules

__all__ = ["run_class"]


def run_class(
    folder: Path,
    out: Path,
    assignment: str | None,
    workers: int | None,
    resume: bool,
    rules: Path | None,
    seed: int | None,
    sandbox: str,
    scheduler: str | None,
    root: Path | None,
) -> bool:
    """Grade a class; returns whether every submission was graded.

    Raises
    ------
    GradingError
        If nothing can be graded: no submissions, no sandbox, no cluster, rules that can't be read.
    """
    sweep()
    read = read_rules(rules)
    submissions = find_submissions(folder, assignment)
    if sandbox == "none":
        print("warning: no sandbox. Students' code can read, change and send whatever you can.", file=sys.stderr)
    with open_cluster(workers or os.cpu_count() or 1, scheduler) as cluster, _progress(len(submissions)) as progress:
        cluster.check(sandbox)
        results = grade_class(
            submissions, out, cluster.run, sandbox=sandbox, seed=seed, resume=resume, root=root, progress=progress
        )
    sweep()
    rows = make_rows(results, read)
    for path in write_gradebook(rows, out):
        print(path)
    ungraded = [row for row in rows if row.result.status != "graded"]
    print(f"{len(rows) - len(ungraded)} of {len(rows)} submissions graded.")
    for row in ungraded:
        print(f"not graded: {row.submission.student}/{row.submission.assignment}: {row.result.problem}")
    return not ungraded


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar with the time left on a terminal, a line every tenth elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("left:"), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            line = bar.add_task("grading", total=total)
            yield lambda *_: bar.advance(line)
        return
    started, done = time.monotonic(), 0

    def step(_: Submission, __: Result) -> None:
        nonlocal done
        done += 1
        if done == total or done % max(1, total // 10) == 0:
            left = (time.monotonic() - started) / done * (total - done)
            print(f"{done} of {total} graded, about {left:.0f} s left", file=sys.stderr, flush=True)

    yield step
