"""Run claims on one machine or on a cluster, store every run, and write the records."""

import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolcourse.data.records import records_folder, write_json
from poolcourse.errors import DataError
from poolcourse.experiments.protocol import Claim, load_claims, plan, summarise
from poolcourse.experiments.provenance import data_of, fingerprint, versions

__all__ = ["Report", "build_record", "compute", "execute", "sweep"]

Key = tuple[str, str, int]  # claim, condition, seed
Report = Callable[[Key, int, int, float], None]  # the run that ended, how many ended, of how many, seconds to go
DIGITS = 6
# Training frees and takes the same few megabytes at every step. dask's own setting hands each back to the system, which
# costs a third of the time; keep them.
WORKER_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def execute(claim: str, condition: str, seed: int, quick: bool = False) -> dict[str, Any]:
    """One run, on whichever worker: its numbers, and the CPU seconds it took."""
    import torch

    torch.set_num_threads(1)  # one run a core; more threads would only wait for each other
    of = load_claims()[claim]
    start = time.process_time()
    values = of.run(seed, condition, quick)
    return {
        "condition": condition,
        "seed": seed,
        "values": _rounded(values),
        "seconds": round(time.process_time() - start, 2),
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.{DIGITS}g}")


@contextmanager
def _client(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    import dask
    from distributed import Client, LocalCluster

    if scheduler is not None:
        with Client(scheduler, timeout="30s") as client:
            yield client
        return
    count = workers or os.cpu_count() or 1
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT}),
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address=":0",
            local_directory=folder,
            silence_logs=logging.ERROR,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def compute(
    keys: Sequence[Key],
    store: Callable[[Key, dict[str, Any]], None],
    scheduler: str | None = None,
    workers: int | None = None,
    quick: bool = False,
    report: Report | None = None,
) -> None:
    """Run every key, and store each result as it ends.

    Raises
    ------
    DataError
        After all others have run, if some runs failed: it names them and their errors.
    """
    if not keys:
        return
    from distributed import as_completed

    failed: list[str] = []
    started = time.monotonic()
    with _client(scheduler, workers) as client:
        futures = {client.submit(execute, *key, quick, pure=False): key for key in keys}
        for ended, future in enumerate(as_completed(futures), start=1):
            key = futures[future]
            if future.status == "finished":
                store(key, future.result())
            else:
                failed.append(f"{' '.join(map(str, key))}: {future.exception()!r}")
            future.release()
            if report is not None:
                passed = time.monotonic() - started
                report(key, ended, len(keys), passed / ended * (len(keys) - ended))
    if failed:
        raise DataError(
            f"expected {len(keys)} runs to end, got {len(failed)} failures: {'; '.join(failed)}. Mend them and run the "
            "same command again: what has ended is kept."
        )


def build_record(claim: Claim, runs: Sequence[dict[str, Any]], command: str) -> dict[str, Any]:
    """Numbers, verdict and words of a claim from its runs."""
    metrics = _rounded_metrics(summarise(claim, runs))
    return {
        "claim": claim.id,
        "section": claim.section,
        "chapter": claim.chapter,
        "title": claim.title,
        "statement": claim.statement,
        "verdict": claim.decide(metrics),
        "finding": re.sub(r"(?<![\w.])-(?=\d)", "−", claim.finding(metrics)),
        "rule": claim.rule,
        "rule_changes": list(claim.rule_changes),
        "key_figure": claim.key_figure,
        "shown": [vars(shown) for shown in claim.shown],
        "metrics": metrics,
        "axes": {name: list(axis) for name, axis in claim.axes.items()},
        "literature": claim.literature,
        "caveat": claim.caveat,
        "data": data_of(claim),
        "versions": versions(claim),
        "command": command,
        "seconds": round(sum(run["seconds"] for run in runs), 1),
        "export": claim.export() if claim.export else {},
        "runs": list(runs),
    }


def _rounded_metrics(metrics: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: _rounded(interval) for key, interval in metrics.items()}


def sweep(
    wanted: Sequence[str],
    seeds: int | None = None,
    work: Path = Path("_build/evidence"),
    scheduler: str | None = None,
    workers: int | None = None,
    quick: bool = False,
    folder: Path | None = None,
    report: Report | None = None,
) -> list[str]:
    """Run claims and write their records; runs that `work` holds already, made by the same code, are not run again.

    Parameters
    ----------
    wanted : sequence of str
        Claim ids; empty means all.
    seeds : int, optional
        Instead of each claim's own number.
    work : Path
        Every run is stored here when it ends: a killed sweep loses at most the runs in hand.
    scheduler : str, optional
        Address of a dask scheduler. Default: a local cluster, one process a core, one run at a time in each.
    workers : int, optional
        Processes of the local cluster.
    quick : bool
        Tiny runs, for a test of the machinery: their records mean nothing.
    folder : Path, optional
        Where the records go. Default: `records_folder()`.
    report : callable, optional
        Called after each run.

    Returns
    -------
    The claims whose records were written.

    Raises
    ------
    DataError
        If a claim is unknown or runs failed.
    """
    claims = load_claims()
    if unknown := [name for name in wanted if name not in claims]:
        raise DataError(f"expected claims of {', '.join(claims)}, got {', '.join(unknown)}.")
    chosen = {name: claims[name] for name in wanted or claims}
    target = records_folder() if folder is None else folder
    keys = [(name, *run) for name, of in chosen.items() for run in plan(of, seeds)]
    codes = {name: fingerprint(of) + ("-quick" if quick else "") for name, of in chosen.items()}
    kept = {key: run for key in keys if (run := _stored(work, key, codes[key[0]])) is not None}
    written: list[str] = []

    def finish(name: str) -> None:
        own = [key for key in keys if key[0] == name]
        if all(key in kept for key in own):
            command = f"poolcourse evidence run {name}" + (f" --seeds {seeds}" if seeds else "")
            write_json(target / f"{name}.json", build_record(chosen[name], [kept[key] for key in own], command))
            written.append(name)

    def store(key: Key, run: dict[str, Any]) -> None:
        write_json(_path(work, key), {"code": codes[key[0]], "run": run})
        kept[key] = run
        finish(key[0])

    left = [key for key in keys if key not in kept]
    for name in chosen:
        if all(key[0] != name for key in left):
            finish(name)
    compute(left, store, scheduler, workers, quick, report)
    return sorted(written)


def _path(work: Path, key: Key) -> Path:
    claim, condition, seed = key
    return work / claim / f"{condition}-{seed}.json"


def _stored(work: Path, key: Key, code: str) -> dict[str, Any] | None:
    try:
        content = json.loads(_path(work, key).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content["run"] if content.get("code") == code else None
