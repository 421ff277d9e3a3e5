"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

HAND = "to_max, to_average, to_sum = "
AVERAGE = (
    "def avg_backward(grad, shape, kernel_size, stride):\n    back = np.zeros(shape)\n"
    "    for i in range(grad.shape[2]):\n        for j in range(grad.shape[3]):\n"
    "            top, left = i * {step}, j * {step}\n"
    "            cells = back[:, :, top : top + kernel_size, left : left + kernel_size]\n"
    "            cells {sign} grad[:, :, i : i + 1, j : j + 1]{share}\n    return back"
)
PADDED = (
    "def padded_backward(grad, shape, kernel_size, stride, padding, count_include_pad):\n"
    "    n, c, h, w = shape\n    k, p = kernel_size, padding\n    back = np.zeros((n, c, h + 2 * p, w + 2 * p))\n"
    "    for i in range(grad.shape[2]):\n        for j in range(grad.shape[3]):\n"
    "            rows, columns = slice(i * stride, i * stride + k), slice(j * stride, j * stride + k)\n"
    "            real = np.zeros((h + 2 * p, w + 2 * p))\n            real[p : p + h, p : p + w] = 1\n"
    "            cells = {cells}\n"
    "            back[:, :, rows, columns] += grad[:, :, i : i + 1, j : j + 1] / cells\n"
)
CUT = "    return back[:, :, p : p + h, p : p + w]"
WINNERS = (
    "def winners(x, kernel_size, stride, padding=0):\n    n, c, h, w = x.shape\n    k, p = kernel_size, padding\n"
    "    x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values={fill})\n"
    "    rows, columns = ((size + 2 * p - k) // stride + 1 for size in (h, w))\n"
    "    places = np.zeros((n, c, rows, columns), dtype=int)\n"
    "    for a, b, i, j in np.ndindex(places.shape):\n"
    "        cells = x[a, b, i * stride : i * stride + k, j * stride : j * stride + k]\n"
    "        row, column = divmod({won}, k)\n"
    "        places[a, b, i, j] = {place}\n"
    "    return places"
)
FIRST, LAST = "int(cells.argmax())", "cells.size - 1 - int(cells.ravel()[::-1].argmax())"
PLACE = "(i * stride - p + row) * w + j * stride - p + column"
SCATTER = "def scatter(grad, places, shape):\n    maps = shape[0] * shape[1]\n"
FLAT = "    back = np.zeros((maps, shape[2] * shape[3]))\n"
NUDGED = "def nudged(f, x, grad, step):\n    back = np.zeros_like(x)\n    for place in np.ndindex(x.shape):\n"
COPIES = "        up, down = x.copy(), x.copy()\n        up[place] += step\n        down[place] -= step\n"

WRONG = {
    "both winners paid": ("by_hand", HAND + "[0, 6, 0, 6], [1.5] * 4, [6] * 4", 1),
    "split between the winners": ("by_hand", HAND + "[0, 3, 0, 3], [1.5] * 4, [6] * 4", 1),
    "average not divided": ("by_hand", HAND + "[0, 6, 0, 0], [6] * 4, [6] * 4", 1),
    "sum divided": ("by_hand", HAND + "[0, 6, 0, 0], [1.5] * 4, [1.5] * 4", 1),
    "shares by value": ("by_hand", HAND + "[0, 6, 0, 0], [0.6, 2.1, 1.2, 2.1], [6] * 4", 1),
    "not divided": (
        "avg_backward",
        AVERAGE.format(step="stride", sign="+=", share=""),
        3,
    ),
    "overwritten": (
        "avg_backward",
        AVERAGE.format(step="stride", sign="[...] =", share=" / kernel_size**2").replace("cells [...]", "cells[...]"),
        1,
    ),
    "divided by the kernel's side": (
        "avg_backward",
        AVERAGE.format(step="stride", sign="+=", share=" / kernel_size"),
        3,
    ),
    "stride taken for the kernel": (
        "avg_backward",
        AVERAGE.format(step="kernel_size", sign="+=", share=" / kernel_size**2"),
        3,
    ),
    "repeat and tile": (
        "avg_backward",
        "def avg_backward(grad, shape, kernel_size, stride):\n"
        "    back = grad.repeat(kernel_size, axis=2).repeat(kernel_size, axis=3) / kernel_size**2\n"
        "    return back[:, :, : shape[2], : shape[3]]",
        3,
    ),
    "always all cells": ("padded", PADDED.format(cells="k * k") + CUT, 2),
    "always the real cells": ("padded", PADDED.format(cells="real[rows, columns].sum()") + CUT, 1),
    "border not cut off": (
        "padded",
        PADDED.format(cells="k * k if count_include_pad else real[rows, columns].sum()") + "    return back",
        3,
    ),
    "cut at the wrong end": (
        "padded",
        PADDED.format(cells="k * k if count_include_pad else real[rows, columns].sum()")
        + "    return back[:, :, :h, :w]",
        3,
    ),
    "conventions swapped": (
        "padded",
        PADDED.format(cells="real[rows, columns].sum() if count_include_pad else k * k") + CUT,
        3,
    ),
    "place in the window": (
        "winners",
        WINNERS.format(fill="-np.inf", won=FIRST, place="row * k + column"),
        4,
    ),
    "place on the padded map": (
        "winners",
        WINNERS.format(fill="-np.inf", won=FIRST, place="(i * stride + row) * (w + 2 * p) + j * stride + column"),
        1,
    ),
    "last of equals": ("winners", WINNERS.format(fill="-np.inf", won=LAST, place=PLACE), 1),
    "zero padding": ("winners", WINNERS.format(fill="0", won=FIRST, place=PLACE), 1),
    "height for width": (
        "winners",
        WINNERS.format(fill="-np.inf", won=FIRST, place=PLACE.replace("* w", "* h")),
        4,
    ),
    "counted once": (
        "scatter",
        SCATTER + FLAT + "    back[np.arange(maps)[:, None], places.reshape(maps, -1)] += grad.reshape(maps, -1)\n"
        "    return back.reshape(shape)",
        1,
    ),
    "one map for all": (
        "scatter",
        SCATTER + FLAT + "    np.add.at(back[0], places.ravel(), grad.ravel())\n    return back.reshape(shape)",
        3,
    ),
    "rows and columns swapped": (
        "scatter",
        SCATTER
        + FLAT
        + "    np.add.at(back, (np.arange(maps)[:, None], places.reshape(maps, -1)), grad.reshape(maps, -1))\n"
        + "    return back.reshape(*shape[:2], shape[3], shape[2]).swapaxes(2, 3)",
        3,
    ),
    "one-sided": (
        "nudge",
        NUDGED + "        up = x.copy()\n        up[place] += step\n"
        "        back[place] = (grad * (f(up) - f(x))).sum() / step\n    return back",
        1,
    ),
    "divided by one step": (
        "nudge",
        NUDGED + COPIES + "        back[place] = (grad * (f(up) - f(down))).sum() / step\n    return back",
        3,
    ),
    "gradient from above forgotten": (
        "nudge",
        NUDGED + COPIES + "        back[place] = (f(up) - f(down)).sum() / (2 * step)\n    return back",
        3,
    ),
    "input moved": (
        "nudge",
        NUDGED + "        x[place] += step\n        up = f(x)\n        x[place] -= 2 * step\n"
        "        back[place] = (grad * (up - f(x))).sum() / (2 * step)\n    return back",
        1,
    ),
    "everything moved at once": (
        "nudge",
        "def nudged(f, x, grad, step):\n    return grad * (f(x + step) - f(x - step)) / (2 * step)",
        2,
    ),
    "max counted by overlaps": ("conserved", "by_max, by_sum, by_average = 9, 9, 4 / 9", 1),
    "sum hands on once": ("conserved", "by_max, by_sum, by_average = 1, 1, 4 / 9", 1),
    "padding forgotten": ("conserved", "by_max, by_sum, by_average = 1, 9, 1", 1),
}
