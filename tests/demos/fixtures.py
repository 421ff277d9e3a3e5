"""Cases that the demos' JavaScript must answer as the NumPy reference does: ``python fixtures.py [FILE]`` writes JSON.

A case is {"function", "args", "pick", "expected"}: call the function, take the field `pick` of what it returns (all
of it where that is null), compare. NaN and the infinities are the strings "NaN", "Infinity" and "-Infinity".
"""

import json
import math
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from poolcourse.errors import WindowError
from poolcourse.reference.gradients import fold
from poolcourse.reference.local import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    sum_pool2d,
    sum_pool2d_backward,
)
from poolcourse.reference.stochastic import stochastic_pool2d, stochastic_pool2d_backward
from poolcourse.reference.windows import check_window, output_size, receptive_field, windows

CAMEL = {
    "kernel_size": "kernelSize",
    "ceil_mode": "ceilMode",
    "count_include_pad": "countIncludePad",
    "divisor_override": "divisorOverride",
}


def camel(options):
    return {CAMEL.get(name, name): value for name, value in options.items()}


def random_map(rng, height, width):
    """A map with what breaks naive code: ties, only negative values, NaN, infinities."""
    kind = rng.choice(["normal", "ties", "negative", "nan", "infinite", "lowest"])
    x = rng.normal(size=(height, width))
    if kind == "ties":
        x = rng.integers(-2, 2, (height, width)).astype(float)
    if kind == "negative":
        x = -1 - np.abs(x)
    if kind == "nan":
        x[rng.random(x.shape) < 0.2] = np.nan
    if kind == "infinite":
        x = np.where(rng.random(x.shape) < 0.3, rng.choice([-np.inf, np.inf], x.shape), x)
    if kind == "lowest":
        x = np.full_like(x, -np.inf)
    return x


def random_window(rng, dilated):
    """Options of a window: sizes as numbers or pairs, a padding of at most half the kernel."""
    kernel = rng.integers(1, 5, 2)
    options = {"kernel_size": kernel.tolist(), "padding": [int(rng.integers(0, k // 2 + 1)) for k in kernel]}
    if rng.random() < 0.4:
        options = {"kernel_size": int(kernel[0]), "padding": int(rng.integers(0, kernel[0] // 2 + 1))}
    if rng.random() < 0.7:
        options["stride"] = int(rng.integers(1, 4)) if rng.random() < 0.5 else rng.integers(1, 4, 2).tolist()
    if dilated:
        options["dilation"] = int(rng.integers(1, 4)) if rng.random() < 0.5 else rng.integers(1, 4, 2).tolist()
    return {**options, "ceil_mode": bool(rng.random() < 0.5)}


def windowed(rng, count, dilated=False, make=random_map):
    """`count` pairs of a map and a window that fits it; what the reference refuses is drawn again."""
    found = 0
    while found < count:
        x, options = make(rng, *rng.integers(1, 10, 2)), random_window(rng, dilated)
        try:
            check_window((1, *x.shape), **options)
        except WindowError:
            continue
        found += 1
        yield x, options


def average_options(rng):
    return {
        "count_include_pad": bool(rng.random() < 0.5),
        "divisor_override": int(rng.integers(1, 7)) if rng.random() < 0.25 else None,
    }


def sizes(rng):
    """Output sizes, 0 where no window fits, and receptive fields of random stacks."""
    for _ in range(60):
        kernel = int(rng.integers(1, 7))
        size, stride, dilation = (int(rng.integers(1, high)) for high in (15, 5, 4))
        args = [size, kernel, stride, int(rng.integers(0, kernel // 2 + 1)), dilation, bool(rng.random() < 0.5)]
        try:
            expected = output_size(*args)
        except WindowError:
            expected = 0
        yield "outputSize", args, expected
    yield "outputSize", [7, 3], output_size(7, 3)
    for depth in range(1, 11):
        layers = [[int(rng.integers(1, 6)), int(rng.integers(1, 4)), int(rng.integers(0, 3))] for _ in range(depth)]
        expected = [dict(zip(("size", "jump", "start"), field, strict=True)) for field in receptive_field(layers)]
        yield "receptiveField", [layers], expected


def forward(rng):
    for x, options in windowed(rng, 50, dilated=True):
        values, places = max_pool2d(x[None], **options, return_indices=True)
        yield "maxPool2d", [x, camel(options)], {"values": values[0], "argmax": places[0]}
    for x, options in windowed(rng, 40):
        options.update(average_options(rng))
        yield "avgPool2d", [x, camel(options)], avg_pool2d(x[None], **options)[0]
    for x, options in windowed(rng, 30):
        yield "sumPool2d", [x, camel(options)], sum_pool2d(x[None], **options)[0]
    for x, options in windowed(rng, 20, dilated=True):  # the reference averages without dilation: by the definition
        total = windows(x[None], **options, fill=0)[0].sum((-2, -1))
        pad = np.broadcast_to(options["padding"], 2)
        padded = np.ones((1, x.shape[0] + 2 * pad[0], x.shape[1] + 2 * pad[1]))
        counted = windows(padded, **{**options, "padding": 0}, fill=0)[0].sum((-2, -1))
        average = total / counted[: total.shape[0], : total.shape[1]]
        yield "sumPool2d", [x, camel(options)], total
        yield "avgPool2d", [x, camel(options)], average


def planes(rng):
    """The same, on flat float32 planes, computed in float64."""
    operators: dict[str, Callable] = {"max": max_pool2d, "avg": avg_pool2d, "sum": sum_pool2d}
    for x, options in windowed(rng, 10):
        x = x.astype(np.float32).astype(float)
        for operator, pool in operators.items():
            values = pool(x[None], **options)[0]
            size = {"height": values.shape[0], "width": values.shape[1]}
            args = [x.ravel(), *x.shape, camel(options), operator]
            yield "poolPlane", args, {"data": values.ravel(), **size}


def backward(rng):
    for x, options in windowed(rng, 25, dilated=True):
        grad = rng.normal(size=check_window((1, *x.shape), **options).out)
        expected = max_pool2d_backward(grad[None], x[None], **options)[0]
        yield "maxPool2dBackward", [grad, x, camel(options)], expected
    for x, options in windowed(rng, 25):
        grad = rng.normal(size=check_window((1, *x.shape), **options).out)
        expected = sum_pool2d_backward(grad[None], x[None], **options)[0]
        yield "sumPool2dBackward", [grad, x, camel(options)], expected
        options.update(average_options(rng))
        expected = avg_pool2d_backward(grad[None], x[None], **options)[0]
        yield "avgPool2dBackward", [grad, x, camel(options)], expected


def stochastic(rng):
    """Draws include 0 and the largest number below 1; windows include zeros."""
    for number in range(30):
        height, width = rng.integers(3, 9, 2)
        options = {"kernel_size": int(rng.integers(1, 4)), "stride": int(rng.integers(1, 4))}
        x = np.maximum(rng.normal(size=(height, width)), 0) * (number != 0)
        out = check_window((1, height, width), **options).out
        draws = rng.choice([0.0, np.nextafter(1, 0)], out) if number % 5 == 1 else rng.random(out)
        grad = rng.normal(size=out)
        drawn = [x, camel(options), draws], {"draws": draws[None]}
        weighted = [x, camel(options)], {"training": False}
        for args, mode in (drawn, weighted):
            yield "stochasticPool2d", args, stochastic_pool2d(x[None], **options, **mode)[0], "values"
            expected = stochastic_pool2d_backward(grad[None], x[None], **options, **mode)[0]
            yield "stochasticPool2dBackward", [grad, *args], expected
    for activations in ([0, 1, 2, 5], [0, 0, 0], [3], [0.5, 0, 0.25]):
        total = sum(activations)
        shares = [activation / total if total else 0 for activation in activations]
        yield "stochasticProbabilities", [activations], shares


def seen(rng):
    """Which cells a window covers, and how many windows read each cell."""
    for x, options in windowed(rng, 25, dilated=True):
        window = check_window((1, *x.shape), **options)
        reads = fold(np.ones((1, *window.out, *window.kernel)), (1, *x.shape), **options)[0]
        yield "coverageCount", [*x.shape, camel(options)], reads
        (kernel, stride, pad, dilation, out) = window
        place = [int(rng.integers(0, count)) for count in out]
        start = [place[axis] * stride[axis] - pad[axis] for axis in (0, 1)]
        cells = []
        for row in start[0] + dilation[0] * np.arange(kernel[0]):
            for col in start[1] + dilation[1] * np.arange(kernel[1]):
                inside = 0 <= row < x.shape[0] and 0 <= col < x.shape[1]
                counted = row < x.shape[0] + pad[0] and col < x.shape[1] + pad[1]
                cells.append({"row": row, "col": col, "inside": inside, "counted": counted})
        sized = {**camel(options), "height": x.shape[0], "width": x.shape[1]}
        yield "windowCells", [*place, sized], cells


def plain(value):
    """What JSON can hold: lists for arrays, strings for NaN and the infinities."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def all_cases(seed=0):
    """Every case; a group yields (function, args, expected) or (function, args, expected, pick)."""
    groups = [sizes, seen, forward, planes, backward, stochastic]
    for name in ("fixtures_pyramid.py", "fixtures_statistics.py"):
        groups.extend(runpy.run_path(str(Path(__file__).with_name(name)))["GROUPS"])
    for number, group in enumerate(groups):
        # A generator for each group: a case added to one changes no other.
        for function, args, expected, *pick in group(np.random.default_rng([seed, number])):
            yield plain({"function": function, "args": args, "pick": pick[0] if pick else None, "expected": expected})


if __name__ == "__main__":
    with np.errstate(invalid="ignore"):  # some maps hold both infinities, whose sum is NaN
        text = json.dumps(list(all_cases()), allow_nan=False)
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
