import json
import subprocess
import sys

import pytest

from poolcourse.data.records import KEYS, write_json
from poolcourse.errors import DataError
from poolcourse.experiments import evidence, ledger, number, records_folder, stored_claims, verdict


@pytest.fixture
def folder(tmp_path, monkeypatch, record):
    monkeypatch.setenv("POOLCOURSE_EVIDENCE", str(tmp_path))
    write_json(tmp_path / "C99.json", record)
    return tmp_path


def test_a_record_comes_back_as_it_was_written(folder, record):
    assert evidence("C99") == json.loads(json.dumps(record))
    assert stored_claims() == ["C99"]


def test_a_missing_record_names_the_command_that_makes_it(folder):
    with pytest.raises(DataError, match="poolcourse evidence run C05"):
        evidence("C05")


@pytest.mark.parametrize("content", ["{", "{}"])
def test_a_damaged_record_is_refused(folder, content):
    (folder / "C99.json").write_text(content)
    with pytest.raises(DataError, match=r"C99\.json"):
        evidence("C99")


def test_records_are_found_from_a_folder_of_the_book(tmp_path, monkeypatch):
    monkeypatch.delenv("POOLCOURSE_EVIDENCE", raising=False)
    monkeypatch.setattr("poolcourse.data.records.__file__", str(tmp_path / "lib" / "a" / "b" / "records.py"))
    (tmp_path / "course" / "book" / "evidence").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "course" / "book")
    assert records_folder() == tmp_path / "course" / "book" / "evidence"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="POOLCOURSE_EVIDENCE"):
        records_folder()


def test_reading_records_imports_no_torch():
    code = "import sys, poolcourse.experiments; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_number_carries_unit_and_interval(record):
    assert number(record, "gain") == "3.0 points (3.0 to 3.0)"
    assert number(record, "pool_score", digits=2, interval=False) == "11.00 %"
    for key in ("curve", "pool_curve"):
        with pytest.raises(DataError, match="pool_score"):
            number(record, key)


def test_the_verdicts_box_has_all_that_a_reader_needs_and_escapes_it(folder, record):
    box = verdict("C99")
    for html in (box._repr_html_(), box._repr_markdown_()):
        for key in ("verdict", "title", "statement", "rule", "caveat", "literature"):
            assert record[key] in html
        assert "3.0 points (3.0 to 3.0)" in html
    assert "3.0 &lt; 4 points" in box._repr_html_()
    assert "3.0 < 4 points" in box._repr_markdown_()


def test_a_changed_rule_is_shown_with_its_reason(folder, record):
    write_json(folder / "C99.json", {**record, "rule_changes": ["The bar was in the wrong unit."]})
    assert "The bar was in the wrong unit." in verdict("C99")._repr_html_()


def test_the_ledger_has_one_row_a_claim_with_its_link(folder):
    html = ledger()._repr_html_()
    assert html.count("<tr>") == 2
    assert 'href="local.html#claim-C99"' in html
    assert "3.0 points" in html


STORED = stored_claims()


@pytest.mark.parametrize("name", STORED)
def test_a_stored_record_has_the_keys_that_were_agreed(name):
    record = evidence(name)
    assert set(KEYS) <= set(record)
    assert record["claim"] == name
    assert record["command"].startswith(f"poolcourse evidence run {name}")
    assert {"python", "torch", "numpy", "poolcourse"} <= set(record["versions"])
    assert all({"name", "images"} <= set(part) for part in record["data"])
    assert record["seconds"] >= 0


def test_all_nineteen_claims_are_stored():
    assert [f"C{number:02d}" for number in range(1, 20)] == STORED
