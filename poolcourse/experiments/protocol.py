"""What a claim is: its words, its runs, and the rule, written before any result, that turns numbers into a verdict."""

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from poolcourse.errors import DataError

__all__ = ["CLAIMS", "Claim", "Shown", "above", "below", "claim", "load_claims", "plan", "summarise"]

# One file a concept; importing them fills CLAIMS.
CONCEPTS = [
    "local",
    "windows",
    "global_pool",
    "head",
    "redundancy",
    "invariance",
    "nonlinearity",
    "noise",
    "stochastic",
    "overlapping",
    "any_size",
    "pyramid",
    "multi_size",
    "backbones",
    "regions",
]

Metrics = dict[str, dict[str, Any]]
Values = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """One number that a reader sees beside the verdict: its key among the metrics, its words and unit."""

    key: str
    label: str
    unit: str = ""
    digits: int = 1


@dataclass(frozen=True)
class Claim:
    """A claim of the source document, and how it is measured.

    Attributes
    ----------
    id, section, chapter, title, statement : str
        "C01" …, the section of the source document, the chapter that shows it, the claim in few words and in full.
    rule : str
        The rule that decides the verdict, in words.
    decide : callable(metrics) -> "confirmed" | "qualified" | "contradicted"
        The same rule as code.
    run : callable(seed, condition, quick) -> dict of numbers or lists of numbers
        One run, pure in its arguments. `quick` makes it small enough for a test.
    shown : sequence of Shown
        The decisive numbers.
    key_figure : str
        The key of the one number that the ledger shows; it is among `shown`.
    finding : callable(metrics) -> str
        What came out, in words and numbers.
    literature, caveat : str
        What is published, and why ours may differ; what ours can't say.
    conditions : sequence of str
        The metrics of a condition get its name as prefix; "all" adds none.
    seeds : int
        Runs of each condition; `few` names conditions that get fewer.
    contrasts : mapping name -> (a, b)
        Differences a - b within each seed.
    axes : mapping name -> list
        What the lists among the metrics are over.
    data : sequence of str
        "fashion_mnist" (with ":N" for another number of test images), "photos", "lite0".
    timed : sequence of str
        Measured times and their ratios, which another machine or a busy moment changes.
    export : callable() -> dict, optional
        Pictures' worth of data that demos draw.
    rule_changes : sequence of str
        Every change of the rule after its first run, with the reason.
    """

    id: str
    section: str
    chapter: str
    title: str
    statement: str
    rule: str
    decide: Callable[[Metrics], str]
    run: Callable[[int, str, bool], Values]
    shown: Sequence[Shown]
    key_figure: str
    finding: Callable[[Metrics], str]
    literature: str
    caveat: str
    conditions: Sequence[str] = ("all",)
    seeds: int = 8
    few: Mapping[str, int] = field(default_factory=dict)
    contrasts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    axes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    data: Sequence[str] = ()
    timed: Sequence[str] = ()
    export: Callable[[], dict[str, Any]] | None = None
    rule_changes: Sequence[str] = ()


CLAIMS: dict[str, Claim] = {}


def claim(id: str, **fields: Any) -> Callable[[Callable[[int, str, bool], Values]], Callable[[int, str, bool], Values]]:
    """Register the decorated function as the run of claim `id`; the other fields are those of `Claim`."""

    def register(run: Callable[[int, str, bool], Values]) -> Callable[[int, str, bool], Values]:
        CLAIMS[id] = Claim(id=id, run=run, **fields)
        return run

    return register


def load_claims() -> dict[str, Claim]:
    """All nineteen claims by their ids, in order."""
    for concept in CONCEPTS:
        importlib.import_module(f"poolcourse.experiments.{concept}")
    return dict(sorted(CLAIMS.items()))


def plan(of: Claim, seeds: int | None = None) -> list[tuple[str, int]]:
    """Every (condition, seed) that a claim needs; `seeds` replaces its own number, `few` conditions stay few."""
    wanted = of.seeds if seeds is None or of.seeds == 1 else seeds
    return [
        (condition, seed)
        for seed in range(wanted)
        for condition in of.conditions
        if seed < of.few.get(condition, wanted)
    ]


def above(metrics: Metrics, key: str, bar: float = 0.0) -> bool:
    """True where the whole confidence interval lies above the bar."""
    return metrics[key]["low"] > bar


def below(metrics: Metrics, key: str, bar: float = 0.0) -> bool:
    """True where the whole confidence interval lies below the bar."""
    return metrics[key]["high"] < bar


def summarise(of: Claim, runs: Sequence[Mapping[str, Any]]) -> Metrics:
    """Mean and 95 % confidence interval (Student's t) over seeds, of each number and each contrast.

    Parameters
    ----------
    of : Claim
    runs : sequence of dicts with the keys condition, seed, values

    Returns
    -------
    dict of metrics, each {"mean", "low", "high", "n"}; lists stay lists, element by element. With one seed the interval
    is the value itself: an exact count, or a measurement without repetition.

    Raises
    ------
    DataError
        If there are no runs, or a condition has none.
    """
    missing = set(of.conditions) - {run["condition"] for run in runs}
    if missing:
        raise DataError(
            f"expected runs of each condition of {of.id}, got none of {', '.join(sorted(missing))}. "
            "Run `poolcourse evidence run` for the claim again."
        )
    by_seed: dict[int, Values] = {}
    for run in runs:
        prefix = "" if run["condition"] == "all" else run["condition"] + "_"
        by_seed.setdefault(run["seed"], {}).update({prefix + key: value for key, value in run["values"].items()})
    for values in by_seed.values():
        for name, (a, b) in of.contrasts.items():
            if a in values and b in values:
                values[name] = (np.asarray(values[a]) - np.asarray(values[b])).tolist()
    keys = dict.fromkeys(key for seed in sorted(by_seed) for key in by_seed[seed])
    return {key: _interval([values[key] for values in by_seed.values() if key in values]) for key in keys}


def _interval(samples: list[Any]) -> dict[str, Any]:
    from scipy.stats import t  # arrives with scikit-image; slow to import, and reading records needs none of it

    table = np.asarray(samples, dtype=float)
    count = len(table)
    mean = table.mean(axis=0)
    half = np.zeros_like(mean)
    if count > 1:
        half = t.ppf(0.975, count - 1) * table.std(axis=0, ddof=1) / math.sqrt(count)
    return {"mean": mean.tolist(), "low": (mean - half).tolist(), "high": (mean + half).tolist(), "n": count}
