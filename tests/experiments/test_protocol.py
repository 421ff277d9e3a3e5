import dataclasses
import re

import numpy as np
import pytest
from scipy import stats

from poolcourse.errors import DataError
from poolcourse.experiments.protocol import above, below, load_claims, plan, summarise

CLAIMS = load_claims()


def test_the_nineteen_claims_of_the_source_document_are_there():
    assert list(CLAIMS) == [f"C{number:02d}" for number in range(1, 20)]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_says_its_section_rule_caveat_and_what_is_published(claim):
    assert claim.section in ("1", "2", "3A", "3B", "4")
    for text in (claim.title, claim.statement, claim.rule, claim.literature, claim.caveat):
        assert len(text) > 20
        assert text == text.strip()
    words = re.findall(r"confirmed|contradicted|qualified", claim.rule.lower())
    assert set(words) == {"confirmed", "qualified", "contradicted"}, "a rule says when each verdict falls"
    assert claim.key_figure in {shown.key for shown in claim.shown}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_that_trains_or_draws_has_at_least_five_seeds(claim):
    assert claim.seeds >= 5 or claim.seeds == 1
    if claim.seeds == 1:
        assert not any(name.startswith("fashion_mnist") for name in claim.data), "training needs seeds"


def test_mean_and_interval_are_students_over_the_seeds(pooled_scores, runs):
    metrics = summarise(pooled_scores, runs)
    expected = stats.ttest_1samp([10, 11, 12], 0).confidence_interval(0.95)
    assert metrics["pool_score"]["mean"] == 11
    assert metrics["pool_score"]["low"] == pytest.approx(expected.low)
    assert metrics["pool_score"]["high"] == pytest.approx(expected.high)
    assert metrics["pool_score"]["n"] == 3
    np.testing.assert_allclose(metrics["none_curve"]["mean"], [1, 2])


def test_a_contrast_pairs_the_conditions_of_one_seed(pooled_scores, runs):
    gain = summarise(pooled_scores, runs)["gain"]
    assert (gain["mean"], gain["low"], gain["high"]) == (3, 3, 3)  # each seed's own difference, so no spread


def test_one_seed_has_no_interval(pooled_scores, runs):
    metric = summarise(pooled_scores, runs[:2])["pool_score"]
    assert metric == {"mean": 10, "low": 10, "high": 10, "n": 1}


def test_a_condition_without_runs_is_refused(pooled_scores, runs):
    with pytest.raises(DataError, match="none of none"):
        summarise(pooled_scores, [run for run in runs if run["condition"] == "pool"])


def test_the_plan_has_every_condition_in_every_seed_and_few_where_few_are_wanted(pooled_scores):
    assert sorted(plan(pooled_scores)) == sorted((c, s) for c in ("pool", "none") for s in range(3))
    assert len(plan(pooled_scores, seeds=7)) == 14
    few = dataclasses.replace(pooled_scores, few={"none": 1})
    assert sorted(plan(few)) == [("none", 0), ("pool", 0), ("pool", 1), ("pool", 2)]
    exact = dataclasses.replace(pooled_scores, seeds=1)
    assert len(plan(exact, seeds=7)) == 2, "an exact count is not repeated"


def test_above_and_below_ask_for_the_whole_interval():
    metrics = {"a": {"mean": 1.0, "low": -0.1, "high": 2.1, "n": 5}}
    assert not above(metrics, "a")
    assert above(metrics, "a", -0.2)
    assert not below(metrics, "a", 2.0)
    assert below(metrics, "a", 2.2)
