"""Start a kernel under limits. Run by path, inside the sandbox too, so it imports nothing of ours and little else."""

import contextlib
import ctypes
import os
import resource
import signal
import sys


def limit(kind: int, amount: int) -> None:
    """Lower a limit for good; a system that doesn't know it goes without."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))


def die_with_parent() -> None:
    """Where the system can (Linux): be killed when the thread that started this process ends."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main(memory_mb: int, processes: int, arguments: list[str]) -> None:
    """Set the limits, then become an IPython kernel.

    Parameters
    ----------
    memory_mb : int
        Address space in MiB. 0: no limit.
    processes : int
        Processes and threads of this user. 0: no limit.
    arguments : list of str
        For ipykernel.
    """
    die_with_parent()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # else an answer could fill the pipe that the sandbox's own complaints go through
        os.dup2(nowhere, stream)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 64 << 20)
    if memory_mb:
        limit(resource.RLIMIT_AS, memory_mb << 20)
    if processes:
        limit(resource.RLIMIT_NPROC, processes)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(argv=[*arguments, "--HistoryManager.enabled=False"])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
