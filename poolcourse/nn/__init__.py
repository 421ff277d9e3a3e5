"""The torch implementations: functions and Modules with the semantics of `torch.nn.functional`, fast on the CPU.

Each function here has its definition in `poolcourse.reference` under the same name. `dispatch` says what runs when.
"""

from poolcourse.nn.adaptive import adaptive_avg_pool2d, adaptive_max_pool2d
from poolcourse.nn.class_activation_map import class_activation_map
from poolcourse.nn.global_pool import GlobalAvgPool2d, GlobalMaxPool2d, global_avg_pool2d, global_max_pool2d
from poolcourse.nn.local import AvgPool2d, MaxPool2d, SumPool2d, avg_pool2d, max_pool2d, sum_pool2d
from poolcourse.nn.pyramid import SpatialPyramidPool2d, spatial_pyramid_pool2d
from poolcourse.nn.regions import RegionPyramidPool2d, project_boxes, region_pyramid_pool2d
from poolcourse.nn.stochastic import StochasticPool2d, stochastic_pool2d
from poolcourse.nn.windows import output_size, receptive_field

__all__ = [
    "AvgPool2d",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "MaxPool2d",
    "RegionPyramidPool2d",
    "SpatialPyramidPool2d",
    "StochasticPool2d",
    "SumPool2d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "class_activation_map",
    "global_avg_pool2d",
    "global_max_pool2d",
    "max_pool2d",
    "output_size",
    "project_boxes",
    "receptive_field",
    "region_pyramid_pool2d",
    "spatial_pyramid_pool2d",
    "stochastic_pool2d",
    "sum_pool2d",
]
