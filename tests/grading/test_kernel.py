"""The kernel: what never ends is ended, what dies is noticed, what floods is cut, and nothing is left."""

import time

import psutil
import pytest

from poolcourse.grading.kernel import Fatal, Kernel
from poolcourse.grading.launch import Limits, launch_plainly
from poolcourse.grading.prewarm import WarmLauncher
from poolcourse.grading.sandbox import launch_sandboxed

WARM = WarmLauncher((), ())
LAUNCHERS = {"plain": launch_plainly, "bubblewrap": launch_sandboxed, "prewarmed": WARM}


@pytest.fixture(autouse=True, scope="module")
def _cool_down():
    yield
    WARM.stop()


@pytest.fixture(params=LAUNCHERS)
def kernel(request):
    with Kernel(LAUNCHERS[request.param], Limits(memory_mb=1024, output_bytes=1 << 20)) as running:
        running.seconds = 20.0
        yield running


def run(kernel, source):
    kernel.await_reply(kernel.execute_cell_input(source))
    text = ""
    while True:
        message = kernel.get_message("iopub")
        text += message["content"].get("text", "") if message["msg_type"] == "stream" else ""
        if message["content"].get("execution_state") == "idle":
            return kernel.reply["status"], text


def test_a_cell_gives_its_output_and_state_stays(kernel):
    assert run(kernel, "x = 2\nprint(x)") == ("ok", "2\n")
    assert run(kernel, "print(x + 1)") == ("ok", "3\n")
    assert run(kernel, "1 / 0")[0] == "error"


def test_a_hang_ends_within_its_limit_and_two_seconds(kernel):
    kernel.seconds = 1.0
    started = time.monotonic()
    with pytest.raises(Fatal, match="longer than 1 s") as caught:
        run(kernel, "while True: pass")
    assert time.monotonic() - started < 3
    assert caught.value.kind == "timeout"
    assert not kernel.is_alive()


@pytest.mark.parametrize(
    ("source", "words"), [("import os; os._exit(3)", "exit code 3"), ("import ctypes; ctypes.string_at(0)", "SIGSEGV")]
)
def test_a_dead_kernel_is_known_within_two_seconds(kernel, source, words):
    started = time.monotonic()
    with pytest.raises(Fatal, match=words) as caught:
        run(kernel, source)
    assert time.monotonic() - started < 2
    assert caught.value.kind == "dead"


@pytest.mark.parametrize("source", ["print('x' * 30_000_000)", "while True: print('x' * 1000)"])
def test_output_without_measure_is_cut(kernel, source):
    with pytest.raises(Fatal) as caught:
        run(kernel, source)
    assert caught.value.kind == "output"


def test_memory_over_the_limit_fails_the_cell_and_the_next_runs(kernel):
    assert run(kernel, "x = bytearray(4 << 30)")[0] == "error"
    assert run(kernel, "print(1)") == ("ok", "1\n")


def test_a_stopped_kernel_leaves_no_process_and_no_folder():
    for launch in LAUNCHERS.values():
        with Kernel(launch) as kernel:
            folder = kernel.folder
            pid = kernel._started.process.pid
            run(kernel, "import subprocess; subprocess.Popen(['sleep', '300'])")
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        gone, alive = psutil.wait_procs(family, timeout=2)
        assert not alive
        assert gone
        assert not folder.exists()


def test_a_message_that_the_kernel_did_not_sign_is_ignored(kernel):
    forged = (
        "from jupyter_client.session import Session\nk = get_ipython().kernel\n"
        "text = {'name': 'stdout', 'text': 'forged'}\n"
        "Session(key=b'other').send(k.iopub_socket, 'stream', text, parent=k.get_parent())\n"
        "print('true')"
    )
    assert run(kernel, forged) == ("ok", "true\n")
