"""Class activation maps: where in the map a network with global average pooling saw its evidence for each class."""

from torch import Tensor

from poolcourse.nn.checks import accumulator, check_tensor
from poolcourse.reference.checks import check_dtype
from poolcourse.reference.class_activation_map import check_cam

__all__ = ["class_activation_map"]


def class_activation_map(features: Tensor, weight: Tensor) -> Tensor:
    """Weigh the channels by a class's weights, cell by cell: M_k(y, x) = sum over c of w_kc f_c(y, x).

    The mean of map k, plus the bias, is the score of class k: pooling and the linear layer may swap places.

    Parameters
    ----------
    features : (N, C, H, W) or (C, H, W) tensor
        What global average pooling receives, floating point; half precision is summed in float32.
    weight : (classes, C) tensor
        Of the linear layer after it, without the bias: `linear.weight`.

    Returns
    -------
    (N, classes, H, W) or (classes, H, W) tensor of the dtype of `features`

    Raises
    ------
    ShapeError
        On what is no feature map, or if `weight` is no matrix with one column a channel.
    DtypeError
        On anything but floating point.

    References
    ----------
    Zhou, Khosla, Lapedriza, Oliva & Torralba (2016), "Learning deep features for discriminative localization",
    arXiv:1512.04150.

    Examples
    --------
    >>> import torch
    >>> features, weight = torch.tensor([[[1.0, 2.0]], [[3.0, 5.0]]]), torch.tensor([[10.0, 1.0], [0.0, -1.0]])
    >>> class_activation_map(features, weight)
    tensor([[[13., 25.]],
    <BLANKLINE>
            [[-3., -5.]]])
    """
    check_tensor(features, "class_activation_map")
    check_cam(features.shape, weight.shape)
    check_dtype("f" if weight.is_floating_point() else "i", weight.dtype, "class_activation_map")
    wide = accumulator(features.dtype)
    maps = weight.to(wide) @ features.flatten(-2).to(wide)
    return maps.unflatten(-1, features.shape[-2:]).to(features.dtype)
