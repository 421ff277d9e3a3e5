"""What `make test` runs once the book is built: the tools that tests need, the lint, all tests in one pytest run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is ours to do: as root, on a machine with apt."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    return subprocess.run(["apt-get", "install", "-y", "-q", *packages], check=False, **quiet).returncode == 0


def need_browser() -> None:
    """Chromium on the PATH, or Playwright's own, or Debian's package; otherwise say how to get one."""
    if any(map(shutil.which, CHROMIUM)):
        return
    fetched = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False, capture_output=True
    )
    if fetched.returncode == 0 or apt_install("chromium"):
        return
    sys.exit(
        "The browser tests need Chromium and none could be installed. On Debian: sudo apt-get install chromium. "
        "Elsewhere: .venv/bin/python -m playwright install chromium."
    )


def need_sandbox() -> None:
    """Bubblewrap, in which the grader runs students' code; without it the sandbox tests say why they can't run."""
    if not shutil.which("bwrap") and not apt_install("bubblewrap"):
        print("note: no bubblewrap, so the sandbox tests are skipped. On Debian: sudo apt-get install bubblewrap.")


def main() -> None:
    need_browser()
    need_sandbox()
    npm = shutil.which("npm") or str(ROOT / ".venv" / "bin" / "npm")
    for check in (
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [sys.executable, "-m", "mypy"],
        [npm, "run", "--silent", "lint"],
    ):
        if subprocess.run(check, cwd=ROOT, check=False).returncode:
            sys.exit(f"failed: {' '.join(check)}")
    workers = str(min(4, os.cpu_count() or 1))
    tests = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        workers,
        "--dist",
        "loadfile",
        "--durations",
        "15",
        *sys.argv[1:],
    ]
    failed = subprocess.run(tests, cwd=ROOT, check=False).returncode
    if failed:
        sys.exit(failed)
    # The stored verdicts must still follow from the code: each claim runs again in a small form.
    sys.exit(
        subprocess.run(
            [Path(sys.executable).with_name("poolcourse"), "evidence", "check"], cwd=ROOT, check=False
        ).returncode
    )


if __name__ == "__main__":
    main()
