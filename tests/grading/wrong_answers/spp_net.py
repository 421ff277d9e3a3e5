"""Wrong answers of the kinds students make: name -> (question, source, points lost).

Few a question: each round of grading trains the networks of the last one.
"""

POOL = "def pyramid_pool(x, levels):\n    return "
NET = (
    "class SPPNet(nn.Module):\n    def __init__(self, levels, classes):\n        super().__init__()\n"
    "        self.levels = levels\n        self.features = backbone()\n        self.head = {head}\n"
    "    def forward(self, x):\n        return {scores}"
)
HEAD = "nn.Linear(32 * sum(n * n for n in levels), classes)"
SCORES = "self.head(pyramid_vector(self.features(x), self.levels))"
GROUP = (
    "def group(shapes, size):\n    members = {{}}\n    for number, shape in enumerate(shapes):\n"
    "        members.setdefault({key}, []).append(number)\n    return {batches}"
)
CUT = "[numbers[i : i + size] for numbers in members.values() for i in range(0, len(numbers), size)]"
CROP = "def crop(image, side):\n    top, left = {corner}\n    return image[:, top : top + side, left : left + side]\n"
CORNER = "(image.shape[1] - side) // 2, (image.shape[2] - side) // 2"
WARP = "def warp(image, side):\n    return "
SQUEEZE = 'F.interpolate(image[None], (side, side), mode="bilinear", antialias=True)[0]'
STEP = (
    "def train_epoch(net, batches, optimizer):\n    total, count = 0.0, 0\n    for images, labels in batches:\n"
    "        {clear}\n        loss = {loss}\n        loss.backward()\n        {step}\n"
    "        total, count = total + {weighted}, count + {one}\n    return total / count"
)
RIGHT = {
    "clear": "optimizer.zero_grad()",
    "loss": "F.cross_entropy(net(images), labels)",
    "step": "optimizer.step()",
    "weighted": "loss.item() * len(labels)",
    "one": "len(labels)",
}

WRONG = {
    "height for width": ("counts", "cells = 7 * 7\nflat = 32 * 49 * 10\npyramid = 1600", 2),
    "one pooling": ("counts", "cells = 14 * 42\nflat = 32 * 14 * 42 * 10\npyramid = 1600", 2),
    "levels added, not squared": ("counts", "cells = 147\nflat = 47040\npyramid = 960", 1),
    "the ready-made one": ("pool", "pyramid_pool = pyramid_vector", 3),
    "channels last": (
        "pool",
        POOL + "torch.cat([F.adaptive_max_pool2d(x, n).flatten(2).mT.flatten(1) for n in levels], dim=1)",
        1,
    ),
    "channel after channel": (
        "pool",
        POOL + "torch.cat([F.adaptive_max_pool2d(x, n).flatten(2) for n in levels], dim=2).flatten(1)",
        1,
    ),
    "softmax behind the head": ("net", NET.format(head=HEAD, scores=SCORES + ".softmax(1)"), 4),
    "levels built in": (
        "net",
        NET.format(head="nn.Linear(160, classes)", scores="self.head(pyramid_vector(self.features(x), (2, 1)))"),
        1,
    ),
    "a head for one size": (
        "net",
        NET.format(head="nn.Linear(32 * 7 * 21, classes)", scores="self.head(self.features(x).flatten(1))"),
        4,
    ),
    "grouped by area": (
        "batches",
        GROUP.format(key="shape[0] * shape[1]", batches=CUT),
        3,
    ),
    "last batch dropped": (
        "batches",
        GROUP.format(
            key="tuple(shape)",
            batches="[b[i : i + size] for b in members.values() for i in range(0, len(b) - size + 1, size)]",
        ),
        3,
    ),
    "size not read": ("batches", GROUP.format(key="tuple(shape)", batches="list(members.values())"), 1),
    "corner for the centre": ("fixed", CROP.format(corner="0, 0") + WARP + SQUEEZE, 2),
    "rest rounded up": (
        "fixed",
        CROP.format(corner="-(-(image.shape[1] - side) // 2), -(-(image.shape[2] - side) // 2)") + WARP + SQUEEZE,
        2,
    ),
    "warped without antialias": (
        "fixed",
        CROP.format(corner=CORNER) + WARP + SQUEEZE.replace(", antialias=True", ""),
        1,
    ),
    "gradients not cleared": ("step", STEP.format(**{**RIGHT, "clear": "pass"}), 3),
    "mean of the batches": ("step", STEP.format(**{**RIGHT, "weighted": "loss.item()", "one": "1"}), 1),
    "softmax twice": (
        "step",
        STEP.format(**{**RIGHT, "loss": "F.cross_entropy(net(images).softmax(1), labels)"}),
        4,
    ),
    "nothing learned at this rate": ("beat", 'design = {"levels": (2, 1), "rate": 1e-6}', 4),
    "far too large a rate": ("beat", 'design = {"levels": (2, 1), "rate": 1.0}', 4),
    "no levels": ("beat", 'design = {"levels": (), "rate": 0.01}', 4),
}
