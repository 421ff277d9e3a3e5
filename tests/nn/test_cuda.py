"""The path for CUDA: on fake tensors where there is no GPU, on real ones where there is."""

import subprocess
import sys
import textwrap

import pytest
import torch

from poolcourse import nn

# In its own process: fake CUDA tensors can abort one. Python's indexing and some methods ask for a real GPU before the
# fake mode sees them, so they are sent to the operator behind them. A mix of devices, and a value read back to the CPU,
# raise by themselves; a result on the CPU is looked for.
FAKE = """
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from poolcourse import nn
from poolcourse.nn import boxes, checks, global_pool, pyramid, regions, stochastic

for module in (boxes, checks, global_pool, pyramid, regions, stochastic):
    module.ordinary = lambda x: True  # as a real CUDA tensor would be

class Behind(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is torch.Tensor.__getitem__:
            return index(*args)
        try:
            return function(*args, **kwargs)
        except RuntimeError as error:
            if "not linked" not in str(error):
                raise
        return getattr(torch.ops.aten, function.__name__.strip("_"))(*args, **kwargs)

def index(x, key):
    key = key if isinstance(key, tuple) else (key,)
    if Ellipsis in key:
        at = key.index(Ellipsis)
        given = sum(part is not None for part in key) - 1
        key = key[:at] + (slice(None),) * (x.dim() - given) + key[at + 1:]
    dim = 0
    for part in key:
        if part is None:
            x, dim = torch.ops.aten.unsqueeze(x, dim), dim + 1
        elif isinstance(part, int):
            x = torch.ops.aten.select(x, dim, part)
        else:
            x, dim = torch.ops.aten.slice(x, dim, part.start, part.stop, part.step or 1), dim + 1
    return x

class OnCuda(TorchDispatchMode):
    seen = 0
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                OnCuda.seen += 1
                # A number like the 9 of a mean may stay behind: it has no axes, and no copy is waited for.
                assert leaf.device.type == "cuda" or leaf.dim() == 0, f"{function} gave a tensor on {leaf.device}"
        return out

with FakeTensorMode(), torch.no_grad(), OnCuda(), Behind():
    x = torch.rand(4, 32, 56, 56, device="cuda")
    whole = torch.zeros(4, 32, 56, 56, dtype=torch.int32, device="cuda")
    weight = torch.rand(5, 32, device="cuda")
    draws = torch.rand(4, 32, 28, 28, device="cuda")
    some = torch.zeros(7, 5, dtype=torch.int64, device="cuda")
    results = {
        "max": nn.max_pool2d(x, 2),
        "max with indices": nn.max_pool2d(x, 3, 2, 1, return_indices=True)[1],
        "max of integers": nn.max_pool2d(whole, 2),
        "avg": nn.avg_pool2d(x, 3, 2, 1),
        "sum": nn.sum_pool2d(x, 2),
        "stochastic": nn.stochastic_pool2d(x, 2),
        "stochastic with draws": nn.stochastic_pool2d(x, 2, draws=draws),
        "stochastic in test": nn.stochastic_pool2d(x, 2, training=False),
        "global max": nn.global_max_pool2d(x),
        "global avg": nn.global_avg_pool2d(x),
        "cam": nn.class_activation_map(x, weight),
        "adaptive max": nn.adaptive_max_pool2d(x, 5),
        "adaptive max of integers": nn.adaptive_max_pool2d(whole, 5),
        "adaptive avg": nn.adaptive_avg_pool2d(x, 5),
        "pyramid": nn.spatial_pyramid_pool2d(x),
        "pyramid, avg": nn.spatial_pyramid_pool2d(x, mode="avg"),
        "pyramid, sum": nn.spatial_pyramid_pool2d(x, mode="sum"),
        "pyramid, sliding": nn.spatial_pyramid_pool2d(x, (3, 2), rule="sliding"),
        "regions": nn.region_pyramid_pool2d(x, some),
        "regions, avg": nn.region_pyramid_pool2d(x, some, mode="avg"),
        "winners of regions": boxes.largest_cells(x, some, (6, 3, 2, 1)),
        "winners of the map": global_pool._place(x),
        "boxes": nn.project_boxes(some, 16),
    }
for name, result in results.items():
    print(name, result.device.type, *result.shape, sep="|")
print(OnCuda.seen)
"""


def test_no_value_is_read_back_and_no_devices_are_mixed_on_fake_cuda():
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(FAKE)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    *lines, seen = run.stdout.splitlines()
    shapes = {name: shape for name, device, *shape in (line.split("|") for line in lines) if device == "cuda"}
    assert len(shapes) == 23
    assert int(seen) > 200
    assert shapes["max"] == ["4", "32", "28", "28"]
    assert shapes["pyramid"] == ["4", "1600"]
    assert shapes["regions"] == ["7", "1600"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_what_the_cpu_gives():
    x, boxes = torch.rand(2, 32, 20, 24), torch.tensor([[0, 1, 2, 20, 18], [1, 0, 0, 24, 20], [1, 3, 3, 4, 4]])
    draws = torch.rand(2, 32, 10, 12)
    for pool in (
        lambda x: nn.max_pool2d(x, 3, 2, 1),
        lambda x: nn.avg_pool2d(x, 3, 2, 1),
        lambda x: nn.stochastic_pool2d(x, 2, draws=draws.to(x.device)),
        nn.global_max_pool2d,
        nn.spatial_pyramid_pool2d,
        lambda x: nn.spatial_pyramid_pool2d(x, mode="sum"),
        lambda x: nn.region_pyramid_pool2d(x, boxes.to(x.device)),
        lambda x: nn.region_pyramid_pool2d(x, boxes.to(x.device), mode="avg"),
    ):
        leaves = [x.clone().requires_grad_(), x.clone().cuda().requires_grad_()]
        results = [pool(leaf) for leaf in leaves]
        torch.testing.assert_close(results[1].cpu(), results[0])
        grads = [torch.autograd.grad(y.square().sum(), leaf)[0] for y, leaf in zip(results, leaves, strict=True)]
        torch.testing.assert_close(grads[1].cpu(), grads[0])
