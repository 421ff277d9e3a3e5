"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

EDGES = "def bin_edges(size, n):\n    return "
SLIDING = "def sliding(size, n):\n    window, stride = -(-size // n), size // n\n"
BINS = "def pool_bins(x, rows, columns, mode):\n"
BIN_LOOPS = BINS + (
    "    pooled = np.zeros((x.shape[0], len(rows), len(columns)))\n"
    "    for i, (top, bottom) in enumerate(rows):\n"
    "        for j, (left, right) in enumerate(columns):\n"
)
PYRAMID = "def pyramid(x, levels, edges_of):\n    parts = []\n    for n in levels:\n"
GRID = (
    "        rows, columns = edges_of(x.shape[1], n), edges_of(x.shape[2], n)\n"
    "        grid = np.array([[x[:, t:b, l:r].max(axis=(1, 2)) for l, r in columns] for t, b in rows])\n"
)
BACK = (
    "def pyramid_backward(grad, x, levels, edges_of):\n    back, position = np.zeros_like(x), 0\n"
    "    for n in {levels}:\n"
    "        for c in range(x.shape[0]):\n"
    "            for top, bottom in edges_of(x.shape[1], n):\n"
    "                for left, right in edges_of(x.shape[2], n):\n"
    "                    row, column = divmod(int(x[c, top:bottom, left:right].argmax()), {width})\n"
    "                    back[c, top + row, left + column] {assign} grad[position]\n"
    "                    position += 1\n"
    "    return back"
)
HEAD = "def scores(x, weight, bias, levels, pool):\n    vector = pool(x, levels)\n"
NAMED = (
    "    if weight.shape[1] != len(vector):\n"
    '        raise ValueError(f"the levels {levels} give {len(vector)}, the weight has {weight.shape[1]}")\n'
)

WRONG = {
    "levels summed, not squared": ("lengths", "bins = 12\nlength = 256 * 12\nlength_10 = length", 2),
    "finest grid alone": ("lengths", "bins = 36\nlength = 256 * 36\nlength_10 = 256 * 36", 2),
    "length grows with the map": ("lengths", "bins = 50\nlength = 12800\nlength_10 = 12800 * 170 // 169", 1),
    "channels forgotten": ("lengths", "bins = 50\nlength = 50\nlength_10 = 12800", 1),
    "both ends rounded down": (
        "edges",
        EDGES + "[(i * size // n, (i + 1) * size // n) for i in range(n)]",
        3,
    ),
    "windows of equal size": (
        "edges",
        EDGES + "[(i * (size // n), (i + 1) * (size // n)) for i in range(n)]",
        3,
    ),
    "ends inclusive": (
        "edges",
        EDGES + "[(i * size // n, -(-(i + 1) * size // n) - 1) for i in range(n)]",
        4,
    ),
    "counted from one": (
        "edges",
        EDGES + "[(i * size // n, -(-(i + 1) * size // n)) for i in range(1, n + 1)]",
        4,
    ),
    "at most as many bins as cells": (
        "edges",
        "def bin_edges(size, n):\n    n = min(n, size)\n"
        "    return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]",
        1,
    ),
    "always n": ("sliding", SLIDING + "    return n, size - ((n - 1) * stride + window)", 3),
    "one too few": (
        "sliding",
        SLIDING + "    count = (size - window) // stride\n    return count, size - (count * stride + window)",
        2,
    ),
    "unread counted from the stride": (
        "sliding",
        SLIDING + "    count = (size - window) // stride + 1\n    return count, size - count * stride",
        1,
    ),
    "window rounded down": (
        "sliding",
        "def sliding(size, n):\n    window = stride = size // n\n    count = (size - window) // stride + 1\n"
        "    return count, size - ((count - 1) * stride + window)",
        3,
    ),
    "starts at zero for the maximum": (
        "bins",
        BIN_LOOPS + "            cells = x[:, top:bottom, left:right]\n"
        "            best = cells.max(axis=(1, 2), initial=0)\n"
        '            pooled[:, i, j] = best if mode == "max" else cells.mean(axis=(1, 2))\n'
        "    return pooled",
        2,
    ),
    "rows and columns swapped": (
        "bins",
        BIN_LOOPS + "            cells = x[:, left:right, top:bottom]\n"
        '            pooled[:, i, j] = cells.max(axis=(1, 2)) if mode == "max" else cells.mean(axis=(1, 2))\n'
        "    return pooled",
        3,
    ),
    "mode not read": (
        "bins",
        BIN_LOOPS + "            pooled[:, i, j] = x[:, top:bottom, left:right].max(axis=(1, 2))\n    return pooled",
        1,
    ),
    "one divisor for all bins": (
        "bins",
        BIN_LOOPS + "            cells = x[:, top:bottom, left:right]\n"
        "            size = (rows[0][1] - rows[0][0]) * (columns[0][1] - columns[0][0])\n"
        '            pooled[:, i, j] = cells.max(axis=(1, 2)) if mode == "max" else cells.sum(axis=(1, 2)) / size\n'
        "    return pooled",
        1,
    ),
    "channels pooled together": (
        "bins",
        BIN_LOOPS + "            cells = x[:, top:bottom, left:right]\n"
        '            pooled[:, i, j] = cells.max() if mode == "max" else cells.mean()\n    return pooled',
        3,
    ),
    "channels last": (
        "pyramid",
        PYRAMID + GRID + "        parts.append(grid.ravel())\n    return np.concatenate(parts)",
        2,
    ),
    "coarse level first": (
        "pyramid",
        PYRAMID.replace("in levels", "in sorted(levels)")
        + GRID
        + "        parts.append(grid.transpose(2, 0, 1).ravel())\n    return np.concatenate(parts)",
        4,
    ),
    "average in the bins": (
        "pyramid",
        PYRAMID
        + GRID.replace(".max", ".mean")
        + "        parts.append(grid.transpose(2, 0, 1).ravel())\n    return np.concatenate(parts)",
        4,
    ),
    "channel after channel": (
        "pyramid",
        PYRAMID
        + GRID
        + "        parts.append(grid.transpose(2, 0, 1).reshape(x.shape[0], -1))\n"
        + "    return np.concatenate(parts, axis=1).ravel()",
        2,
    ),
    "overwritten": (
        "backward",
        BACK.format(levels="levels", width="right - left", assign="="),
        2,
    ),
    "width of the map": ("backward", BACK.format(levels="levels", width="x.shape[2]", assign="+="), 3),
    "first level alone": ("backward", BACK.format(levels="levels[:1]", width="right - left", assign="+="), 1),
    "bias forgotten": ("head", HEAD + NAMED + "    return weight @ vector", 2),
    "no message of its own": ("head", HEAD + "    return weight @ vector + bias", 1),
    "one number named": (
        "head",
        HEAD
        + "    if weight.shape[1] != len(vector):\n"
        + '        raise ValueError(f"wrong levels for {weight.shape[1]} columns")\n    return weight @ vector + bias',
        1,
    ),
    "columns cut to fit": (
        "head",
        HEAD + "    n = min(len(vector), weight.shape[1])\n    return weight[:, :n] @ vector[:n] + bias",
        1,
    ),
}
