"""Photos, data sets and stored results; photos and a sample of Fashion-MNIST ride in wheels: no network needed."""

from poolcourse.data.fashion_mnist import CLASSES, FashionMNIST, fashion_mnist
from poolcourse.data.photos import PHOTOS, photo
from poolcourse.data.records import evidence, records_folder, stored_claims

__all__ = [
    "CLASSES",
    "PHOTOS",
    "FashionMNIST",
    "evidence",
    "fashion_mnist",
    "photo",
    "records_folder",
    "stored_claims",
]
