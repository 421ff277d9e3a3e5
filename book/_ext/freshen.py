"""Before a build: forget the outputs of chapters whose imports or records changed, so that no page goes stale.

The build caches a chapter's outputs by its own cells. A chapter also depends on the package and on the records of the
evidence; this script keeps a fingerprint of what each chapter reaches and drops from the cache what no longer holds.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "book" / "_build"
MEMORY = BUILD / "fingerprints.json"


@cache
def files_of(module: str) -> frozenset[Path]:
    """The files of our package that importing `module` can reach, with scripts and data beside them."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists():
        return files_of(module.rpartition(".")[0]) if "." in module else frozenset()
    return frozenset({file, *(file.parent.glob("*.js") if "demos" in file.parts else []), *(file.parent.glob("*.css"))})


@cache
def imports_of(file: Path) -> frozenset[str]:
    """The modules of our package that a file imports anywhere, functions included."""
    return frozenset(modules_in(file.read_text("utf-8")))


def modules_in(code: str) -> set[str]:
    """The modules of our package that some code imports."""
    found: set[str] = set()
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return {"poolcourse"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    # demos are loaded by name: whoever imports the package's folder may reach any of them
    return {name for name in found if name.split(".")[0] == "poolcourse"}


def reached(code: str) -> set[Path]:
    """Every file of the package that some code can reach."""
    files: set[Path] = set()
    waiting = list(modules_in(code))
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for file in files_of(module):
            if file in files:
                continue
            files.add(file)
            if file.suffix == ".py":
                waiting += imports_of(file)
    demos = ROOT / "poolcourse" / "demos"
    if demos / "__init__.py" in files:
        wanted = re.findall(r"\b(\w+)Demo\b", code)
        for name in wanted:
            stem = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            for module in modules_in(f"import poolcourse.demos.{stem}") | {"poolcourse.demos.base"}:
                for file in files_of(module):
                    files.add(file)
                    if file.suffix == ".py":
                        files |= {other for found in imports_of(file) for other in files_of(found)}
        own = {f"{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}.js" for name in wanted}
        shared = re.compile(r"(pooling|kit)")
        files = {file for file in files if file.suffix != ".js" or shared.match(file.name) or file.name in own}
    return files


def fingerprint(chapter: Path) -> str:
    """A hash of everything that a chapter's outputs depend on."""
    text = chapter.read_text("utf-8")
    code = "\n".join(re.findall(r"(?ms)^```\{code-cell\}[^\n]*\n(.*?)^```", text))
    code = re.sub(r"(?m)^(:[\w-]+:.*|---.*|%.*)$", "", code)
    files = reached(code)
    if "evidence" in code or "verdict" in code or "claims" in code:
        files |= set((ROOT / "book" / "evidence").glob("*.json"))
    files.add(ROOT / "requirements.txt")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> None:
    chapters = [
        p
        for p in sorted((ROOT / "book").glob("**/*.md"))
        if "_build" not in p.parts and "kernelspec:" in p.read_text("utf-8")[:600]
    ]
    now = {str(path.relative_to(ROOT)): fingerprint(path) for path in chapters}
    before = json.loads(MEMORY.read_text()) if MEMORY.exists() else {}
    stale = [name for name, value in now.items() if name in before and before[name] != value]
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
