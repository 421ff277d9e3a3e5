import torch

from poolcourse.experiments.multi_size import TRAINING_SIZES, _size_of, resized


def test_batches_take_the_training_sizes_in_turn():
    batch = torch.rand(2, 1, 28, 28)
    change = _size_of("many")
    sides = [change(batch, 0).shape[-1] for _ in range(6)]
    assert sides == [*TRAINING_SIZES["many"], *TRAINING_SIZES["many"]]
    assert _size_of("one")(batch, 4) is batch


def test_resizing_keeps_a_flat_picture_flat_and_takes_two_sides():
    flat = torch.full((1, 1, 28, 28), 0.3)
    assert resized(flat, 16, 40).shape == (1, 1, 16, 40)
    torch.testing.assert_close(resized(flat, 56), torch.full((1, 1, 56, 56), 0.3))
