import copy

import pytest

from poolcourse.experiments import evidence, stored_claims
from poolcourse.experiments.checks import check_all, follows, refreshed
from poolcourse.experiments.protocol import load_claims


def test_a_record_follows_from_its_own_runs(record, pooled_scores):
    assert follows(record, pooled_scores) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.update(verdict="contradicted"), "its runs give 'confirmed'"),
        (lambda r: r.update(verdict="plausible"), "none of confirmed"),
        (lambda r: r.update(rule="Confirmed always."), "not the code's"),
        (lambda r: r["metrics"]["gain"].update(mean=3.1), "other metrics than stored: gain"),
        (lambda r: [run["values"].update(score=0.0) for run in r["runs"]], "its runs give 'contradicted'"),
    ],
)
def test_a_record_that_was_tampered_with_is_found_out(record, pooled_scores, change, words):
    broken = copy.deepcopy(record)
    change(broken)
    assert any(words in problem for problem in follows(broken, pooled_scores))


def fresh(runs, **scores):
    changed = copy.deepcopy([run for run in runs if run["seed"] == 0])
    for run in changed:
        run["values"]["score"] = scores.get(run["condition"], run["values"]["score"])
    return changed


def test_new_runs_like_the_stored_ones_keep_the_verdict(record, pooled_scores, runs):
    assert refreshed(record, pooled_scores, fresh(runs)) == []
    assert refreshed(record, pooled_scores, fresh(runs, pool=10.2, none=7.1)) == []


def test_a_new_run_that_turns_the_verdict_fails_the_check(record, pooled_scores, runs):
    problems = refreshed(record, pooled_scores, fresh(runs, pool=6.0))
    assert any("with new runs of seed 0 the rule gives 'contradicted'" in problem for problem in problems)


def test_a_new_number_far_off_the_stored_ones_fails_the_check_even_where_the_verdict_stays(record, pooled_scores, runs):
    problems = refreshed(record, pooled_scores, fresh(runs, pool=100.0, none=97.0))
    assert len(problems) == 2
    assert "pool_score is 100" in problems[0]


def test_on_other_images_only_the_verdict_has_to_hold(record, pooled_scores, runs):
    other = {**record, "data": [{"name": "another set", "images": 7}]}
    assert refreshed(other, pooled_scores, fresh(runs, pool=100.0, none=97.0)) == []


@pytest.mark.parametrize("name", stored_claims())
def test_each_stored_verdict_follows_from_its_stored_runs(name):
    assert follows(evidence(name), load_claims()[name]) == []


def test_the_check_runs_again_and_reports_a_claim_without_record(tmp_path, monkeypatch):
    for name in ("C01", "C14"):
        (tmp_path / f"{name}.json").write_text((stored_folder() / f"{name}.json").read_text())
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    done = []
    problems = check_all(["C01", "C14", "C02"], workers=1, report=lambda *a: done.append(a[0]))
    assert problems == {"C01": [], "C14": [], "C02": ["no record"]}
    assert sorted(done) == [("C01", "all", 0), ("C14", "all", 0)]


def stored_folder():
    from poolcourse.experiments import records_folder

    return records_folder()
