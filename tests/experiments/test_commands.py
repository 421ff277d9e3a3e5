import json

import pytest
from typer.testing import CliRunner

from poolcourse.data.records import write_json
from poolcourse.experiments.commands import app


@pytest.fixture
def command():
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_help_names_the_three_commands(command):
    result = command("--help")
    assert result.exit_code == 0
    assert all(word in result.output for word in ("run", "show", "check"))


def test_quick_runs_never_replace_the_records(command):
    result = command("run", "C01", "--quick")
    assert result.exit_code == 2


def test_run_writes_a_record_and_prints_each_run_with_the_time_to_go(command, tmp_path):
    result = command("run", "C01", "--quick", "--folder", str(tmp_path), "--work", str(tmp_path), "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "1/1 C01 all seed 0, 0:00 to go" in result.output
    assert json.loads((tmp_path / "C01.json").read_text())["verdict"] == "qualified"


def test_show_prints_a_table_and_one_claim_in_full(command, tmp_path, monkeypatch, record):
    write_json(tmp_path / "C99.json", record)
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    assert "confirmed" in command("show").output
    assert "Made up." in command("show", "C99").output


def test_what_could_not_be_done_exits_2(command, tmp_path, monkeypatch):
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    assert command("show", "C05").exit_code == 2
    assert command("run", "C77").exit_code == 2


def test_check_exits_1_where_a_verdict_no_longer_follows(command, tmp_path, monkeypatch):
    arguments = ("--quick", "--folder", str(tmp_path), "--work", str(tmp_path), "--workers", "1")
    assert command("run", "C01", *arguments).exit_code == 0
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    assert command("check", "C01", "--stored-only").exit_code == 0
    stored = json.loads((tmp_path / "C01.json").read_text())
    write_json(tmp_path / "C01.json", {**stored, "verdict": "confirmed"})
    result = command("check", "C01", "--stored-only")
    assert result.exit_code == 1
    assert "its runs give 'qualified', stored is 'confirmed'" in result.output
