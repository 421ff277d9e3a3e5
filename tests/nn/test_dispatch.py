"""Which engine is chosen, and that it is none of the user's business."""

import subprocess
import sys

import pytest
import torch

from poolcourse import nn
from poolcourse.nn.dispatch import Engine, channels_last, choose, choose_bins, ordinary


def test_large_maps_on_the_cpu_go_through_our_designs():
    assert choose(torch.zeros(1, 64, 56, 56)) is Engine.SLICES
    assert choose(torch.zeros(64, 56, 56)) is Engine.SLICES
    assert choose(torch.zeros(32, 512, 7, 7)) is Engine.IMAGE
    assert choose_bins(torch.zeros(8, 256, 13, 13)) is Engine.IMAGE


def test_small_maps_and_maps_of_few_channels_stay_with_torch():
    assert choose(torch.zeros(1, 16, 14, 14)) is Engine.NATIVE
    assert choose_bins(torch.zeros(1, 3, 224, 224)) is Engine.NATIVE


def test_channels_last_stays_with_torch():
    assert choose(torch.zeros(1, 64, 56, 56).contiguous(memory_format=torch.channels_last)) is Engine.NATIVE


@pytest.mark.parametrize("shape", [(1, 64, 56, 56), (2, 1, 5, 5), (1, 3, 1, 1), (2, 3, 4, 5)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_channels_last_is_told_as_torch_tells_it(shape, layout):
    x = torch.zeros(shape).contiguous(memory_format=layout)
    expected = x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()
    assert channels_last(x) == expected


def test_integers_that_torchs_kernel_refuses_are_ranked():
    int8 = torch.zeros(1, 64, 16, 16, dtype=torch.int8).contiguous(memory_format=torch.channels_last)
    with pytest.raises(RuntimeError):
        torch.max_pool2d(int8, 2)
    assert choose(int8) is Engine.RANKS
    assert nn.max_pool2d(int8, 2).sum() == 0


def test_tensors_that_torch_watches_are_not_ordinary():
    x, seen = torch.zeros(2, 3), []
    torch.vmap(lambda row: seen.append(ordinary(row)) or row)(x)
    torch.func.grad(lambda x: seen.append(ordinary(x)) or x.sum())(x)
    with torch.autograd.forward_ad.dual_level():
        seen.append(ordinary(torch.autograd.forward_ad.make_dual(x, x)))
    seen.append(ordinary(x.to("meta")))
    with torch._subclasses.FakeTensorMode():
        seen.append(ordinary(torch.zeros(2)))
    assert seen == [False] * 5
    assert ordinary(x)
    assert ordinary(torch.nn.Parameter(x))


def test_importing_nn_adds_little_to_importing_torch():
    code = (
        "import torch, time, sys; before = set(sys.modules); start = time.process_time(); import poolcourse.nn;"
        "print(time.process_time() - start);"
        "print([m for m in set(sys.modules) - before if not m.startswith('poolcourse')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, modules = out.splitlines()
    assert float(seconds) < 0.5  # torch takes more than one; the exact figure is the benchmark's business
    assert not [name for name in eval(modules) if name.split(".")[0] in {"scipy", "matplotlib", "sympy", "pandas"}]
