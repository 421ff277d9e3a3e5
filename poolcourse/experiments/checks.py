"""Do the stored verdicts still follow? Re-read their runs, re-run one seed of each, and decide again."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from poolcourse.data.records import evidence, stored_claims
from poolcourse.experiments.protocol import Claim, load_claims, plan, summarise
from poolcourse.experiments.provenance import data_of
from poolcourse.experiments.sweep import Key, Report, compute

__all__ = ["check_all", "follows", "refreshed"]

VERDICTS = ("confirmed", "qualified", "contradicted")
SPREAD = 8.0  # standard deviations over seeds that a new run may lie off the stored mean: other CPUs, other kernels
ROUNDING = 1e-3  # relative: what such machines differ by in a number without spread


def follows(record: Mapping[str, Any], claim: Claim) -> list[str]:
    """What is wrong with a record as it is stored: empty if its verdict follows from its own runs by the claim's rule.

    Parameters
    ----------
    record : dict
        As `evidence` returns it.
    claim : Claim

    Returns
    -------
    list of sentences
    """
    problems = []
    if record["verdict"] not in VERDICTS:
        problems.append(f"the verdict {record['verdict']!r} is none of {', '.join(VERDICTS)}")
    if record["rule"] != claim.rule:
        problems.append("the stored rule is not the code's: run the claim again, and give the reason in rule_changes")
    metrics = summarise(claim, record["runs"])
    if decided := _other_verdict(claim, metrics, record["verdict"]):
        problems.append(f"its runs give {decided!r}, stored is {record['verdict']!r}")
    off = [
        key
        for key, interval in metrics.items()
        for part in ("mean", "low", "high")
        if not _close(record["metrics"].get(key, {}).get(part), interval[part])
    ]
    if off:
        problems.append(f"its runs give other metrics than stored: {', '.join(dict.fromkeys(off))}")
    return problems


def refreshed(record: Mapping[str, Any], claim: Claim, fresh: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong once new runs take the place of the stored ones with their condition and seed.

    Parameters
    ----------
    record, claim
        As in `follows`.
    fresh : sequence of runs
        As `execute` returns them.

    Returns
    -------
    list of sentences: empty if the verdict stays and the new numbers lie where the stored ones do.
    """
    new = {(run["condition"], run["seed"]): run for run in fresh}
    runs = [new.get((run["condition"], run["seed"]), run) for run in record["runs"]]
    problems = []
    if decided := _other_verdict(claim, summarise(claim, runs), record["verdict"]):
        problems.append(f"with new runs of seed {fresh[0]['seed']} the rule gives {decided!r}")
    if data_of(claim) != record["data"]:
        return problems  # other images, as where only the sample is there: the verdict must hold, not the numbers
    for run in fresh:
        same = [old["values"] for old in record["runs"] if old["condition"] == run["condition"]]
        prefix = "" if run["condition"] == "all" else run["condition"] + "_"
        for key, value in run["values"].items():
            if prefix + key in claim.timed or isinstance(value, list):
                continue
            if _strays(value, [old[key] for old in same if key in old]):
                problems.append(
                    f"{prefix + key} is {value:g} in a new run of seed {run['seed']}, far off the stored ones"
                )
    return problems


def _other_verdict(claim: Claim, metrics: dict[str, dict[str, Any]], stored: str) -> str | None:
    decided = claim.decide(metrics)
    return None if decided == stored else decided


def _close(stored: Any, made: Any) -> bool:
    if stored is None or isinstance(stored, list) != isinstance(made, list):
        return False
    pairs = zip(stored, made, strict=True) if isinstance(stored, list) else [(stored, made)]
    return all(math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-6) for a, b in pairs)


def _strays(value: float, stored: list[float]) -> bool:
    if not stored:
        return True
    mean = sum(stored) / len(stored)
    spread = math.sqrt(sum((x - mean) ** 2 for x in stored) / max(len(stored) - 1, 1))
    return abs(value - mean) > SPREAD * spread + ROUNDING * abs(mean) + 1e-4


def check_all(
    wanted: Sequence[str] = (),
    seed: int = 0,
    workers: int | None = None,
    rerun: bool = True,
    report: Report | None = None,
) -> dict[str, list[str]]:
    """Check every stored record, with one new run of each condition.

    Parameters
    ----------
    wanted : sequence of str
        Claim ids; empty means all nineteen.
    seed : int
        Which seed to run again.
    workers : int, optional
        Processes of the local cluster.
    rerun : bool
        False only re-reads the stored runs, in seconds.
    report : callable, optional
        As in `sweep`.

    Returns
    -------
    dict claim -> list of problems; empty lists where all is well.
    """
    claims = load_claims()
    chosen = {name: claims[name] for name in wanted or claims}
    stored = {name: evidence(name) for name in chosen if name in stored_claims()}
    problems = {name: follows(stored[name], chosen[name]) if name in stored else ["no record"] for name in chosen}
    fresh: dict[str, list[dict[str, Any]]] = {name: [] for name in stored}
    # The longest first, so that no core waits at the end.
    keys: list[Key] = sorted(
        ((name, *run) for name in stored for run in plan(chosen[name]) if rerun and _cheap(stored[name], run, seed)),
        key=lambda key: -_seconds(stored[key[0]], key[1]),
    )
    compute(keys, lambda key, run: fresh[key[0]].append(run), workers=workers, report=report)
    for name, runs in fresh.items():
        if runs:
            problems[name] += refreshed(stored[name], chosen[name], runs)
    return problems


LONGEST = 30.0  # CPU seconds of a run that a check repeats


def _seconds(record: Mapping[str, Any], condition: str) -> float:
    return max(run["seconds"] for run in record["runs"] if run["condition"] == condition)


def _cheap(record: Mapping[str, Any], run: tuple[str, int], seed: int) -> bool:
    condition, number = run
    return number == seed and _seconds(record, condition) <= LONGEST
