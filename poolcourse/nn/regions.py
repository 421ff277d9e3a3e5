"""Region pooling: boxes of the image, found again on one feature map, each pooled into a vector of one length."""

from collections.abc import Sequence

import torch
from torch import Tensor

from poolcourse.errors import BoxError, WindowError
from poolcourse.nn.boxes import averaged_boxes, largest_cells, largest_of_boxes
from poolcourse.nn.checks import accumulator, check_tensor, require
from poolcourse.nn.dispatch import compiling, needs_grad, ordinary
from poolcourse.nn.modules import Pool
from poolcourse.reference.bins import check_levels
from poolcourse.reference.regions import check_boxes_shape

__all__ = ["RegionPyramidPool2d", "project_boxes", "region_pyramid_pool2d"]


def project_boxes(boxes: Tensor, stride: float) -> Tensor:
    """Find boxes of the image again on the feature map: x1' = min(floor(x1/S) + 1, ceil(x2/S) - 1), x2' = ceil(x2/S).

    Parameters
    ----------
    boxes : (R, 5) tensor
        Rows image_index, x1, y1, x2, y2 in image pixels, ends exclusive.
    stride : float
        S, image pixels from one cell of the map to the next: the product of the strides of all layers before it.

    Returns
    -------
    (R, 5) int64 tensor
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
    >>> project_boxes(torch.tensor([[0, 20, 0, 200, 100], [1, 3, 4, 7, 9]]), stride=16)
    tensor([[ 0,  2,  1, 13,  7],
            [ 1,  0,  0,  1,  1]])
    """
    check_boxes_shape(boxes.shape)
    if not 0 < stride < float("inf"):
        raise WindowError(
            f"expected a stride above 0, got {stride}. Multiply the strides of the layers before the map."
        )
    # float32 would round a quotient up to the next whole number; Apple's GPUs have no float64.
    exact = boxes.cpu() if boxes.device.type == "mps" else boxes
    index, x1y1, x2y2 = exact.detach().to(torch.float64).split([1, 2, 2], dim=1)
    require(
        boxes,
        lambda: ((x1y1 >= 0) & (x1y1 < x2y2) & (x2y2 < torch.inf)).all(),
        lambda: BoxError(
            "expected 0 <= x1 < x2 and 0 <= y1 < y2, all finite, got other boxes. "
            "Clip to the image and drop what is left empty."
        ),
    )
    require(
        boxes,
        lambda: ((index >= 0) & (index == index.floor()) & (index < torch.inf)).all(),
        lambda: BoxError(
            "expected an image index that counts from 0, got others. Put the index first: index, x1, y1, x2, y2."
        ),
    )
    ends = (x2y2 / stride).ceil()
    starts = torch.minimum((x1y1 / stride).floor() + 1, ends - 1)
    return torch.cat([index, starts, ends], dim=1).long().to(boxes.device)


def region_pyramid_pool2d(
    features: Tensor, boxes: Tensor, levels: Sequence[int] = (6, 3, 2, 1), mode: str = "max"
) -> Tensor:
    """Pool each box of a feature map on several grids: the map is computed once, however many boxes there are.

    Parameters
    ----------
    features : (N, C, H, W) or (C, H, W) tensor
        Floating point; integers too for "max".
    boxes : (R, 5) int tensor
        Rows image_index, x1, y1, x2, y2 in cells of the map, ends exclusive, as `project_boxes` returns them. Without
        a batch axis every index is 0.
    levels, mode
        As for `spatial_pyramid_pool2d`, rule "adaptive".

    Returns
    -------
    (R, C * sum(n * n)) tensor of the dtype of `features`
        One row a box: the pyramid of its crop.

    Raises
    ------
    ShapeError, DtypeError, BinError, PoolingError
        As `spatial_pyramid_pool2d` does, or if `boxes` isn't (R, 5).
    BoxError
        If boxes are no integers, on another device, reversed, empty, out of the map, or of an image that isn't there.

    References
    ----------
    He, Zhang, Ren & Sun (2014), arXiv:1406.4729, section 4.1.

    Examples
    --------
    >>> features = torch.arange(12).reshape(1, 3, 4)
    >>> region_pyramid_pool2d(features, torch.tensor([[0, 0, 0, 2, 2], [0, 1, 1, 4, 3]]), levels=(2, 1))
    tensor([[ 0,  1,  4,  5,  5],
            [ 6,  7, 10, 11, 11]])
    """
    check_levels(levels, mode, "adaptive")
    check_tensor(features, f"region_pyramid_pool2d, mode {mode!r}", integers=mode == "max")
    _check_boxes(features, boxes)
    maps = features if features.dim() == 4 else features[None]
    boxes = boxes.detach().long()
    if mode != "max":
        return averaged_boxes(maps, boxes, levels, mode)
    if not needs_grad(features) and (compiling() or ordinary(features)):
        return largest_of_boxes(maps.detach(), boxes, levels)
    # Half precision would round the gradients of a cell that wins many bins one by one.
    wide = maps.to(accumulator(maps.dtype)).flatten()
    cells = largest_cells(maps.detach(), boxes, levels)
    return wide.index_select(0, cells.flatten()).to(maps.dtype).view(cells.shape)


def _check_boxes(features: Tensor, boxes: Tensor) -> None:
    check_boxes_shape(boxes.shape)
    if boxes.is_floating_point() or boxes.is_complex() or boxes.dtype == torch.bool:
        raise BoxError(
            f"expected whole cells of the map, got {boxes.dtype}. Project image pixels: project_boxes(boxes, stride)."
        )
    if boxes.device != features.device:
        raise BoxError(
            f"expected boxes on the device of the features, {features.device}, got {boxes.device}. "
            "Move them: boxes.to(features.device)."
        )
    height, width = features.shape[-2:]
    images = features.shape[0] if features.dim() == 4 else 1
    index, x1, y1, x2, y2 = boxes.unbind(1)
    require(
        boxes,
        lambda: ((x1 >= 0) & (y1 >= 0) & (x1 < x2) & (y1 < y2) & (x2 <= width) & (y2 <= height)).all(),
        lambda: BoxError(
            f"expected 0 <= x1 < x2 <= {width} and 0 <= y1 < y2 <= {height}, got other boxes. "
            "Project the boxes, then clip them."
        ),
    )
    require(
        boxes,
        lambda: ((index >= 0) & (index < images)).all(),
        lambda: BoxError(f"expected an image index from 0 to {images - 1}, got others. It counts within the batch."),
    )


class RegionPyramidPool2d(Pool):
    """`region_pyramid_pool2d` as a Module: boxes of any size become vectors of one length.

    Examples
    --------
    >>> pool = RegionPyramidPool2d((2, 1), mode="avg")
    >>> pool
    RegionPyramidPool2d(levels=(2, 1), mode='avg')
    >>> pool(torch.zeros(1, 8, 10, 13), torch.tensor([[0, 2, 1, 9, 8]])).shape
    torch.Size([1, 40])
    """

    def __init__(self, levels: Sequence[int] = (6, 3, 2, 1), mode: str = "max") -> None:
        check_levels(levels, mode, "adaptive")
        super().__init__(levels=tuple(levels), mode=mode)

    @property
    def bins(self) -> int:
        """Numbers that each channel of a box gives."""
        return sum(n * n for n in self.settings()["levels"])

    def forward(self, features: Tensor, boxes: Tensor) -> Tensor:
        """Pool `boxes` (R, 5) of `features`, (N, C, H, W) or (C, H, W)."""
        return region_pyramid_pool2d(features, boxes, **self.settings())
