import json
import os
import signal
import subprocess
import sys
import time

import pytest

from poolcourse.errors import DataError
from poolcourse.experiments.protocol import load_claims
from poolcourse.experiments.provenance import fingerprint
from poolcourse.experiments.sweep import execute, sweep

sweep_module = sys.modules["poolcourse.experiments.sweep"]


def test_a_sweep_writes_the_record_of_each_claim_and_goes_on_where_it_stopped(tmp_path):
    done = []
    work, folder = tmp_path / "work", tmp_path / "records"
    options = {"seeds": 2, "work": work, "workers": 1, "quick": True, "folder": folder}
    first = sweep(["C01", "C09"], **options, report=lambda *a: done.append(a))
    assert first == ["C01", "C09"]
    assert sorted(key[:2] for key, *_ in done) == [("C01", "all"), ("C09", "all"), ("C09", "all")]
    record = json.loads((folder / "C09.json").read_text())
    assert [run["seed"] for run in record["runs"]] == [0, 1]
    assert record["command"] == "poolcourse evidence run C09 --seeds 2"

    (work / "C09" / "all-1.json").unlink()  # as if killed before its end
    done.clear()
    sweep(["C01", "C09"], **options, report=lambda *a: done.append(a))
    assert [key for key, *_ in done] == [("C09", "all", 1)]


def test_runs_of_other_code_are_run_again(tmp_path, monkeypatch):
    sweep(["C01"], work=tmp_path, workers=1, quick=True, folder=tmp_path)
    monkeypatch.setattr(sweep_module, "fingerprint", lambda claim: "changed")
    done = []
    sweep(["C01"], work=tmp_path, workers=1, quick=True, folder=tmp_path, report=lambda *a: done.append(a))
    assert len(done) == 1


def test_the_fingerprint_ignores_words_and_rules_and_sees_code(monkeypatch):
    claim = load_claims()["C04"]
    source = sys.modules["poolcourse.experiments.provenance"]
    real = source.inspect.getsource
    before = fingerprint(claim)

    def reads(old, new):
        monkeypatch.setattr(source.inspect, "getsource", lambda module: real(module).replace(old, new))
        return fingerprint(claim)

    assert reads("generalises better", "does better") == before
    assert reads("above(m, ", "below(m, ") == before
    assert reads('SmallCNN("max", condition', 'SmallCNN("sum", condition') != before
    assert reads("EPOCHS = 12", "EPOCHS = 11") != before


def test_a_killed_sweep_keeps_every_run_that_ended(tmp_path):
    code = (
        "from pathlib import Path; from poolcourse.experiments.sweep import sweep\n"
        f"if __name__ == '__main__': sweep(['C09'], seeds=40, work=Path({str(tmp_path)!r}), workers=1, "
        f"folder=Path({str(tmp_path)!r}))"
    )
    script = tmp_path / "go.py"
    script.write_text(code)
    command = [sys.executable, str(script)]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if len(list(tmp_path.glob("C09/*.json"))) >= 2:
                break
            time.sleep(0.1)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    ended = list(tmp_path.glob("C09/*.json"))
    assert 2 <= len(ended) < 40
    assert all(json.loads(path.read_text())["run"]["values"] for path in ended)
    assert not (tmp_path / "C09.json").exists()


def test_a_failing_run_is_named_and_the_others_are_kept():
    kept = []
    keys = [("C02", "nowhere", 0), ("C01", "all", 0), ("CXX", "all", 0)]
    with pytest.raises(DataError, match="2 failures") as error:
        sweep_module.compute(keys, lambda key, run: kept.append(key), workers=1, quick=True)
    assert kept == [("C01", "all", 0)]
    assert "C02 nowhere 0: PoolingError" in str(error.value)
    assert "CXX all 0: KeyError" in str(error.value)


def test_the_same_code_runs_on_a_scheduler_that_is_given(tmp_path):
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", local_directory=tmp_path) as cluster:
        written = sweep(["C01"], work=tmp_path, scheduler=cluster.scheduler_address, quick=True, folder=tmp_path)
    assert written == ["C01"]


def test_an_unknown_claim_is_refused(tmp_path):
    with pytest.raises(DataError, match="C77"):
        sweep(["C77"], work=tmp_path, folder=tmp_path)


def test_numbers_are_stored_with_six_digits_and_whole_ones_as_integers():
    run = execute("C01", "all", 0, quick=True)
    assert all(isinstance(value, int) for value in run["values"].values())
    assert set(run) == {"condition", "seed", "values", "seconds"}
