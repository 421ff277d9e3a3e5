"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

COUNTS = "flat, pooled, pooled_14 = "
FORWARD = "def global_pool(x, mode):\n    return "
BACK = (
    "def global_backward(grad, x, mode):\n    n, c, h, w = x.shape\n"
    "    if mode == 'avg':\n        return {average}\n{rest}"
)
AVERAGE = "np.ones(x.shape) * grad[:, :, None, None] / (h * w)"
MAXIMUM = (
    "    back = np.zeros((n, c, h * w))\n    flat = x.reshape(n, c, -1)\n"
    "    np.put_along_axis(back, {place}[..., None], grad[..., None], axis=-1)\n    return back.reshape(x.shape)"
)
FIRST, LAST = "flat.argmax(axis=-1)", "(h * w - 1 - flat[..., ::-1].argmax(axis=-1))"
CAM = "def activation_map(features, weight, k):\n    return "
BOX = "def hot_box(cam, share, cell):\n    rows, columns = np.nonzero(cam {above} {limit})\n    return {box}"
RIGHT_BOX = "columns.min() * cell, rows.min() * cell, (columns.max() + 1) * cell, (rows.max() + 1) * cell"
LIMIT = "share * cam.max()"
BLANKED = "def blanked(cam, bias):\n    return "
MASKED = "def masked_average(x, sizes):\n    return np.stack([{one} for image, (h, w) in zip(x, sizes)])"

WRONG = {
    "cells forgotten": ("counts", COUNTS + "1280 * 1000, 1280, 1280", 2),
    "pooled grows with the photo": ("counts", COUNTS + "62720000, 1280000, 5120000", 1),
    "one weight a channel": ("counts", COUNTS + "62720000, 1280, 1280000", 1),
    "batch and channels pooled": ("forward", FORWARD + "x.mean() if mode == 'avg' else x.max()", 2),
    "axes kept": (
        "forward",
        FORWARD + "x.mean(axis=(2, 3), keepdims=True) if mode == 'avg' else x.max(axis=(2, 3), keepdims=True)",
        2,
    ),
    "sum for the average": ("forward", FORWARD + "x.sum(axis=(2, 3)) if mode == 'avg' else x.max(axis=(2, 3))", 1),
    "largest size for the maximum": (
        "forward",
        FORWARD + "x.mean(axis=(2, 3)) if mode == 'avg' else np.abs(x).max(axis=(2, 3))",
        1,
    ),
    "channels pooled": ("forward", FORWARD + "x.mean(axis=(1, 2)) if mode == 'avg' else x.max(axis=(1, 2))", 2),
    "average not divided": (
        "backward",
        BACK.format(average="np.ones(x.shape) * grad[:, :, None, None]", rest=MAXIMUM.format(place=FIRST)),
        1,
    ),
    "divided by the rows alone": (
        "backward",
        BACK.format(average=AVERAGE.replace("(h * w)", "h"), rest=MAXIMUM.format(place=FIRST)),
        1,
    ),
    "every maximum paid": (
        "backward",
        BACK.format(
            average=AVERAGE, rest="    return (x == x.max(axis=(2, 3), keepdims=True)) * grad[:, :, None, None]"
        ),
        1,
    ),
    "last of equals": ("backward", BACK.format(average=AVERAGE, rest=MAXIMUM.format(place=LAST)), 1),
    "shared under the maximum too": ("backward", BACK.format(average=AVERAGE, rest="    return " + AVERAGE), 2),
    "weights of all classes": ("cam", CAM + "np.tensordot(weight.sum(axis=0), features, axes=1)", 3),
    "ReLU over the map": ("cam", CAM + "np.maximum(np.tensordot(weight[k], features, axes=1), 0)", 3),
    "channels not summed": ("cam", CAM + "weight[k][:, None, None] * features", 3),
    "mean over channels": ("cam", CAM + "(weight[k][:, None, None] * features).mean(axis=0)", 3),
    "scaled to one": (
        "cam",
        "def activation_map(features, weight, k):\n    cam = np.tensordot(weight[k], features, axes=1)\n"
        "    return (cam - cam.min()) / (cam.max() - cam.min())",
        3,
    ),
    "x and y swapped": (
        "box",
        BOX.format(
            above=">=",
            limit=LIMIT,
            box="rows.min() * cell, columns.min() * cell, (rows.max() + 1) * cell, (columns.max() + 1) * cell",
        ),
        3,
    ),
    "ends inclusive": ("box", BOX.format(above=">=", limit=LIMIT, box=RIGHT_BOX.replace(" + 1", "")), 3),
    "above, not at least": (
        "box",
        BOX.format(above=">", limit=LIMIT, box=RIGHT_BOX),
        1,
    ),
    "in cells": ("box", BOX.format(above=">=", limit=LIMIT, box=RIGHT_BOX.replace(" * cell", "")), 3),
    "share of the cells, not of the maximum": (
        "box",
        BOX.format(above=">=", limit="np.quantile(cam, share)", box=RIGHT_BOX),
        3,
    ),
    "mean of the others": ("blanked", BLANKED + "(cam.sum() - cam) / (cam.size - 1) + bias", 3),
    "not divided": ("blanked", BLANKED + "cam.mean() - cam + bias", 3),
    "bias forgotten": ("blanked", BLANKED + "(cam.sum() - cam) / cam.size", 3),
    "bias blanked too": ("blanked", BLANKED + "(cam.sum() - cam) / cam.size + bias * (1 - 1 / cam.size)", 3),
    "divided by all cells": ("masked", "def masked_average(x, sizes):\n    return x.mean(axis=(2, 3))", 3),
    "padding taken for zeros": ("masked", MASKED.format(one="image.sum(axis=(1, 2)) / (h * w)"), 2),
    "mask by product": (
        "masked",
        "def masked_average(x, sizes):\n    rows, columns = np.arange(x.shape[2]), np.arange(x.shape[3])\n"
        "    inside = (rows[:, None] < sizes[:, :1, None]) & (columns < sizes[:, 1:, None])\n"
        "    return (x * inside[:, None]).sum(axis=(2, 3)) / inside.sum(axis=(1, 2))[:, None]",
        1,
    ),
    "rows and columns swapped": ("masked", MASKED.format(one="image[:, :w, :h].mean(axis=(1, 2))"), 3),
    "average over the largest map": (
        "masked",
        MASKED.format(one="image[:, : sizes[:, 0].max(), : sizes[:, 1].max()].mean(axis=(1, 2))"),
        3,
    ),
}
