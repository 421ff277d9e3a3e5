"""Prove, before a class is graded, that the sandbox holds: what must be impossible is tried from inside."""

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.kernel import Fatal, Kernel
from poolcourse.grading.launch import Launch, Limits
from poolcourse.grading.sandbox import launch_sandboxed

__all__ = ["check_kind", "check_sandbox", "try_from_inside"]

REMEDY = (
    "Nothing was graded. Ubuntu 24.04 and later forbid the sandbox until its AppArmor profile for bwrap is installed "
    "(package apparmor-profiles); containers need unprivileged user namespaces. Where neither can be had, "
    "--unsafe-no-sandbox grades without protection: only for notebooks that you trust."
)

# Runs inside. Each line answers one question; the answers wanted are in `WANTED`.
INSIDE = """
import ctypes, json, os, resource, signal, socket
found = {}

def attempt(name, work):
    try:
        found[name] = work()
    except BaseException as error:
        found[name] = type(error).__name__

def write(path):
    with open(path, "w") as file:
        file.write("x")
    os.remove(path)
    return "written"

def forks():
    children = []
    try:
        for _ in range(200):
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
        return "unlimited"
    except OSError:
        return "limited"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

libc = ctypes.CDLL(None)

def capabilities():
    data = (ctypes.c_uint32 * 6)()
    libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), data)
    return sum(data) + sum(libc.prctl(23, n, 0, 0, 0) > 0 for n in range(64))

attempt("network", lambda: [name for _, name in socket.if_nameindex() if name != "lo"])
attempt("host port", lambda: socket.create_connection(("127.0.0.1", PORT), 1) and "reached")
attempt("internet", lambda: socket.create_connection(("192.0.2.1", 80), 1) and "reached")
attempt("host socket", lambda: socket.socket(socket.AF_UNIX).connect(SOCKET) or "reached")
attempt("host file", lambda: open(SECRET).read())
attempt("write beside Python", lambda: write(os.path.join(PREFIX, "x")))
attempt("write to the root", lambda: write("/x"))
attempt("write to /dev", lambda: write("/dev/x"))
attempt("others' processes", lambda: "hidden" if max(map(int, filter(str.isdigit, os.listdir("/proc"))), default=0) < 20
    else "seen")
attempt("parent's number", lambda: "own" if os.getppid() < 20 else "host's")
attempt("capabilities", capabilities)
attempt("new privileges", lambda: "possible" if libc.prctl(39, 0, 0, 0, 0) == 0 else "impossible")
attempt("user", lambda: os.getuid())
attempt("forks", forks)
attempt("memory", lambda: bytearray(MEMORY) and "given")

def fill():
    for number in range(20):
        with open(f"filled-{number}", "wb") as file:
            file.write(bytes(16 << 20))
    return "given"

attempt("disk", fill)
attempt("environment", lambda: sorted(set(os.environ) & {"SECRET_OF_THE_HOST", "SSH_AUTH_SOCK"}))
print(json.dumps(found))
"""

WANTED: dict[str, tuple[Any, ...]] = {
    "network": ([],),
    "host port": ("ConnectionRefusedError", "OSError"),
    "internet": ("OSError",),
    "host socket": ("FileNotFoundError", "PermissionError"),
    "host file": ("FileNotFoundError", "PermissionError"),
    "write beside Python": ("OSError", "PermissionError"),
    "write to the root": ("OSError", "PermissionError"),
    "write to /dev": ("OSError", "PermissionError"),
    "others' processes": ("hidden",),
    "parent's number": ("own",),
    "capabilities": (0,),
    "new privileges": ("impossible",),
    "user": (65534,),
    "forks": ("limited",),
    "memory": ("MemoryError",),
    "disk": ("OSError",),
    "environment": ([],),
}


def check_sandbox(launch: Launch) -> None:
    """Try the sandbox out.

    Raises
    ------
    GradingError
        If it can't be started or lets anything through: what, and what to do.
    """
    try:
        found = try_from_inside(launch)
    except (Fatal, GradingError, OSError) as error:
        raise GradingError(f"the sandbox can't be used: {error} {REMEDY}") from error
    wrong = [f"{name}: {found.get(name)!r}" for name, wanted in WANTED.items() if found.get(name) not in wanted]
    if wrong:
        raise GradingError(f"the sandbox lets through what it must not ({'; '.join(wrong)}). {REMEDY}")


def check_kind(kind: str) -> None:
    """Try out the sandbox called `kind`: "bubblewrap" or "prewarmed"; for "none" there is nothing to try.

    Raises
    ------
    GradingError
        If it doesn't hold.
    """
    if kind == "prewarmed":
        from poolcourse.grading.prewarm import warm_launcher

        check_sandbox(warm_launcher(()))
    elif kind != "none":
        check_sandbox(launch_sandboxed)


def try_from_inside(launch: Launch) -> dict[str, Any]:
    """What an answer finds when it tries to get out."""
    limits = Limits(memory_mb=1024)
    with tempfile.TemporaryDirectory() as folder, socket.socket() as port, socket.socket(socket.AF_UNIX) as local:
        secret = Path(folder) / "secret"
        secret.write_text("secret")
        os.chmod(folder, 0o755)
        port.bind(("127.0.0.1", 0))
        port.listen()
        local.bind(f"{folder}/socket")
        local.listen()
        names = {
            "PORT": port.getsockname()[1],
            "SOCKET": f"{folder}/socket",
            "SECRET": str(secret),
            "PREFIX": str(Path(__file__).parent),
            "MEMORY": 2 * limits.memory_mb << 20,
        }
        source = "\n".join(f"{name} = {value!r}" for name, value in names.items()) + INSIDE
        os.environ["SECRET_OF_THE_HOST"] = "1"
        try:
            with Kernel(launch, limits) as kernel:
                kernel.seconds = 30
                kernel.await_reply(kernel.execute_cell_input(source))
                text = ""
                while True:
                    message = kernel.get_message("iopub")
                    if message["msg_type"] == "stream":
                        text += message["content"]["text"]
                    if message["content"].get("execution_state") == "idle":
                        break
        finally:
            del os.environ["SECRET_OF_THE_HOST"]
    return dict(json.loads(text))
