import pytest

from poolcourse.experiments.protocol import Claim, Shown
from poolcourse.experiments.sweep import build_record


def _measure(seed, condition, quick):
    return {"score": (10.0 if condition == "pool" else 7.0) + seed, "curve": [seed, 2.0 * seed]}


@pytest.fixture
def pooled_scores():
    """A claim whose two conditions score 10, 11, 12 and 7, 8, 9: the difference is 3 in each seed."""
    return Claim(
        id="C99",
        section="9",
        chapter="local",
        title="Pooling scores higher",
        statement="Pooling scores higher than none.",
        rule="Confirmed if the difference is above 0, contradicted otherwise.",
        decide=lambda m: "confirmed" if m["gain"]["low"] > 0 else "contradicted",
        run=_measure,
        shown=(Shown("gain", "pool − none", "points"), Shown("pool_score", "pool", "%")),
        key_figure="gain",
        finding=lambda m: f"The gain is {m['gain']['mean']:.1f} < 4 points.",
        literature="None.",
        caveat="Made up.",
        conditions=("pool", "none"),
        seeds=3,
        contrasts={"gain": ("pool_score", "none_score")},
        axes={"place": [0, 1]},
    )


@pytest.fixture
def runs():
    return [
        {"condition": condition, "seed": seed, "values": _measure(seed, condition, False), "seconds": 0.5}
        for seed in range(3)
        for condition in ("pool", "none")
    ]


@pytest.fixture
def record(pooled_scores, runs):
    return build_record(pooled_scores, runs, "poolcourse evidence run C99")
