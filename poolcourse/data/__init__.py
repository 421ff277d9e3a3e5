"""Photos and data sets: photos and a sample of Fashion-MNIST ride in wheels, so nothing needs the network."""

from poolcourse.data.fashion_mnist import CLASSES, FashionMNIST, fashion_mnist
from poolcourse.data.photos import PHOTOS, photo

__all__ = ["CLASSES", "PHOTOS", "FashionMNIST", "fashion_mnist", "photo"]
