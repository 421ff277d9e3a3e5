"""Training at one size and at many: invariance to scale, and convergence (C16, C17)."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from poolcourse.experiments.protocol import Metrics, Shown, above, below, claim
from poolcourse.experiments.training import CAVEAT, images, train
from poolcourse.models import SmallCNN, accuracy, mean_loss

OWN_SIZE = 28
TRAINING_SIZES = {"one": (OWN_SIZE,), "many": (20, 28, 40)}
TEST_SIZES = (16, 20, 24, 28, 32, 40, 48, 56)
SHAPES = ((28, 42), (42, 28), (20, 40), (40, 20))
DROP = 5.0
LOSS_EVERY, LOSS_BAR = 16, 0.6

ALTERNATION = (
    "The experiment was changed after its first seed: whole epochs had alternated between the sizes, and the batch "
    "norm kept the statistics of the last one, 40 px, which alone cost accuracy at 28 px. Now every batch takes the "
    "next size."
)


def resized(pictures: Tensor, height: int, width: int | None = None) -> Tensor:
    """Pictures (N, C, H, W) at another size, anti-aliased."""
    size = (height, height if width is None else width)
    if tuple(pictures.shape[-2:]) == size:
        return pictures
    return F.interpolate(pictures, size, mode="bilinear", antialias=True, align_corners=False)


def _size_of(condition: str) -> Callable[[Tensor, int], Tensor]:
    # Batch by batch: where whole epochs alternate, batch norm keeps the statistics of the last epoch's size.
    sizes = cycle(TRAINING_SIZES[condition])
    return lambda batch, epoch: resized(batch, next(sizes))


def _scale_invariant(m: Metrics) -> str:
    keys = [f"{condition}_drop" for condition in TRAINING_SIZES]
    if all(below(m, key, DROP) for key in keys):
        return "confirmed"
    helps = above(m, "one_minus_many_drop")
    return "contradicted" if all(above(m, key, DROP) for key in keys) and not helps else "qualified"


@claim(
    "C16",
    section="4",
    chapter="multi_size",
    title="SPP is invariant to scale, takes any aspect ratio and overfits less",
    statement=(
        "Spatial pyramid pooling handles images of any aspect ratio and size, which makes the model more invariant to "
        "scale and lowers the risk of overfitting."
    ),
    rule=(
        "Train a network with SPP at 28 px, and another at 20, 28 and 40 px in turn; test at 16 to 56 px. Confirmed if "
        "for both the worst size costs less than 5 points against 28 px; contradicted if it costs both more than 5 "
        "points and training at many sizes does not lessen it; qualified otherwise (95 % intervals)."
    ),
    rule_changes=(ALTERNATION,),
    decide=_scale_invariant,
    shown=(
        Shown("one_drop", "accuracy lost at the worst size, trained at one size", "points"),
        Shown("many_drop", "accuracy lost at the worst size, trained at three", "points"),
        Shown("one_minus_many_drop", "… difference", "points"),
        Shown("one_test", "test accuracy at 28 px, trained at one size", "%"),
        Shown("many_test", "… trained at three", "%"),
        Shown("one_stretched", "test accuracy on stretched images, trained at one size", "%"),
        Shown("many_stretched", "… trained at three", "%"),
        Shown("one_minus_many_overfit", "training − test at 28 px: one size − three", "points", 2),
    ),
    key_figure="many_drop",
    finding=lambda m: (
        f"Trained at 28 px, the network loses {m['one_drop']['mean']:.1f} points at its worst size between 16 and 56 "
        f"px; trained at three sizes it loses {m['many_drop']['mean']:.1f}. At 28 px they reach "
        f"{m['one_test']['mean']:.1f} and {m['many_test']['mean']:.1f} %. To take any size is one thing, to "
        "give the same answer at any size another."
    ),
    literature=(
        "The paper claims scale invariance for training at variable sizes and gives no gap between training and test. "
        'Against it: on VOC07 its own best test size is 392, "scale matters".'
    ),
    caveat=CAVEAT,
    conditions=tuple(TRAINING_SIZES),
    contrasts={
        "one_minus_many_drop": ("one_drop", "many_drop"),
        "one_minus_many_overfit": ("one_overfit", "many_overfit"),
        "many_minus_one_test": ("many_test", "one_test"),
        "many_minus_one_accuracy": ("many_accuracy", "one_accuracy"),
    },
    axes={"test_size_px": TEST_SIZES},
    data=("fashion_mnist:2000",),
)
def scale_invariant(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Train at one size or at three, and test at eight sizes and on stretched images."""
    training, test = images(seed, quick, test_images=2_000)
    model = SmallCNN("max", "spp", seed=seed)
    train(model, training.images, training.labels, seed, quick, reshape=_size_of(condition))
    unseen = torch.as_tensor(test.images)
    curve = [100 * accuracy(model, resized(unseen, size), test.labels) for size in TEST_SIZES]
    own = curve[TEST_SIZES.index(OWN_SIZE)]
    seen = 100 * accuracy(model, torch.as_tensor(training.images), training.labels)
    stretched = [100 * accuracy(model, resized(unseen, *shape), test.labels) for shape in SHAPES]
    return {
        "accuracy": curve,
        "drop": own - min(curve),
        "train": seen,
        "test": own,
        "overfit": seen - own,
        "stretched": float(np.mean(stretched)),
    }


def _converges(m: Metrics) -> str:
    lower = [above(m, key) for key in ("one_minus_many_area", "one_minus_many_own_area")]
    if all(lower):
        return "confirmed"
    return "qualified" if any(lower) else "contradicted"


@claim(
    "C17",
    section="4",
    chapter="multi_size",
    title="Training at many sizes converges more easily",
    statement="Training with images of different sizes makes the network converge more easily than at a single size.",
    rule=(
        "Equal steps at one size (28 px) and at 20, 28 and 40 px in turn; every 16 steps the loss on 500 unseen "
        "images, averaged over these three sizes, and at 28 px alone. Confirmed if its mean over the training is lower "
        "with many sizes in both ways, qualified if in one, contradicted if in none (95 % intervals of the "
        "differences)."
    ),
    rule_changes=(
        ALTERNATION,
        "The rule was changed after its first seed: it had looked at the mean over the three sizes alone, which "
        "rewards having trained at these sizes and not convergence. Now 28 px, which both networks train at, counts as "
        "well.",
    ),
    decide=_converges,
    shown=(
        Shown("one_area", "mean unseen loss over the training, one size", "nats", 3),
        Shown("many_area", "… three sizes", "nats", 3),
        Shown("one_minus_many_area", "mean unseen loss, one − three sizes", "nats", 3),
        Shown("one_steps", "steps to a loss of 0.6 at 28 px, one size", digits=0),
        Shown("many_steps", "… three sizes", digits=0),
        Shown("one_minus_many_own_area", "mean loss at 28 px alone, one − three", "nats", 3),
    ),
    key_figure="one_minus_many_area",
    finding=lambda m: (
        f"Averaged over the three sizes, the unseen loss during training is {m['many_area']['mean']:.3f} with many "
        f"sizes and {m['one_area']['mean']:.3f} with one. At 28 px, the size that the other network knows, the "
        f"difference is {m['one_minus_many_own_area']['mean']:+.3f}: a loss of 0.6 takes {m['one_steps']['mean']:.0f} "
        f"steps with one size and {m['many_steps']['mean']:.0f} with many."
    ),
    literature=(
        "Contradicted by the paper itself: it reports that training at many sizes converges just as training at one "
        "size does, at a similar rate. The gain that it reports is one of accuracy."
    ),
    caveat=CAVEAT + " Losses over three sizes favour the network that trains on them; those at 28 px alone, the other.",
    conditions=tuple(TRAINING_SIZES),
    contrasts={
        "one_minus_many_area": ("one_area", "many_area"),
        "one_minus_many_own_area": ("one_own_area", "many_own_area"),
        "one_minus_many_steps": ("one_steps", "many_steps"),
    },
    axes={"step": [LOSS_EVERY * place for place in range(24)]},
    data=("fashion_mnist:500",),
)
def converges(seed: int, condition: str, quick: bool) -> dict[str, Any]:
    """Train at one size or at three, and watch the loss on unseen images."""
    training, test = images(seed, quick, test_images=500)
    unseen = torch.as_tensor(test.images)
    model = SmallCNN("max", "spp", seed=seed)
    table: list[list[float]] = []

    def watch(step: int, loss: float) -> None:
        if step % LOSS_EVERY == 0:
            table.append([mean_loss(model, resized(unseen, size), test.labels) for size in TRAINING_SIZES["many"]])
            model.train()

    train(model, training.images, training.labels, seed, quick, reshape=_size_of(condition), watch=watch)
    losses = np.array(table)
    own = losses[:, TRAINING_SIZES["many"].index(OWN_SIZE)]
    reached = np.flatnonzero(own < LOSS_BAR)
    return {
        "loss": losses.mean(1).tolist(),
        "own_loss": own.tolist(),
        "area": float(losses.mean()),
        "own_area": float(own.mean()),
        "steps": float(LOSS_EVERY * (reached[0] if len(reached) else len(own))),
    }
