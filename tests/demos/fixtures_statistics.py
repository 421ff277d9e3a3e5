"""Cases of readout statistics, signals, resizing, seeded chance and costs, for fixtures.py.

The reference has no such functions, so the answers come from their definitions in NumPy, or from torch.
"""

import itertools
import math

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch.utils.flop_counter import FlopCounterMode

from poolcourse.reference.local import max_pool2d


def readouts(rng):
    for number in range(12):
        x = rng.normal(rng.normal(), 3, size=rng.integers(1, 9, 2) if number else (1, 1))
        yield "mean", [x.ravel()], x.mean()
        yield "standardDeviation", [x.ravel()], x.std()
        steps = np.concatenate([np.abs(np.diff(x, axis=axis)).ravel() for axis in (0, 1)])
        yield "sharpness", [x], steps.mean() if steps.size else 0.0


def blurred(signal, weights, boundary):
    half = len(weights) // 2
    padded = np.pad(signal, half, mode=boundary)
    return sliding_window_view(padded, len(weights)) @ weights / weights.sum()


def signals(rng):
    for _ in range(15):
        signal = np.round(rng.normal(size=rng.integers(6, 20)), 1)
        kernel, stride = int(rng.integers(1, 4)), int(rng.integers(1, 4))
        weights = rng.integers(1, 7, rng.choice([1, 3, 5])).astype(float)
        boundary = str(rng.choice(["reflect", "wrap"]))
        pooled = max_pool2d(signal[None, None], (1, kernel), (1, stride))[0, 0]
        yield "maxPool1d", [signal, kernel, stride], pooled
        yield "blur1d", [signal, weights, boundary], blurred(signal, weights, boundary)
        dense = sliding_window_view(signal, kernel).max(axis=-1)
        expected = blurred(dense, weights, boundary)[::stride]
        yield "blurPool1d", [signal, kernel, stride, weights, boundary], expected


def resizing(rng):
    for _ in range(12):
        x = rng.normal(size=rng.integers(1, 9, 2))
        height, width = (int(size) for size in rng.integers(1, 17, 2))
        smooth = torch.nn.functional.interpolate(torch.from_numpy(x)[None, None], (height, width), mode="bilinear")
        yield "resizeMap", [x, height, width, "bilinear"], smooth[0, 0].numpy()
        rows, columns = np.arange(height) * x.shape[0] // height, np.arange(width) * x.shape[1] // width
        yield "resizeMap", [x, height, width, "nearest"], x[np.ix_(rows, columns)]
        stride = rng.integers(1, 4, 2)
        grown = x.repeat(stride[0], axis=0).repeat(stride[1], axis=1)
        grown = np.pad(grown, ((0, height), (0, width)), mode="edge")[:height, :width]
        yield "unpoolNearest", [x, stride, height, width], grown


def mulberry32(seed, count):
    """The generator in integers modulo 2 ** 32."""
    modulus, state, numbers = 2**32, seed % 2**32, []
    for _ in range(count):
        state = (state + 0x6D2B79F5) % modulus
        mixed = (state ^ (state >> 15)) * (state | 1) % modulus
        mixed ^= (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)) % modulus
        numbers.append((mixed ^ (mixed >> 14)) / modulus)
    return numbers


def box_muller(uniform):
    numbers = []
    for first, second in zip(uniform[::2], uniform[1::2], strict=True):
        radius = math.sqrt(-2 * math.log(1 - first))
        numbers += [radius * math.cos(2 * math.pi * second), radius * math.sin(2 * math.pi * second)]
    return numbers


def chance(rng):
    for seed in (0, 1, 7, 2024, 2**31 + 5, 2**32 - 1):
        yield "mulberry32", [seed, 40], mulberry32(seed, 40)
        yield "normalFrom", [seed, 40], box_muller(mulberry32(seed, 40))
    for _ in range(8):
        seed, trials, size, correlation = (
            int(rng.integers(1000)),
            2 * int(rng.integers(2, 6)),
            int(rng.integers(1, 9)),
            rng.random(),
        )
        normal = np.array(box_muller(mulberry32(seed, trials * (size + 1)))).reshape(trials, size + 1)
        samples = math.sqrt(correlation) * normal[:, :1] + math.sqrt(1 - correlation) * normal[:, 1:]
        yield "correlatedWindows", [seed, trials, size, correlation], samples
        yield "varianceOfMean", [samples], samples.mean(axis=1).var()
        yield "biasOfMax", [samples, 0.5], (samples.max(axis=1) - 0.5).mean()
        covariance = np.full((size, size), correlation) + (1 - correlation) * np.eye(size)
        yield "expectedVarianceOfMean", [size, correlation], covariance.sum() / size**2


def parameters(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


def counts(rng):
    """Parameters as torch's own layers have them."""
    for _ in range(6):
        inputs, outputs, height, width = (int(size) for size in rng.integers(1, 40, 4))
        kernel, bias = rng.integers(1, 6, 2).tolist(), bool(rng.random() < 0.5)
        convolution = torch.nn.Conv2d(inputs, outputs, kernel, bias=bias, device="meta")
        yield "convolutionParameters", [inputs, outputs, kernel, bias], parameters(convolution)
        full = torch.nn.Linear(inputs, outputs, bias, device="meta")
        yield "fullyConnectedParameters", [inputs, outputs, bias], parameters(full)
        yield "gapHeadParameters", [inputs, outputs, bias], parameters(full)
        flat = torch.nn.Linear(inputs * height * width, outputs, bias, device="meta")
        yield "flattenHeadParameters", [inputs, height, width, outputs, bias], parameters(flat)
    yield "flattenHeadParameters", [512, 7, 7, 4096, False], 102_760_448  # VGG's fc6, as its paper's shapes give it


def random_stack(rng):
    channels = rng.integers(1, 9, 4).tolist()
    layers = []
    for inputs, outputs in itertools.pairwise(channels):
        kernel = int(rng.integers(1, 4))
        stride, padding = int(rng.integers(1, 3)), int(rng.integers(0, kernel // 2 + 1))
        sides = {"kernelSize": kernel, "stride": stride, "padding": padding}
        layers.append({**sides, "inChannels": inputs, "outChannels": outputs})
        if rng.random() < 0.5:
            layers.append({"kernelSize": 2, "stride": 2})
    return layers


def run_stack(layers, height, width):
    """Multiplications as torch's flop counter counts them (two flops each), and the last map's size."""
    x = torch.empty(1, layers[0]["inChannels"], height, width, device="meta")
    with FlopCounterMode(display=False) as counter:
        for layer in layers:
            sides = layer["kernelSize"], layer["stride"], layer.get("padding", 0)
            if "outChannels" in layer:
                x = torch.nn.Conv2d(layer["inChannels"], layer["outChannels"], *sides, device="meta")(x)
            else:
                x = torch.nn.functional.max_pool2d(x, *sides)
    return counter.get_total_flops() // 2, *x.shape[-2:]


def costs(rng):
    for _ in range(8):
        layers, (height, width) = random_stack(rng), (int(size) for size in rng.integers(70, 120, 2))
        multiplications, rows, columns = run_stack(layers, height, width)
        expected = {"multiplications": multiplications, "height": rows, "width": columns}
        yield "stackCost", [height, width, layers], expected
        boxes, crop = int(rng.integers(1, 200)), 64
        one = boxes * run_stack(layers, crop, crop)[0]
        expected = {"oneByOne": one, "oneMap": multiplications, "ratio": one / multiplications}
        yield "regionCosts", [height, width, crop, boxes, layers], expected


GROUPS = (readouts, signals, resizing, chance, counts, costs)
