"""`poolcourse evidence`: run, show and check the claims. Arguments only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from poolcourse.data.records import evidence, stored_claims
from poolcourse.errors import PoolingError
from poolcourse.experiments.words import number, verdict

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Run, show and check the measured claims.")
console = Console()

Claims = Annotated[list[str] | None, typer.Argument(help="Claims, C01 to C19. Default: all.", show_default=False)]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes of the local cluster. Default: one a core.")]


@app.command()
def run(
    claims: Claims = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Seeds, instead of each claim's own number.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a dask scheduler, tcp://host:port.")] = None,
    workers: Workers = None,
    work: Annotated[Path, typer.Option(help="Where raw runs are kept, to go on after an interruption.")] = Path(
        "_build/evidence"
    ),
    folder: Annotated[Path | None, typer.Option(help="Where the records go. Default: book/evidence.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Tiny runs that test the machinery; needs --folder.")] = False,
) -> None:
    """Run claims and write their records. Killed in the middle, the same command goes on where it stopped."""
    from poolcourse.experiments.sweep import sweep

    if quick and folder is None:
        raise typer.BadParameter("quick runs mean nothing: give --folder, so that they don't replace the records.")
    with _guarded(), _progress() as report:
        written = sweep(claims or [], seeds, work, scheduler, workers, quick, folder, report)
    for name in written:
        console.print(f"{name} written")


@app.command()
def show(claims: Claims = None) -> None:
    """Print the verdicts, or all that is stored on the claims named."""
    with _guarded():
        if claims:
            for name in claims:
                console.print(Markdown(verdict(name).markdown))
            return
        table = Table("claim", "verdict", "what was claimed", "key figure", "CPU s")
        for name in stored_claims():
            record = evidence(name)
            key = record["key_figure"]
            table.add_row(name, record["verdict"], record["title"], number(record, key), f"{record['seconds']:.0f}")
        console.print(table)


@app.command()
def check(
    claims: Claims = None,
    seed: Annotated[int, typer.Option(min=0, help="Which seed to run again.")] = 0,
    workers: Workers = None,
    stored_only: Annotated[bool, typer.Option("--stored-only", help="Re-read the stored runs, run nothing.")] = False,
) -> None:
    """Run one seed of each claim again; exit 1 if a stored verdict no longer follows."""
    from poolcourse.experiments.checks import check_all

    with _guarded(), _progress() as report:
        problems = check_all(claims or [], seed, workers, not stored_only, report)
    for name, found in problems.items():
        console.print(f"{name} {'; '.join(found) if found else 'follows'}", soft_wrap=True, highlight=False)
    if any(problems.values()):
        raise typer.Exit(1)


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except PoolingError as error:
        Console(stderr=True).print(str(error), style="red", soft_wrap=True)
        raise typer.Exit(2) from error


@contextmanager
def _progress() -> Iterator[Callable[[tuple[str, str, int], int, int, float], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    if not console.is_terminal:
        yield lambda key, ended, total, left: print(f"{ended}/{total} {_name(key)}, {_minutes(left)} to go", flush=True)
        return
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("starting", total=None, left="")
        yield lambda key, ended, total, left: bar.update(
            task, description=_name(key), completed=ended, total=total, left=f"{_minutes(left)} to go"
        )


def _name(key: tuple[str, str, int]) -> str:
    claim, condition, seed = key
    return f"{claim} {condition} seed {seed}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
