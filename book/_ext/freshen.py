"""Before a build: forget the outputs of chapters whose imports or records changed, so that no page goes stale.

The build caches a chapter's outputs by its own cells. A chapter also depends on the package and on the records of the
evidence; this script keeps a fingerprint of what each chapter reaches and drops from the cache what no longer holds.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
from functools import cache
from pathlib import Path

import jupytext

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "book" / "_build"
MEMORY = BUILD / "fingerprints.json"


@cache
def files_of(module: str) -> frozenset[Path]:
    """The file of one of our modules, and the scripts and data that it reads."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists():  # a name in a module, such as a function
        return files_of(module.rpartition(".")[0]) if "." in module else frozenset()
    beside = {other for other in file.parent.glob(f"{file.stem}.*") if other.suffix != ".pyc"}
    if module == "poolcourse.demos.base":
        beside |= {other for name in ("pooling*.js", "kit*.js", "kit.css") for other in file.parent.glob(name)}
    if module.startswith("poolcourse.data"):
        beside |= {other for other in file.parent.iterdir() if other.suffix in {".npz", ".txt"}}
    return frozenset({file, *beside})


@cache
def imports_of(file: Path) -> frozenset[str]:
    """The modules of our package that a file imports anywhere, functions included."""
    return frozenset(modules_in(file.read_text("utf-8")))


def modules_in(code: str) -> set[str]:
    """The modules of our package that some code imports, and the demos that it names: those load on first use."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = {name for name in found if name.split(".")[0] == "poolcourse"}
    for name in list(ours):
        if name.startswith("poolcourse.demos.") and name.endswith("Demo"):
            words = re.findall(r"[A-Z][a-z0-9]*", name.rpartition(".")[2].removesuffix("Demo"))
            ours.add("poolcourse.demos." + "_".join(words).lower())
    return ours


def reached(code: str) -> set[Path]:
    """Every file of the package that some code can reach."""
    files: set[Path] = set()
    waiting = modules_in(code)
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        new = files_of(module) - files
        files |= new
        waiting |= {name for file in new if file.suffix == ".py" for name in imports_of(file)}
    return files


def fingerprint(chapter: Path) -> str:
    """A hash of everything that a chapter's outputs depend on."""
    cells = [cell.source for cell in jupytext.read(chapter).cells if cell.cell_type == "code"]
    code = re.sub(r"(?m)^[%!].*$", "", "\n".join(cells))
    files = reached(code)
    if "evidence" in code or "verdict" in code or "claims" in code:
        files |= set((ROOT / "book" / "evidence").glob("*.json"))
    files.add(ROOT / "requirements.txt")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def frame() -> str:
    """A hash of what every page is made with: the contents, the settings, our extension and look."""
    parts = [ROOT / "_toc.yml", ROOT / "_config.yml", ROOT / "requirements.txt"]
    parts += sorted(
        path for name in ("_ext", "assets") for path in (ROOT / "book" / name).glob("**/*") if path.is_file()
    )
    digest = hashlib.sha256()
    for path in parts:
        if "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    chapters = [
        p
        for p in sorted((ROOT / "book").glob("**/*.md"))
        if "_build" not in p.parts and "kernelspec:" in p.read_text("utf-8")[:600]
    ]
    now = {str(path.relative_to(ROOT)): fingerprint(path) for path in chapters}
    before = json.loads(MEMORY.read_text()) if MEMORY.exists() else {}
    now["frame"] = frame()
    if before.get("frame") != now["frame"]:
        # Sphinx rewrites only pages whose own source changed; the side bar and the look are on all of them.
        for folder in ("html", ".doctrees"):
            shutil.rmtree(BUILD / folder, ignore_errors=True)
    stale = [name for name, value in now.items() if name in before and before[name] != value and name != "frame"]
    cache_folder = BUILD / ".jupyter_cache"
    if stale and cache_folder.exists():
        from jupyter_cache import get_cache

        records = get_cache(cache_folder)
        for name in stale:
            for record in records.list_cache_records():
                if Path(record.uri).resolve() == ROOT / name:
                    records.remove_cache(record.pk)
            (ROOT / name).touch()  # the page is read again, and its notebook with it
        print("runs again, because the package or the records changed: " + ", ".join(stale))
    BUILD.mkdir(parents=True, exist_ok=True)
    MEMORY.write_text(json.dumps(now, indent=1))


if __name__ == "__main__":
    main()
