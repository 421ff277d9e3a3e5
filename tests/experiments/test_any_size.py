import pytest
import torch

from poolcourse.experiments.any_size import SHAPES, canvases, cropped, warped


@pytest.fixture(scope="module")
def placed():
    pictures = torch.rand(300, 1, 28, 28) + 0.1
    return pictures, canvases(pictures, seed=0)


def test_every_shape_occurs_and_the_picture_is_whole_and_undistorted(placed):
    pictures, made = placed
    assert {tuple(canvas.shape[1:]) for canvas in made} == set(SHAPES)
    for picture, canvas in zip(pictures[:30], made, strict=False):
        rows, columns = (torch.nonzero(canvas[0].sum(axis)).flatten() for axis in (1, 0))
        inside = canvas[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert torch.equal(inside, picture)


def test_crop_and_warp_give_the_networks_size_and_crop_loses_part_of_most_pictures(placed):
    pictures, made = placed
    assert all(change(canvas).shape == (1, 28, 28) for change in (cropped, warped) for canvas in made[:20])
    whole = [torch.equal(cropped(canvas), picture) for picture, canvas in zip(pictures, made, strict=True)]
    assert sum(whole) < 0.2 * len(whole)
    assert torch.equal(
        cropped(torch.arange(28.0 * 56).reshape(1, 28, 56)), torch.arange(28.0 * 56).reshape(1, 28, 56)[..., 14:42]
    )
