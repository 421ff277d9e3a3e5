"""The multi-size demo: it shows what the record says, and counts cells as torch's adaptive pooling does."""

import json

import numpy as np
import pytest
import torch
import traitlets

from poolcourse.demos import MultiSizeDemo
from poolcourse.errors import DataError
from poolcourse.models import SmallCNN

SIZES = [16, 20, 24, 28, 32, 40, 48, 56]


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A record of C16 with made-up numbers, so that a test knows what must come out."""
    falling = [40.0, 60.0, 75.0, 84.0, 80.0, 70.0, 60.0, 50.0]
    steady = [65.0, 80.0, 83.0, 85.0, 85.0, 85.0, 82.0, 78.0]
    metrics = {
        f"{name}_accuracy": {
            "mean": values,
            "low": [value - 2 for value in values],
            "high": [value + 2 for value in values],
            "n": 5,
        }
        for name, values in (("one", falling), ("many", steady))
    }
    keys = ["section", "statement", "verdict", "rule", "runs", "data", "versions", "command", "seconds"]
    content = {"claim": "C16", "metrics": metrics, "axes": {"test_size_px": SIZES}} | dict.fromkeys(keys, "")
    (tmp_path / "C16.json").write_text(json.dumps(content))
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    return metrics


def test_the_curves_are_those_of_the_record(record):
    demo = MultiSizeDemo()
    assert demo.sizes == SIZES
    for name in ("one", "many"):
        stored = record[f"{name}_accuracy"]
        assert demo.curves[name] == {part: stored[part] for part in ("mean", "low", "high")}


def test_it_opens_at_a_size_that_no_network_was_trained_at(record):
    demo = MultiSizeDemo()
    assert demo.test_size not in {size for sizes in demo.trained_at.values() for size in sizes}


def test_the_training_sizes_it_names_are_those_of_the_experiment(record):
    from poolcourse.experiments.multi_size import TEST_SIZES, TRAINING_SIZES

    demo = MultiSizeDemo()
    assert demo.trained_at == {name: list(sizes) for name, sizes in TRAINING_SIZES.items()}
    assert list(TEST_SIZES) == SIZES


def test_a_missing_record_is_told_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    with pytest.raises(DataError, match="poolcourse evidence run C16"):
        MultiSizeDemo()


@pytest.mark.parametrize("wrong", [{"test_size": 30}, {"level": 5}, {"image": "shirt"}, {"images": {}}])
def test_a_state_that_it_could_not_draw_is_refused(record, wrong):
    with pytest.raises(traitlets.TraitError):
        MultiSizeDemo(**wrong)


def test_the_script_knows_the_side_of_the_last_map(in_script):
    features = SmallCNN("max", "spp", seed=0).eval().features
    sides = [features(torch.zeros(1, 1, size, size)).shape[-1] for size in SIZES]
    assert in_script("multi_size", f"{SIZES}.map(mapSide)") == sides


@pytest.mark.parametrize("side, level", [(7, 4), (4, 4), (10, 4), (10, 3), (14, 4), (7, 3)])
def test_the_cells_of_a_bin_are_those_that_adaptive_pooling_reads(in_script, side, level):
    # the gradient of a sum of bins' means tells how many cells each bin reads
    x = torch.zeros(1, 1, side, requires_grad=True)
    pooled = torch.nn.functional.adaptive_avg_pool1d(x, level)
    counts = [int((torch.autograd.grad(bin_, x, retain_graph=True)[0] != 0).sum()) for bin_ in pooled[0, 0]]
    several = f"{min(counts)} to {max(counts)} cells"
    expected = {1: "1 cell"}.get(counts[0], f"{counts[0]} cells") if len(set(counts)) == 1 else several
    assert in_script("multi_size", f"binCells({side}, {level})") == expected


def test_the_pictures_are_test_images_of_their_class():
    from poolcourse.data.fashion_mnist import CLASSES, fashion_mnist
    from poolcourse.demos.multi_size import SHOWN, _images

    test = fashion_mnist("test")
    for name in SHOWN:
        of_class = test.images[test.labels == CLASSES.index(name), 0]
        assert np.array_equal(np.round(255 * of_class[0]), _images()[name])


def test_the_still_picture_labels_both_curves(record):
    demo = MultiSizeDemo()
    (ax,) = demo.picture().axes
    assert [text.get_text() for text in ax.texts] == ["trained at 28 px", "trained at 20, 28, 40 px"]
    assert "40 % at 16 pixels" in demo.alt()
