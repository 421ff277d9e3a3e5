"""Each claim's run, in its quick form: pure in its seed, complete, and decided by its rule either way."""

import math

import pytest

from poolcourse.experiments.protocol import load_claims, plan, summarise
from poolcourse.experiments.sweep import execute

CLAIMS = load_claims()


@pytest.fixture(scope="module")
def quick_runs():
    """Two seeds of every condition of a claim, made once."""
    made = {}

    def runs(name):
        if name not in made:
            made[name] = [execute(name, *run, quick=True) for run in plan(CLAIMS[name], 2)]
        return made[name]

    return runs


def flat(value):
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


@pytest.mark.slow
@pytest.mark.parametrize("name", CLAIMS)
def test_runs_give_every_number_that_the_words_and_the_rule_need(name, quick_runs):
    claim = CLAIMS[name]
    metrics = summarise(claim, quick_runs(name))
    assert claim.decide(metrics) in ("confirmed", "qualified", "contradicted")
    assert len(claim.finding(metrics)) > 40
    assert {shown.key for shown in claim.shown} <= set(metrics)
    assert set(claim.timed) <= set(metrics)
    for key, metric in metrics.items():
        assert all(math.isfinite(x) for part in ("mean", "low", "high") for x in flat(metric[part])), key


@pytest.mark.slow
@pytest.mark.parametrize("name", CLAIMS)
def test_a_run_is_pure_in_its_seed(name, quick_runs):
    claim = CLAIMS[name]
    first = quick_runs(name)[-1]
    again = execute(name, first["condition"], first["seed"], quick=True)
    prefix = "" if first["condition"] == "all" else first["condition"] + "_"
    timed = {key for key in first["values"] if prefix + key in claim.timed}
    for key in set(first["values"]) - timed:
        assert again["values"][key] == first["values"][key], key
    assert {run["condition"] for run in quick_runs(name)} == set(claim.conditions)


def interval(low, high=None):
    high = low if high is None else high
    return {"mean": (low + high) / 2, "low": low, "high": high, "n": 5}


# What would lead to each verdict, from the rule's words: (claim, metrics, verdict).
CASES = [
    ("C01", {"saved_values": interval(9), "saved_flat": interval(5), "saved_gap": interval(5)}, "confirmed"),
    ("C01", {"saved_values": interval(9), "saved_flat": interval(5), "saved_gap": interval(0)}, "qualified"),
    ("C01", {"saved_values": interval(9), "saved_flat": interval(0), "saved_gap": interval(0)}, "contradicted"),
    ("C04", {"fc_minus_gap_overfit": interval(-1, 2), "gap_minus_fc_test": interval(1, 2)}, "contradicted"),
    (
        "C04",
        {
            "fc_minus_gap_overfit": interval(1, 2),
            "gap_minus_fc_test": interval(1, 2),
            "gap_minus_fc_dropout_test": interval(-1, 2),
        },
        "qualified",
    ),
    (
        "C04",
        {
            "fc_minus_gap_overfit": interval(1, 2),
            "gap_minus_fc_test": interval(1, 2),
            "gap_minus_fc_dropout_test": interval(0.1, 2),
        },
        "confirmed",
    ),
    ("C07", {f"lite0_{f}_agreement_mean": interval(96, 99) for f in ("shift", "rotation", "scale")}, "confirmed"),
    ("C07", {f"lite0_{f}_agreement_mean": interval(60, 80) for f in ("shift", "rotation", "scale")}, "contradicted"),
    ("C07", {f"lite0_{f}_agreement_mean": interval(90, 99) for f in ("shift", "rotation", "scale")}, "qualified"),
    ("C11", {"shares_departure": interval(0.01), "weighted_minus_sampled": interval(0.5, 2)}, "qualified"),
    ("C11", {"shares_departure": interval(0.01), "weighted_minus_sampled": interval(-1, 2)}, "confirmed"),
    ("C11", {"shares_departure": interval(0.03), "weighted_minus_sampled": interval(-1, 2)}, "contradicted"),
    ("C12", {"overlapping_minus_plain_test": interval(0.1, 1), "cost_step_ratio": interval(1.1, 1.3)}, "confirmed"),
    ("C12", {"overlapping_minus_plain_test": interval(-1, 1), "cost_step_ratio": interval(1.1, 1.3)}, "qualified"),
    ("C12", {"overlapping_minus_plain_test": interval(-2, -1), "cost_step_ratio": interval(1.1, 1.3)}, "contradicted"),
    ("C14", {"adaptive_wrong": interval(0), "sliding_wrong": interval(14)}, "qualified"),
    ("C14", {"adaptive_wrong": interval(0), "sliding_wrong": interval(0)}, "confirmed"),
    ("C14", {"adaptive_wrong": interval(1), "sliding_wrong": interval(0)}, "contradicted"),
    (
        "C16",
        {"one_drop": interval(9, 12), "many_drop": interval(6, 8), "one_minus_many_drop": interval(1, 5)},
        "qualified",
    ),
    (
        "C16",
        {"one_drop": interval(9, 12), "many_drop": interval(9, 12), "one_minus_many_drop": interval(-1, 1)},
        "contradicted",
    ),
    ("C17", {"one_minus_many_area": interval(0.1, 0.2), "one_minus_many_own_area": interval(-0.2, 0.1)}, "qualified"),
    ("C17", {"one_minus_many_area": interval(-0.2, 0.1), "one_minus_many_own_area": interval(-1, 0)}, "contradicted"),
    ("C17", {"one_minus_many_area": interval(0.1, 0.2), "one_minus_many_own_area": interval(0.1, 0.2)}, "confirmed"),
    ("C19", {"boxes200_speedup": interval(20, 30), "boxes200_own_minus_other": interval(0.1, 0.2)}, "confirmed"),
    ("C19", {"boxes200_speedup": interval(4, 30), "boxes200_own_minus_other": interval(0.1, 0.2)}, "qualified"),
    ("C19", {"boxes200_speedup": interval(1, 2), "boxes200_own_minus_other": interval(-0.1, 0.2)}, "contradicted"),
]


@pytest.mark.parametrize(("name", "metrics", "verdict"), CASES)
def test_the_rule_decides_as_its_words_say(name, metrics, verdict):
    assert CLAIMS[name].decide(metrics) == verdict
