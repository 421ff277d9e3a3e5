"""Does a head of global average pooling generalise better than fully connected layers? (C04)"""

from poolcourse.experiments.protocol import Metrics, Shown, above, claim
from poolcourse.experiments.training import CAVEAT, images, scores, train
from poolcourse.models import SmallCNN, parameter_count


def _generalises(m: Metrics) -> str:
    if not above(m, "fc_minus_gap_overfit"):
        return "contradicted"
    better = above(m, "gap_minus_fc_test") and above(m, "gap_minus_fc_dropout_test")
    return "confirmed" if better else "qualified"


@claim(
    "C04",
    section="2",
    chapter="head",
    title="GAP generalises better than fully connected layers",
    statement="A network that ends in global average pooling generalises better than one with fully connected layers.",
    rule=(
        "Train one network with three heads. Confirmed if GAP's gap between training and test accuracy is smaller than "
        "the fully connected head's and its test accuracy higher than that of the fully connected head with and "
        "without dropout (95 % intervals of the differences above 0); qualified if only the gap is smaller; "
        "contradicted if the gap is not smaller."
    ),
    decide=_generalises,
    shown=(
        Shown("gap_test", "test accuracy, GAP", "%"),
        Shown("fc_test", "… fully connected", "%"),
        Shown("fc_dropout_test", "… fully connected with dropout", "%"),
        Shown("gap_overfit", "training − test accuracy, GAP", "points"),
        Shown("fc_overfit", "… fully connected", "points"),
        Shown("fc_dropout_overfit", "… fully connected with dropout", "points"),
        Shown("fc_minus_gap_overfit", "how much smaller GAP's difference is than FC's", "points"),
        Shown("gap_minus_fc_test", "test accuracy, GAP − fully connected", "points"),
        Shown("gap_minus_fc_dropout_test", "… GAP − fully connected with dropout", "points"),
    ),
    key_figure="gap_minus_fc_test",
    finding=lambda m: (
        f"GAP's training accuracy is {m['gap_overfit']['mean']:.1f} points above its test accuracy, the fully "
        f"connected head's {m['fc_overfit']['mean']:.1f} points. On test images GAP reaches "
        f"{m['gap_test']['mean']:.1f} %, fully connected {m['fc_test']['mean']:.1f} %, with dropout "
        f"{m['fc_dropout_test']['mean']:.1f} %, with {m['gap_parameters']['mean']:,.0f} against "
        f"{m['fc_parameters']['mean']:,.0f} parameters."
    ),
    literature=(
        "Network in Network calls GAP a structural regulariser without parameters that could overfit. In a public "
        "benchmark on ImageNet at 128 px, average-pool heads reach .489 to .494, a fully connected head of 2,048 units "
        ".470, and one of 4,096 units .497: not always better."
    ),
    caveat=CAVEAT + " A GAP head also learns more slowly at first; the number of steps is the same for all.",
    conditions=("gap", "fc", "fc_dropout"),
    contrasts={
        "fc_minus_gap_overfit": ("fc_overfit", "gap_overfit"),
        "fc_dropout_minus_gap_overfit": ("fc_dropout_overfit", "gap_overfit"),
        "gap_minus_fc_test": ("gap_test", "fc_test"),
        "gap_minus_fc_dropout_test": ("gap_test", "fc_dropout_test"),
    },
    data=("fashion_mnist",),
)
def generalises(seed: int, condition: str, quick: bool) -> dict[str, float]:
    """Train one head, and compare what it has seen with what it hasn't."""
    training, test = images(seed, quick)
    model = SmallCNN("max", condition, seed=seed)
    train(model, training.images, training.labels, seed, quick)
    return {**scores(model, training, test), "parameters": parameter_count(model)}
