"""Region pooling: boxes of the image, found again on one feature map, each pooled into a vector of one length."""

import numpy as np

from poolcourse.errors import BoxError, ShapeError, WindowError
from poolcourse.reference.arrays import accumulator, check_array
from poolcourse.reference.bins import check_levels
from poolcourse.reference.pyramid import spatial_pyramid_pool2d, spatial_pyramid_pool2d_backward
from poolcourse.reference.windows import check_grad, check_map

__all__ = ["check_boxes_shape", "project_boxes", "region_pyramid_pool2d", "region_pyramid_pool2d_backward"]


def project_boxes(boxes, stride):
    """Find boxes of the image again on the feature map: x1' = min(floor(x1/S) + 1, ceil(x2/S) - 1), x2' = ceil(x2/S).

    Parameters
    ----------
    boxes : (R, 5) array
        Rows image_index, x1, y1, x2, y2 in image pixels, ends exclusive.
    stride : float
        S, image pixels from one cell of the map to the next: the product of the strides of all layers before it.

    Returns
    -------
    (R, 5) int64 array
        The same rows in cells of the map, ends exclusive. Never empty: a box within one cell gives that cell.

    Raises
    ------
    ShapeError, WindowError
        If `boxes` isn't (R, 5), or `stride` not above 0.
    BoxError
        On a box that is reversed, empty, NaN, infinite or beyond the image's left or top, or an image index that is no
        whole number of at least 0.

    References
    ----------
    He, Zhang, Ren & Sun (2014), arXiv:1406.4729, Appendix A, whose right end is inclusive.

    Examples
    --------
    >>> project_boxes(np.array([[0, 20, 0, 200, 100], [1, 3, 4, 7, 9]]), stride=16)
    array([[ 0,  2,  1, 13,  7],
           [ 1,  0,  0,  1,  1]])
    """
    check_array(boxes, "project_boxes", integers=True)
    check_boxes_shape(boxes.shape)
    if not 0 < stride < np.inf:
        raise WindowError(
            f"expected a stride above 0, got {stride}. Multiply the strides of the layers before the map."
        )
    index, x1y1, x2y2 = np.split(boxes.astype(np.float64), [1, 3], axis=1)
    sound = ((x1y1 >= 0) & (x1y1 < x2y2) & (x2y2 < np.inf)).all(axis=1)
    remedy = "Clip to the image and drop what is left empty."
    _refuse(boxes, ~sound, "0 <= x1 < x2 and 0 <= y1 < y2, all finite", remedy)
    whole = (index >= 0) & (index == np.floor(index)) & (index < np.inf)
    _refuse(boxes, ~whole[:, 0], "an image index that counts from 0", "Put the index first: index, x1, y1, x2, y2.")
    ends = np.ceil(x2y2 / stride)
    starts = np.minimum(np.floor(x1y1 / stride) + 1, ends - 1)
    return np.hstack([index, starts, ends]).astype(np.int64)


def region_pyramid_pool2d(features, boxes, levels=(6, 3, 2, 1), mode="max"):
    """Pool each box of a feature map on several grids: the map is computed once, however many boxes there are.

    Parameters
    ----------
    features : (N, C, H, W) or (C, H, W) array
        Floating point; integers too for "max".
    boxes : (R, 5) int array
        Rows image_index, x1, y1, x2, y2 in cells of the map, ends exclusive, as `project_boxes` returns them. Without
        a batch axis every index is 0.
    levels, mode
        As for `spatial_pyramid_pool2d`, rule "adaptive".

    Returns
    -------
    (R, C * sum(n * n)) array of the dtype of `features`
        One row a box: the pyramid of its crop.

    Raises
    ------
    ShapeError, DtypeError, BinError, PoolingError
        As `spatial_pyramid_pool2d` does, or if `boxes` isn't (R, 5).
    BoxError
        If boxes are no integers, reversed, empty, out of the map, or of an image that isn't there.

    References
    ----------
    He, Zhang, Ren & Sun (2014), arXiv:1406.4729, section 4.1.

    Examples
    --------
    >>> features = np.arange(12).reshape(1, 3, 4)
    >>> region_pyramid_pool2d(features, np.array([[0, 0, 0, 2, 2], [0, 1, 1, 4, 3]]), levels=(2, 1))
    array([[ 0,  1,  4,  5,  5],
           [ 6,  7, 10, 11, 11]])
    """
    crops = _crops(features, boxes, levels, mode)
    bins = sum(n * n for n in levels)
    pooled = np.empty((len(crops), features.shape[-3] * bins), features.dtype)
    for r, crop in enumerate(crops):
        pooled[r] = spatial_pyramid_pool2d(features[crop], levels, mode)
    return pooled


def region_pyramid_pool2d_backward(grad, features, boxes, levels=(6, 3, 2, 1), mode="max"):
    """Gradient of `region_pyramid_pool2d`: every box sends its part back to its crop, and the map adds them up.

    Parameters
    ----------
    grad : (R, C * sum(n * n)) array
        d(loss) / d(output).
    features, boxes, levels, mode
        As the forward pass had them.

    Returns
    -------
    array of the shape and dtype of `features`
        d(loss) / d(features). The boxes have no gradient.

    Raises
    ------
    ShapeError, DtypeError, BinError, PoolingError, BoxError
        As `region_pyramid_pool2d` does; on integers, which have no gradient; on a `grad` of another shape.

    Examples
    --------
    >>> features, boxes = np.ones((1, 1, 3)), np.array([[0, 0, 0, 2, 1], [0, 1, 0, 3, 1]])
    >>> region_pyramid_pool2d_backward(np.array([[10.0], [1.0]]), features, boxes, levels=(1,), mode="sum")
    array([[[10., 11.,  1.]]])
    """
    crops = _crops(features, boxes, levels, mode)
    check_array(features, "region_pyramid_pool2d_backward")
    check_grad(grad.shape, (len(crops), features.shape[-3] * sum(n * n for n in levels)))
    back = np.zeros(features.shape, accumulator(features.dtype))
    for part, crop in zip(grad.astype(back.dtype), crops, strict=True):
        back[crop] += spatial_pyramid_pool2d_backward(part, features[crop].astype(back.dtype), levels, mode)
    return back.astype(features.dtype)


def check_boxes_shape(shape) -> None:
    """Require boxes (R, 5); both backends start with it.

    Raises
    ------
    ShapeError
        On any other shape.
    """
    if len(shape) != 2 or shape[1] != 5:
        raise ShapeError(
            f"expected boxes (R, 5) with rows image_index, x1, y1, x2, y2, got {tuple(shape)}. "
            "For one box write boxes[None]; for one image put a column of zeros first."
        )


def _crops(features, boxes, levels, mode):
    """Check everything and give each box as the index of its part of the map."""
    check_levels(levels, mode, "adaptive")
    check_array(features, f"region_pyramid_pool2d with mode {mode!r}", integers=mode == "max")
    check_array(boxes, "the boxes of region_pyramid_pool2d", integers=True)
    check_map(features.shape)
    check_boxes_shape(boxes.shape)
    if boxes.dtype.kind not in "iu":
        raise BoxError(
            f"expected whole cells of the map, got {boxes.dtype}. Project image pixels: project_boxes(boxes, stride)."
        )
    shape = features.shape
    images = shape[0] if len(shape) == 4 else 1
    index, x1, y1, x2, y2 = boxes.T
    outside = (x1 < 0) | (y1 < 0) | (x2 <= x1) | (y2 <= y1) | (x2 > shape[-1]) | (y2 > shape[-2])
    inside = f"0 <= x1 < x2 <= {shape[-1]} and 0 <= y1 < y2 <= {shape[-2]}"
    _refuse(boxes, outside, inside, "Project the boxes, then clip them.")
    absent = (index < 0) | (index >= images)
    _refuse(boxes, absent, f"an image index from 0 to {images - 1}", "It counts within the batch.")
    crops = [(slice(None), slice(top, bottom), slice(left, right)) for _, left, top, right, bottom in boxes]
    return [(i, *crop) for i, crop in zip(index, crops, strict=True)] if len(shape) == 4 else crops


def _refuse(boxes, wrong, expected, remedy):
    """Raise on the first wrong box."""
    if wrong.any():
        first = int(wrong.argmax())
        raise BoxError(f"expected {expected}, got box {first}: {boxes[first].tolist()}. {remedy}")
