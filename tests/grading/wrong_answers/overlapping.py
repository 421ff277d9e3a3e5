"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

HAND = "overlapping, plain, shared = "
READS = "def reads_per_cell(size, k, s):\n    windows = (size - k) // s + 1\n    return "
COST = (
    "def comparisons(height, width, k, s):\n"
    "    rows, columns = (height - k) // s + 1, (width - k) // s + 1\n    return "
)
SLICES = "def max_pool(x, k, s, larger):\n    rows, columns = (x.shape[0] - k) // s + 1, (x.shape[1] - k) // s + 1\n"
PADDING = (
    "def padding_for(size, k, s, out):\n"
    "    for padding in range({last}):\n        if {fits}:\n            return padding\n"
)
FITS = "(size + 2 * padding - k) // s + 1 == out"
SAME = (
    "def same_winner(row, k, s):\n    starts = range(0, len(row) - k + 1, s)\n"
    "    places = np.array([{place} for start in starts])\n    return {share}\n"
)
MAP_PLACE, SHARE = "start + np.argmax(row[start : start + k])", "(places[1:] == places[:-1]).mean()"

WRONG = {
    "stride as the divisor alone": ("by_hand", HAND + "55 // 2 + 1, 27, 3", 1),
    "one window too few": ("by_hand", HAND + "26, 26, 3", 2),
    "columns for cells": ("by_hand", HAND + "27, 27, 1", 1),
    "shares by the stride": ("by_hand", HAND + "27, 27, 6", 1),
    "border forgotten": ("density", "def reads_per_cell(size, k, s):\n    return (k / s) ** 2", 2),
    "one axis": ("density", READS + "windows * k / size", 2),
    "overlap alone counted": ("density", READS + "(windows * max(k - s, 0) / size) ** 2", 2),
    "windows for reads": ("density", READS + "(windows / size) ** 2", 2),
    "comparisons as many as cells": (
        "cost",
        COST + "rows * columns * k * k, (k - 1) * columns * (height + rows)",
        1,
    ),
    "rows thinned out in the first pass": (
        "cost",
        COST + "rows * columns * (k * k - 1), 2 * (k - 1) * columns * rows",
        2,
    ),
    "no thinning in the first pass": (
        "cost",
        COST + "rows * columns * (k * k - 1), (k - 1) * (width * height + columns * rows)",
        2,
    ),
    "height and width swapped": (
        "cost",
        COST + "rows * columns * (k * k - 1), (k - 1) * rows * (width + columns)",
        2,
    ),
    "tap after tap, in one pass": (
        "two_passes",
        SLICES + "    best = None\n    for i in range(k):\n        for j in range(k):\n"
        "            tap = x[i : i + (rows - 1) * s + 1 : s, j : j + (columns - 1) * s + 1 : s]\n"
        "            best = tap if best is None else larger(best, tap)\n    return best",
        2,
    ),
    "NumPy's maximum": (
        "two_passes",
        "def max_pool(x, k, s, larger):\n"
        "    v = np.lib.stride_tricks.sliding_window_view(x, (k, k))[::s, ::s]\n    return v.max(axis=(-2, -1))",
        4,
    ),
    "first pass at every column": (
        "two_passes",
        SLICES + "    wide = x.shape[1] - k + 1\n    along = x[:, :wide]\n    for i in range(1, k):\n"
        "        along = larger(along, x[:, i : i + wide])\n    along = along[:, ::s]\n"
        "    down = along[: (rows - 1) * s + 1 : s]\n    for i in range(1, k):\n"
        "        down = larger(down, along[i : i + (rows - 1) * s + 1 : s])\n    return down",
        2,
    ),
    "one tap forgotten": (
        "two_passes",
        SLICES + "    along = x[:, : (columns - 1) * s + 1 : s]\n    for i in range(1, k - 1):\n"
        "        along = larger(along, x[:, i : i + (columns - 1) * s + 1 : s])\n"
        "    down = along[: (rows - 1) * s + 1 : s]\n    for i in range(1, k):\n"
        "        down = larger(down, along[i : i + (rows - 1) * s + 1 : s])\n    return down",
        2,
    ),
    "rows alone": (
        "two_passes",
        SLICES + "    along = x[:, : (columns - 1) * s + 1 : s]\n    for i in range(1, k):\n"
        "        along = larger(along, x[:, i : i + (columns - 1) * s + 1 : s])\n"
        "    return along[: (rows - 1) * s + 1 : s]",
        2,
    ),
    "padding at one end": (
        "padding_for",
        PADDING.format(last="k // 2 + 1", fits=FITS.replace("2 * padding", "padding")) + "    return -1",
        2,
    ),
    "as much as it takes": ("padding_for", PADDING.format(last="100", fits=FITS) + "    return -1", 1),
    "nothing where there is none": ("padding_for", PADDING.format(last="k // 2 + 1", fits=FITS), 1),
    "at least as many": (
        "padding_for",
        PADDING.format(last="k // 2 + 1", fits=FITS.replace("==", ">=")) + "    return -1",
        1,
    ),
    "largest padding": (
        "padding_for",
        PADDING.format(last="k // 2, -1, -1", fits=FITS) + "    return -1",
        2,
    ),
    "half the kernel left out": ("padding_for", PADDING.format(last="k // 2", fits=FITS) + "    return -1", 2),
    "places in the window": (
        "same_winner",
        SAME.format(place="np.argmax(row[start : start + k])", share=SHARE) + "expected = 1 / 5",
        2,
    ),
    "counted, not a share": (
        "same_winner",
        SAME.format(place=MAP_PLACE, share="(places[1:] == places[:-1]).sum()") + "expected = 1 / 5",
        2,
    ),
    "divided by the windows": (
        "same_winner",
        SAME.format(place=MAP_PLACE, share="(places[1:] == places[:-1]).sum() / len(places)") + "expected = 1 / 5",
        2,
    ),
    "one of three": ("same_winner", SAME.format(place=MAP_PLACE, share=SHARE) + "expected = 1 / 3", 1),
    "each window on its own": ("same_winner", SAME.format(place=MAP_PLACE, share=SHARE) + "expected = 1 / 9", 1),
    "the best epoch on the test set": ("fair", 'plan = "ABCDF"', 2),
    "one seed will do": ("fair", 'plan = "ADF"', 2),
}
