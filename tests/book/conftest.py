"""The built site, served on a free port, and one headless Chromium for all browser tests of a worker."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book" / "_build" / "html"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is its result."""


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").exists():
        pytest.fail("the site is not built: run `make book` first (`make test` does).")
    return HTML


@pytest.fixture(scope="session")
def site(html: Path):
    """The address of the served site."""
    handler = functools.partial(QuietHandler, directory=str(html))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, the one on the PATH first."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=quiet)
        yield made
        made.close()


class Watch:
    """What a page did that a reader would not want: messages, failures, requests to elsewhere."""

    def __init__(self, page, base: str) -> None:
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.failed: list[str] = []
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda problem: self.errors.append(str(problem)))
        page.on("requestfailed", lambda request: self.failed.append(request.url))
        page.on(
            "response",
            lambda answer: self.failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )

        def gate(route) -> None:
            url = route.request.url
            if url.startswith((base, "data:", "blob:", "file:")):
                route.continue_()
            else:
                self.outside.append(url)
                route.abort()

        page.route("**/*", gate)

    def assert_quiet(self) -> None:
        assert not self.outside, f"requests to outside the site: {self.outside}"
        assert not self.failed, f"failed requests: {self.failed}"
        assert not self.errors, f"console errors: {self.errors}"


@pytest.fixture
def visit(browser, site, html):
    """Open a page as a reader: `visit("local", scheme="dark", width=360)` -> (page, watch)."""
    contexts = []

    def open_page(name: str, *, scheme: str = "light", width: int = 1280, folder: bool = False, **options):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        base = html.as_uri() if folder else site
        watch = Watch(page, base)
        page.goto(f"{base}/{name}.html" if not name.endswith(".html") and "?" not in name else f"{base}/{name}")
        page.wait_for_load_state("load")
        widgets = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
        page.wait_for_function(
            "n => [...document.querySelectorAll('output[data-readout]')].filter(o => o.textContent).length >= n",
            arg=widgets,
        )
        return page, watch

    yield open_page
    for context in contexts:
        context.close()
