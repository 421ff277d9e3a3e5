"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

HAND = "ratio, length, off = "
RATIO = "2000 * 227**2 / 600000"
IOU = "def iou(a, b):\n    width = min(a[2], b[2]) - max(a[0], b[0])\n    height = min(a[3], b[3]) - max(a[1], b[1])\n"
AREAS = "    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])\n"
CLIPPED = "    shared = max(width, 0) * max(height, 0)\n"
PROJECT = "def project(box, stride):\n    x2, y2 = {ends}\n    return {x1}, {y1}, x2, y2"
UP = "-(-box[2] // stride), -(-box[3] // stride)"
X1, Y1 = "min(box[0] // stride + 1, x2 - 1)", "min(box[1] // stride + 1, y2 - 1)"
ROI = (
    "def roi_pool(features, box, n):\n    x1, y1, x2, y2 = box\n    crop = {crop}\n    h, w = crop.shape[1:]\n"
    "    pooled = np.full((len(features), n, n), {fill})\n"
    "    for i in range(n):\n        for j in range(n):\n"
    "            cells = crop[:, {rows}, {columns}]\n"
    "            if cells.size:\n                pooled[:, i, j] = cells.{reduce}(axis=(1, 2))\n    return pooled"
)
CROP = "features[:, y1:y2, x1:x2]"
ROWS, COLUMNS = "i * h // n : -(-(i + 1) * h // n)", "j * w // n : -(-(j + 1) * w // n)"
FLOOR_ROWS, FLOOR_COLUMNS = "i * h // n : (i + 1) * h // n", "j * w // n : (j + 1) * w // n"
ALL = "def pool_all(features, boxes, pool):\n    return "
SAMPLE = (
    "def sample(x, py, px):\n    h, w = x.shape\n    py, px = {points}\n    i, j = int(py), int(px)\n"
    "    below, right = min(i + 1, h - 1), min(j + 1, w - 1)\n    a, b = py - i, px - j\n"
    "    top = (1 - b) * x[i, j] + b * x[i, right]\n    bottom = (1 - b) * x[below, j] + b * x[below, right]\n"
    "    return {value}"
)
POINTS = "np.clip(py - 0.5, 0, h - 1), np.clip(px - 0.5, 0, w - 1)"
ALIGN = (
    "def roi_align(x, box, n, sample):\n    x1, y1, x2, y2 = {box}\n"
    "    height, width = (y2 - y1) / n, (x2 - x1) / n\n    pooled = np.zeros((n, n))\n"
    "    for i in range(n):\n        for j in range(n):\n            found = []\n            for a in {taps}:\n"
    "                for b in {taps}:\n"
    "                    found.append(sample(x, y1 + (i + a) * height, x1 + (j + b) * width))\n"
    "            pooled[i, j] = {kept}\n    return pooled"
)

WRONG = {
    "boxes forgotten": ("by_hand", HAND + "600000 / 227**2, 12800, 15", 1),
    "pixels of one side": ("by_hand", HAND + "2000 * 227 / 1000, 12800, 15", 1),
    "levels added, not squared": ("by_hand", HAND + RATIO + ", 3072, 15", 1),
    "half a stride": ("by_hand", HAND + RATIO + ", 12800, 8", 1),
    "lengths not cut off at zero": (
        "iou",
        IOU + "    shared = width * height\n" + AREAS + "    return shared / (areas - shared)",
        1,
    ),
    "shared part counted twice": ("iou", IOU + CLIPPED + AREAS + "    return shared / areas", 2),
    "over the smaller box": (
        "iou",
        IOU + CLIPPED + "    return shared / min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))",
        2,
    ),
    "ends inclusive": (
        "iou",
        IOU.replace("b[0])", "b[0]) + 1").replace("b[1])", "b[1]) + 1")
        + CLIPPED
        + AREAS
        + "    return shared / (areas - shared)",
        2,
    ),
    "start rounded down": ("project", PROJECT.format(ends=UP, x1="box[0] // stride", y1="box[1] // stride"), 2),
    "end rounded down": (
        "project",
        PROJECT.format(ends="box[2] // stride, box[3] // stride", x1=X1, y1=Y1),
        3,
    ),
    "small boxes empty": (
        "project",
        PROJECT.format(ends=UP, x1="box[0] // stride + 1", y1="box[1] // stride + 1"),
        1,
    ),
    "end moved for small boxes": (
        "project",
        "def project(box, stride):\n    x1, y1 = box[0] // stride + 1, box[1] // stride + 1\n"
        "    return x1, y1, max(-(-box[2] // stride), x1 + 1), max(-(-box[3] // stride), y1 + 1)",
        1,
    ),
    "rounded to the nearest": (
        "project",
        "def project(box, stride):\n    return tuple(round(side / stride) for side in box)",
        3,
    ),
    "rows and columns swapped": (
        "roi",
        ROI.format(crop="features[:, x1:x2, y1:y2]", fill="0.0", rows=ROWS, columns=COLUMNS, reduce="max"),
        4,
    ),
    "ends rounded down": (
        "roi",
        ROI.format(crop=CROP, fill="0.0", rows=FLOOR_ROWS, columns=FLOOR_COLUMNS, reduce="max"),
        2,
    ),
    "average in the bins": (
        "roi",
        ROI.format(crop=CROP, fill="0.0", rows=ROWS, columns=COLUMNS, reduce="mean"),
        4,
    ),
    "bins of equal size": (
        "roi",
        ROI.format(
            crop=CROP,
            fill="0.0",
            rows="i * max(h // n, 1) : (i + 1) * max(h // n, 1)",
            columns="j * max(w // n, 1) : (j + 1) * max(w // n, 1)",
            reduce="max",
        ),
        2,
    ),
    "bins of the whole map": (
        "roi",
        ROI.format(crop="features", fill="0.0", rows=ROWS, columns=COLUMNS, reduce="max"),
        4,
    ),
    "always the first image": ("batch", ALL + "np.stack([pool(features[0], row[1:]).ravel() for row in boxes])", 2),
    "not flattened": ("batch", ALL + "np.stack([pool(features[index], box) for index, *box in boxes])", 3),
    "index last": (
        "batch",
        ALL + "np.stack([pool(features[row[-1] % len(features)], row[:4]).ravel() for row in boxes])",
        3,
    ),
    "image after image": (
        "batch",
        ALL + "np.stack([pool(features[r[0]], r[1:]).ravel() for r in sorted(boxes.tolist(), key=lambda r: r[0])])",
        2,
    ),
    "nearest cell": (
        "bilinear",
        "def sample(x, py, px):\n    h, w = x.shape\n    return x[min(int(py), h - 1), min(int(px), w - 1)]",
        4,
    ),
    "half a cell forgotten": (
        "bilinear",
        SAMPLE.format(points="np.clip(py, 0, h - 1), np.clip(px, 0, w - 1)", value="(1 - a) * top + a * bottom"),
        4,
    ),
    "border not clipped": (
        "bilinear",
        SAMPLE.format(points="py - 0.5, px - 0.5", value="(1 - a) * top + a * bottom"),
        1,
    ),
    "weights swapped": ("bilinear", SAMPLE.format(points=POINTS, value="a * top + (1 - a) * bottom"), 4),
    "one sample in the middle": ("align", ALIGN.format(box="box", taps="(0.5,)", kept="np.mean(found)"), 3),
    "box rounded": (
        "align",
        ALIGN.format(box="(round(side) for side in box)", taps="(0.25, 0.75)", kept="np.mean(found)"),
        3,
    ),
    "largest of the samples": ("align", ALIGN.format(box="box", taps="(0.25, 0.75)", kept="max(found)"), 3),
    "samples on the edges": ("align", ALIGN.format(box="box", taps="(0, 1)", kept="np.mean(found)"), 3),
}
