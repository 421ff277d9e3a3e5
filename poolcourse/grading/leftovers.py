"""What a grader that was killed may leave: folders that it worked in, and a sandbox that was just being made."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

from poolcourse.grading.launch import BOOT

__all__ = ["prefix", "sweep"]


def prefix() -> str:
    """How the names of this process's scratch folders begin: with its number, so that others know whose they are."""
    return f"pc-{os.getpid()}-"


def sweep() -> None:
    """Remove what graders that no longer run have left on this computer."""
    for folder in Path(tempfile.gettempdir()).glob("pc-*"):
        owner = re.match(r"pc-(\d+)-", folder.name)
        if owner and not psutil.pid_exists(int(owner.group(1))):
            shutil.rmtree(folder, ignore_errors=True)
    # A kernel is the child of its grader. One that the first process had to take in has lost it; bwrap sees to that
    # itself, but for the moment in which it starts.
    if os.getpid() == 1:
        return  # this grader is the first process itself, as in a container: its own kernels look the same
    ours = {str(BOOT), str(BOOT.with_name("zygote.py"))}
    for process in psutil.process_iter(["ppid", "cmdline"]):
        if process.info["ppid"] == 1 and ours & set(process.info["cmdline"] or []):
            with contextlib.suppress(psutil.Error):
                process.kill()
