"""Networks to measure pooling with: small CNNs whose pooling and head are parameters, and a pretrained backbone."""

from poolcourse.models.lite0 import IMAGENET_CLASSES, Lite0, lite0
from poolcourse.models.small import HEADS, POOLS, ResidualCNN, SmallCNN
from poolcourse.models.training import accuracy, fit, mean_loss, multiply_adds, parameter_count

__all__ = [
    "HEADS",
    "IMAGENET_CLASSES",
    "POOLS",
    "Lite0",
    "ResidualCNN",
    "SmallCNN",
    "accuracy",
    "fit",
    "lite0",
    "mean_loss",
    "multiply_adds",
    "parameter_count",
]
