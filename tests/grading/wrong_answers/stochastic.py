"""Wrong answers of the kinds students make: name -> (question, source, points lost)."""

HAND = "chance, drawn, at_test = "
SHARES = "def shares(windows):\n    return "
DRAW = "def draw(windows, u):\n    running = np.cumsum(windows, axis=-1)\n"
TAKE = "    return np.take_along_axis(windows, place[..., None], axis=-1)[..., 0]"
EXPECTED = "def expected_pool(x, k):\n    windows = blocks(x, k)\n    total = windows.sum(axis=-1)\n"
TRAINING = "def backward_training(grad, x, place, k):\n    windows = blocks(x, k)\n    back = np.zeros_like(windows)\n"
TEST = "def backward_test(grad, x, k):\n    windows = blocks(x, k)\n    total = windows.sum(axis=-1, keepdims=True)\n"

WRONG = {
    "largest taken for the drawn": ("by_hand", HAND + "3 / 8, 4, 3.25", 1),
    "equal chances": ("by_hand", HAND + "1 / 4, 1, 3.25", 1),
    "plain average at test": ("by_hand", HAND + "3 / 8, 1, 2", 1),
    "softmax": (
        "shares",
        SHARES + "np.exp(windows) / np.exp(windows).sum(axis=-1, keepdims=True)",
        2,
    ),
    "zeros give no number": ("shares", SHARES + "windows / windows.sum(axis=-1, keepdims=True)", 1),
    "a small number added to the sum": (
        "shares",
        SHARES + "windows / (windows.sum(axis=-1, keepdims=True) + 1e-8)",
        1,
    ),
    "one sum for all windows": ("shares", SHARES + "windows / max(windows.sum(), 1e-30)", 2),
    "draws by rank, not by share": (
        "draw",
        DRAW + "    place = (u * windows.shape[-1]).astype(int)\n" + TAKE,
        4,
    ),
    "the mark not scaled by the sum": (
        "draw",
        DRAW + "    place = (running > u[..., None]).argmax(axis=-1)\n" + TAKE,
        4,
    ),
    "at least, not above": (
        "draw",
        DRAW + "    place = (running >= u[..., None] * running[..., -1:]).argmax(axis=-1)\n" + TAKE,
        1,
    ),
    "the place, not the activation": (
        "draw",
        DRAW + "    return (running > u[..., None] * running[..., -1:]).argmax(axis=-1)",
        4,
    ),
    "always the largest": ("draw", "def draw(windows, u):\n    return windows.max(axis=-1)", 4),
    "average": ("at_test", "def expected_pool(x, k):\n    return blocks(x, k).mean(axis=-1)", 3),
    "maximum": ("at_test", "def expected_pool(x, k):\n    return blocks(x, k).max(axis=-1)", 3),
    "zero over zero": ("at_test", EXPECTED + "    return (windows**2).sum(axis=-1) / total", 1),
    "root mean square": ("at_test", EXPECTED + "    return np.sqrt((windows**2).mean(axis=-1))", 3),
    "weights squared twice": (
        "at_test",
        EXPECTED + "    return (windows**2).sum(axis=-1) / np.where(total == 0, 1, total) ** 2",
        3,
    ),
    "paid by value": (
        "back_training",
        TRAINING
        + "    value = np.take_along_axis(windows, place[..., None], axis=-1)\n"
        + "    back += (windows == value) * (windows > 0) * grad[..., None]\n    return unblocks(back, k)",
        1,
    ),
    "zeros paid too": (
        "back_training",
        TRAINING
        + "    np.put_along_axis(back, place[..., None], grad[..., None], axis=-1)\n    return unblocks(back, k)",
        1,
    ),
    "to the largest cell": (
        "back_training",
        TRAINING
        + "    place = windows.argmax(axis=-1)\n    grad = grad * (windows.sum(axis=-1) > 0)\n"
        + "    np.put_along_axis(back, place[..., None], grad[..., None], axis=-1)\n    return unblocks(back, k)",
        3,
    ),
    "shared by probability": (
        "back_training",
        TRAINING
        + "    total = windows.sum(axis=-1, keepdims=True)\n"
        + "    return unblocks(grad[..., None] * windows / np.where(total == 0, 1, total), k)",
        3,
    ),
    "probabilities held fixed": ("back_test", TEST + "    return unblocks(grad[..., None] * windows / total, k)", 3),
    "the sum below forgotten": ("back_test", TEST + "    return unblocks(grad[..., None] * 2 * windows / total, k)", 3),
    "sign of the second term": (
        "back_test",
        TEST
        + "    s = (windows**2).sum(axis=-1, keepdims=True) / total\n"
        + "    return unblocks(grad[..., None] * (2 * windows + s) / total, k)",
        3,
    ),
    "plain standard deviation": ("photo_noise", "def noise(windows, p):\n    return windows.std(axis=-1)", 2),
    "variance, no root": (
        "photo_noise",
        "def noise(windows, p):\n    mean = (p * windows).sum(axis=-1, keepdims=True)\n"
        "    return (p * (windows - mean) ** 2).sum(axis=-1)",
        2,
    ),
    "spread around the plain mean": (
        "photo_noise",
        "def noise(windows, p):\n    mean = windows.mean(axis=-1, keepdims=True)\n"
        "    return np.sqrt((p * (windows - mean) ** 2).sum(axis=-1))",
        2,
    ),
    "average and drawing swapped": ("diagnose", 'flicker = "A"\nweak = "C"\nplain = "B"', 2),
    "blames the learning rate": ("diagnose", 'flicker = "C"\nweak = "A"\nplain = "D"', 2),
}
