"""Our one Sphinx extension: an off-line site, notebooks, quizzes, still pictures, and the fixes the theme needs."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

sys.path.insert(0, str(Path(__file__).parent))
import code_of
import exercise_page
import notebooks
import quiz

ROOT = Path(__file__).parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"


class StillPictures(SphinxPostTransform):
    """Keep the PNG of a demo beside its widget, as a picture that the page shows until the demo is alive."""

    default_priority = 3  # before MyST-NB keeps one kind of output and drops the rest

    def run(self, **kwargs: Any) -> None:
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            kinds = {child["mime_type"]: child for child in bundle.children}
            if WIDGET not in kinds or "image/png" not in kinds or self.app.builder.format != "html":
                continue
            for image in kinds["image/png"].findall(nodes.image):
                image["classes"] = ["demo-picture"]
                image["alt"] = (
                    kinds["text/plain"].astext().strip() if "text/plain" in kinds else "Still picture of the demo"
                )
            kinds[WIDGET].extend(kinds["image/png"].children)


def copy_front_end(app: Sphinx, problem: Exception | None) -> None:
    """Put the pinned front-end files into the site, so that no page asks for anything outside its own folder."""
    if problem or app.builder.format != "html":
        return
    source = ROOT / "node_modules" / "mathjax" / "es5" / "tex-svg.js"
    if not source.exists():
        raise FileNotFoundError(
            f"{source.name} is missing: run `make setup`, which fetches the pinned front-end files."
        )
    target = Path(app.outdir) / "_static" / "mathjax" / "tex-svg.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copyfile(ROOT / "node_modules" / "mathjax" / "LICENSE", target.with_name("LICENSE"))


def with_named_toggles(made: Callable[..., Any]) -> Callable[..., Any]:
    """The side bar's contents, its unfolding arrows named for those who hear the page."""

    def named(*arguments: Any, **options: Any) -> Any:
        html = made(*arguments, **options)
        return str(html).replace("<summary>", '<summary aria-label="Show the pages below">') if html else html

    return named


def mend_page(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Drop what the theme loads from elsewhere and mend what it gets wrong for screen readers."""

    def ours(script: Any) -> bool:
        inline = str(getattr(script, "attributes", {}).get("body") or "")
        name = str(getattr(script, "filename", script) or "")
        return "THEBE" not in inline and "thebe" not in name and "//" not in name

    context["script_files"] = [script for script in context.get("script_files", []) if ours(script)]
    context["css_files"] = [
        sheet for sheet in context.get("css_files", []) if "thebe" not in str(getattr(sheet, "filename", sheet))
    ]
    if "generate_toctree_html" in context:
        context["generate_toctree_html"] = with_named_toggles(context["generate_toctree_html"])
    body = context.get("body")
    if not body:
        return
    # togglebutton and sphinx-design name a summary by aria-label and hide its words from those who speak to the page
    body = re.sub(r'(<summary\b[^>]*?)\s+aria-label="[^"]*"', r"\1", body)
    # the bibliography calls itself a list, but its entries are no list items
    body = re.sub(r'(<div\b[^>]*citation-list[^>]*?)\s+role="list"', r"\1", body)
    body = re.sub(r'(<div\b)\s+role="list"([^>]*citation-list)', r"\1\2", body)
    # wide tables and code are scrolled by keyboard, so they must take the focus
    body = re.sub(r'<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">', body)
    context["body"] = body


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(StillPictures)
    app.connect("build-finished", copy_front_end)
    app.connect("html-page-context", mend_page, priority=900)
    code_of.setup(app)
    quiz.setup(app)
    exercise_page.setup(app)
    notebooks.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
