"""Grade submissions in a process of their own, under a watchdog: whatever happens in there, the class run goes on."""

import contextlib
import os
import pickle
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from poolcourse.grading.boot import die_with_parent
from poolcourse.grading.leftovers import prefix
from poolcourse.grading.results import Result
from poolcourse.grading.sources import Exercise

__all__ = ["Supervisor", "Task", "grade_here", "grade_on_worker", "seconds_for", "serve", "ungraded"]

RENEWED_AFTER = 100  # submissions, so that nothing that leaks can pile up


@dataclass(frozen=True)
class Task:
    """One submission with all that grading it needs, so that it can be sent to another computer."""

    student: str
    assignment: str
    notebook: str
    data: bytes
    exercise: Exercise
    references: dict[str, list[dict[str, Any]]]
    seed: int
    sandbox: str  # "bubblewrap", "prewarmed" or "none"
    modules: tuple[str, ...] = ()  # what a warm process imports


def seconds_for(exercise: Exercise) -> float:
    """How long grading one submission may take: enough for every answer to hit its limit."""
    return 30 + (len(exercise.questions) + 1) * (exercise.seconds + 5)


def grade_here(task: Task) -> dict[str, Any]:
    """Grade a submission in this process; one that can't be graded for a passing reason gets a second try."""
    from poolcourse.grading.grade import grade_notebook
    from poolcourse.grading.sandbox import PROCESSES, launcher

    launch = launcher(task.sandbox, task.exercise, task.modules)
    with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
        path = Path(folder) / task.notebook
        path.write_bytes(task.data)
        for attempt in (1, 2):
            result = grade_notebook(
                path,
                task.exercise,
                seed=task.seed,
                launch=launch,
                references=lambda: task.references,
                processes=0 if task.sandbox == "none" else PROCESSES,
            )
            if result.fault != "grader" or attempt == 2:
                break
    result.notebook = task.notebook
    return result.to_json()


class Supervisor:
    """Owns one grading process, replaces it when it dies, and ends it when a submission takes too long."""

    all: ClassVar["weakref.WeakSet[Supervisor]"] = weakref.WeakSet()

    def __init__(self, program: str = "from poolcourse.grading.worker import serve; serve()") -> None:
        self.program = program
        self.process: subprocess.Popen | None = None
        self.graded = 0
        Supervisor.all.add(self)

    def grade(self, task: Task, seconds: float) -> dict[str, Any]:
        """Grade a submission, come what may."""
        problem = ""
        for _ in range(2):
            try:
                return self._ask(task, seconds)
            except TimeoutError:
                problem = f"grading took longer than {seconds:g} s and was stopped."
                break
            except (EOFError, OSError, pickle.UnpicklingError) as error:
                problem = f"the grading process ended ({type(error).__name__})."
            finally:
                if problem:
                    self.stop()
        return ungraded(task, problem)

    def _ask(self, task: Task, seconds: float) -> dict[str, Any]:
        if self.process is None or self.process.poll() is not None or self.graded >= RENEWED_AFTER:
            self.stop()
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            self.graded = 0
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        _send(self.process.stdin, task)
        answer = _receive(self.process.stdout, time.monotonic() + seconds)
        self.graded += 1
        return dict(answer)

    def stop(self) -> None:
        """End the grading process; the sandbox it runs ends with it."""
        process, self.process = self.process, None
        if process is not None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]


def ungraded(task: Task, problem: str) -> dict[str, Any]:
    """The result of a submission that the grader failed at: no points, neither none nor full."""
    exercise = task.exercise
    result = Result(task.notebook, exercise.concept, exercise.title, "ungraded", task.seed, problem, "grader")
    return result.to_json()


_mine = threading.local()


def grade_on_worker(task: Task) -> dict[str, Any]:
    """Grade a submission from a thread of a dask worker, which keeps its grading process for the next one."""
    if not hasattr(_mine, "supervisor"):
        _mine.supervisor = Supervisor()
    result: dict[str, Any] = _mine.supervisor.grade(task, seconds_for(task.exercise))
    return result


def _send(pipe: Any, message: Any) -> None:
    data = pickle.dumps(message)
    pipe.write(struct.pack(">Q", len(data)) + data)
    pipe.flush()


def _receive(pipe: Any, deadline: float) -> Any:
    descriptor = pipe.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)

        def exactly(count: int) -> bytes:
            data = bytearray()
            while len(data) < count:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                part = os.read(descriptor, min(count - len(data), 1 << 20))
                if not part:
                    raise EOFError
                data += part
            return bytes(data)

        return pickle.loads(exactly(struct.unpack(">Q", exactly(8))[0]))


def serve() -> None:
    """The grading process: tasks in on standard input, results out on what was standard output."""
    die_with_parent()
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    incoming = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    while head := incoming.read(8):
        task = pickle.loads(incoming.read(struct.unpack(">Q", head)[0]))
        try:
            answer = grade_here(task)
        except Exception as error:  # a fault of the grader's own: say so, and keep serving
            answer = ungraded(task, f"the grader failed: {type(error).__name__}: {error}")
        _send(out, answer)
