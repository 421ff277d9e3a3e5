"""No dead link: every local address and anchor of every built page exists; every chapter can be downloaded."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest


class Page(HTMLParser):
    """The addresses that a page points to, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in {"href", "src"} and value:
                self.links.append(value)
            if name in {"id", "name"} and value:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text("utf-8")) for path in html.glob("**/*.html") if "_static" not in path.parts}


def test_every_local_link_and_anchor_exists(pages, html):
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith(("data:", "javascript:")):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                dead.append(f"{path.name}: {link}")
            elif (
                parts.fragment
                and target.suffix == ".html"
                and target in pages
                and unquote(parts.fragment) not in pages[target].anchors
            ):
                dead.append(f"{path.name}: {link} (no such anchor)")
    assert not dead, dead


def test_nothing_is_loaded_from_elsewhere(pages):
    loading = ("script", "link", "img", "iframe", "source")
    for path, page in pages.items():
        text = path.read_text("utf-8")
        for tag in loading:
            for quote in (f'<{tag} src="http', f'<{tag} href="http'):
                assert quote not in text, f"{path.name} loads from elsewhere: {quote}"
        assert page.anchors


def test_every_chapter_downloads_as_a_notebook_of_plain_markdown(html):
    notebooks = sorted((html / "_sources").glob("*.ipynb"))
    assert {"local"} <= {path.stem for path in notebooks}
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                assert ":::{" not in cell.source, f"{path.name} still holds a directive: {cell.source[:200]}"
        page = (html / f"{path.stem}.html").read_text("utf-8")
        assert f"_sources/{path.name}" in page, f"{path.stem} does not offer its notebook"
