"""Hand submissions to dask.distributed: a local cluster of threads, each with its grading process, or a remote one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from poolcourse.errors import GradingError
from poolcourse.grading.worker import Supervisor, Task, grade_on_worker, ungraded

__all__ = ["Cluster", "open_cluster"]

AHEAD = 3  # submissions sent ahead a worker, so that none waits for the next and none holds many in memory


class Cluster:
    """A dask client, used for one class run."""

    def __init__(self, client: Any, threads: int):
        self.client, self.threads = client, threads

    def run(self, tasks: Iterator[tuple[Any, Task]]) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Grade tasks; yields each label with its result, in the order in which they end."""
        from distributed import as_completed

        labels: dict[Any, tuple[Any, Task]] = {}
        done = as_completed()

        def send() -> bool:
            for label, task in tasks:
                future = self.client.submit(grade_on_worker, task, pure=False, retries=2)
                labels[future] = (label, task)
                done.add(future)
                return True
            return False

        while len(labels) < AHEAD * self.threads and send():
            pass
        while labels:
            future = next(done)
            label, task = labels.pop(future)
            try:
                result = future.result()
            except Exception as error:  # the worker was lost, more than once
                result = _lost(task, error)
            yield label, result
            send()

    def check(self, sandbox: str) -> None:
        """Prove the sandbox on every worker.

        Raises
        ------
        GradingError
            If it does not hold somewhere, or a worker has another version of the course.
        """
        from poolcourse import __version__

        for address, said in self.client.run(_check_here, sandbox).items():
            version, problem = said
            if version != __version__:
                raise GradingError(f"the worker {address} has poolcourse {version}, this computer {__version__}.")
            if problem:
                raise GradingError(f"on the worker {address}: {problem}")


@contextmanager
def open_cluster(workers: int, scheduler: str | None = None) -> Iterator[Cluster]:
    """Connect to the cluster at `scheduler`, or make a local one with `workers` threads.

    Raises
    ------
    GradingError
        If the scheduler doesn't answer or has no workers.
    """
    import dask
    from distributed import Client, LocalCluster

    # What is sent is notebooks, not arrays: no dashboard, no spilling, no warnings about large tasks.
    settings = {"distributed.admin.large-graph-warning-threshold": "1GB", "distributed.worker.memory.spill": False}
    with dask.config.set(settings):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=1,
                    threads_per_worker=workers,
                    processes=False,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=50,
                ) as local,
                Client(local) as client,
            ):
                try:
                    yield Cluster(client, workers)
                finally:
                    client.run(_stop_all)
            return
        try:
            client = Client(scheduler, timeout=5)
        except (OSError, TimeoutError, ValueError) as error:
            raise GradingError(f"expected a dask scheduler at {scheduler}, got no answer: {error}.") from None
        with client:
            threads = sum(client.nthreads().values())
            if not threads:
                raise GradingError(f"the scheduler at {scheduler} has no workers. Start some: dask worker {scheduler}.")
            try:
                yield Cluster(client, threads)
            finally:
                client.run(_stop_all)


def _check_here(sandbox: str) -> tuple[str, str]:
    from poolcourse import __version__
    from poolcourse.grading.selftest import check_kind

    try:
        check_kind(sandbox)
    except GradingError as error:
        return __version__, str(error)
    return __version__, ""


def _stop_all() -> None:
    for supervisor in list(Supervisor.all):
        supervisor.stop()


def _lost(task: Task, error: Exception) -> dict[str, Any]:
    return ungraded(task, f"the worker was lost ({type(error).__name__}).")
