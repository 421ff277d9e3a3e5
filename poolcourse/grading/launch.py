"""How a kernel's process is started, what it may use, and how it is ended."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.connect import write_connection_file

__all__ = ["BOOT", "Launch", "Limits", "Started", "describe", "environment", "kill_group", "launch_plainly"]

BOOT = Path(__file__).with_name("boot.py")
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "DYLD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Limits:
    """What one kernel may use."""

    memory_mb: int = 2048
    processes: int = 0
    output_bytes: int = 5 << 20
    startup_seconds: float = 30.0
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started:
    """A kernel's process and where its sockets are, seen from here."""

    process: Any  # what has poll() and wait(): subprocess.Popen or alike
    connection: dict[str, Any]
    sockets: str
    kill: Callable[[], None]


# An empty folder for the connection file, limits -> the kernel
Launch = Callable[[Path, Limits], Started]


def environment(home: str) -> dict[str, str]:
    """The variables a kernel gets: no more than it needs, no settings of the user's, one thread."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {
        "HOME": home,
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }  # fmt: skip


def describe(folder: Path, sockets: str) -> dict[str, Any]:
    """Write a connection file `c.json` into `folder`; the sockets' names will start with `sockets`.

    Sockets are files in a folder of the kernel's own: there is no port to race for and nothing to reach by network.
    """
    key = secrets.token_hex(16).encode()
    path = str(folder / "c.json")
    _, info = write_connection_file(path, ip=sockets, key=key, transport="ipc", kernel_name="poolcourse")
    return dict(info)


def launch_plainly(folder: Path, limits: Limits) -> Started:
    """Start a kernel with limits but no sandbox, in an empty folder of its own."""
    home = folder / "home"
    home.mkdir()
    connection = describe(folder, f"{folder}/s")
    process = subprocess.Popen(
        [sys.executable, "-P", str(BOOT), str(limits.memory_mb), "0", "-f", f"{folder}/c.json"],
        cwd=home,
        env=environment(str(home)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Started(process, connection, f"{folder}/s", lambda: kill_group(process))


def kill_group(process: subprocess.Popen) -> None:
    """Kill a process and all of its group, and collect it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()
    process.wait()
