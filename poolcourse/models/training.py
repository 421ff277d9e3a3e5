"""Train a classifier, and measure it: accuracy, loss, parameters, multiplications."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from poolcourse.errors import ShapeError

__all__ = ["accuracy", "fit", "mean_loss", "multiply_adds", "parameter_count"]


def fit(
    model: nn.Module,
    images: Tensor | np.ndarray | list[Tensor],
    labels: Tensor | np.ndarray,
    *,
    epochs: int = 15,
    seed: int = 0,
    batch: int = 64,
    rate: float = 1e-2,
    reshape: Callable[[Tensor, int], Tensor] | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> nn.Module:
    """Train a model in place with Adam and a learning rate that falls to zero along half a cosine.

    Parameters
    ----------
    model : nn.Module
        Maps (N, C, H, W) to (N, classes). Left in eval mode.
    images : (N, C, H, W) array, or a list of N images (C, H, W) of several sizes
        A list is trained in batches of equal size: images are grouped by size within each epoch.
    labels : (N,) integers
    epochs, batch : int
    rate : float
        The first learning rate.
    seed : int
        Of the order of images and of whatever the model draws (dropout, stochastic pooling). The global
        generator is left as it was.
    reshape : callable(batch, epoch), optional
        Changes a batch before the step, for example its size.
    watch : callable(step, loss), optional
        Called before each step with the loss of its batch.

    Returns
    -------
    The same model.

    Raises
    ------
    ShapeError
        If images and labels differ in number.

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    >>> images, labels = torch.eye(4).reshape(4, 1, 2, 2), [0, 0, 1, 1]
    >>> accuracy(fit(model, images, labels, epochs=50, rate=0.1), images, labels)
    1.0
    """
    labels = torch.as_tensor(labels)
    if len(images) != len(labels):
        raise ShapeError(f"expected as many labels as images, got {len(images)} images and {len(labels)} labels.")
    groups = _by_size(images)
    shuffle = torch.Generator().manual_seed(seed)
    steps = epochs * sum(-(-len(group) // batch) for group in groups)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    step = 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in range(epochs):
            for chosen in _batches(groups, batch, shuffle):
                x = _stack(images, chosen)
                x = x if reshape is None else reshape(x, epoch)
                loss = F.cross_entropy(model(x.contiguous(memory_format=torch.channels_last)), labels[chosen])
                if watch is not None:
                    watch(step, loss.item())
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
                schedule.step()
                step += 1
    return model.eval()


def _by_size(images: Tensor | np.ndarray | list[Tensor]) -> list[Tensor]:
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, image in enumerate(images):
        groups.setdefault(tuple(image.shape), []).append(number)
    return [torch.tensor(group) for group in groups.values()]


def _batches(groups: list[Tensor], batch: int, shuffle: torch.Generator) -> list[Tensor]:
    batches = [part for group in groups for part in group[torch.randperm(len(group), generator=shuffle)].split(batch)]
    return [batches[place] for place in torch.randperm(len(batches), generator=shuffle).tolist()]


def _stack(images: Tensor | np.ndarray | list[Tensor], chosen: Tensor) -> Tensor:
    if isinstance(images, list):
        return torch.stack([images[place] for place in chosen.tolist()])
    return torch.as_tensor(images)[chosen]


@torch.no_grad()
def _logits(model: nn.Module, images: Tensor | np.ndarray | list[Tensor], batch: int) -> Tensor:
    model.eval()
    rows: dict[int, Tensor] = {}
    for group in _by_size(images):
        for chosen in group.split(batch):
            x = _stack(images, chosen).contiguous(memory_format=torch.channels_last)
            rows.update(zip(chosen.tolist(), model(x), strict=True))
    return torch.stack([rows[number] for number in range(len(rows))])


def accuracy(model: nn.Module, images: Tensor | np.ndarray | list[Tensor], labels: object, batch: int = 250) -> float:
    """Share of images whose largest output is their label, with the model in eval mode.

    Parameters
    ----------
    model : nn.Module
    images : (N, C, H, W) array, or a list of images of several sizes
    labels : (N,) integers

    Returns
    -------
    float in [0, 1]
    """
    return (_logits(model, images, batch).argmax(1) == torch.as_tensor(labels)).double().mean().item()


def mean_loss(model: nn.Module, images: Tensor | np.ndarray | list[Tensor], labels: object, batch: int = 250) -> float:
    """Mean cross-entropy in nats, with the model in eval mode; the parameters are those of `accuracy`."""
    return F.cross_entropy(_logits(model, images, batch), torch.as_tensor(labels)).item()


def parameter_count(model: nn.Module) -> int:
    """Number of trained values.

    Examples
    --------
    >>> parameter_count(nn.Linear(3, 2))
    8
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@torch.no_grad()
def multiply_adds(model: nn.Module, size: tuple[int, int, int]) -> int:
    """Multiply-adds of the convolutions and linear layers for one image of (C, H, W) `size`.

    Examples
    --------
    >>> multiply_adds(nn.Conv2d(1, 8, 3, padding=1), (1, 28, 28)) == 8 * 9 * 28 * 28
    True
    """
    total = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            total += output[0].numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            total += layer.weight.numel()

    hooks = [layer.register_forward_hook(count) for layer in model.modules()]
    training = model.training
    model.eval()(torch.zeros(1, *size))
    model.train(training)
    for hook in hooks:
        hook.remove()
    return total
