"""Tell the JupyterLab of this environment that a double click opens a .md chapter as a notebook."""

import json
import sys
from pathlib import Path

SETTINGS = {"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}}}


def main() -> None:
    # Inside the environment, so that nobody's own JupyterLab changes.
    path = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(SETTINGS, indent=2))


if __name__ == "__main__":
    main()
