"""Kernels forked from a warm process in the sandbox: imports are paid once, the isolation is made anew for each."""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.launch import Limits, Started, describe, kill_group
from poolcourse.grading.sandbox import DISK_MB, PROCESSES, start_bubblewrap

__all__ = ["WarmLauncher", "warm_launcher"]

ZYGOTE = Path(__file__).with_name("zygote.py")
ALWAYS = ("numpy", "numpy.random", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.ipkernel")
CREDENTIALS = struct.Struct("iII")


@lru_cache(maxsize=8)
def warm_launcher(hidden: tuple[str, ...], modules: tuple[str, ...] = ()) -> "WarmLauncher":
    """The launcher of this process for kernels with these modules hidden and those imported."""
    return WarmLauncher(hidden, modules)


class WarmLauncher:
    """Starts kernels from a warm process, which it starts when first needed and again if it is gone.

    Parameters
    ----------
    hidden : tuple of str
        Modules whose files the sandbox hides.
    modules : tuple of str
        Modules to import beforehand; those that can't be are left out.
    """

    def __init__(self, hidden: tuple[str, ...], modules: tuple[str, ...]):
        self.hidden, self.modules = hidden, modules
        self.process: subprocess.Popen | None = None
        self.control: socket.socket | None = None
        self.serial = 0

    def __call__(self, folder: Path, limits: Limits) -> Started:
        for attempt in (1, 2):
            try:
                return self._start(folder, limits)
            except (OSError, GradingError) as error:
                self.stop()
                if attempt == 2:
                    raise GradingError(f"no warm kernel could be started: {error}.") from error
        raise AssertionError("unreachable")

    def _start(self, folder: Path, limits: Limits) -> Started:
        if self.process is None or self.process.poll() is not None:
            self._warm_up(limits.startup_seconds)
        assert self.control is not None
        self.serial += 1
        (folder / "c.json").unlink(missing_ok=True)
        connection = describe(folder, "/tmp/k/s")
        request = {
            "serial": self.serial,
            "connection": connection,
            "memory_mb": limits.memory_mb,
            "processes": limits.processes or PROCESSES,
            "disk_mb": DISK_MB,
        }
        self.control.send(json.dumps(request).encode())
        answer, pid = self._answer(self.serial, limits.startup_seconds)
        if not answer.get("up"):
            raise GradingError(str(answer.get("failed", "it ended at once")))
        kernel = _WarmKernel(self, self.serial, pid)
        return Started(kernel, connection, f"/proc/{pid}/root/tmp/k/s", kernel.kill)

    def _warm_up(self, seconds: float) -> None:
        self.stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The kernel then tells us each sender's process number as it is called out here.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        with theirs:
            command = [sys.executable, "-P", str(ZYGOTE), str(theirs.fileno())]
            self.process, _ = start_bubblewrap([], command, self.hidden, (theirs.fileno(),), alone=False)
        self.control = ours
        ours.send(json.dumps([*ALWAYS, *self.modules]).encode())
        answer, _ = self._answer(None, 2 * seconds)
        if answer.get("ready") != 1:
            raise GradingError(f"the warm process has {answer.get('ready')} threads after its imports; forks need one")

    def _answer(self, serial: int | None, seconds: float) -> tuple[dict[str, Any], int]:
        """The next message about this kernel, and the number of the process that sent it."""
        assert self.control is not None
        deadline = time.monotonic() + seconds
        while True:
            if not select.select([self.control], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise GradingError("the warm process doesn't answer")
            text, ancillary, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(CREDENTIALS.size))
            if not text:
                raise GradingError("the warm process has ended")
            message = json.loads(text)
            pids = [CREDENTIALS.unpack(data)[0] for _, kind, data in ancillary if kind == socket.SCM_CREDENTIALS]
            if message.get("serial") == serial:
                return message, pids[0] if pids else 0

    def stop(self) -> None:
        """End the warm process and every kernel in its sandbox."""
        process, self.process = self.process, None
        if process is not None:
            kill_group(process)
        if self.control is not None:
            self.control.close()
            self.control = None


class _WarmKernel:
    """What `Kernel` needs of a process, for one that isn't our child."""

    def __init__(self, launcher: WarmLauncher, serial: int, pid: int):
        self.launcher, self.serial, self.pid = launcher, serial, pid
        self.code: int | None = None
        self.descriptor = os.pidfd_open(pid)

    def poll(self) -> int | None:
        if self.code is None and select.select([self.descriptor], [], [], 0)[0]:
            self.code = 1
            with contextlib.suppress(GradingError, OSError, AssertionError):
                answer, _ = self.launcher._answer(self.serial, 1.0)
                self.code = int(answer.get("ended", 1))
        return self.code

    def kill(self) -> None:
        """Kill the first process of its namespace, and with it all others there."""
        if self.descriptor >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
                select.select([self.descriptor], [], [], 5)
            os.close(self.descriptor)
            self.descriptor = -1
            self.code = -signal.SIGKILL if self.code is None else self.code
