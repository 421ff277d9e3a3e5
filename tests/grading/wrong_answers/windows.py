"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

COUNT = "def count(size, kernel_size, stride, padding=0, dilation=1, ceil_mode=False):\n"
ROOM = "    room = size + 2 * padding - (dilation * (kernel_size - 1) + 1)\n"
PLAIN = "    if not ceil_mode:\n        return room // stride + 1\n"
CEIL = (
    "    windows = -(-room // stride) + 1\n"
    "    if (windows - 1) * stride >= size + padding:\n        windows -= 1\n    return windows"
)
READS = "def reads(size, kernel_size, stride, padding=0):\n"
CUT = "def cut(x, kernel_size, stride, dilation=1):\n"
CUT_LOOPS = (
    "    windows = np.empty((*x.shape[:2], rows, columns, kernel_size, kernel_size), x.dtype)\n"
    "    for i in range(rows):\n        for j in range(columns):\n"
)
CUT_SIZE = (
    "    span = dilation * (kernel_size - 1) + 1\n    rows, columns = ((s - span) // stride + 1 for s in x.shape[2:])\n"
)
FIELD = (
    "def receptive_field(layers):\n    size, jump, start = 1, 1, 0\n    for kernel_size, stride, padding in layers:\n"
)
BEST = "layers = [(2, 2, 0)] * 2 + [(3, 1, 1)] * 4\n"

WRONG = {
    "gaps counted as taps": ("by_hand", "span = 12\nshared = 3\nskipped = 3", 1),
    "first cell forgotten": ("by_hand", "span = 8\nshared = 3\nskipped = 3", 1),
    "stride for the overlap": ("by_hand", "span = 9\nshared = 2\nskipped = 3", 1),
    "stride for the gap": ("by_hand", "span = 9\nshared = 3\nskipped = 4", 1),
    "padding at one end": (
        "count",
        COUNT + ROOM.replace("2 * padding", "padding") + PLAIN + CEIL.replace("size + padding", "size"),
        1,
    ),
    "dilation ignored": (
        "count",
        COUNT + ROOM.replace("(dilation * (kernel_size - 1) + 1)", "kernel_size") + PLAIN + CEIL,
        1,
    ),
    "dilation times kernel": (
        "count",
        COUNT + ROOM.replace("(dilation * (kernel_size - 1) + 1)", "dilation * kernel_size") + PLAIN + CEIL,
        1,
    ),
    "ceil_mode ignored": ("count", COUNT + ROOM + "    return room // stride + 1", 1),
    "ceil_mode always adds one": (
        "count",
        COUNT + ROOM + PLAIN + "    return room // stride + 2",
        2,
    ),
    "last window after the map": (
        "count",
        COUNT + ROOM + PLAIN + "    return -(-room // stride) + 1",
        1,
    ),
    "one window too few": (
        "count",
        COUNT + ROOM + "    return -(-room // stride) if ceil_mode else room // stride",
        3,
    ),
    "windows that hang over": (
        "reads",
        READS + "    times = np.zeros(size + 2 * padding, dtype=int)\n"
        "    for start in range(0, size + 2 * padding, stride):\n"
        "        times[start : start + kernel_size] += 1\n    return times[padding : padding + size]",
        3,
    ),
    "padding ignored": (
        "reads",
        READS + "    times = np.zeros(size, dtype=int)\n"
        "    for start in range(0, size - kernel_size + 1, stride):\n"
        "        times[start : start + kernel_size] += 1\n    return times",
        1,
    ),
    "padding counted too": (
        "reads",
        READS + "    times = np.zeros(size + 2 * padding, dtype=int)\n"
        "    for start in range(0, size + 2 * padding - kernel_size + 1, stride):\n"
        "        times[start : start + kernel_size] += 1\n    return times",
        1,
    ),
    "read or not, not how often": (
        "reads",
        READS + "    times = np.zeros(size + 2 * padding, dtype=int)\n"
        "    for start in range(0, size + 2 * padding - kernel_size + 1, stride):\n"
        "        times[start : start + kernel_size] = 1\n    return times[padding : padding + size]",
        3,
    ),
    "the last window forgotten": (
        "reads",
        READS + "    times = np.zeros(size + 2 * padding, dtype=int)\n"
        "    for start in range(0, size + 2 * padding - kernel_size, stride):\n"
        "        times[start : start + kernel_size] += 1\n    return times[padding : padding + size]",
        3,
    ),
    "the view that isn't allowed": (
        "cut",
        CUT + "    span = dilation * (kernel_size - 1) + 1\n"
        "    v = np.lib.stride_tricks.sliding_window_view(x, (span, span), axis=(2, 3))\n"
        "    return v[:, :, ::stride, ::stride, ::dilation, ::dilation]",
        4,
    ),
    "dilation ignored in the cut": (
        "cut",
        CUT
        + "    rows, columns = ((size - kernel_size) // stride + 1 for size in x.shape[2:])\n"
        + CUT_LOOPS
        + "            top, left = i * stride, j * stride\n"
        + "            windows[:, :, i, j] = x[:, :, top : top + kernel_size, left : left + kernel_size]\n"
        + "    return windows",
        1,
    ),
    "stride as the kernel": (
        "cut",
        CUT
        + CUT_SIZE
        + CUT_LOOPS
        + "            t, l = i * kernel_size % (x.shape[2] - span + 1), j * kernel_size % (x.shape[3] - span + 1)\n"
        + "            windows[:, :, i, j] = x[:, :, t : t + span : dilation, l : l + span : dilation]\n"
        + "    return windows",
        4,
    ),
    "windows transposed": (
        "cut",
        CUT
        + CUT_SIZE
        + CUT_LOOPS
        + "            t, l = i * stride, j * stride\n"
        + "            taps = x[:, :, t : t + span : dilation, l : l + span : dilation]\n"
        + "            windows[:, :, i, j] = taps.swapaxes(2, 3)\n    return windows",
        4,
    ),
    "square maps only": (
        "cut",
        CUT
        + CUT_SIZE.replace("for s in x.shape[2:]", "for s in (x.shape[2], x.shape[2])")
        + CUT_LOOPS
        + "            t, l = i * stride, j * stride\n"
        + "            windows[:, :, i, j] = x[:, :, t : t + span : dilation, l : l + span : dilation]\n"
        + "    return windows",
        4,
    ),
    "kernels added up": (
        "field",
        FIELD + "        size += kernel_size * jump\n        start -= padding * jump\n        jump *= stride\n"
        "    return size, jump, start",
        1,
    ),
    "jump ignored": (
        "field",
        FIELD + "        size += kernel_size - 1\n        start -= padding * jump\n        jump *= stride\n"
        "    return size, jump, start",
        1,
    ),
    "own stride counted": (
        "field",
        FIELD + "        jump *= stride\n        size += (kernel_size - 1) * jump\n        start -= padding * jump\n"
        "    return size, jump, start",
        2,
    ),
    "padding counted in cells": (
        "field",
        FIELD + "        size += (kernel_size - 1) * jump\n        start -= padding\n        jump *= stride\n"
        "    return size, jump, start",
        1,
    ),
    "strides added up": (
        "field",
        FIELD
        + "        size += (kernel_size - 1) * jump\n        start -= padding * jump\n        jump += stride - 1\n"
        "    return size, jump, start",
        3,
    ),
    "poolings last": (
        "design",
        "layers = [(3, 1, 1)] * 4 + [(2, 2, 0)] * 2\nseen = 12",
        2,
    ),
    "poolings forgotten in the sum": ("design", BEST + "seen = 33", 1),
    "not counted in pixels": ("design", BEST + "seen = 11", 1),
}
