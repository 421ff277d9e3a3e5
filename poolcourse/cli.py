"""The commands: arguments only, the work is elsewhere and is imported when it is asked for."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

__all__ = ["app"]

EXIT_FULL, EXIT_MISSING, EXIT_FAILED = 0, 1, 2


class _Evidence(TyperGroup):
    """`poolcourse evidence`, imported only when it is used: its experiments load torch."""

    def _loaded(self) -> Any:
        from poolcourse.experiments.commands import app as evidence

        return typer.main.get_group(evidence)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._loaded().list_commands(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return self._loaded().get_command(ctx, cmd_name)


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), "evidence"]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name == "evidence":
            return _Evidence(name="evidence", help="Run, show and check the experiments behind the course's claims.")
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    help="The pooling course: grade notebooks, release exercises, gather evidence.\n\n"
    "Exit codes: 0 full points or done, 1 points missing, 2 could not do it.",
)

Exercises = Annotated[
    Path | None, typer.Option("--exercises", metavar="DIR", help="Folder with `source/`. Default: the repository's.")
]


def _fail(error: Exception) -> typer.Exit:
    typer.echo(f"error: {error}", err=True)
    return typer.Exit(EXIT_FAILED)


@app.command()
def grade(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks to grade.", show_default=False)],
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the results as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="DIR", help="Write one page of feedback a notebook.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the probes' inputs. Default: a new one each time.")] = None,
    exercises: Exercises = None,
) -> None:
    """Grade one or more of your own notebooks and print the points with reasons.

    The notebooks' code runs on this computer, with limits on time and memory but without a sandbox:
    use `grade-class` for notebooks of other people.
    """
    from poolcourse.grading.grade import grade_notebook
    from poolcourse.grading.report import print_result, write_json, write_page

    results = []
    for path in notebooks:
        result = grade_notebook(path, seed=seed, root=exercises)
        print_result(result)
        if html is not None:
            typer.echo(f"feedback: {write_page(result, html)}")
        results.append(result)
    if json is not None:
        write_json(results, json)
    if any(result.status != "graded" for result in results):
        raise typer.Exit(EXIT_FAILED)
    raise typer.Exit(EXIT_FULL if all(result.full for result in results) else EXIT_MISSING)


@app.command("grade-class")
def grade_class(
    folder: Annotated[Path, typer.Argument(help="Holds submitted/<student>/<assignment>/<notebook>.ipynb.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where results, gradebooks and pages go.")],
    assignment: Annotated[str | None, typer.Option(help="Grade this assignment only.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Submissions at a time. Default: the processors.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in DIR.")] = False,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML with due dates, late penalty and overrides.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the probes' inputs. Default: a new one a run.")] = None,
    prewarm: Annotated[bool, typer.Option("--prewarm", help="Fork kernels from a warm one: faster.")] = False,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Use the dask.distributed cluster there.")
    ] = None,
    unsafe_no_sandbox: Annotated[
        bool, typer.Option("--unsafe-no-sandbox", help="Run students' code unprotected on this computer.")
    ] = False,
    exercises: Exercises = None,
) -> None:
    """Grade a class in a sandbox: results, gradebooks (also for Canvas and Moodle), a page a student, incidents.

    Exit codes: 0 all graded, 1 some could not be graded (see incidents.csv), 2 could not start.
    """
    from poolcourse.errors import PoolingError
    from poolcourse.grading.command import run_class

    if prewarm and unsafe_no_sandbox:
        raise _fail(ValueError("expected at most one of --prewarm and --unsafe-no-sandbox, got both."))
    sandbox = "none" if unsafe_no_sandbox else "prewarmed" if prewarm else "bubblewrap"
    try:
        complete = run_class(folder, out, assignment, workers, resume, rules, seed, sandbox, scheduler, exercises)
    except PoolingError as error:
        raise _fail(error) from None
    raise typer.Exit(EXIT_FULL if complete else EXIT_MISSING)


@app.command()
def release(
    concepts: Annotated[
        list[str] | None, typer.Argument(metavar="[CONCEPT]...", help="Default: all of them.", show_default=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a notebook differs.")] = False,
    nbgrader: Annotated[
        Path | None, typer.Option(metavar="COURSE", help="Write nbgrader's sources into that course instead.")
    ] = None,
    exercises: Exercises = None,
) -> None:
    """Make the students' notebooks from exercises/source/*.md: run the solution, keep its outputs, take it out."""
    from poolcourse.errors import PoolingError
    from poolcourse.grading.nbgrader import write_nbgrader_sources
    from poolcourse.grading.release import release as make

    try:
        if nbgrader is not None:
            for path in write_nbgrader_sources(nbgrader, concepts, exercises):
                typer.echo(f"{path}: written")
            return
        changed = make(concepts, exercises, check)
    except PoolingError as error:
        raise _fail(error) from None
    for path in changed:
        typer.echo(f"{path}: {'differs from its source; run `poolcourse release`' if check else 'written'}")
    raise typer.Exit(EXIT_MISSING if check and changed else EXIT_FULL)


if __name__ == "__main__":
    app()
