"""Run an exercise's solution, keep what its cells gave: the expected values, which never enter a student's kernel."""

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from platformdirs import user_cache_dir

from poolcourse.errors import GradingError
from poolcourse.grading.kernel import Fatal, Kernel
from poolcourse.grading.launch import Launch, Limits, launch_plainly
from poolcourse.grading.sources import Exercise

__all__ = ["References", "cell_outputs", "probe_source", "run_solution"]


@dataclass(frozen=True)
class References:
    """The solution's outputs by cell id, under one seed, and the modules that it had loaded at its end."""

    outputs: dict[str, list[dict[str, Any]]]
    modules: list[str]


def probe_source(source: str, probe: str, seed: int) -> str:
    """A probe cell as it runs: with `emit` and `rng` made just before, so that no answer's names stand in for them."""
    head = "from poolcourse.grading.probes import emit, generator"
    return f"{head}\nrng = generator({seed}, {probe!r})\n{source}"


def run_solution(exercise: Exercise, seed: int | None, launch: Launch = launch_plainly) -> References:
    """Run the solution from top to bottom; with a seed, the probes too.

    Raises
    ------
    GradingError
        If a cell of the solution fails, or a probe shows nothing: nobody can be graded by such an exercise.
    """
    if seed is None:
        return _run(exercise, None, launch)
    path = Path(user_cache_dir("poolcourse")) / "references" / f"{exercise.concept}-{_key(exercise, seed)}.json"
    try:
        return References(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        references = _run(exercise, seed, launch)
        with contextlib.suppress(OSError):  # a cache that can't be written is only slower
            _write_whole(path, json.dumps(asdict(references)))
        return references


def cell_outputs(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A notebook's outputs from a kernel's messages; writes to one stream are joined."""
    outputs: list[dict[str, Any]] = []
    streams: dict[str, dict[str, Any]] = {}
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            if content["name"] not in streams:
                streams[content["name"]] = {"output_type": kind, "name": content["name"], "text": ""}
                outputs.append(streams[content["name"]])
            streams[content["name"]]["text"] += content["text"]
        elif kind in ("display_data", "execute_result"):
            outputs.append({"output_type": kind, "data": content["data"], "metadata": content["metadata"]})
    return outputs


def _run(exercise: Exercise, seed: int | None, launch: Launch) -> References:
    outputs = {}
    probes = {question.id: iter(question.probes) for question in exercise.questions}
    # The solution needs the modules that answers may not see, so nothing is hidden from it.
    with Kernel(launch, Limits(memory_mb=exercise.memory_mb)) as kernel:
        for cell in exercise.cells:
            if cell.nbgrader is None and cell.role != "probe":
                continue
            source, name = cell.source, cell.id
            if cell.role == "probe":
                if seed is None:
                    continue
                probe = next(probes[cell.question])
                source, name = probe_source(probe.source, probe.id, seed), probe.id
            outputs[name] = _run_cell(kernel, source, name, exercise)
        listed = _run_cell(kernel, "import sys\nprint(*sorted(sys.modules))", "modules", exercise)
    return References(outputs, listed[0]["text"].split())


def _run_cell(kernel: Kernel, source: str, name: str, exercise: Exercise) -> list[dict[str, Any]]:
    from poolcourse.grading.compare import payloads
    from poolcourse.grading.probes import MIME

    kernel.seconds = max(60.0, exercise.seconds)
    try:
        request = kernel.execute_cell_input(source)
        kernel.await_reply(request)
    except Fatal as error:
        raise GradingError(f"{exercise.path.name}: the solution fails at {name!r}: {error}") from error
    if kernel.reply.get("status") != "ok":
        words = f"{kernel.reply.get('ename')}: {kernel.reply.get('evalue')}"
        raise GradingError(f"{exercise.path.name}: the solution fails at {name!r}: {words}.")
    messages = []
    while True:
        message = kernel.get_message("iopub")
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
        messages.append(message)
    outputs = cell_outputs(messages)
    probes = {probe.id for question in exercise.questions for probe in question.probes}
    if name in probes and not payloads(outputs, MIME):
        raise GradingError(f"{exercise.path.name}: the probe {name!r} emits nothing. Let it call `emit(...)`.")
    return outputs


def _key(exercise: Exercise, seed: int) -> str:
    versions = [metadata.version(name) for name in ("numpy", "torch", "scikit-image")]
    parts = [exercise.path.read_bytes(), repr((seed, versions)).encode(), _package_digest()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


@lru_cache(maxsize=1)
def _package_digest() -> bytes:
    """A digest of the package's code: a solution may use any of it."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that no other process ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)
