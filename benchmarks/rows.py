"""The rows of the goals table: what is timed, against what, and when a ratio is good enough."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from poolcourse import nn

__all__ = ["Row", "rows"]

LEVELS = (6, 3, 2, 1)
Run = Callable[[], Tensor]


class Row(NamedTuple):
    """One comparison; `tolerance` is how far the results may differ, 0 for bit for bit."""

    name: str
    against: str
    ours: Run
    peer: Run
    goal: float
    tolerance: float = 0.0
    check: Callable[[], None] | None = None  # where the two can't be equal, since each draws its own numbers


def rows() -> Iterator[Row]:
    """All rows, made one after the other, since their maps are large."""
    x = torch.randn(32, 64, 56, 56)
    yield from _forward(x)
    yield from _training(x)
    yield from _global(x)
    yield from _pyramid(torch.randn(8, 256, 13, 13))
    yield from _stochastic(x.relu())
    yield from _regions()
    yield from _small()


def _forward(x: Tensor) -> Iterator[Row]:
    for k, goal in ((2, 0.10), (3, 0.15)):
        yield Row(
            f"max forward k{k}",
            "torch",
            lambda k=k: nn.max_pool2d(x, k, 2),  # type: ignore[misc]
            lambda k=k: F.max_pool2d(x, k, 2),  # type: ignore[misc]
            goal,
        )
    for k, goal in ((2, 0.25), (3, 0.40)):
        yield Row(
            f"avg forward k{k}",
            "torch",
            lambda k=k: nn.avg_pool2d(x, k, 2),  # type: ignore[misc]
            lambda k=k: F.avg_pool2d(x, k, 2),  # type: ignore[misc]
            goal,
            1e-6,
        )


def _training(x: Tensor) -> Iterator[Row]:
    def train(pool: Callable[..., Tensor], k: int) -> Run:
        leaf = x.clone().requires_grad_()
        grad = torch.randn_like(F.max_pool2d(x, k, 2))
        torch.manual_seed(k)  # the same gradient for both
        grad.normal_()

        def run() -> Tensor:
            leaf.grad = None
            pool(leaf, k, 2).backward(grad)
            assert leaf.grad is not None
            return leaf.grad

        return run

    for k, goal in ((2, 0.40), (3, 0.55)):
        yield Row(f"avg forward + backward k{k}", "torch", train(nn.avg_pool2d, k), train(F.avg_pool2d, k), goal, 1e-6)
    for k, goal in ((2, 0.70), (3, 0.65)):
        yield Row(f"max forward + backward k{k}", "torch", train(nn.max_pool2d, k), train(F.max_pool2d, k), goal, 1e-6)
    for k in (2, 3):
        torch.compiler.reset()
        compiled = torch.compile(nn.max_pool2d, fullgraph=True)
        yield Row(
            f"max forward + backward k{k}, compiled", "torch", train(compiled, k), train(F.max_pool2d, k), 0.60, 1e-6
        )


def _global(x: Tensor) -> Iterator[Row]:
    yield Row(
        "global max",
        "adaptive_max_pool2d(1)",
        lambda: nn.global_max_pool2d(x),
        lambda: F.adaptive_max_pool2d(x, 1).flatten(1),
        0.15,
    )
    yield Row("global avg", "mean", lambda: nn.global_avg_pool2d(x), lambda: x.mean((-2, -1)), 1.2)


def _pyramid(x: Tensor) -> Iterator[Row]:
    def peer() -> Tensor:
        return torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in LEVELS], dim=1)

    yield Row("SPP max", "4 adaptive calls", lambda: nn.spatial_pyramid_pool2d(x, LEVELS), peer, 0.15)
    torch.compiler.reset()
    compiled = torch.compile(nn.spatial_pyramid_pool2d, fullgraph=True)
    yield Row("SPP max, compiled", "4 adaptive calls", lambda: compiled(x, LEVELS), peer, 0.10)


def _stochastic(x: Tensor) -> Iterator[Row]:
    for k in (2, 3):

        def taps(k: int = k) -> Tensor:
            n, c, h, w = x.shape
            return F.unfold(x.view(n * c, 1, h, w), k, stride=2).transpose(1, 2).reshape(-1, k * k)

        def peer(k: int = k) -> Tensor:
            values = taps(k)
            # multinomial refuses rows of zeros
            weights = torch.where(values.sum(1, keepdim=True) > 0, values, torch.ones_like(values))
            return values.gather(1, torch.multinomial(weights, 1))

        def check(k: int = k) -> None:
            values = taps(k)
            running = values.cumsum(1)
            draws = torch.rand(nn.max_pool2d(x, k, 2).shape)
            passed = (running <= draws.view(-1, 1) * running[:, -1:]) & (running < running[:, -1:])
            expected = values.gather(1, passed.sum(1, keepdim=True))
            same = nn.stochastic_pool2d(x, k, 2, draws=draws).view(-1, 1) == expected
            # cumsum may add in another order, which moves a draw across a border once in many.
            if same.double().mean() < 1 - 1e-5:
                raise AssertionError(f"stochastic k{k}: {int((~same).sum())} of {same.numel()} draws differ")

        ours = lambda k=k: nn.stochastic_pool2d(x, k, 2)  # noqa: E731
        yield Row(f"stochastic k{k}", "unfold + multinomial", ours, peer, 0.12, check=check)


def boxes(count: int, height: int, width: int, side: int | None = None) -> Tensor:
    """Random boxes, of one side length if given."""
    if side is not None:
        x1, y1 = torch.randint(0, width - side + 1, (count,)), torch.randint(0, height - side + 1, (count,))
        return torch.stack([torch.zeros_like(x1), x1, y1, x1 + side, y1 + side], dim=1)
    x, y = torch.randint(0, width, (2, count)).sort(0).values, torch.randint(0, height, (2, count)).sort(0).values
    return torch.stack([torch.zeros_like(x[0]), x[0], y[0], x[1] + 1, y[1] + 1], dim=1)


def _regions() -> Iterator[Row]:
    features = torch.randn(1, 256, 60, 40, requires_grad=True)
    regions = boxes(2000, 60, 40)

    def peer() -> Tensor:
        vectors = []
        for image, x1, y1, x2, y2 in regions.tolist():
            crop = features[image, :, y1:y2, x1:x2]
            vectors.append(torch.cat([F.adaptive_max_pool2d(crop, n).flatten() for n in LEVELS]))
        return torch.stack(vectors)

    def ours() -> Tensor:
        return nn.region_pyramid_pool2d(features, regions, LEVELS)

    def without_grad(run: Run) -> Run:
        return torch.no_grad()(run)

    def train(run: Run) -> Run:
        grad = torch.randn(2000, 256 * 50, generator=torch.Generator().manual_seed(1))

        def step() -> Tensor:
            features.grad = None
            run().backward(grad)
            assert features.grad is not None
            return features.grad

        return step

    yield Row("2000 regions", "loop of adaptive calls", without_grad(ours), without_grad(peer), 0.08)
    yield Row("2000 regions, forward + backward", "loop of adaptive calls", train(ours), train(peer), 0.25, 1e-3)


def _small() -> Iterator[Row]:
    """One small map through every operator that torch has too."""
    x = torch.randn(1, 64, 7, 7)
    pairs: dict[str, tuple[Run, Run]] = {
        "max": (lambda: nn.max_pool2d(x, 2), lambda: F.max_pool2d(x, 2)),
        "avg": (lambda: nn.avg_pool2d(x, 2), lambda: F.avg_pool2d(x, 2)),
        "sum": (lambda: nn.sum_pool2d(x, 2), lambda: F.avg_pool2d(x, 2, divisor_override=1)),
        "global max": (lambda: nn.global_max_pool2d(x), lambda: F.adaptive_max_pool2d(x, 1).flatten(1)),
        "global avg": (lambda: nn.global_avg_pool2d(x), lambda: F.adaptive_avg_pool2d(x, 1).flatten(1)),
        "adaptive max": (lambda: nn.adaptive_max_pool2d(x, 3), lambda: F.adaptive_max_pool2d(x, 3)),
        "adaptive avg": (lambda: nn.adaptive_avg_pool2d(x, 3), lambda: F.adaptive_avg_pool2d(x, 3)),
        "SPP max": (
            lambda: nn.spatial_pyramid_pool2d(x, LEVELS),
            lambda: torch.cat([F.adaptive_max_pool2d(x, n).flatten(1) for n in LEVELS], dim=1),
        ),
        "SPP avg": (
            lambda: nn.spatial_pyramid_pool2d(x, LEVELS, "avg"),
            lambda: torch.cat([F.adaptive_avg_pool2d(x, n).flatten(1) for n in LEVELS], dim=1),
        ),
    }
    for name, (ours, peer) in pairs.items():
        yield Row(f"small map (64, 7, 7): {name}", "torch", ours, peer, 1.5, 1e-6)
