"""Fair timing of rivals: in turns, in CPU time, on one thread, on memory that is already there."""

import ctypes
import gc
import math
import time
from collections.abc import Callable, Mapping, Sequence

import torch

__all__ = ["exponent", "interleaved", "prepare"]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def prepare(seed: int = 0) -> None:
    """One thread, one seed, and freed memory that is used again.

    By default glibc gives large blocks back to the system, which hands them out again page by page, zeroed. That costs
    as much as a pooling, comes and goes between runs, and would be added to both sides.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        print("no glibc: memory is not kept, expect noisier ratios")
        return
    mallopt(M_MMAP_THRESHOLD, 1 << 30)
    mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)


def interleaved(rivals: Mapping[str, Callable[[], object]], seconds: float = 2.0, rounds: int = 5) -> dict[str, float]:
    """Least CPU time of each rival, in seconds.

    The rivals take turns, so that what disturbs the machine disturbs them all. There are at least `rounds` rounds, and
    more until `seconds` are over; a call that takes less than a millisecond is repeated within its turn.
    """
    repeats = {}
    for name, run in rivals.items():
        run()
        start = time.thread_time()
        run()
        repeats[name] = max(1, math.ceil(1e-3 / max(time.thread_time() - start, 1e-7)))
    best = dict.fromkeys(rivals, math.inf)
    done, start = 0, time.perf_counter()
    gc.disable()
    try:
        while done < rounds or time.perf_counter() - start < seconds:
            for name, run in rivals.items():
                begin = time.thread_time()
                for _ in range(repeats[name]):
                    run()
                best[name] = min(best[name], (time.thread_time() - begin) / repeats[name])
            done += 1
    finally:
        gc.enable()
    return best


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The e of time = c * size ** e that fits best on logarithmic axes."""
    x, y = [math.log(size) for size in sizes], [math.log(second) for second in times]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return slope / sum((a - mean_x) ** 2 for a in x)
