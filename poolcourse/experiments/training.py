"""What every experiment that trains has in common: the images, the steps, the scores."""

from typing import Any

import torch
from torch import nn

from poolcourse.data import FashionMNIST, fashion_mnist
from poolcourse.models import accuracy, fit

__all__ = ["CAVEAT", "EPOCHS", "TEST_IMAGES", "TRAINING_IMAGES", "images", "scores", "train"]

TRAINING_IMAGES = 2_000
TEST_IMAGES = 5_000
EPOCHS = 12
SAMPLE_TEST_IMAGES = 1_000  # what the sample in the package holds

CAVEAT = (
    "Networks of three to five convolutions, grey images of 28 x 28 pixels, 2,000 of them per seed, 12 epochs, two CPU "
    "cores: the order of the variants may differ in large networks on large images."
)


def images(seed: int, quick: bool = False, test_images: int = TEST_IMAGES) -> tuple[FashionMNIST, FashionMNIST]:
    """Training and test images of one seed: every condition of a seed sees the same ones."""
    if quick:
        return fashion_mnist("train", 200, seed), fashion_mnist("test", 100, seed)
    training = fashion_mnist("train", TRAINING_IMAGES, seed, source="auto")
    if training.source == "sample":
        test_images = min(test_images, SAMPLE_TEST_IMAGES)
    return training, fashion_mnist("test", test_images, seed, source="auto")


def train(model: nn.Module, pictures: Any, labels: Any, seed: int, quick: bool = False, **options: Any) -> nn.Module:
    """Train for the same number of epochs in every experiment; see `poolcourse.models.fit`."""
    return fit(model, pictures, labels, epochs=2 if quick else EPOCHS, seed=seed, **options)


def scores(model: nn.Module, training: FashionMNIST, test: FashionMNIST) -> dict[str, float]:
    """Training and test accuracy in percent, and their difference in points."""
    seen = 100 * accuracy(model, torch.as_tensor(training.images), training.labels)
    unseen = 100 * accuracy(model, torch.as_tensor(test.images), test.labels)
    return {"train": seen, "test": unseen, "overfit": seen - unseen}
