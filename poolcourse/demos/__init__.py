"""Demos that live on the static page and in a notebook: each is an anywidget with its script beside it."""

from importlib import import_module
from typing import Any

#: Where each demo's class lives. Loaded on first use, so that one chapter pays for one demo.
_HOMES = {
    "ClassActivationMapDemo": "class_activation_map",
    "GlobalPoolDemo": "global_pool",
    "GradientsDemo": "gradients",
    "HeadDemo": "head",
    "InvarianceDemo": "invariance",
    "MultiSizeDemo": "multi_size",
    "NoiseDemo": "noise",
    "NonlinearityDemo": "nonlinearity",
    "OverlappingDemo": "overlapping",
    "PhotoDemo": "photo",
    "PyramidDemo": "pyramid",
    "ReceptiveFieldDemo": "receptive_field",
    "RedundancyDemo": "redundancy",
    "RegionsDemo": "regions",
    "StochasticDemo": "stochastic",
    "WindowsDemo": "windows",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"poolcourse.demos has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"poolcourse.demos.{_HOMES[name]}"), name)
