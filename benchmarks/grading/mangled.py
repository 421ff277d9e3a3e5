"""Grade randomly mangled submissions and compare each question's points with what its answer deserves.

python benchmarks/grading/mangled.py [--number 500] [--seed 0]
"""

import argparse
import copy
import importlib.util
import json
import random
import tempfile
import time
from pathlib import Path

from poolcourse.grading.grade import grade_notebook
from poolcourse.grading.references import run_solution
from poolcourse.grading.release import solved_text
from poolcourse.grading.sources import find_exercise

WRONG = Path(__file__).parents[2] / "tests" / "grading" / "wrong_answers" / "local.py"


def is_answer(cell):
    return cell.get("metadata", {}).get("nbgrader", {}).get("solution", False)


def strip_metadata(notebook, rng):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def strip_some_metadata(notebook, rng):
    for cell in rng.sample(notebook["cells"], 5):
        cell["metadata"] = {}


def new_ids(notebook, rng):
    for cell in notebook["cells"]:
        cell["id"] = f"{rng.getrandbits(32):08x}"


def strip_both(notebook, rng):
    strip_metadata(notebook, rng)
    new_ids(notebook, rng)


def lose_the_notebooks_metadata(notebook, rng):
    notebook["metadata"] = {}


def retype(notebook, rng):
    for cell in rng.sample(notebook["cells"], 3):
        cell["cell_type"] = rng.choice(["markdown", "raw", "code"])


def delete_others(notebook, rng):
    others = [cell for cell in notebook["cells"] if not is_answer(cell)]
    for cell in rng.sample(others, min(4, len(others))):
        notebook["cells"].remove(cell)


def duplicate(notebook, rng):
    for cell in rng.sample(notebook["cells"], 3):
        place = rng.randrange(len(notebook["cells"]) + 1)
        notebook["cells"].insert(place, copy.deepcopy(cell) | {"id": f"{rng.getrandbits(32):08x}"})


def shuffle(notebook, rng):
    rng.shuffle(notebook["cells"])


def split_answer(notebook, rng):
    """As JupyterLab does it: both halves keep the metadata; at a place where both halves are whole."""
    answers = [cell for cell in notebook["cells"] if is_answer(cell)]
    if not answers:
        return
    cell = rng.choice(answers)
    half = copy.deepcopy(cell) | {"id": f"{rng.getrandbits(32):08x}"}
    half["source"], cell["source"] = cell["source"], "# my notes\nhelper = 1"
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, half)


def merge_with_check(notebook, rng):
    cells = notebook["cells"]
    places = [n for n, cell in enumerate(cells[:-1]) if is_answer(cell) and cells[n + 1]["cell_type"] == "code"]
    if places:
        place = rng.choice(places)
        cells[place]["source"] += "\n\n" + cells.pop(place + 1)["source"]


def edit_checks(notebook, rng):
    for cell in notebook["cells"]:
        if not is_answer(cell) and cell["cell_type"] == "code":
            cell["source"] = rng.choice(["print('ok')", "1 / 0", "", "exit()"])


def add_cells(notebook, rng):
    for source in ("print(1)", "import this", "%timeit 1", "# scratch", "x = np.ones(3)\nx.mean()"):
        place = rng.randrange(len(notebook["cells"]) + 1)
        cell = {
            "cell_type": "code",
            "id": f"{rng.getrandbits(32):08x}",
            "metadata": {},
            "source": source,
            "outputs": [],
        }
        notebook["cells"].insert(place, cell)


def outputs(notebook, rng):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * rng.randrange(2000)}]
            cell["execution_count"] = rng.randrange(100)


def sources_as_lists(notebook, rng):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def line_ends(notebook, rng):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", rng.choice(["\r\n", "\n"])) + rng.choice(["", "\n\n", "   "])


def comments_and_marks(notebook, rng):
    for cell in notebook["cells"]:
        if is_answer(cell):
            cell["source"] = rng.choice(["# NBVAL_SKIP\n", "# mine\n", "#NBVAL_IGNORE_OUTPUT\n", ""]) + cell["source"]


def other_kernel(notebook, rng):
    notebook["metadata"]["kernelspec"] = {"name": rng.choice(["conda-env-x", "ir", "python2"]), "display_name": "x"}


def minor_version(notebook, rng):
    notebook["nbformat_minor"] = rng.choice([0, 2, 4, 5, 9])
    for cell in notebook["cells"]:
        cell.pop("id", None)


def rename_keys(notebook, rng):
    for cell in notebook["cells"]:
        cell["metadata"]["collapsed"] = True
        cell["metadata"]["colab"] = {"base_uri": "x"}


def blank_one(notebook, rng):
    """Not mangling alone: an answer is gone, and so are its points."""
    answers = [cell for cell in notebook["cells"] if is_answer(cell)]
    if answers:
        cell = rng.choice(answers)
        notebook["cells"].remove(cell)
        return cell["metadata"]["nbgrader"]["grade_id"]
    return None


def old_format(notebook, rng):
    for cell in notebook["cells"]:
        cell["input"] = cell.pop("source")
    notebook["worksheets"] = [{"cells": notebook.pop("cells")}]
    notebook["nbformat"] = 3


FIRST = (blank_one, split_answer, merge_with_check, comments_and_marks, edit_checks, delete_others, duplicate)
MIDDLE = (add_cells, retype, shuffle, outputs, line_ends, other_kernel, rename_keys, lose_the_notebooks_metadata)
LAST = (strip_metadata, strip_some_metadata, new_ids, strip_both, minor_version)
END = (sources_as_lists, old_format)


def submission(number, seed, exercise, wrong):
    """A mangled notebook as bytes, the points that each question deserves, and what was done."""
    rng = random.Random(f"{seed}-{number}")
    deserved = {question.id: question.points for question in exercise.questions}
    answers = {}
    for name in rng.sample(sorted(wrong), rng.randrange(3)):
        question, source, lost = wrong[name]
        if question not in answers:
            answers[question] = source
            deserved[question] -= lost
    notebook = json.loads(solved_text(exercise, answers))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    done = []
    for group, most in ((FIRST, 2), (MIDDLE, 2), (LAST, 1), (END, 1)):
        for mangle in rng.sample(group, rng.randint(0, most)):
            gone = mangle(notebook, rng)
            done.append(mangle.__name__)
            if gone:
                deserved[gone] = 0
    data = json.dumps(notebook, indent=rng.choice([None, 1])).encode()
    if rng.random() < 0.02:
        data, done = data[: rng.randrange(1, len(data) - 1)], ["cut"]
    elif rng.random() < 0.05:
        data = b"\xef\xbb\xbf" + data
    return data, deserved, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    spec = importlib.util.spec_from_file_location("wrong_local", WRONG)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    exercise = find_exercise("local")
    references = run_solution(exercise, options.seed).outputs
    graded = wrong = 0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.number):
            data, deserved, done = submission(number, options.seed, exercise, module.WRONG)
            path = Path(folder) / "local.ipynb"
            path.write_bytes(data)
            result = grade_notebook(path, exercise, seed=options.seed, references=lambda: references)
            if result.status != "graded":
                print(f"{number}: not graded ({', '.join(done)}): {result.problem}")
                continue
            graded += 1
            points = {question.id: question.points for question in result.questions}
            if points != deserved:
                wrong += 1
                odd = {name: (points[name], deserved[name]) for name in points if points[name] != deserved[name]}
                print(f"{number}: got, deserved {odd} ({', '.join(done)})", flush=True)
    share = 100 * graded / options.number
    print(f"{graded} of {options.number} graded without help ({share:.1f} %), {wrong} wrong scores, ", end="")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
