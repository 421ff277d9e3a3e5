"""A chapter in a live JupyterLab: its cells run, its demos show, and what the reader does arrives in Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab over one chapter as downloaded from the built site, its demos given names."""
    folder = tmp_path_factory.mktemp("lab")
    book = nbformat.read(ROOT / "book/_build/html/_sources/local.ipynb", as_version=4)
    for cell in book.cells:
        cell.source = cell.source.replace("\nWindowsDemo()", "\ndemo = WindowsDemo()\ndemo")
        cell.source = cell.source.replace("\nPhotoDemo()", "\nphoto_demo = PhotoDemo()\nphoto_demo")
    nbformat.write(book, folder / "local.ipynb")
    shutil.copyfile(ROOT / "book/local.md", folder / "chapter.md")
    home = tmp_path_factory.mktemp("home")
    port, token = free_port(), "poolcourse-test"
    arguments = [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Cells out of sight are taken off the page otherwise, demos included.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    arguments.append(f"--LabApp.user_settings_dir={home / 'settings'}")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--LabApp.news_url=", *arguments]
    server = subprocess.Popen(
        [*command, "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env={**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token={token}", timeout=2)
            break
        except OSError:
            time.sleep(0.5)
    else:
        server.kill()
        pytest.fail("JupyterLab did not answer within two minutes")
    yield address, token, home / "runtime"
    server.terminate()
    server.wait(20)


def kernel_says(address: str, token: str, runtime: Path, code: str) -> str:
    """Run code in the chapter's own kernel and return what it prints."""
    from jupyter_client import BlockingKernelClient

    with urllib.request.urlopen(f"{address}/api/kernels?token={token}", timeout=10) as answer:
        kernel = json.load(answer)[0]["id"]
    client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{kernel}.json"))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    text: list[str] = []
    client.execute_interactive(
        code, timeout=60, output_hook=lambda m: text.append(m["content"].get("text", "")), store_history=False
    )
    client.stop_channels()
    return "".join(text).strip()


@pytest.fixture(scope="module")
def chapter(lab, browser):
    """The chapter, open in the browser and run from top to bottom."""
    address, token, _ = lab
    page = browser.new_context(viewport={"width": 1400, "height": 3000}).new_page()
    page.goto(f"{address}/lab/tree/local.ipynb?token={token}")
    page.locator(".jp-Notebook").first.wait_for(timeout=90_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").first.wait_for(timeout=90_000)
    page.get_by_role("menuitem", name="Run", exact=True).first.click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).first.click()
    return page


@pytest.mark.parametrize(
    ("concept", "label", "key", "trait"),
    [
        ("windows", "Kernel, cells", "ArrowDown", "demo.kernel_size"),
        ("photo", "Kernel, pixels", "ArrowRight", "photo_demo.kernel_size"),
    ],
)
def test_what_the_reader_sets_arrives_in_python_and_back(lab, chapter, concept, label, key, trait):
    demo = chapter.locator(f'section[data-demo="{concept}"]').first
    demo.locator("output[data-readout]").wait_for(timeout=90_000)
    chapter.wait_for_function("c => document.querySelector(`[data-demo=${c}] output`).textContent", arg=concept)
    before = int(kernel_says(*lab, f"print({trait})"))
    control = demo.get_by_label(label)
    control.focus()
    chapter.keyboard.press(key)
    expected = before + (1 if key == "ArrowRight" else -1)
    for _ in range(50):
        if kernel_says(*lab, f"print({trait})") == str(expected):
            break
        time.sleep(0.1)
    assert kernel_says(*lab, f"print({trait})") == str(expected)
    kernel_says(*lab, f"{trait} = 4")
    chapter.wait_for_function(
        "c => /[Kk]ernel 4|\\(4 − 1\\)/.test(document.querySelector(`[data-demo=${c}] output`).textContent)",
        arg=concept,
    )


def test_the_chapter_ran_from_top_to_bottom(lab, chapter):
    chapter.wait_for_function(
        "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'", timeout=120_000
    )
    assert chapter.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
    prompts = chapter.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert prompts
    assert all(re.search(r"\[\d+\]", prompt) for prompt in prompts), prompts


def test_a_double_click_opens_a_chapter_as_a_notebook(lab, browser):
    address, token, _ = lab
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(f"{address}/lab?token={token}")
    item = page.locator(".jp-DirListing-item", has_text="chapter.md")
    item.wait_for(timeout=90_000)
    item.dblclick()
    page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for(state="attached", timeout=60_000)
