"""The warm process: runs inside the sandbox, has everything imported, and forks a kernel for each notebook.

Run by path. Each kernel gets namespaces of its own inside the sandbox's: users, processes, mounts, network, names, so
that nothing one notebook leaves behind is there for the next. Only trusted code runs in this process.
"""

import contextlib
import ctypes
import importlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import boot

NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000  # user mnt pid net ipc uts
MS_NOSUID, MS_NODEV, MS_RDONLY = 2, 4, 1
NO_NEW_PRIVS, CAPBSET_DROP, CAP_AMBIENT, CLEAR_ALL = 38, 24, 47, 4
NOBODY = 65534

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """A system call that raises where it fails."""
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(place: str, size_mb: int, flags: int = 0) -> None:
    """A fresh file system in memory."""
    options = f"size={size_mb}m,mode=755".encode()
    call("mount", b"none", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV | flags, options)


def drop_privileges() -> None:
    """Give up for good what the new namespaces gave."""
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(CAP_AMBIENT, CLEAR_ALL, 0, 0, 0)
    for capability in range(64):
        libc.prctl(CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())


def isolate() -> None:
    """New namespaces for this process and its children; the user keeps its number."""
    call("unshare", NAMESPACES)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {NOBODY} 1"), ("gid_map", f"{NOBODY} {NOBODY} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def become_kernel(request: dict) -> None:
    """In the first process of the new namespaces: own files, no privileges, then the kernel as a child."""
    mount("/tmp", request["disk_mb"])
    mount("/dev/shm", request["disk_mb"])
    mount("/proc", 1, MS_RDONLY)
    for folder in ("/tmp/k", "/tmp/home"):
        os.mkdir(folder)
    os.chdir("/tmp/home")
    Path("/tmp/k/c.json").write_text(json.dumps(request["connection"]))
    drop_privileges()


def init(child: int) -> None:
    """Collect children until the kernel has ended, and end as it did."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def serve_one(control: socket.socket, request: dict) -> None:
    """In a child of the warm process: make the namespaces, start, wait, tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    boot.die_with_parent()
    serial = request["serial"]
    try:
        isolate()
        first = os.fork()
        if first == 0:
            boot.die_with_parent()
            become_kernel(request)
            control.send(json.dumps({"serial": serial, "up": True}).encode())
            control.close()
            kernel = os.fork()
            if kernel == 0:
                boot.main(request["memory_mb"], request["processes"], ["-f", "/tmp/k/c.json"])
                os._exit(0)
            init(kernel)
        _, status = os.waitpid(first, 0)
        control.send(json.dumps({"serial": serial, "ended": os.waitstatus_to_exitcode(status)}).encode())
    except BaseException as error:
        with contextlib.suppress(OSError):
            control.send(json.dumps({"serial": serial, "failed": str(error)}).encode())
    finally:
        os._exit(0)


def main(descriptor: int) -> None:
    """Import what the first message names, then fork a kernel for every further one."""
    control = socket.socket(fileno=descriptor)
    for name in json.loads(control.recv(1 << 20)):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.send(json.dumps({"ready": len(os.listdir("/proc/self/task"))}).encode())
    while text := control.recv(1 << 20):
        if os.fork() == 0:
            serve_one(control, json.loads(text))


if __name__ == "__main__":
    main(int(sys.argv[1]))
