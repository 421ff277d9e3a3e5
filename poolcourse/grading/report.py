"""Show a result: a table in the terminal, JSON, and a page of feedback that doesn't hold the probes' source."""

import json
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from poolcourse.grading.results import Result

__all__ = ["page", "print_result", "write_json", "write_page"]


def print_result(result: Result) -> None:
    """Print points and reasons, question by question."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=False)
    if result.status != "graded":
        console.print(f"[bold]{escape(result.notebook)}[/bold]: not graded. {escape(result.problem)}")
        return
    table = Table(title=f"{result.title}: {escape(result.notebook)}", title_justify="left", show_lines=False)
    table.add_column("question")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("why", ratio=1)
    for question in result.questions:
        full = question.points == question.max_points
        words = "\n".join([*question.reasons, *question.notes])
        style = "green" if full else "red"
        table.add_row(
            escape(question.title),
            f"[{style}]{question.points:g} / {question.max_points:g}[/{style}]",
            escape(words) if words else ("right" if full else ""),
        )
    table.add_section()
    table.add_row("together", f"{result.points:g} / {result.max_points:g}", f"seed {result.seed}, {result.seconds:g} s")
    console.print(table)


def write_json(results: list[Result], path: Path) -> None:
    """Write results as JSON, with the versions that they were computed with."""
    names = ("poolcourse", "numpy", "torch", "nbval", "ipykernel")
    data = {"versions": {name: metadata.version(name) for name in names}, "results": [r.to_json() for r in results]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def write_page(result: Result, folder: Path, name: str | None = None) -> Path:
    """Write a page of feedback; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or Path(result.notebook).stem}.html"
    path.write_text(page([result]), encoding="utf-8")
    return path


def page(results: list[Result], who: str = "", remarks: list[str] | None = None) -> str:
    """Results as one HTML page that needs nothing else; `remarks`, one a result, stand under its points."""
    return str(_template().render(pairs=list(zip(results, remarks or [""] * len(results), strict=True)), who=who))


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment

    source = Path(__file__).with_name("feedback.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
