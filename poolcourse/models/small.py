"""Small CNNs for 28 x 28 images whose pooling and head are parameters: one thing changes, the rest stays."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from poolcourse.errors import PoolingError, ShapeError
from poolcourse.nn import (
    AvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool2d,
    SpatialPyramidPool2d,
    StochasticPool2d,
    SumPool2d,
)

__all__ = ["HEADS", "POOLS", "ResidualCNN", "SmallCNN"]

POOLS = ("max", "average", "sum", "stochastic", "overlapping", "blurred", "subsample", "stride", "dilation", "none")
HEADS = ("gap", "gmp", "flat", "fc", "fc_dropout", "spp", "pool_fc", "spp_fc")
HIDDEN = 128


class Subsample(nn.Module):
    """Keep every second row and column: the down-sampling of pooling without its arithmetic."""

    def forward(self, x: Tensor) -> Tensor:
        return x[..., ::2, ::2]


class BlurredMax(nn.Module):
    """Maximum of 2x2 at stride 1, blurred by [1 2 1] / 4 along both axes, then every second value (Zhang 2019)."""

    def forward(self, x: Tensor) -> Tensor:
        channels = x.shape[1]
        taps = x.new_tensor([0.25, 0.5, 0.25])
        kernel = (taps[:, None] * taps).expand(channels, 1, 3, 3)
        x = F.pad(MaxPool2d(2, 1)(x), (1, 1, 1, 1), mode="replicate")
        return F.conv2d(x, kernel, stride=2, groups=channels)


def reduction(pool: str) -> nn.Module:
    """The layer that halves a map under the name `pool` (see `SmallCNN`)."""
    layers = {
        "max": lambda: MaxPool2d(2),
        "average": lambda: AvgPool2d(2),
        "sum": lambda: SumPool2d(2),
        "stochastic": lambda: StochasticPool2d(2),
        "overlapping": lambda: MaxPool2d(3, 2, padding=1),
        "blurred": BlurredMax,
        "subsample": Subsample,
    }
    return layers.get(pool, nn.Identity)()  # type: ignore[operator]


def top(kind: str, channels: int, side: int, classes: int, levels: tuple[int, ...]) -> nn.Sequential:
    """The layers from the last map (channels x side x side) to the classes (see `SmallCNN`)."""
    flat, bins = channels * side * side, sum(n * n for n in levels)

    def two_layers(inputs: int, dropout: float = 0.0) -> list[nn.Module]:
        return [nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Dropout(dropout), nn.Linear(HIDDEN, classes)]

    layers = {
        "gap": lambda: [GlobalAvgPool2d(), nn.Linear(channels, classes)],
        "gmp": lambda: [GlobalMaxPool2d(), nn.Linear(channels, classes)],
        "flat": lambda: [nn.Flatten(), nn.Linear(flat, classes)],
        "fc": lambda: [nn.Flatten(), *two_layers(flat)],
        "fc_dropout": lambda: [nn.Flatten(), *two_layers(flat, 0.5)],
        "spp": lambda: [SpatialPyramidPool2d(levels), nn.Linear(channels * bins, classes)],
        "pool_fc": lambda: [MaxPool2d(2), nn.Flatten(), *two_layers(channels * (side // 2) ** 2)],
        "spp_fc": lambda: [SpatialPyramidPool2d(levels), *two_layers(channels * bins)],
    }
    return nn.Sequential(*layers[kind]())


def check_names(pool: str, kind: str) -> None:
    if pool not in POOLS:
        raise PoolingError(f"expected a pooling of {', '.join(POOLS)}, got {pool!r}.")
    if kind not in HEADS:
        raise PoolingError(f"expected a head of {', '.join(HEADS)}, got {kind!r}.")


class SmallCNN(nn.Module):
    """Three 3x3 convolutions, a reduction after each of the first two, and a head.

    Parameters
    ----------
    pool : str
        How a map is halved. "max", "average", "sum", "stochastic": 2x2, stride 2. "overlapping": max, 3x3, stride 2,
        padded to the same output size. "blurred": max at stride 1, blurred, then every second value. "subsample":
        every second value. "stride": the convolution before it takes stride 2 instead. "dilation": no halving, the
        later convolutions are dilated by 2 and 4, so that they see as far. "none": no halving.
    head : str
        "gap", "gmp": global average or maximum, one linear layer. "flat": flatten, one linear layer. "fc":
        flatten, a hidden layer of 128, one linear layer; "fc_dropout": half of the hidden values dropped. "spp":
        pyramid of `levels`, one linear layer. "pool_fc" / "spp_fc": a third 2x2 max-pool or the pyramid, then the
        layers of "fc".
    widths : three ints
        Channels of the convolutions.
    activation : bool
        ReLU after each convolution; without it, only the pooling can be non-linear in front of the head.
    norm : bool
        Batch norm after each reduction.
    classes, channels, size : int
        Outputs, input channels, and the side in pixels for which flattening heads are built.
    levels : tuple of int
        Of the pyramid.
    seed : int, optional
        Of the initial weights; the global generator is left as it was.

    Raises
    ------
    PoolingError
        If a name is unknown.
    ShapeError
        If a flattening head is given another size than `size`.

    Examples
    --------
    >>> SmallCNN(pool="average", head="gap", seed=0)(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        pool: str = "max",
        head: str = "gap",
        widths: tuple[int, int, int] = (8, 16, 64),
        *,
        activation: bool = True,
        norm: bool = True,
        classes: int = 10,
        channels: int = 1,
        size: int = 28,
        levels: tuple[int, ...] = (4, 2, 1),
        seed: int | None = None,
    ) -> None:
        super().__init__()
        check_names(pool, head)
        self.size = size
        self.fixed = head in ("flat", "fc", "fc_dropout", "pool_fc")
        with torch.random.fork_rng(devices=[], enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(seed)
            self.features = nn.Sequential(*self._layers(pool, widths, channels, activation, norm))
            side = (
                size
                if pool in ("dilation", "none")
                else -(-size // 4)
                if pool in ("stride", "subsample")
                else size // 4
            )
            self.head = top(head, widths[-1], side, classes, levels)

    @staticmethod
    def _layers(
        pool: str, widths: tuple[int, int, int], channels: int, activation: bool, norm: bool
    ) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for place, width in enumerate(widths):
            halve = place < 2
            stride = 2 if pool == "stride" and halve else 1
            dilation = 2**place if pool == "dilation" else 1
            layers.append(nn.Conv2d(channels, width, 3, stride, padding=dilation, dilation=dilation))
            if activation:
                layers.append(nn.ReLU())
            if halve:
                layers.append(reduction(pool))
            if norm:
                layers.append(nn.BatchNorm2d(width))
            channels = width
        return layers

    def forward(self, x: Tensor) -> Tensor:
        if self.fixed and x.shape[-2:] != (self.size, self.size):
            raise ShapeError(
                f"expected images of {self.size} x {self.size}, got {tuple(x.shape[-2:])}: a flattening head fixes the "
                "size. Resize the images, or use the head 'gap' or 'spp'."
            )
        return self.head(self.features(x))


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut, then batch norm."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.shortcut(x) + self.second(torch.relu(self.first(x)))))


class ResidualCNN(nn.Module):
    """A second backbone, of another kind: a convolution and two residual blocks, each halved by max-pooling.

    Parameters
    ----------
    head : str
        As in `SmallCNN`.
    widths : two ints
        Channels of the blocks.
    levels, classes, seed
        As in `SmallCNN`.

    Examples
    --------
    >>> ResidualCNN(head="spp", seed=0)(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        head: str = "gap",
        widths: tuple[int, int] = (8, 32),
        *,
        levels: tuple[int, ...] = (4, 2, 1),
        classes: int = 10,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        check_names("max", head)
        with torch.random.fork_rng(devices=[], enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(seed)
            self.features = nn.Sequential(
                nn.Conv2d(1, widths[0], 3, padding=1),
                nn.ReLU(),
                reduction("max"),
                nn.BatchNorm2d(widths[0]),
                Block(widths[0], widths[0]),
                reduction("max"),
                Block(widths[0], widths[1]),
            )
            self.head = top(head, widths[-1], 7, classes, levels)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))
