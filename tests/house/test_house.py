"""The house: one word a concept in every place, imports down the floors, modules of a readable size."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PLACES = {
    "chapter": "book/{}.md",
    "reference": "poolcourse/reference/{}.py",
    "nn": "poolcourse/nn/{}.py",
    "demo": "poolcourse/demos/{}.js",
    "exercise": "exercises/source/{}.md",
}
# Where each concept lives beside its chapter. A new concept starts here: the tests then name what is missing.
CONCEPTS = {
    "windows": "reference nn demo exercise",
    "local": "reference nn exercise",
    "gradients": "reference demo exercise",
    "overlapping": "demo exercise",
    "stochastic": "reference nn demo exercise",
    "redundancy": "demo",
    "invariance": "demo",
    "nonlinearity": "demo",
    "noise": "demo",
    "global_pool": "reference nn demo exercise",
    "head": "demo",
    "class_activation_map": "reference nn demo",
    "pyramid": "reference nn demo exercise",
    "multi_size": "demo",
    "regions": "reference nn demo exercise",
}
FLOORS = {
    "errors": 0,
    "reference": 1,
    "nn": 2,
    "data": 2,
    "models": 3,
    "experiments": 4,
    "figures": 4,
    "demos": 4,
    "grading": 5,
    "cli": 6,
}


def modules() -> list[Path]:
    return sorted((ROOT / "poolcourse").glob("**/*.py"))


def floor_of(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "poolcourse" and len(parts) > 1 and parts[1] in FLOORS else None


def imports_of(path: Path) -> set[str]:
    """What a module imports of ours, also inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= (
                {node.module} if node.module != "poolcourse" else {f"poolcourse.{alias.name}" for alias in node.names}
            )
    return {name for name in found if name.startswith("poolcourse")}


@pytest.mark.parametrize(
    ("concept", "place"), [(c, p) for c, places in CONCEPTS.items() for p in ["chapter", *places.split()]]
)
def test_concept_is_where_its_name_says(concept, place):
    path = ROOT / PLACES[place].format(concept)
    assert path.exists(), f"{concept} has no {path.relative_to(ROOT)}"
    if place in {"reference", "nn"}:
        assert (ROOT / "tests" / place / f"test_{concept}.py").exists(), f"tests/{place}/test_{concept}.py is missing"
    if place == "exercise":
        assert (ROOT / "exercises" / f"{concept}.ipynb").exists(), f"run `poolcourse release {concept}`"


def test_every_chapter_file_is_in_the_contents_and_back():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    listed = {toc["root"], *(page["file"] for chapter in chapters for page in [chapter, *chapter.get("sections", [])])}
    book = ROOT / "book"
    found = {str(path.relative_to(book).with_suffix("")) for path in book.glob("**/*.md") if "_build" not in path.parts}
    assert listed == found


def test_every_demo_has_its_script_its_class_and_a_chapter_that_shows_it():
    from poolcourse import demos

    chapters = "\n".join(path.read_text("utf-8") for path in (ROOT / "book").glob("*.md"))
    for name in demos.__all__:
        concept = getattr(demos, name).concept
        assert (ROOT / f"poolcourse/demos/{concept}.js").exists(), f"{name} has no script"
        assert f"{name}(" in chapters, f"no chapter shows {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_the_floors(path):
    here = path.relative_to(ROOT / "poolcourse").parts[0].removesuffix(".py")
    if here not in FLOORS:
        return
    for name in imports_of(path):
        there = floor_of(name)
        if there and there != here:
            assert FLOORS[there] < FLOORS[here], (
                f"{path.relative_to(ROOT)} imports {name}: imports run down the floors, never to a sibling"
            )


def test_reference_does_not_import_torch():
    code = "import sys, poolcourse.reference; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("folder", ["poolcourse", "tests", "benchmarks", "book/_ext"])
def test_no_module_is_longer_than_a_reader_likes(folder):
    long = {
        str(path.relative_to(ROOT)): count
        for pattern in ("**/*.py", "**/*.js", "**/*.mjs")
        for path in (ROOT / folder).glob(pattern)
        if (count := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long, f"more than 300 lines: {long}"


def test_git_holds_no_build_output_and_no_path_of_one_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not [
        name for name in tracked if re.search(r"_build/|node_modules/|\.min\.js$|^book/.*\.ipynb$|\.venv/", name)
    ]
    for name in tracked:
        path = ROOT / name
        if name.startswith("tests/grading/hostile/"):
            continue  # attacks name the host's files on purpose: they try to read them
        if (
            path.suffix in {".py", ".md", ".js", ".yml", ".toml", ".json"}
            and path.exists()
            and name != "package-lock.json"
        ):
            assert not re.search(r"""(^|[\s"'`(=])/(work|home|root)/""", path.read_text("utf-8")), (
                f"{name} names a path of one machine"
            )
