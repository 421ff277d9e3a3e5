"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

WINDOWS = """
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(2, 3))
"""

SIZE = "def output_size(size, kernel_size, stride, padding=0):\n    return "
ZERO_PADDED = """
def max_pool(x, kernel_size, stride, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))"""
PADDED = """
def max_pool(x, kernel_size, stride, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), constant_values=-np.inf)"""

WRONG = {
    "weights counted": ("counts", "learnable = 2 * 2 * 64\noutputs = 64 * 16 * 16", 1),
    "channels forgotten": ("counts", "learnable = 0\noutputs = 16 * 16", 1),
    "stride forgotten in the count": ("counts", "learnable = 0\noutputs = 64 * 31 * 31", 1),
    "padded once": (
        "output_size",
        SIZE + "(size + padding - kernel_size) // stride + 1",
        1,
    ),
    "one too few": (
        "output_size",
        SIZE + "(size + 2 * padding - kernel_size) // stride",
        2,
    ),
    "rounded up": (
        "output_size",
        SIZE + "-(-(size + 2 * padding - kernel_size) // stride) + 1",
        2,
    ),
    "average for max": (
        "max_forward",
        ZERO_PADDED + WINDOWS + "    return windows[:, :, ::stride, ::stride].mean(axis=(-2, -1))",
        3,
    ),
    "zero padding": (
        "max_forward",
        ZERO_PADDED + WINDOWS + "    return windows[:, :, ::stride, ::stride].max(axis=(-2, -1))",
        1,
    ),
    "padding ignored": (
        "max_forward",
        "def max_pool(x, kernel_size, stride, padding=0):"
        + WINDOWS
        + "    return windows[:, :, ::stride, ::stride].max(axis=(-2, -1))",
        1,
    ),
    "stride off by one": (
        "max_forward",
        PADDED + WINDOWS + "    return windows[:, :, :: stride + 1, :: stride + 1].max(axis=(-2, -1))",
        3,
    ),
    "axes transposed": (
        "max_forward",
        PADDED + WINDOWS + "    return windows[:, :, ::stride, ::stride].max(axis=(-2, -1)).swapaxes(2, 3)",
        3,
    ),
    "nothing returned": ("max_forward", "def max_pool(x, kernel_size, stride, padding=0):\n    x.max()", 3),
    "one convention for both, counted": (
        "avg_forward",
        "def avg_pool(x, kernel_size, stride, padding=0, count_include_pad=True):\n"
        "    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))"
        + WINDOWS
        + "    return windows[:, :, ::stride, ::stride].mean(axis=(-2, -1))",
        1,
    ),
    "one convention for both, not counted": (
        "avg_forward",
        "def avg_pool(x, kernel_size, stride, padding=0, count_include_pad=True):\n"
        "    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), constant_values=np.nan)"
        + WINDOWS
        + "    return np.nanmean(windows[:, :, ::stride, ::stride], axis=(-2, -1))",
        1,
    ),
    "conventions swapped": (
        "avg_forward",
        "def avg_pool(x, kernel_size, stride, padding=0, count_include_pad=True):\n"
        "    fill = np.nan if count_include_pad else 0.0\n"
        "    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), constant_values=fill)"
        + WINDOWS
        + "    return np.nanmean(windows[:, :, ::stride, ::stride], axis=(-2, -1))",
        2,
    ),
    "average for sum": (
        "sum_forward",
        "def sum_pool(x, kernel_size, stride):"
        + WINDOWS
        + "    return windows[:, :, ::stride, ::stride].mean(axis=(-2, -1))",
        1,
    ),
    "channels summed too": (
        "sum_forward",
        "def sum_pool(x, kernel_size, stride):"
        + WINDOWS
        + "    return windows[:, :, ::stride, ::stride].sum(axis=(1, -2, -1))",
        1,
    ),
    "gradient to every equal cell": (
        "max_backward",
        "def max_pool_backward(grad, x, kernel_size, stride):\n    result = np.zeros_like(x)\n"
        "    for n, c, i, j in np.ndindex(grad.shape):\n"
        "        rows = slice(i * stride, i * stride + kernel_size)\n"
        "        columns = slice(j * stride, j * stride + kernel_size)\n"
        "        window = x[n, c, rows, columns]\n"
        "        result[n, c, rows, columns] += (window == window.max()) * grad[n, c, i, j]\n    return result",
        1,
    ),
    "last of equals": (
        "max_backward",
        "def max_pool_backward(grad, x, kernel_size, stride):\n    result = np.zeros_like(x)\n"
        "    for n, c, i, j in np.ndindex(grad.shape):\n"
        "        window = x[n, c, i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]\n"
        "        row, column = divmod(window.size - 1 - int(window.ravel()[::-1].argmax()), kernel_size)\n"
        "        result[n, c, i * stride + row, j * stride + column] += grad[n, c, i, j]\n    return result",
        1,
    ),
    "overwritten instead of added": (
        "max_backward",
        "def max_pool_backward(grad, x, kernel_size, stride):\n    result = np.zeros_like(x)\n"
        "    for n, c, i, j in np.ndindex(grad.shape):\n"
        "        window = x[n, c, i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]\n"
        "        row, column = divmod(int(window.argmax()), kernel_size)\n"
        "        result[n, c, i * stride + row, j * stride + column] = grad[n, c, i, j]\n    return result",
        1,
    ),
    "gradient shared as in the average": (
        "max_backward",
        "def max_pool_backward(grad, x, kernel_size, stride):\n    result = np.zeros_like(x)\n"
        "    for n, c, i, j in np.ndindex(grad.shape):\n"
        "        part = result[n, c, i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]\n"
        "        part += grad[n, c, i, j] / kernel_size**2\n    return result",
        4,
    ),
    "not cut": (
        "brightness",
        "def brightness(image, k):\n    c, h, w = image.shape\n    blocks = image.reshape(c, h // k, k, w // k, k)\n"
        "    return image.mean(), blocks.max(axis=(2, 4)).mean(), blocks.mean(axis=(2, 4)).mean()",
        2,
    ),
    "mean of the whole image": (
        "brightness",
        "def brightness(image, k):\n    c, h, w = image.shape[0], image.shape[1] // k, image.shape[2] // k\n"
        "    blocks = image[:, : h * k, : w * k].reshape(c, h, k, w, k)\n"
        "    return image.mean(), blocks.max(axis=(2, 4)).mean(), blocks.mean(axis=(2, 4)).mean()",
        2,
    ),
    "wrong axes of the blocks": (
        "brightness",
        "def brightness(image, k):\n    c, h, w = image.shape[0], image.shape[1] // k, image.shape[2] // k\n"
        "    image = image[:, : h * k, : w * k]\n    blocks = image.reshape(c, h, k, w, k)\n"
        "    return image.mean(), blocks.max(axis=(1, 3)).mean(), blocks.mean(axis=(1, 3)).mean()",
        2,
    ),
    "sum for the thumbnail": ("choose", 'speck = "max"\nthumbnail = "sum"\ncounter = "sum"', 2),
    "average for the counter": ("choose", 'speck = "max"\nthumbnail = "average"\ncounter = "average"', 2),
}
