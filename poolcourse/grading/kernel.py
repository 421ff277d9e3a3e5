"""A Jupyter kernel that can't outstay its limits: each wait has a deadline, a dead kernel is noticed, output is capped.

It has the methods that nbval calls on its own kernel, and speaks the Jupyter protocol over local sockets.
"""

import contextlib
import shutil
import signal
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
import zmq
from jupyter_client.session import Session

from poolcourse.grading.launch import Launch, Limits, Started, launch_plainly
from poolcourse.grading.leftovers import prefix

__all__ = ["Fatal", "Kernel"]


class Fatal(Exception):
    """The kernel can't go on: `kind` is timeout, dead, memory or output; the message is for the student."""

    def __init__(self, kind: str, words: str):
        super().__init__(words)
        self.kind = kind


@dataclass
class Kernel:
    """One running kernel; use it as a context manager.

    Parameters
    ----------
    launch : callable
        Starts the process: plainly, in the sandbox, or from a pre-warmed one.
    limits : Limits
    """

    launch: Launch = launch_plainly
    limits: Limits = field(default_factory=Limits)
    seconds: float = 10.0

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=prefix()))
        self.reply: dict[str, Any] = {}
        self._pending: deque[dict[str, Any]] = deque()
        self._context = zmq.Context()
        self._started: Started | None = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        started = self._started = self.launch(self.folder, self.limits)
        self._session = Session(key=started.connection["key"].encode())
        addresses = [f"{started.sockets}-{started.connection[name]}" for name in ("shell_port", "iopub_port")]
        for address in addresses:
            self._wait_for_socket(address)
        self._shell = self._socket(zmq.DEALER, addresses[0])
        self._iopub = self._socket(zmq.SUB, addresses[1])
        self._iopub.subscribe(b"")
        self._cut = self._iopub.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._wait_until_up()

    def _socket(self, kind: int, address: str) -> zmq.Socket:
        channel = self._context.socket(kind)
        channel.linger = 0
        # One message above this size ends the connection instead of filling our memory.
        channel.setsockopt(zmq.MAXMSGSIZE, 4 * self.limits.output_bytes)
        # No second connection: by then an answer may have put something else in the socket's place.
        channel.setsockopt(zmq.RECONNECT_IVL, -1)
        channel.connect(f"ipc://{address}")
        return channel

    def _wait_for_socket(self, address: str) -> None:
        deadline = time.monotonic() + self.limits.startup_seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(address)
                return
            if not self.is_alive():
                self._die("dead", f"The kernel did not start ({self._how_it_ended()}).")
            time.sleep(0.01)
        self._die("timeout", "The kernel did not start in time.")

    def _wait_until_up(self) -> None:
        """Ask for the kernel's info until both channels answer: subscribing to iopub takes its own time."""
        self.seconds, asked = self.limits.startup_seconds, time.monotonic()
        while True:
            message = self._session.send(self._shell, "kernel_info_request", {})
            self.await_reply(_id(message), idle_seconds=0.1, need_idle=False)
            if any(m["msg_type"] == "status" for m in self._pending):
                break
            if time.monotonic() - asked > self.limits.startup_seconds:
                raise Fatal("timeout", "The kernel started but sends no output.")
        self._pending.clear()

    # ---- what nbval calls -------------------------------------------------------------------------------------------

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._started is not None and self._started.process.poll() is None

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        """Send a cell; returns the id of the request."""
        self._pending.clear()
        content = {
            "code": source,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": bool(allow_stdin),
            "stop_on_error": False,
        }
        return _id(self._session.send(self._shell, "execute_request", content))

    def await_reply(
        self, msg_id: str, timeout: float | None = None, idle_seconds: float = 2.0, need_idle: bool = True
    ) -> None:
        """Wait for a cell to end, collecting its output on the way.

        Raises
        ------
        Fatal
            After `seconds` (nbval's own timeout isn't used), when the kernel dies, or when it says too much. The
            kernel is killed before.
        """
        deadline = time.monotonic() + self.seconds
        received, reply, idle = 0, None, False
        look = time.monotonic() + 0.5
        poller = zmq.Poller()
        poller.register(self._shell, zmq.POLLIN)
        poller.register(self._iopub, zmq.POLLIN)
        poller.register(self._cut, zmq.POLLIN)
        while reply is None or not idle:
            alive = self.is_alive()
            ready = dict(poller.poll(100))
            if time.monotonic() > look:
                look = time.monotonic() + 0.5
                self._check_memory()
            if self._iopub in ready:
                size, message = self._receive(self._iopub)
                received += size
                if received > self.limits.output_bytes:
                    self._die("output", f"The output is longer than {self.limits.output_bytes >> 20} MB.")
                if message and message["parent_header"].get("msg_id") == msg_id:
                    self._pending.append(message)
                    idle = message["msg_type"] == "status" and message["content"].get("execution_state") == "idle"
            if self._cut in ready and self._iopub not in ready:
                self._cut.recv_multipart()
                self._say_why_cut()
            if self._shell in ready:
                _, message = self._receive(self._shell)
                if message and message["parent_header"].get("msg_id") == msg_id:
                    reply, self.reply = message, message["content"]
                    deadline = time.monotonic() + idle_seconds  # from here on only the end of the output is missing
            if not ready and not alive:
                self._die("dead", f"The kernel died ({self._how_it_ended()}).")
            if time.monotonic() > deadline:
                if reply is None:
                    self._die("timeout", f"It ran longer than {self.seconds:g} s and was stopped.")
                if need_idle:
                    self._die("output", "The output could not be read: it was too long, or was tampered with.")
                return

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """The next message of the cell that ran last."""
        if not self._pending:
            raise Empty
        return self._pending.popleft()

    def await_idle(self, parent_id: str, timeout: float) -> None:
        """Forget the rest of a cell's messages; all of them have arrived when `await_reply` returns."""
        self._pending.clear()

    def interrupt(self) -> None:
        """End the kernel: a cell is never interrupted and gone on with, because what it left behind is unknown."""
        self.stop()

    def stop(self) -> None:
        """Kill the kernel's process group and remove its folder."""
        started, self._started = self._started, None
        if started is not None:
            started.kill()
        self._context.destroy(linger=0)
        shutil.rmtree(self.folder, ignore_errors=True)

    # -----------------------------------------------------------------------------------------------------------------

    def _receive(self, channel: zmq.Socket) -> tuple[int, dict[str, Any] | None]:
        parts: list[Any] = channel.recv_multipart()
        size = sum(map(len, parts))
        try:
            _, parts = self._session.feed_identities(parts)
            return size, self._session.deserialize(parts)
        except Exception:  # a message that the kernel's key didn't sign, or that isn't one: not from Jupyter
            return size, None

    def _say_why_cut(self) -> None:
        """The output's connection ended: by the kernel's death, else by a message that was too long for it."""
        for _ in range(10):
            if not self.is_alive():
                self._die("dead", f"The kernel died ({self._how_it_ended()}).")
            time.sleep(0.05)
        self._die("output", f"The output is longer than {self.limits.output_bytes >> 20} MB.")

    def _check_memory(self) -> None:
        """The limit on address space holds for each process; this one holds for all of a kernel's together."""
        if self._started is None or not self.limits.memory_mb:
            return
        most = self.limits.memory_mb << 20
        first = self._started.process.pid
        # The quick count takes what forked processes share for each of them; the slow one shares it out.
        if (
            _memory(first, lambda p: p.memory_info().rss) > most
            and _memory(first, lambda p: p.memory_full_info().pss) > most
        ):
            self._die("memory", f"It used more than {self.limits.memory_mb} MB of memory and was stopped.")

    def _die(self, kind: str, words: str) -> None:
        self.stop()
        raise Fatal(kind, words)

    def _how_it_ended(self) -> str:
        code = self._started.process.poll() if self._started is not None else None
        if code is None:
            return "for no known reason"
        if code > 128:  # a shell's or a sandbox's way to say "by signal"
            code = 128 - code
        if code < 0:
            try:
                return signal.Signals(-code).name
            except ValueError:
                return f"signal {-code}"
        return f"exit code {code}"


def _memory(first: int, of: Callable[[psutil.Process], int]) -> int:
    used = 0
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(first)
        for process in [top, *top.children(recursive=True)]:
            with contextlib.suppress(psutil.Error, AttributeError):
                used += of(process)
    return used


def _id(message: dict[str, Any] | None) -> str:
    return str(message["header"]["msg_id"]) if message else ""
