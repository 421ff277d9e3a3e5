"""Read an answer without running it: banned calls, imports beyond the exercise's list, ways out of the notebook."""

import ast
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

__all__ = ["clean", "defined_names", "lint"]

# Ways to end, inspect or leave the notebook. The values that score are compared outside, so this list is not what
# fairness rests on: it turns what could only fail in odd ways into one clear sentence.
# fmt: off
NAMES = {
    "eval", "exec", "compile", "__import__", "globals", "locals", "getattr", "setattr", "delattr", "open", "exit",
    "quit", "breakpoint", "get_ipython", "SystemExit", "KeyboardInterrupt", "__builtins__", "__loader__", "__spec__",
}
ATTRIBUTES = {
    "sys", "os", "builtins", "modules", "ctypeslib", "ctypes", "f2py", "load", "loads", "save", "savez",
    "savez_compressed", "fromfile", "tofile", "memmap", "loadtxt", "genfromtxt", "savetxt", "DataSource", "attrgetter",
    "methodcaller", "get_type_hints", "ForwardRef", "runstring", "rundocs", "make_dataclass",
}
DUNDERS = {
    "__init__", "__name__", "__class__", "__len__", "__doc__", "__call__", "__getitem__", "__iter__", "__post_init__",
}
# fmt: on
MARKER = re.compile(r"^\s*#+\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$", re.MULTILINE)
MAGIC = re.compile(r"^(\s*)([%!].*)$", re.MULTILINE)


def clean(source: str) -> str:
    """An answer without the comments that nbval obeys and, where it isn't Python otherwise, without magics.

    >>> clean("# NBVAL_SKIP\\n%matplotlib inline\\nx = 1")
    '\\n# %matplotlib inline\\nx = 1'
    """
    source = MARKER.sub("", source)
    if _parse(source) is None:
        without = MAGIC.sub(r"\1# \2", source)
        if _parse(without) is not None:
            return without
    return source


def defined_names(source: str) -> set[str]:
    """Names that a cell defines at its top level: functions, classes, imports, variables.

    >>> sorted(defined_names("import numpy as np\\ndef f(): g = 1\\nx, y = 1, 2"))
    ['f', 'np', 'x', 'y']
    """
    tree = _parse(clean(source))
    names: set[str] = set()
    for node in tree.body if tree else []:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        else:
            names.update(
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            )
    return names


def lint(source: str, imports: Iterable[str], banned: Iterable[str] = (), given: str = "") -> list[str]:
    """What an answer uses that it must not; empty where all is well.

    Parameters
    ----------
    source : str
        The answer, already `clean`.
    imports : iterable of str
        Modules that may be imported; their submodules may too.
    banned : iterable of str
        Patterns of dotted names (`torch.nn.*Pool*`), or bare names (`max_pool2d`), which also match any attribute.
    given : str, optional
        The notebook's own cells, for the names that they import.

    Examples
    --------
    >>> lint("import torch.nn.functional as F\\ny = F.max_pool2d(x, 2)", ["torch"], ["max_pool2d"])
    ['line 2: `F.max_pool2d` is what you are asked to write yourself.']
    >>> lint("import scipy", ["numpy"])
    ['line 1: an answer may import numpy, not `scipy`.']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return [
            f"line {line}: this isn't Python ({getattr(error, 'msg', error)})." if line else f"not Python: {error}."
        ]
    visitor = _Visitor(tuple(imports), tuple(banned), _parse(given), tree)
    try:
        visitor.visit(tree)
    except RecursionError:
        visitor.found.append((0, "the code is nested too deeply to be read."))
    unique = dict.fromkeys(visitor.found)
    return [f"line {line}: {words}" if line else words for line, words in unique]


class _Visitor(ast.NodeVisitor):
    def __init__(self, imports: tuple[str, ...], banned: tuple[str, ...], given: ast.Module | None, tree: ast.Module):
        self.imports, self.banned = imports, banned
        self.aliases: dict[str, str] = {}
        self.found: list[tuple[int, str]] = []
        self.bound = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        self.bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        for module in (given, tree):
            for node in ast.walk(module) if module else []:
                self._remember(node)

    def _remember(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]
                self.aliases[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.aliases[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Assign) and (dotted := self._dotted(node.value)):
            # `pool = F.max_pool2d` and later `pool(x)` is still the banned call.
            for target in node.targets:
                if isinstance(target, ast.Name) and dotted.split(".")[0] != target.id:
                    self.aliases[target.id] = dotted

    def _say(self, node: ast.AST, words: str) -> None:
        self.found.append((getattr(node, "lineno", 0), words))

    def _dotted(self, node: ast.AST) -> str:
        """`F.max_pool2d` as `torch.nn.functional.max_pool2d`; empty for what isn't a chain of names."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            root = self._dotted(node.value)
            return f"{root}.{node.attr}" if root else ""
        return ""

    def _allowed(self, module: str) -> bool:
        return any(module == name or module.startswith(f"{name}.") for name in self.imports)

    def _check_banned(self, node: ast.AST, dotted: str, last: str) -> None:
        for pattern in self.banned:
            if fnmatchcase(dotted, pattern) or (("." not in pattern) and fnmatchcase(last, pattern)):
                self._say(node, f"`{ast.unparse(node)}` is what you are asked to write yourself.")
                return

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._check_import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level:
            self._say(node, "an answer has no package to import from with a dot.")
        for alias in node.names:
            self._check_import(node, node.module or "", alias.name)

    def _check_import(self, node: ast.AST, module: str, name: str = "") -> None:
        if not self._allowed(module):
            allowed = ", ".join(self.imports) or "nothing"
            self._say(node, f"an answer may import {allowed}, not `{module}`.")
        elif ATTRIBUTES & {*module.split("."), name} or name == "*":
            self._say(node, f"`{module}{'.' + name if name else ''}` can't be imported in an answer.")
        else:
            self._check_banned(node, f"{module}.{name}" if name else module, name or module.split(".")[-1])

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in NAMES and not (isinstance(node.ctx, ast.Store) and node.id in self.bound):
            self._say(node, f"`{node.id}` can't be used in an answer.")
        elif isinstance(node.ctx, ast.Load) and node.id not in self.bound:
            dotted = self._dotted(node)
            self._check_banned(node, dotted, dotted.split(".")[-1])

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:  # `case object(name=x)` reads an attribute too
            if name.startswith("_") or name in ATTRIBUTES:
                self._say(node, f"`{name}=` can't be used in an answer.")
            self._check_banned(node, name, name)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        hidden = node.attr.startswith("_") and node.attr not in DUNDERS and not (own and not node.attr.startswith("__"))
        if hidden or node.attr in ATTRIBUTES:
            self._say(node, f"`.{node.attr}` can't be used in an answer.")
        else:
            self._check_banned(node, self._dotted(node), node.attr)
        self.generic_visit(node)


def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
