"""The definitions, in NumPy: every operator forward and backward, written to be read.

Each function here is the course's definition of its operator; `poolcourse.nn` and the demos are held to it by tests.
Arrays are (N, C, H, W) or (C, H, W); `<name>_backward(grad, x, ...)` is the gradient by hand. Torch is not imported.
"""

from poolcourse.reference.adaptive import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
)
from poolcourse.reference.bins import bin_edges, sliding_edges
from poolcourse.reference.class_activation_map import class_activation_map, class_activation_map_backward
from poolcourse.reference.global_pool import (
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
)
from poolcourse.reference.local import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    sum_pool2d,
    sum_pool2d_backward,
)
from poolcourse.reference.pyramid import spatial_pyramid_pool2d, spatial_pyramid_pool2d_backward
from poolcourse.reference.regions import project_boxes, region_pyramid_pool2d, region_pyramid_pool2d_backward
from poolcourse.reference.stochastic import draw, stochastic_pool2d, stochastic_pool2d_backward
from poolcourse.reference.windows import output_size, receptive_field, windows

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "bin_edges",
    "class_activation_map",
    "class_activation_map_backward",
    "draw",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "output_size",
    "project_boxes",
    "receptive_field",
    "region_pyramid_pool2d",
    "region_pyramid_pool2d_backward",
    "sliding_edges",
    "spatial_pyramid_pool2d",
    "spatial_pyramid_pool2d_backward",
    "stochastic_pool2d",
    "stochastic_pool2d_backward",
    "sum_pool2d",
    "sum_pool2d_backward",
    "windows",
]
