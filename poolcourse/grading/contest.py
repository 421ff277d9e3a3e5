"""What the capstone gives its students: images of many shapes, and a contest of whole ones, crops and warped ones."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from poolcourse.data import fashion_mnist

__all__ = ["SHAPES", "backbone", "canvases", "contest", "pyramid_vector"]

SHAPES = ((28, 84), (84, 28), (40, 60), (60, 40))
SIDE = 28
BATCH = 25
EPOCHS = 5


def canvases(split: str, count: int, seed: int) -> tuple[list[Tensor], Tensor]:
    """Fashion-MNIST images, each at a random place of a dark canvas of one of `SHAPES`.

    Returns
    -------
    list of (1, H, W) tensors, and (count,) int64 labels

    Examples
    --------
    >>> images, labels = canvases("test", 3, seed=0)
    >>> [tuple(image.shape) in [(1, *shape) for shape in SHAPES] for image in images]
    [True, True, True]
    """
    data, random = fashion_mnist(split, count=count, seed=seed), np.random.default_rng(seed)
    images = []
    for image in data.images:
        height, width = SHAPES[random.integers(len(SHAPES))]
        top, left = random.integers(height - SIDE + 1), random.integers(width - SIDE + 1)
        canvas = torch.zeros(1, height, width)
        canvas[:, top : top + SIDE, left : left + SIDE] = torch.from_numpy(image)
        images.append(canvas)
    return images, torch.from_numpy(data.labels)


def backbone() -> nn.Sequential:
    """Three convolutions and two poolings: (N, 1, H, W) -> (N, 32, H // 4, W // 4)."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
    )


def pyramid_vector(x: Tensor, levels: Sequence[int]) -> Tensor:
    """The maximum of n x n bins for each n in `levels`: (N, C, H, W) -> (N, C * sum of n * n).

    >>> pyramid_vector(torch.arange(9.0).reshape(1, 1, 3, 3), (2, 1))
    tensor([[4., 5., 7., 8., 8.]])
    """
    return torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in levels], dim=1)


def contest(design: dict, seed: int, count: int = 1000) -> tuple[float, float, float]:
    """Train one network on crops, on warped images and on whole canvases, and test each on images treated alike.

    Parameters
    ----------
    design : dict
        "levels": a sequence of ints, the pyramid in front of the last layer; "rate": the largest learning rate of Adam.
    seed : int
        Of the images, the first weights and the order of the batches: the same for all three.
    count : int, default 1000
        Training images; half as many are tested on.

    Returns
    -------
    Accuracies on crops, warped images, whole canvases.
    """
    seen, unseen = canvases("train", count, seed), canvases("test", count // 2, seed + 1)
    changes: tuple[Callable[[Tensor], Tensor], ...] = (_centre, _squeeze, lambda image: image)
    crops, warped, whole = (_accuracy(design, seed, seen, unseen, change) for change in changes)
    return crops, warped, whole


class _Network(nn.Module):
    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        self.levels, self.features = levels, backbone()
        self.head = nn.Linear(32 * sum(n * n for n in levels), 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(pyramid_vector(self.features(x), self.levels))


def _accuracy(
    design: dict,
    seed: int,
    seen: tuple[list[Tensor], Tensor],
    unseen: tuple[list[Tensor], Tensor],
    change: Callable[[Tensor], Tensor],
) -> float:
    torch.manual_seed(seed)
    random, network = np.random.default_rng(seed), _Network(tuple(design["levels"]))
    images = [change(image) for image in seen[0]]
    epochs = [_batches(images, seen[1], random) for _ in range(EPOCHS)]
    optimizer = torch.optim.Adam(network.parameters(), lr=design["rate"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, design["rate"], total_steps=sum(map(len, epochs)) + 1)
    for epoch in epochs:
        for batch, target in epoch:
            optimizer.zero_grad()
            F.cross_entropy(network(batch), target).backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        tested = _batches([change(image) for image in unseen[0]], unseen[1], None)
        right = sum(int((network(batch).argmax(1) == target).sum()) for batch, target in tested)
    return right / len(unseen[1])


def _centre(image: Tensor) -> Tensor:
    top, left = ((size - SIDE) // 2 for size in image.shape[1:])
    return image[:, top : top + SIDE, left : left + SIDE]


def _squeeze(image: Tensor) -> Tensor:
    return F.interpolate(image[None], (SIDE, SIDE), mode="bilinear", antialias=True)[0]


def _batches(images: list[Tensor], labels: Tensor, random: np.random.Generator | None) -> list[tuple[Tensor, Tensor]]:
    """Batches of images of one shape, in random order where there is a generator."""
    members: dict[torch.Size, list[int]] = {}
    for number in range(len(images)) if random is None else random.permutation(len(images)):
        members.setdefault(images[number].shape, []).append(int(number))
    cut = [numbers[i : i + BATCH] for numbers in members.values() for i in range(0, len(numbers), BATCH)]
    order = range(len(cut)) if random is None else random.permutation(len(cut))
    return [(torch.stack([images[n] for n in cut[place]]), labels[cut[place]]) for place in order]
