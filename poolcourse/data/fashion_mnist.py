"""Fashion-MNIST: the full set where it is to be had, and a sample of 3,000 images that rides in the package."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from poolcourse.errors import DataError

__all__ = ["CLASSES", "FashionMNIST", "fashion_mnist"]

CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
SYSTEM_FOLDER = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package dataset-fashion-mnist puts it
URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"  # the home that the set's authors name
SAMPLE = Path(__file__).parent / "fashion_mnist_sample.npz"
STEMS = {"train": "train", "test": "t10k"}

# Of the .gz files as their authors published them; Debian compresses the same content anew.
DOWNLOAD_HASHES = {
    "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
}
# Of the uncompressed content, whichever way it came.
CONTENT_HASHES = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


@dataclass(frozen=True)
class FashionMNIST:
    """Images with their labels, and where they came from.

    Attributes
    ----------
    images : (N, 1, 28, 28) float32 array in [0, 1]
    labels : (N,) int64 array, an index into `CLASSES`
    source : str
        "package" (Debian's), "download" or "sample".
    sha256 : str
        Of the images as stored (uint8, row-major), before any are drawn.
    """

    images: np.ndarray
    labels: np.ndarray
    source: str
    sha256: str

    def __len__(self) -> int:
        return len(self.labels)


def fashion_mnist(
    split: str = "train", count: int | None = None, seed: int | None = None, source: str = "sample"
) -> FashionMNIST:
    """Load Fashion-MNIST, or a random part of it.

    Parameters
    ----------
    split : "train" or "test"
    count : int, optional
        How many images. Without `seed` the first ones, with it as many drawn without replacement. Default: all.
    seed : int, optional
        Of the drawing. Equal seeds give equal images.
    source : "sample", "full" or "auto", default "sample"
        "sample": 2,000 training and 1,000 test images from this package. "full": 60,000 and 10,000, from Debian's
        package, else from an earlier download, else downloaded now. "auto": full if it is on this computer,
        else the sample, and nothing is downloaded; the result's `source` says which it was.

    Returns
    -------
    FashionMNIST

    Raises
    ------
    DataError
        If the split or source is unknown, `count` is not in 1 … N, or the full set can't be had or is damaged.

    References
    ----------
    Xiao, Rasul & Vollgraf (2017), arXiv:1708.07747. MIT licence.

    Examples
    --------
    >>> test = fashion_mnist("test", count=5)
    >>> test.images.shape, test.source
    ((5, 1, 28, 28), 'sample')
    """
    if split not in STEMS:
        raise DataError(f"expected the split 'train' or 'test', got {split!r}.")
    if source == "sample":
        pixels, labels, where, digest = _sample(split)
    elif source == "full":
        pixels, labels, where, digest = _full(split)
    elif source == "auto":
        try:
            pixels, labels, where, digest = _full(split, fetch=False)
        except DataError:
            pixels, labels, where, digest = _sample(split)
    else:
        raise DataError(f"expected the source 'sample', 'full' or 'auto', got {source!r}.")
    if count is not None and not 1 <= count <= len(labels):
        raise DataError(
            f"expected a count from 1 to {len(labels)} ({split} images of the {where}), got {count}. "
            "Ask for fewer, or use source='full'."
        )
    chosen = np.arange(len(labels) if count is None else count)
    if seed is not None:
        chosen = np.random.default_rng(seed).permutation(len(labels))[: len(chosen)]
    images = (pixels[chosen] / np.float32(255))[:, None]
    return FashionMNIST(images, labels[chosen].astype(np.int64), where, digest)


@lru_cache(maxsize=4)
def _sample(split: str) -> tuple[np.ndarray, np.ndarray, str, str]:
    with np.load(SAMPLE) as stored:
        pixels, labels = stored[f"{split}_images"], stored[f"{split}_labels"]
    # Stored class by class would make "the first hundred" one class: a fixed shuffle mixes them.
    order = np.random.default_rng(0).permutation(len(labels))
    return pixels[order], labels[order], "sample", hashlib.sha256(pixels.tobytes()).hexdigest()


@lru_cache(maxsize=4)
def _full(split: str, fetch: bool = True) -> tuple[np.ndarray, np.ndarray, str, str]:
    images_name, labels_name = (f"{STEMS[split]}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
    where = "package" if (SYSTEM_FOLDER / images_name).exists() else "download"
    names = (images_name, labels_name)
    files = [SYSTEM_FOLDER / name if where == "package" else _download(name, fetch) for name in names]
    pixels, labels = (_read_idx(path, name) for path, name in zip(files, names, strict=True))
    return pixels, labels, where, hashlib.sha256(pixels.tobytes()).hexdigest()


def _download(name: str, fetch: bool) -> Path:
    import pooch  # only the full set without Debian's package needs it

    folder = pooch.os_cache("poolcourse") / "fashion-mnist"
    if not fetch:  # pooch would fetch a damaged file anew; `_read_idx` refuses it
        return folder / name
    try:
        return Path(pooch.retrieve(URL + name, known_hash=DOWNLOAD_HASHES[name], fname=name, path=folder))
    except (OSError, ValueError) as cause:  # requests' errors are OSErrors, pooch's hash mismatch a ValueError
        raise DataError(
            f"expected Fashion-MNIST in {SYSTEM_FOLDER} or at {URL}, got neither ({cause}). Install Debian's package "
            "dataset-fashion-mnist, connect to the network, or use source='sample'."
        ) from cause


def _read_idx(path: Path, name: str) -> np.ndarray:
    # The IDX format: two zero bytes, the dtype (8 = uint8), the number of axes, their sizes (big-endian), the values.
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as cause:
        raise DataError(f"expected a gzip file, got {path}, which can't be read ({cause}). Install it anew.") from cause
    if hashlib.sha256(content).hexdigest() != CONTENT_HASHES[name]:
        raise DataError(f"expected Fashion-MNIST as published, got another content in {path}. Install it anew.")
    axes = content[3]
    sizes = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(sizes)
