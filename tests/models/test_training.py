import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from poolcourse.errors import ShapeError
from poolcourse.models import accuracy, fit, mean_loss, multiply_adds, parameter_count


@pytest.fixture
def halves():
    """40 images, bright above or bright below: a task that one linear layer solves."""
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    images = rng.random((40, 1, 4, 4), dtype=np.float32) * 0.2
    images[labels == 0, :, :2] += 0.8
    images[labels == 1, :, 2:] += 0.8
    return images, labels


def linear(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 2))


def test_training_learns_a_task_that_can_be_learnt(halves):
    images, labels = halves
    model = linear()
    before = mean_loss(model, images, labels)
    fit(model, images, labels, epochs=30, batch=8)
    assert accuracy(model, images, labels) == 1
    assert mean_loss(model, images, labels) < before / 3
    assert not model.training


def test_equal_seeds_train_equal_weights_and_others_others(halves):
    weights = [fit(linear(), *halves, epochs=3, seed=seed, batch=8)[1].weight.detach() for seed in (1, 1, 2)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_training_leaves_the_global_generator_as_it_was(halves):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(16, 2).requires_grad_())
    torch.manual_seed(5)
    fit(model, *halves, epochs=2)
    assert torch.equal(torch.rand(3), expected)


def test_a_list_of_images_of_two_sizes_trains_and_is_scored_in_its_order():
    sizes = [4, 6, 4, 6, 6]
    images = [torch.full((1, size, size), float(size == 6)) for size in sizes]
    labels = [int(size == 6) for size in sizes]
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    fit(model, images, labels, epochs=60, rate=0.1)
    assert accuracy(model, images, labels) == 1
    assert accuracy(model, images, [1 - label for label in labels]) == 0


def test_reshape_sees_each_epoch_and_watch_each_step(halves):
    epochs, steps = [], []

    def reshape(batch, epoch):
        epochs.append(epoch)
        return batch

    fit(linear(), *halves, epochs=2, batch=16, reshape=reshape, watch=lambda step, loss: steps.append(step))
    assert epochs == [0, 0, 0, 1, 1, 1]
    assert steps == list(range(6))


def test_images_and_labels_that_differ_in_number_are_refused(halves):
    images, labels = halves
    with pytest.raises(ShapeError, match="40 images and 39 labels"):
        fit(linear(), images, labels[:-1])


def test_accuracy_and_loss_are_those_of_the_definition(halves):
    images, labels = halves
    model = linear(3)
    logits = model(torch.tensor(images))
    assert accuracy(model, images, labels, batch=7) == (logits.argmax(1).numpy() == labels).mean()
    expected = F.cross_entropy(logits, torch.tensor(labels)).item()
    assert mean_loss(model, images, labels, batch=7) == pytest.approx(expected, abs=1e-6)


def test_multiply_adds_are_counted_by_hand():
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.Conv2d(8, 8, 5, groups=4), nn.Flatten(), nn.Linear(8, 5)
    )
    # 5x5 outputs of 8 channels, 27 products each; one output of 8 channels, 25 * 2 each; 8 * 5.
    assert multiply_adds(model, (3, 10, 10)) == 25 * 8 * 27 + 8 * 50 + 40


def test_parameters_that_are_not_trained_are_not_counted():
    layer = nn.Linear(3, 2)
    layer.bias.requires_grad_(False)
    assert parameter_count(layer) == 6
