"""The command line: quick to start, and its help says all."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from poolcourse.cli import app


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom poolcourse.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([m for m in ('torch', 'nbval', 'nbformat', 'distributed', 'skimage') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", ["grade", "grade-class", "release"])
def test_each_commands_help_explains_its_options(command):
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert "Default" in done.output or "Exit codes" in done.output


def test_release_check_exits_1_when_a_notebook_differs(tmp_path):
    from poolcourse.grading.sources import exercise_root

    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "local.md").write_text((exercise_root() / "source" / "local.md").read_text())
    run = CliRunner().invoke
    assert run(app, ["release", "--check", "--exercises", str(tmp_path)]).exit_code == 1
    assert not (tmp_path / "local.ipynb").exists()
    assert run(app, ["release", "--exercises", str(tmp_path)]).exit_code == 0
    assert run(app, ["release", "--check", "--exercises", str(tmp_path)]).exit_code == 0
    data = json.loads((tmp_path / "local.ipynb").read_text())
    data["cells"][0]["source"] = "edited"
    (tmp_path / "local.ipynb").write_text(json.dumps(data))
    assert run(app, ["release", "--check", "--exercises", str(tmp_path)]).exit_code == 1


def test_a_missing_notebook_is_told_and_exits_2(tmp_path):
    done = CliRunner().invoke(app, ["grade", str(tmp_path / "none.ipynb")])
    assert done.exit_code == 2
    assert "found no such file" in " ".join(done.output.split())


def test_an_unknown_exercise_is_told_which_there_are():
    done = CliRunner().invoke(app, ["release", "nosuch", "--check"])
    assert done.exit_code == 2
    assert "local" in done.output
