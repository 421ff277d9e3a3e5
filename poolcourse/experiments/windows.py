"""Down-sampling and what one later value sees of the input (C06)."""

import torch
from torch import Tensor, nn

from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.reference import receptive_field

SIDE = 45
KINDS = ("none", "max", "average", "stride")


def _sees_more(m: Metrics) -> str:
    larger = all(above(m, f"{kind}_minus_none") for kind in ("max", "average"))
    exact = all(m[f"{kind}_formula_error"]["high"] == 0 for kind in KINDS)
    if not larger:
        return "contradicted"
    return "confirmed" if exact else "qualified"


def _layers(kind: str) -> list[tuple[int, int, int]]:
    layers = []
    for place in range(3):
        layers.append((3, 2 if kind == "stride" and place < 2 else 1, 1))
        if kind in ("max", "average") and place < 2:
            layers.append((2, 2, 0))
    return layers


def _network(kind: str, seed: int, positive: bool) -> nn.Sequential:
    shuffle = torch.Generator().manual_seed(seed)
    modules: list[nn.Module] = []
    for kernel, stride, padding in _layers(kind):
        if kernel == 3:
            layer = nn.Conv2d(1, 1, 3, stride, padding, bias=False).double()
            weight = torch.randn(1, 1, 3, 3, generator=shuffle, dtype=torch.double)
            layer.weight = nn.Parameter(weight.abs() if positive else weight)
            modules.append(layer)
        else:
            modules.append(nn.MaxPool2d(2) if kind == "max" else nn.AvgPool2d(2))
    return nn.Sequential(*modules)


def _input_gradient(network: nn.Sequential, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    out = network(x)
    out[..., out.shape[-2] // 2, out.shape[-1] // 2].sum().backward()
    assert x.grad is not None
    return x.grad.abs().sum(dim=(0, 1))


def _support(gradient: Tensor) -> int:
    columns = torch.nonzero(gradient.sum(0)).flatten()
    return int(columns.max() - columns.min()) + 1


def _spread(gradient: Tensor) -> float:
    # The width of the uniform window that is spread as widely: sqrt(12) standard deviations.
    share = gradient.sum(0) / gradient.sum()
    place = torch.arange(len(share), dtype=share.dtype)
    mean = (share * place).sum()
    return (12 * (share * (place - mean) ** 2).sum()).sqrt().item()


@claim(
    "C06",
    section="2",
    chapter="windows",
    title="Down-sampling lets later layers see more",
    statement="Pooling shrinks the maps, saves computing, and widens the region that later layers see of the input.",
    rule=(
        "Through three 3x3 convolutions, with and without two 2x2 pools, measure the side of the region where the "
        "gradient of one output to the input is not zero. Confirmed if it is larger with max and with average pooling "
        "than without, and equal to the formula in every network; qualified if larger but not equal to the formula; "
        "contradicted if not larger."
    ),
    decide=_sees_more,
    shown=(
        Shown("none_support", "side seen without pooling", "px", 0),
        Shown("max_support", "side seen with max pooling", "px", 0),
        Shown("average_support", "… with average pooling", "px", 0),
        Shown("stride_support", "… with strided convolutions instead", "px", 0),
        Shown("average_spread", "width that carries the weight, average pooling", "px"),
        Shown("none_spread", "… without pooling", "px"),
    ),
    key_figure="max_support",
    finding=lambda m: (
        f"One output of the third convolution sees {m['none_support']['mean']:.0f} px without pooling and "
        f"{m['max_support']['mean']:.0f} px with two pools, as the formula says. Strided convolutions widen it too, to "
        f"{m['stride_support']['mean']:.0f} px, so it is the stride that counts. The weight is spread over less: as a "
        f"uniform window of {m['average_spread']['mean']:.1f} px would be."
    ),
    literature="r grows by (k − 1) times the product of the earlier strides; the measured support equals it.",
    caveat="Three layers with random weights of one channel; the formula holds for any depth.",
    contrasts={f"{kind}_minus_none": (f"{kind}_support", "none_support") for kind in ("max", "average", "stride")},
)
def sees_more(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Measure the support of an output's gradient to the input, and the formula's answer."""
    shuffle = torch.Generator().manual_seed(1000 + seed)
    x = torch.randn(8 if quick else 200, 1, SIDE, SIDE, generator=shuffle, dtype=torch.double)
    values: dict[str, float] = {}
    for kind in KINDS:
        values[f"{kind}_support"] = _support(_input_gradient(_network(kind, seed, positive=True), x))
        formula = receptive_field(_layers(kind))[-1][0]
        values[f"{kind}_formula_error"] = abs(values[f"{kind}_support"] - formula)
        values[f"{kind}_spread"] = _spread(_input_gradient(_network(kind, seed, positive=False), x))
    return values
