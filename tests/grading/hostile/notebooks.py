"""Damaged notebooks: name -> (edit of a solved notebook, giving a file's content; points lost by question, or None)."""

import copy
import json


def cell(notebook, name):
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def each(change):
    def edit(notebook):
        for c in notebook["cells"]:
            change(c)
        return json.dumps(notebook)

    return edit


def on(name, change):
    def edit(notebook):
        change(notebook, cell(notebook, name))
        return json.dumps(notebook)

    return edit


def without(name):
    def edit(notebook):
        notebook["cells"].remove(cell(notebook, name))
        return json.dumps(notebook)

    return edit


def split(notebook, c):
    lines = c["source"].splitlines(keepends=True)
    second = copy.deepcopy(c) | {"id": "second-half"}
    c["source"], second["source"] = "".join(lines[:5]), "".join(lines[5:])
    notebook["cells"].insert(notebook["cells"].index(c) + 1, second)
    c["source"] += "    return None\n"
    second["source"] = lines[0] + "".join(lines[1:])


def old_format(notebook):
    cells = [c | {"input": c["source"], "language": "python"} for c in notebook["cells"]]
    for c in cells:
        del c["source"]
    return json.dumps(
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}
    )


def duplicate(notebook, c):
    notebook["cells"].append(copy.deepcopy(c) | {"id": "copy"})


def blank_copy_after(notebook, c):
    stub = 'def sum_pool(x, kernel_size, stride):\n    # YOUR CODE HERE\n    raise NotImplementedError("no answer")'
    notebook["cells"].append(copy.deepcopy(c) | {"id": "copy", "source": stub})


def helper_elsewhere(notebook, c):
    body = c["source"].replace("def sum_pool", "def my_own_sum")
    notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": body, "outputs": [], "id": "mine"})
    c["source"] = "def sum_pool(x, kernel_size, stride):\n    return my_own_sum(x, kernel_size, stride)"


def answer_in_a_new_cell(notebook, c):
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": c["source"], "outputs": [], "id": "mine"})
    c["source"] = "def sum_pool(x, kernel_size, stride):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def more_points(notebook, c):
    c["source"] = "def sum_pool(x, kernel_size, stride):\n    return x"
    cell(notebook, "sum_forward_check")["metadata"]["nbgrader"]["points"] = 1000


def own_check(notebook, c):
    c["source"] = "def sum_pool(x, kernel_size, stride):\n    return x"
    cell(notebook, "sum_forward_check")["source"] = "print('ok')"


def forged_output(notebook, c):
    c["source"] = "def sum_pool(x, kernel_size, stride):\n    return x"
    c["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ok: full points"}]


def skipped(notebook, c):
    c["source"] = "# NBVAL_SKIP\ndef sum_pool(x, kernel_size, stride):\n    return x"
    c["metadata"]["tags"] = ["nbval-skip"]


def set_key(key, value):
    def change(c):
        c[key] = value

    return change


def set_in(key, value):
    return lambda _, c: c.__setitem__(key, value)


def nested(notebook):
    return '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}"


UNGRADED = None
NOTEBOOKS = {
    "empty file": (lambda n: "", UNGRADED),
    "blanks only": (lambda n: " \n", UNGRADED),
    "cut in the middle": (lambda n: json.dumps(n)[: len(json.dumps(n)) // 2], UNGRADED),
    "not JSON": (lambda n: "# my homework", UNGRADED),
    "a list": (lambda n: "[]", UNGRADED),
    "no cells": (lambda n: '{"nbformat": 4}', UNGRADED),
    "nested without end": (nested, UNGRADED),
    "merge conflict": (lambda n: json.dumps(n, indent=1).replace('"cells"', '<<<<<<< mine\n"cells"', 1), UNGRADED),
    "bytes that aren't text": (lambda n: b"\xff\xfe" + json.dumps(n).encode("utf-16-le"), UNGRADED),
    "far too large": (lambda n: json.dumps(n) + " " * (21 << 20), UNGRADED),
    "byte order mark": (lambda n: b"\xef\xbb\xbf" + json.dumps(n).encode(), {}),
    "old format": (old_format, {}),
    "no metadata at all": (each(set_key("metadata", {})), {}),
    "no metadata, no ids": (each(lambda c: (c.__setitem__("metadata", {}), c.pop("id"))), {}),
    "metadata of the wrong kind": (each(set_key("metadata", "none")), {}),
    "cells that are no cells": (lambda n: json.dumps(n | {"cells": [1, None, *n["cells"], "x", []]}), {}),
    "sources as lists": (each(lambda c: c.__setitem__("source", c["source"].splitlines(keepends=True))), {}),
    "outputs that are no outputs": (each(set_key("outputs", "none")), {}),
    "answer as markdown": (on("sum_forward", set_in("cell_type", "markdown")), {}),
    "answer as raw text": (on("sum_forward", set_in("cell_type", "raw")), {}),
    "answer deleted": (without("sum_forward"), {"sum_forward": 1}),
    "answer that is a number": (on("sum_forward", set_in("source", 5)), {"sum_forward": 1}),
    "answer in another language": (on("sum_forward", set_in("source", "%%bash\nrm -rf /")), {"sum_forward": 1}),
    "answer twice": (on("sum_forward", duplicate), {}),
    "blank copy after it": (on("sum_forward", blank_copy_after), {}),
    "answer split": (on("max_forward", split), {}),
    "answer in a new cell": (on("sum_forward", answer_in_a_new_cell), {}),
    "helper in a new cell": (on("sum_forward", helper_elsewhere), {"sum_forward": 1}),
    "check deleted": (without("sum_forward_check"), {}),
    "given cell deleted": (without("given_1"), {}),
    "cells in reverse": (lambda n: json.dumps(n | {"cells": n["cells"][::-1]}), {}),
    "check edited": (on("sum_forward", own_check), {"sum_forward": 1}),
    "points edited": (on("sum_forward", more_points), {"sum_forward": 1}),
    "output forged": (on("sum_forward", forged_output), {"sum_forward": 1}),
    "skip mark": (on("sum_forward", skipped), {"sum_forward": 1}),
    "kernel of another language": (lambda n: json.dumps(n | {"metadata": {"kernelspec": {"name": "sh"}}}), {}),
}
