"""The stored results: one JSON file a claim, and how to read them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from poolcourse.errors import DataError

__all__ = ["evidence", "records_folder", "stored_claims", "write_json"]

KEYS = ["claim", "section", "statement", "verdict", "rule", "metrics", "runs", "data", "versions", "command", "seconds"]


def records_folder() -> Path:
    """The folder of the records: $POOLCOURSE_EVIDENCE, else book/evidence of the course this package belongs to.

    Raises
    ------
    DataError
        If there is none, neither beside the package nor above the working folder.
    """
    if named := os.environ.get("POOLCOURSE_EVIDENCE"):
        return Path(named)
    here = Path.cwd()
    for above in (Path(__file__).resolve().parents[2], here, *here.parents):
        if (above / "book" / "evidence").is_dir():
            return above / "book" / "evidence"
    raise DataError(
        "expected the folder book/evidence of the course, got none here or above. Run in the course's folder, or set "
        "the environment variable POOLCOURSE_EVIDENCE to the folder with the records."
    )


def evidence(claim: str) -> dict[str, Any]:
    """The stored record of one claim.

    Parameters
    ----------
    claim : str
        "C01" to "C19".

    Returns
    -------
    dict with the keys claim, section, statement, verdict, rule, metrics, runs, data, versions, command, seconds; and
    title, chapter, finding, shown, axes, literature, caveat, rule_changes, export. A metric is {"mean", "low", "high",
    "n"}: the mean and its 95 % confidence interval over n seeds.

    Raises
    ------
    DataError
        If the record is missing or damaged.
    """
    path = records_folder() / f"{claim}.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as cause:
        raise DataError(
            f"expected a record {path}, got none. Run `poolcourse evidence run {claim}`, or ask for one of "
            f"{', '.join(stored_claims()) or 'none yet'}."
        ) from cause
    except ValueError as cause:
        raise DataError(
            f"expected a JSON record in {path}, got a damaged file ({cause}). Run `poolcourse evidence run {claim}`."
        ) from cause
    if missing := [key for key in KEYS if key not in record]:
        raise DataError(
            f"expected the keys {', '.join(KEYS)} in {path}, got none of {', '.join(missing)}. "
            f"Run `poolcourse evidence run {claim}`."
        )
    return record


def stored_claims() -> list[str]:
    """The ids of the claims that have a record, in order."""
    return sorted(path.stem for path in records_folder().glob("C[0-9][0-9].json"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file in one piece: a reader, or a kill in the middle, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
