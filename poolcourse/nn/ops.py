"""Our CPU designs as operators of torch, so that torch.compile can call them without looking inside.

Inductor would turn the slices into loops of its own; those take .5 to 2 times torch's kernel where ours take .1 to .4.
Each operator comes with what torch needs to know: the shapes it returns, and what vmap does (one more leading axis).
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from poolcourse.nn.images import pyramid_image
from poolcourse.nn.slices import locate_slices, max_slices, spread_slices, sum_slices
from poolcourse.reference.windows import Window

__all__ = ["locate_windows", "max_windows", "pyramid_max", "spread_windows", "sum_windows"]

_library = torch.library.Library("poolcourse", "DEF")


def _define(schema: str, run: Callable[..., Any], shapes: Callable[..., Any]) -> Callable[..., Any]:
    name = _library.define(schema)
    _library.impl(name, run, "CPU")
    _library.impl(name, shapes, "Meta")
    operator = getattr(torch.ops.poolcourse, name).default

    def batched(info: Any, in_dims: tuple[Any, ...], x: Tensor, *rest: Any) -> tuple[Any, Any]:
        # All our operators take any leading axes, so the axis that vmap adds is one more of them.
        out = operator(x.movedim(in_dims[0], 0), *rest)
        return out, (0, 0) if isinstance(out, tuple) else 0

    torch.library.register_vmap(f"poolcourse::{name}", batched, lib=_library)
    return operator


def _window(sizes: Sequence[int]) -> Window:
    pairs = [(sizes[i], sizes[i + 1]) for i in range(0, 10, 2)]
    return Window(*pairs)


def _outputs(x: Tensor, window: Sequence[int]) -> Tensor:
    return x.new_empty((*x.shape[:-2], window[8], window[9]))


max_operator = _define(
    "max_windows(Tensor x, SymInt[] window) -> Tensor",
    lambda x, window: max_slices(x, _window(window)),
    _outputs,
)
locate_operator = _define(
    "locate_windows(Tensor x, SymInt[] window) -> (Tensor, Tensor)",
    lambda x, window: locate_slices(x, _window(window)),
    lambda x, window: (_outputs(x, window), _outputs(x, window).long()),
)
sum_operator = _define(
    "sum_windows(Tensor x, SymInt[] window, Tensor? cells) -> Tensor",
    lambda x, window, cells: sum_slices(x, _window(window), cells),
    lambda x, window, cells: _outputs(x, window),
)
spread_operator = _define(
    "spread_windows(Tensor grad, SymInt[] size, SymInt[] window, Tensor? cells) -> Tensor",
    lambda grad, size, window, cells: spread_slices(grad, size, _window(window), cells),
    lambda grad, size, window, cells: grad.new_empty((*grad.shape[:-2], *size)),
)
pyramid_operator = _define(
    "pyramid_max(Tensor x, SymInt[] levels) -> Tensor",
    pyramid_image,
    lambda x, levels: x.new_empty((*x.shape[:-3], x.shape[-3] * sum(n * n for n in levels))),
)


def max_windows(x: Tensor, window: Window) -> Tensor:
    """`slices.max_slices` as an operator."""
    return max_operator(x, _flat(window))


def locate_windows(x: Tensor, window: Window) -> tuple[Tensor, Tensor]:
    """`slices.locate_slices` as an operator."""
    return locate_operator(x, _flat(window))


def sum_windows(x: Tensor, window: Window, cells: Tensor | None) -> Tensor:
    """`slices.sum_slices` as an operator."""
    return sum_operator(x, _flat(window), cells)


def spread_windows(grad: Tensor, size: Sequence[int], window: Window, cells: Tensor | None) -> Tensor:
    """`slices.spread_slices` as an operator."""
    return spread_operator(grad, size, _flat(window), cells)


def pyramid_max(x: Tensor, levels: Sequence[int]) -> Tensor:
    """`images.pyramid_image` as an operator."""
    return pyramid_operator(x, levels)


def _flat(window: Window) -> list[int]:
    return [size for both in window for size in both]
