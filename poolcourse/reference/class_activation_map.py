"""Class activation maps: where in the map a network with global average pooling saw its evidence for each class."""

import numpy as np

from poolcourse.errors import ShapeError
from poolcourse.reference.arrays import accumulator, check_array
from poolcourse.reference.windows import check_grad, check_map

__all__ = ["class_activation_map", "class_activation_map_backward"]


def class_activation_map(features, weight):
    """Weigh the channels by a class's weights, cell by cell: M_k(y, x) = sum over c of w_kc f_c(y, x).

    The mean of map k, plus the bias, is the score of class k: pooling and the linear layer may swap places.

    Parameters
    ----------
    features : (N, C, H, W) or (C, H, W) array
        What global average pooling receives, floating point; half precision is summed in float32.
    weight : (classes, C) array
        Of the linear layer after it, without the bias.

    Returns
    -------
    (N, classes, H, W) or (classes, H, W) array of the dtype of `features`

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
    >>> class_activation_map(np.array([[[1.0, 2.0]], [[3.0, 5.0]]]), np.array([[10.0, 1.0], [0.0, -1.0]]))
    array([[[13., 25.]],
    <BLANKLINE>
           [[-3., -5.]]])
    """
    check_array(features, "class_activation_map")
    check_array(weight, "class_activation_map")
    check_cam(features.shape, weight.shape)
    wide = accumulator(features.dtype)
    return np.einsum("kc,...cyx->...kyx", weight.astype(wide), features.astype(wide)).astype(features.dtype)


def class_activation_map_backward(grad, features, weight):
    """Gradients of `class_activation_map` for the features and for the weights.

    Parameters
    ----------
    grad : (N, classes, H, W) or (classes, H, W) array
        d(loss) / d(output).
    features, weight
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `features`
        Each cell receives the classes' gradients there, weighted by its channel's weights.
    array of the shape and dtype of `weight`
        Each weight receives the product of its class's gradient and its channel, over all cells and images.

    Raises
    ------
    ShapeError, DtypeError
        As `class_activation_map` does, and on a `grad` of another shape than the output.

    Examples
    --------
    >>> features, weight = np.array([[[1.0, 2.0]]]), np.array([[3.0]])
    >>> class_activation_map_backward(np.array([[[10.0, 1.0]]]), features, weight)
    (array([[[30.,  3.]]]), array([[12.]]))
    """
    check_array(features, "class_activation_map_backward")
    check_array(weight, "class_activation_map_backward")
    check_cam(features.shape, weight.shape)
    check_grad(grad.shape, (*features.shape[:-3], weight.shape[0], *features.shape[-2:]))
    wide = accumulator(features.dtype)
    grad = grad.astype(wide)
    to_features = np.einsum("kc,...kyx->...cyx", weight.astype(wide), grad)
    to_weight = np.einsum("...kyx,...cyx->...kc", grad, features.astype(wide))
    if features.ndim == 4:
        to_weight = to_weight.sum(axis=0)
    return to_features.astype(features.dtype), to_weight.astype(weight.dtype)


def check_cam(features_shape, weight_shape) -> None:
    """Require features (N, C, H, W) or (C, H, W) and weights (classes, C); both backends start with it.

    Raises
    ------
    ShapeError
        If either is of another shape, or the channels differ.
    """
    check_map(features_shape)
    if len(weight_shape) != 2 or weight_shape[1] != features_shape[-3]:
        raise ShapeError(
            f"expected weights (classes, {features_shape[-3]}), one column a channel of the features "
            f"{tuple(features_shape)}, got {tuple(weight_shape)}. Pass the linear layer's weight, without its bias."
        )
