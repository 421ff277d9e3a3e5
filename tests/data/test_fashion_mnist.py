import gzip
import hashlib
import sys

import numpy as np
import pooch
import pytest

from poolcourse.data import CLASSES, fashion_mnist
from poolcourse.errors import DataError

MODULE = sys.modules["poolcourse.data.fashion_mnist"]  # the package's attribute of this name is the function


def idx(array):
    """An array of uint8 in the IDX format, gzipped."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(int(size).to_bytes(4, "big") for size in array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0)


@pytest.fixture
def tiny_set(monkeypatch, tmp_path, httpserver):
    """Serve a set of 12 training images from a local server, with no system package and an empty cache."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (12, 28, 28)), np.arange(12) % 10
    files = {"train-images-idx3-ubyte.gz": idx(images), "train-labels-idx1-ubyte.gz": idx(labels)}
    for name, content in files.items():
        httpserver.expect_request(f"/{name}").respond_with_data(content, content_type="application/gzip")
        monkeypatch.setitem(MODULE.DOWNLOAD_HASHES, name, "md5:" + hashlib.md5(content).hexdigest())
        monkeypatch.setitem(MODULE.CONTENT_HASHES, name, hashlib.sha256(gzip.decompress(content)).hexdigest())
    monkeypatch.setattr(MODULE, "URL", httpserver.url_for("/"))
    monkeypatch.setattr(MODULE, "SYSTEM_FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    MODULE._full.cache_clear()
    yield images, labels
    MODULE._full.cache_clear()


def test_the_sample_holds_each_class_equally_often_and_is_not_sorted():
    for split, each in (("train", 200), ("test", 100)):
        data = fashion_mnist(split)
        assert data.images.shape == (10 * each, 1, 28, 28)
        assert data.images.dtype == np.float32
        assert data.labels.dtype == np.int64
        np.testing.assert_array_equal(np.bincount(data.labels), [each] * len(CLASSES))
        assert len(set(data.labels[:10].tolist())) > 3


def test_pixels_run_from_black_0_to_white_1():
    images = fashion_mnist("train").images
    assert images.min() == 0
    assert images.max() == 1


def test_equal_seeds_draw_equal_images_and_no_image_twice():
    first, again, other = (fashion_mnist("train", 1500, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.labels != other.labels).any()
    assert len(np.unique(first.images.reshape(1500, -1), axis=0)) >= 1499  # the set itself repeats hardly any image


def test_what_a_caller_changes_does_not_reach_the_next_one():
    before = fashion_mnist("test", 3)
    before.images[:] = 7
    before.labels[:] = 7
    after = fashion_mnist("test", 3)
    assert after.images.max() <= 1
    assert (after.labels != 7).any()


@pytest.mark.skipif(not MODULE.SYSTEM_FOLDER.exists(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_the_full_set_comes_from_the_system_package_and_holds_the_sample():
    full, sample = fashion_mnist("test", source="full"), fashion_mnist("test")
    assert (len(full), full.source) == (10_000, "package")
    known = {image.tobytes(): label for image, label in zip(full.images, full.labels, strict=True)}
    assert [known[image.tobytes()] for image in sample.images] == sample.labels.tolist()


def test_without_the_system_package_the_full_set_is_downloaded_once(tiny_set, httpserver):
    images, labels = tiny_set
    data = fashion_mnist("train", source="full")
    np.testing.assert_allclose(data.images[:, 0] * 255, images, atol=1e-4)
    np.testing.assert_array_equal(data.labels, labels)
    assert data.source == "download"
    assert data.sha256 == hashlib.sha256(images.astype(np.uint8).tobytes()).hexdigest()
    MODULE._full.cache_clear()
    httpserver.clear()  # a second request would now fail
    assert len(fashion_mnist("train", source="full")) == 12


def test_a_download_with_another_hash_is_refused(tiny_set, monkeypatch):
    monkeypatch.setitem(MODULE.DOWNLOAD_HASHES, "train-images-idx3-ubyte.gz", "md5:" + "0" * 32)
    with pytest.raises(DataError, match="source='sample'"):
        fashion_mnist("train", source="full")


def test_auto_takes_the_sample_and_says_so_rather_than_downloading(tiny_set, httpserver):
    assert fashion_mnist("train", source="auto").source == "sample"
    assert httpserver.log == [], "a build or a test must not fetch 30 MB because a package is missing"


def test_auto_takes_an_earlier_download_unless_it_is_damaged(tiny_set, tmp_path, httpserver):
    fashion_mnist("train", source="full")
    assert fashion_mnist("train", source="auto").source == "download"
    next(tmp_path.rglob("train-images-idx3-ubyte.gz")).write_bytes(b"cut")
    MODULE._full.cache_clear()
    httpserver.clear_log()
    assert fashion_mnist("train", source="auto").source == "sample"
    assert httpserver.log == []


@pytest.mark.parametrize("damage", [lambda c: c[:100], lambda c: gzip.compress(gzip.decompress(c)[:-1] + b"x")])
def test_a_damaged_file_of_the_system_package_is_refused(tiny_set, monkeypatch, tmp_path, damage):
    images, labels = tiny_set
    folder = tmp_path / "system"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(damage(idx(images)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    monkeypatch.setattr(MODULE, "SYSTEM_FOLDER", folder)
    with pytest.raises(DataError, match="train-images"):
        fashion_mnist("train", source="full")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"split": "valid"}, "'train' or 'test'"),
        ({"source": "web"}, "'sample', 'full' or 'auto'"),
        ({"count": 0}, "from 1 to 2000"),
        ({"count": 2001}, "source='full'"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_was_expected(arguments, words):
    with pytest.raises(DataError, match=words):
        fashion_mnist(**arguments)


def test_the_licence_rides_with_the_sample():
    notice = (MODULE.SAMPLE.parent / "fashion_mnist_notice.txt").read_text()
    assert "Zalando SE" in notice
    assert "Permission is hereby granted" in notice
    assert MODULE.SAMPLE.stat().st_size < 2_000_000
