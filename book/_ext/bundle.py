"""`make zip`: the whole site with the exercises in one file. `make pdf`: every page, in order, as one printable PDF."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
HTML = ROOT / "book" / "_build" / "html"
DIST = ROOT / "dist"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A page that takes no more room than paper has: no navigation, every answer unfolded.
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"


def make_zip() -> Path:
    """The site under site/, the students' notebooks under exercises/, with a note on where to start."""
    target = DIST / "poolcourse.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(HTML.glob("**/*")):
            if path.is_file():
                bundle.write(path, Path("poolcourse/site") / path.relative_to(HTML))
        for path in sorted((ROOT / "exercises").glob("*.ipynb")):
            bundle.write(path, Path("poolcourse/exercises") / path.name)
        bundle.writestr("poolcourse/README.txt", "Open site/index.html in a browser; no network is needed.\n")
    return target


def make_pdf() -> Path:
    """Print each page with headless Chromium and join them, with an outline of the chapters."""
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader, PdfWriter

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    book = PdfWriter()
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")

        def add(name: str) -> tuple[str, int]:
            page.goto((HTML / f"{name}.html").as_uri())
            page.wait_for_load_state("networkidle")
            page.evaluate(UNFOLD)
            paper = page.pdf(format="A4", scale=0.75, margin=dict.fromkeys(("top", "bottom", "left", "right"), "16mm"))
            first = len(book.pages)
            book.append(PdfReader(io.BytesIO(paper)), import_outline=False)
            title = page.locator("main h1").first.evaluate("e => e.firstChild.textContent.trim()")
            return title, first

        # The outline comes last: an entry can name only a page that is there.
        outline = [(None, [(*add(toc["root"]), [])])]
        for part in toc["parts"]:
            chapters = [
                (*add(chapter["file"]), [add(below["file"]) for below in chapter.get("sections", [])])
                for chapter in part["chapters"]
            ]
            outline.append((part["caption"], chapters))
        browser.close()
    for caption, chapters in outline:
        part = caption and book.add_outline_item(title=caption, page_number=chapters[0][1])
        for title, first, below in chapters:
            chapter = book.add_outline_item(title=title, page_number=first, parent=part)
            for title_below, first_below in below:
                book.add_outline_item(title=title_below, page_number=first_below, parent=chapter)
    book.add_metadata({"/Title": "poolcourse", "/Author": "the poolcourse authors"})
    target = DIST / "poolcourse.pdf"
    book.write(target)
    return target


def main() -> None:
    DIST.mkdir(exist_ok=True)
    target = {"zip": make_zip, "pdf": make_pdf}[sys.argv[1]]()
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
