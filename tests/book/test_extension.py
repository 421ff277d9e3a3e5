"""Our Sphinx extension away from the book: quizzes, package code in pages, notebooks to download, stale pages."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXT = ROOT / "book" / "_ext"


def load(name: str):
    """A module of the book's own folder, which is no package."""
    sys.path.insert(0, str(EXT))
    try:
        spec = importlib.util.spec_from_file_location(name, EXT / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(EXT))


def build(folder: Path, page: str) -> tuple[str, str]:
    """Build one MyST page with the quiz and code-of directives; its HTML and what Sphinx said."""
    (folder / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(EXT)!r})\n"
        "extensions = ['myst_parser', 'quiz', 'code_of']\n"
        "myst_enable_extensions = ['colon_fence']\nhtml_theme = 'basic'\n"
    )
    (folder / "index.md").write_text(f"# Page\n\n{page}\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(folder), str(folder / "out")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return (folder / "out" / "index.html").read_text("utf-8"), said


def test_quiz_folds_an_answer_under_every_option(tmp_path):
    html, said = build(tmp_path, ":::{quiz} Is `1 + 1` two?\n- [ ] no\n  It is.\n- [x] yes\n  Count **again**.\n:::")
    assert said == ""
    assert html.count("<details") == 2
    assert html.count("quiz-right") == 1
    assert "Count <strong>again</strong>." in html


@pytest.mark.parametrize(
    ("quiz", "complaint"),
    [
        ("- [ ] no\n  Not so.\n- [ ] yes\n  Nor so.", "at least one right option"),
        ("- [x] yes\n  Only one.", "two options or more"),
        ("- [x] yes\n- [ ] no\n  Not so.", "has no answer of its own"),
    ],
)
def test_quiz_says_what_is_wrong_with_it(tmp_path, quiz, complaint):
    _, said = build(tmp_path, f":::{{quiz}} Why?\n{quiz}\n:::")
    assert complaint in said


def test_code_of_shows_the_package_without_its_docstring(tmp_path):
    html, said = build(tmp_path, ":::{code-of} poolcourse.reference.local.sum_pool2d\n:::")
    assert said == ""
    assert "sum_pool2d" in html
    assert "poolcourse/reference/local.py" in html
    assert "Raises" not in html


def test_code_of_names_what_is_not_there(tmp_path):
    _, said = build(tmp_path, ":::{code-of} poolcourse.reference.local.median_pool2d\n:::")
    assert "median_pool2d" in said


def test_notebook_markdown_has_no_directive_and_no_role_left():
    text = (
        "(a-label)=\n## Title\n\nSee {ref}`the exercise <exercise-local>`, {term}`window` and {doc}`local`.\n\n"
        "```{math}\n:label: x\na &= b \\\\\nc &= d\n```\n\n"
        ":::{quiz} What?\n- [x] this\n  Right.\n- [ ] that\n  Wrong.\n:::\n\n"
        ":::{dropdown} Why?\nBecause.\n:::\n\n:::{code-of} poolcourse.reference.windows.output_size\n:::\n"
    )
    plain = load("notebooks").plain_markdown(text, ROOT / "book")
    for left in (":::", "{ref}", "{term}", "{doc}", "```{", "(a-label)=", ":label:"):
        assert left not in plain
    assert "See the exercise, window and local." in plain
    assert "\\begin{aligned}" in plain
    assert plain.count("<details>") == 3
    assert "def output_size(" in plain


def test_a_chapter_is_stale_when_what_it_imports_changes_and_only_then():
    freshen = load("freshen")
    reached = {
        path.relative_to(ROOT).as_posix() for path in freshen.reached("from poolcourse.reference import max_pool2d")
    }
    assert "poolcourse/reference/local.py" in reached
    assert "poolcourse/errors.py" in reached
    assert not any(name.startswith(("poolcourse/nn/", "poolcourse/demos/")) for name in reached)
    demo = {path.name for path in freshen.reached("from poolcourse.demos import PhotoDemo\nPhotoDemo()")}
    assert {"photo.js", "photo.py", "kit.js", "kit.css", "pooling.js", "photos.py"} <= demo
    assert "stochastic.js" not in demo
