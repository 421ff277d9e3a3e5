"""Notice inside the kernel whether an answer changed what other answers and the probes need.

An answer could hide the change, but nothing is gained by it: the points of the others are all that is protected.
"""

import sys
from typing import Any

__all__ = ["check", "remember"]

MODULES = (
    *("builtins", "numpy", "numpy.linalg", "numpy.random", "json", "torch", "torch.nn", "torch.nn.functional"),
    *("IPython.display", "poolcourse.grading.checks", "poolcourse.grading.probes"),
)
OF_THE_KERNEL = {"input", "get_ipython", "display"}  # it sets them anew for each cell

_before: dict[str, dict[str, int]] = {}


def remember() -> None:
    """Note what is there before the first answer."""
    import IPython.display
    import numpy

    from poolcourse.grading import checks, probes

    del IPython, numpy, checks, probes
    _before.update(_now())


def check() -> None:
    """Compare with what was there.

    Raises
    ------
    RuntimeError
        If a function of a module was replaced or IPython was changed: which.
    """
    now = _now()
    changed = [
        f"{place}.{name}" for place, names in _before.items() for name in names if now[place].get(name) != names[name]
    ]
    if changed:
        raise RuntimeError(f"changed: {', '.join(sorted(changed)[:5])}")


def _now() -> dict[str, dict[str, int]]:
    found = {}
    for name in MODULES:
        if name in sys.modules:
            public = {key: value for key, value in vars(sys.modules[name]).items() if not key.startswith("_")}
            public = {key: value for key, value in public.items() if key not in OF_THE_KERNEL or name != "builtins"}
            found[name] = {key: id(value) for key, value in public.items() if callable(value)}
    found["IPython"] = _shell()
    return found


def _shell() -> dict[str, int]:
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is None:
        return {}
    return {
        "ast_transformers": len(shell.ast_transformers),
        "input_transformers": len(shell.input_transformers_post) + len(shell.input_transformers_cleanup),
        "events": sum(len(callbacks) for callbacks in shell.events.callbacks.values()),
        "custom_exceptions": len(shell.custom_exceptions),
        "showtraceback": id(type(shell).showtraceback),
        "run_cell": id(type(shell).run_cell),
    }
