"""The lint: what an answer may not use, by whatever name; and what it must not mistake for it."""

import pytest

from poolcourse.grading.lint import clean, defined_names, lint

NUMPY = ("math", "numpy")
TORCH = ("torch",)


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "import numpy as np, os",
        "from os import path",
        "from . import secrets",
        "from numpy import f2py",
        "import numpy.ctypeslib",
        "from numpy import *",
        "def f():\n    import scipy",
        "eval('1')",
        "x = exec",
        "open('f')",
        "exit()",
        "raise SystemExit",
        "getattr(np, 'max')",
        "__import__('os')",
        "get_ipython().kernel",
        "().__class__.__base__",
        "f.__globals__",
        "np.lib.sys",
        "np._core",
        "np.load('x')",
        "match x:\n    case object(__globals__=g):\n        pass",
        "f'{open(1)}'",
        "lambda: globals()",
        "x = 1 +",
        "\x00",
        "(" * 500 + ")" * 500,
    ],
)
def test_a_way_out_of_the_notebook_is_found(source):
    assert lint(source, NUMPY)


@pytest.mark.parametrize(
    "source",
    [
        "import torch.nn.functional as F\nF.max_pool2d(x, 2)",
        "from torch.nn.functional import max_pool2d as other\nother(x, 2)",
        "import torch\npool = torch.max_pool2d\npool(x, 2)",
        "import torch\ntorch.nn.functional.max_pool2d",
        "x.max_pool2d(2)",
        "import torch\ntorch.nn.MaxPool2d(2)",
        "from torch import nn\nclass N(nn.MaxPool2d):\n    pass",
    ],
)
def test_a_banned_call_is_found_by_whatever_name(source):
    found = lint(source, TORCH, ["max_pool2d", "torch.nn.*Pool*"])
    assert found
    assert all("asked to write yourself" in words for words in found)


def test_a_banned_call_is_found_through_the_notebooks_own_imports():
    assert lint(
        "y = G.max_pool2d(x)", TORCH, ["torch.nn.functional.max_pool2d"], given="import torch.nn.functional as G"
    )


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nfrom numpy.lib.stride_tricks import sliding_window_view\nimport math",
        "def f(input, vars=None):\n    return input",
        "class A:\n    def __init__(self):\n        self._x = 1\n    def __eq__(self, o):\n        return self._x",
        "def max_pool2d(x):\n    return max_pool2d(x[1:]) if len(x) > 1 else x",
        "x = 'eval exec __import__ max_pool2d'  # open exit",
        "y = x.max(axis=1)",
    ],
)
def test_what_an_honest_answer_uses_is_let_through(source):
    assert lint(source, NUMPY, ["max_pool2d"]) == []


def test_the_words_name_the_line_and_the_remedy():
    assert lint("x = 1\nimport torch", NUMPY) == ["line 2: an answer may import math, numpy, not `torch`."]


def test_marks_that_nbval_obeys_are_taken_out():
    assert "NBVAL" not in clean("# NBVAL_SKIP\nx = 1\n    #NBVAL_IGNORE_OUTPUT\n## NBVAL_RAISES_EXCEPTION")


def test_magics_become_comments_but_a_remainder_stays():
    assert clean("%matplotlib inline\n!ls\nx = 1") == "# %matplotlib inline\n# !ls\nx = 1"
    assert clean("x = (7\n  % 2)") == "x = (7\n  % 2)"


def test_defined_names_are_those_of_the_top_level():
    source = (
        "import a.b as c\nfrom d import e\ndef f(g): h = 1\nclass I: j = 1\nk, (l, *m) = 1, (2, 3)\nfor n in []: pass"
    )
    assert defined_names(source) == {"c", "e", "f", "I", "k", "l", "m", "n"}
    assert defined_names("def (") == set()
