"""Run a kernel in a sandbox (bubblewrap): no network, own processes, nothing of the host to write, little to read.

The kernel's files and sockets lie in a small file system in memory that exists in the sandbox only; the grader reaches
the sockets through /proc/<pid>/root. So there is no folder of the host that an answer could fill or leave traces in.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from poolcourse.errors import GradingError
from poolcourse.grading.launch import BOOT, Launch, Limits, Started, describe, environment, kill_group, launch_plainly
from poolcourse.grading.sources import Exercise

__all__ = ["NOBODY", "arguments", "bubblewrap", "launch_sandboxed", "launcher", "start_bubblewrap"]

NOBODY = 65534
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
PLACES = ("/mnt", "/media", "/srv", "/opt", "/home")
DISK_MB = 64
PROCESSES = 48


def bubblewrap() -> str:
    """The path of bwrap.

    Raises
    ------
    GradingError
        Where there is none, with the way to get it.
    """
    path = shutil.which("bwrap")
    if path is None:
        raise GradingError(
            "expected the program bwrap (bubblewrap), found none. On Debian and Ubuntu: apt-get install bubblewrap. "
            "macOS and Windows have none: grade a class in a Linux container or virtual machine."
        )
    return path


def launch_sandboxed(folder: Path, limits: Limits) -> Started:
    """Start a kernel with limits inside the sandbox."""
    connection = describe(folder, "/tmp/k/s")
    command = ["-P", str(BOOT), str(limits.memory_mb), str(limits.processes or PROCESSES), "-f", "/tmp/k/c.json"]
    with (folder / "c.json").open("rb") as file:
        process, child = start_bubblewrap(
            ["--file", str(file.fileno()), "/tmp/k/c.json"], [sys.executable, *command], limits.hidden, (file.fileno(),)
        )
    return Started(process, connection, f"/proc/{child}/root/tmp/k/s", lambda: kill_group(process))


def launcher(kind: str, exercise: Exercise, modules: Iterable[str] = ()) -> Launch:
    """How to start a kernel: in the sandbox ("bubblewrap"), from a warm process there ("prewarmed"), or "none"."""
    if kind == "prewarmed":
        from poolcourse.grading.prewarm import warm_launcher

        return warm_launcher(exercise.hidden, tuple(modules))
    return launch_plainly if kind == "none" else launch_sandboxed


def start_bubblewrap(
    more: list[str], command: list[str], hidden: Iterable[str], files: tuple[int, ...], alone: bool = True
) -> tuple[subprocess.Popen, int]:
    """Start a command in the sandbox.

    Parameters
    ----------
    more : list of str
        Further arguments of bwrap.
    command : list of str
    hidden : iterable of str
        Modules whose files are not there.
    files : tuple of int
        File descriptors that `more` names.
    alone : bool
        Whether the command makes no sandboxes of its own inside.

    Returns
    -------
    The process, and the host's number of the sandbox's first process.
    """
    folders = _python_folders()
    prefix, seen = ([], folders) if os.geteuid() else _as_nobody(folders)
    read, write = os.pipe()
    try:
        process = subprocess.Popen(
            [
                *(*prefix, bubblewrap(), "--info-fd", str(write)),
                *arguments(zip(seen, folders, strict=True), hidden, alone),
                *(*more, "--remount-ro", "/", *command),
            ],
            pass_fds=[write, *files],
            env=environment("/tmp/home"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    finally:
        os.close(write)
    with os.fdopen(read, "rb") as info:
        said = info.read()
    try:
        child = int(json.loads(said)["child-pid"])
        process.stderr.close()  # type: ignore[union-attr]
        return process, child
    except (ValueError, KeyError):
        words = process.communicate()[1].decode(errors="replace").strip()
        raise GradingError(f"the sandbox did not start: {words or process.returncode}.") from None


def _as_nobody(folders: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """As root: a command that goes on as another user, and where that user finds `folders`.

    The limit on processes isn't in force for root, so root mustn't be the sandbox's user. But the other user may not be
    able to enter the folders, in root's home for one, so they are shown at a place that anyone can enter.
    """
    place = next(p for p in PLACES if Path(p).is_dir() and not any(Path(f).is_relative_to(p) for f in folders))
    seen = tuple(f"{place}/{number}" for number in range(len(folders)))
    steps = [f"mount -t tmpfs -o mode=755,size=64k none {place}"]
    steps += [f"mkdir {new} && mount --bind {shlex.quote(old)} {new}" for old, new in zip(folders, seen, strict=True)]
    steps.append(f'exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups -- "$@"')
    return ["unshare", "--mount", "sh", "-ec", "\n".join(steps), "sandbox"], seen


def arguments(folders: Iterable[tuple[str, str]], hidden: Iterable[str] = (), alone: bool = True) -> list[str]:
    """bwrap's arguments but for the command. `folders`: shown read-only, pairs of where they are and appear."""
    disk = str(DISK_MB << 20)
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop", "ALL", "--hostname", "exercise"),
        *("--die-with-parent", "--new-session", *(("--disable-userns",) if alone and _can_disable_userns() else ())),
        *_system(),
        *("--proc", "/proc", "--dev", "/dev", "--size", disk, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
        *("--size", disk, "--tmpfs", "/tmp", "--dir", "/tmp/k", "--dir", "/tmp/home", "--chdir", "/tmp/home"),
        # After the empty /tmp, which would hide a project that lies below /tmp.
        *(word for old, new in folders for word in ("--ro-bind", old, new)),
        *_hide(tuple(hidden)),
    ]


@lru_cache(maxsize=1)
def _can_disable_userns() -> bool:
    """Whether bwrap (0.8 and later) can forbid further sandboxes inside, which answers have no use for."""
    done = subprocess.run([bubblewrap(), "--help"], capture_output=True, text=True, check=False)
    return "--disable-userns" in done.stdout


@lru_cache(maxsize=1)
def _system() -> tuple[str, ...]:
    options: list[str] = []
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            options += ["--symlink", os.readlink(name), name]
        elif path.is_dir():
            options += ["--ro-bind", name, name]
    for name in SETTINGS:
        options += ["--ro-bind-try", name, name]
    return tuple(options)


@lru_cache(maxsize=1)
def _python_folders() -> tuple[str, ...]:
    """Where Python, its packages and our own package are; folders inside another of them are left out."""
    paths = sysconfig.get_paths()
    wanted = {sys.prefix, sys.base_prefix, paths["purelib"], paths["platlib"], paths["stdlib"]}
    wanted.add(str(Path(sys.executable).resolve().parent.parent))
    wanted.add(str(Path(__file__).resolve().parents[1]))
    found: list[str] = []
    for folder in sorted(wanted):
        if not any(Path(folder).is_relative_to(other) for other in (*found, *SYSTEM)) and folder != "/":
            found.append(folder)
    return tuple(found)


@lru_cache(maxsize=32)
def _hide(modules: tuple[str, ...]) -> list[str]:
    options = []
    for module in modules:
        try:
            spec = find_spec(module)
        except ModuleNotFoundError:
            spec = None
        if spec is None:
            continue
        if spec.submodule_search_locations:
            for folder in spec.submodule_search_locations:
                options += ["--tmpfs", folder, "--remount-ro", folder]
        elif spec.origin:
            options += ["--ro-bind", "/dev/null", spec.origin]
    return options
