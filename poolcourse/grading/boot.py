"""Start a kernel under limits. Run by path, inside the sandbox too, so it imports nothing of ours and little else."""

import contextlib
import resource
import sys


def limit(kind: int, amount: int) -> None:
    """Lower a limit for good; a system that doesn't know it goes without."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))


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
