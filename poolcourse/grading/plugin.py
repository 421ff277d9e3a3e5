"""Run one merged notebook under nbval, in this process, and keep a record of every cell.

nbval collects, executes and compares. Added here: our kernel with its deadlines, the reply's status, comparison with
tolerance against values that were never in the notebook's file, and a record that survives a crash.
"""

import contextlib
import io
import json
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from poolcourse.errors import GradingError
from poolcourse.grading.compare import payloads, probe_difference
from poolcourse.grading.kernel import Fatal, Kernel
from poolcourse.grading.launch import Launch, Limits
from poolcourse.grading.leftovers import prefix
from poolcourse.grading.notebooks import code_cell, import_nbval, new_notebook
from poolcourse.grading.probes import MIME

__all__ = ["CellRecord", "Plan", "RunCell", "run_cells"]

nbval = import_nbval()

# Our own pytest: no settings, plugins or caches of the folder or of a test run that this happens in.
WITHOUT = ("cacheprovider", "faulthandler", "unraisableexception", "threadexception", "logging", "doctest")
OPTIONS = [f"-pno:{name}" for name in WITHOUT]
OPTIONS += [
    "-pnbval.plugin",
    "-q",
    "--capture=no",
    "--color=no",
    "--tb=no",
    "--import-mode=importlib",
    f"-c{os.devnull}",
]


@dataclass(frozen=True)
class RunCell:
    """A code cell to run. `role`: given, answer, check or probe."""

    id: str
    role: str
    question: str
    source: str


@dataclass
class CellRecord:
    """What became of a cell. `status`: passed, failed (an error or a wrong value), timeout, dead, memory, output, not
    reached.
    """

    id: str
    role: str
    question: str
    status: str
    words: str = ""
    seconds: float = 0.0

    @property
    def fatal(self) -> bool:
        """Whether the kernel ended at this cell."""
        return self.status in ("timeout", "dead", "memory", "output")


@dataclass(frozen=True)
class Plan:
    """Everything that one run needs besides its cells."""

    references: Callable[[], dict[str, list[dict[str, Any]]]]
    launch: Launch
    limits: Limits
    seconds: float
    rtol: float
    atol: float
    journal: Path | None = None


def run_cells(cells: list[RunCell], plan: Plan) -> list[CellRecord]:
    """Run cells in order in one fresh kernel under nbval.

    Returns
    -------
    One record a cell, in order.

    Raises
    ------
    GradingError
        If nbval itself could not run them.
    """
    runner = _Runner(cells, plan)
    with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
        path = Path(folder) / "notebook.ipynb"
        # The file holds sources only; what is expected stays in this process.
        notebook = new_notebook([code_cell(c.id.replace("_", "-"), c.source, {"cell": c.id}, [], 1) for c in cells], {})
        path.write_text(json.dumps(notebook), encoding="utf-8")
        with _quiet() as said:
            code = pytest.main([*OPTIONS, f"--rootdir={folder}", str(path)], plugins=[runner])
    if runner.error is not None:
        raise runner.error
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not runner.records:
        raise GradingError(f"nbval could not run the notebook (exit code {int(code)}): {said.getvalue()[-2000:]}")
    return [runner.records.get(c.id) or CellRecord(c.id, c.role, c.question, "not reached") for c in cells]


@contextlib.contextmanager
def _quiet():
    said = io.StringIO()
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")}
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            yield said
    finally:
        kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Runner:
    """The pytest plugin."""

    def __init__(self, cells: list[RunCell], plan: Plan):
        self.cells = {cell.id: cell for cell in cells}
        self.plan = plan
        self.records: dict[str, CellRecord] = {}
        self.error: Exception | None = None
        first = next((n for n, cell in enumerate(cells) if cell.role == "answer"), len(cells))
        self.trusted = {cell.id for cell in cells[:first]}

    def seconds(self, name: str) -> float:
        """A cell's limit: what runs before the first answer is ours, and only a slow computer can make it late."""
        return max(60.0, self.plan.seconds) if name in self.trusted else self.plan.seconds

    def pytest_collect_file(self, file_path: Path, parent: Any) -> Any:
        if file_path.suffix != ".ipynb":
            return None
        file = _File.from_parent(parent, path=file_path)
        file.runner = self
        return file

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        report = yield
        if call.when == "setup" and call.excinfo is not None:
            self.error = self.error or GradingError(f"the kernel did not start: {call.excinfo.value}")
        if call.when == "call":
            self._keep(item, call, report)
        return report

    def _keep(self, item: Any, call: Any, report: Any) -> None:
        cell = self.cells[item.name]
        error = call.excinfo.value if call.excinfo is not None else None
        passed = error is None and report.outcome == "passed" and not hasattr(report, "wasxfail")
        if isinstance(error, Fatal):
            status, words = error.kind, str(error)
        elif not item.reached:
            status, words = "not reached", ""
        elif item.words or not passed:
            status, words = "failed", item.words or _words(error)
        else:
            status, words = "passed", ""
        record = CellRecord(cell.id, cell.role, cell.question, status, words[:1000], round(call.duration, 3))
        self.records[cell.id] = record
        if self.plan.journal is not None:
            with self.plan.journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(record)) + "\n")


class _File(nbval.IPyNbFile):  # type: ignore[name-defined]
    """nbval's notebook, with our kernel in an empty folder of its own."""

    runner: _Runner

    def setup(self) -> None:
        plan = self.runner.plan
        self.kernel = Kernel(plan.launch, plan.limits)
        self.setup_sanitize_files()

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Any:
        for item in super().collect():
            name = item.cell.metadata["cell"]
            yield _Cell.from_parent(self, name=name, cell_num=item.cell_num, cell=item.cell, options=item.options)


class _Cell(nbval.IPyNbCell):  # type: ignore[name-defined]
    """nbval's cell, whose outputs are compared with the references."""

    reached = False
    words = ""

    def runtest(self) -> None:
        if not self.parent.kernel.is_alive():
            return  # not reached: never a pass
        self.reached = True
        self.parent.kernel.seconds = self.parent.runner.seconds(self.name)
        super().runtest()
        reply = self.parent.kernel.reply
        if reply.get("status") != "ok":  # an error whose message never came: the answer silenced it
            self.words = f"{reply.get('ename', 'Error')}: {reply.get('evalue', '')}"

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        runner = self.parent.runner
        cell = runner.cells[self.name]
        if cell.role not in ("probe", "check"):
            return True
        expected = runner.plan.references()[self.name]
        if cell.role == "check":
            return bool(super().compare_outputs(test, nbval.coalesce_streams(_nodes(expected)), skip_compare))
        self.comparison_traceback: list[str] = []
        plan = runner.plan
        self.words = probe_difference(payloads(test, MIME), payloads(expected, MIME), plan.rtol, plan.atol)
        return not self.words


def _nodes(outputs: list[dict[str, Any]]) -> list[Any]:
    import nbformat

    return [nbformat.from_dict(output) for output in outputs]


def _words(error: BaseException | None) -> str:
    """What a failed cell says, without the source of the cell that it happened in."""
    trace = getattr(error, "inner_traceback", None)
    if not trace:
        return str(error or "")
    lines = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", trace).strip().splitlines() if line.strip()]
    message = lines[-1] if lines else ""
    for start in range(len(lines) - 1, -1, -1):  # a message of several lines begins at its "Name: "
        if re.match(r"^[\w.]+(Error|Exception|Failed|Warning|Interrupt|Exit)\b", lines[start]):
            message = " ".join(lines[start:])
            break
    return message.replace("CheckFailed: ", "")
