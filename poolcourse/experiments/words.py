"""A record in words: the box that a chapter shows, the ledger, and single numbers."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from poolcourse.data.records import evidence, stored_claims
from poolcourse.errors import DataError

__all__ = ["Box", "ledger", "made_of", "number", "verdict"]

SIGNS = {"confirmed": "✔", "qualified": "◐", "contradicted": "✘"}
BORDERS = {"confirmed": "#009E73", "qualified": "#E69F00", "contradicted": "#D55E00"}  # beside the sign and the word


class Box:
    """Something to show: HTML on a page and in a notebook, Markdown elsewhere."""

    def __init__(self, html: str, markdown: str) -> None:
        self.html, self.markdown = html, markdown

    def _repr_html_(self) -> str:
        return self.html

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return self.markdown


def number(record: Mapping[str, Any], key: str, digits: int | None = None, interval: bool = True) -> str:
    """One metric in words.

    Parameters
    ----------
    record : dict
        As `evidence` returns it.
    key : str
        Of the record's metrics, a single number.
    digits : int, optional
        After the point. Default: as the record shows it, else 1.
    interval : bool
        Add the 95 % confidence interval, where there is more than one seed.

    Returns
    -------
    str, for example "84.2 % (83.6 to 84.8)"

    Raises
    ------
    DataError
        If there is no such metric, or it is a list.

    Examples
    --------
    >>> record = {"metrics": {"a": {"mean": 84.25, "low": 83.61, "high": 84.89, "n": 5}}, "shown": []}
    >>> number(record, "a")
    '84.2 (83.6 to 84.9)'
    """
    metric = record["metrics"].get(key)
    if metric is None or isinstance(metric["mean"], list):
        raise DataError(
            f"expected the key of a single number, got {key!r}. The record has "
            f"{', '.join(k for k, v in record['metrics'].items() if not isinstance(v['mean'], list))}."
        )
    plain: dict[str, Any] = {"unit": "", "digits": 1}
    shown = next((shown for shown in record["shown"] if shown["key"] == key), plain)
    places = shown["digits"] if digits is None else digits
    unit = str(shown["unit"])
    unit = unit if unit in ("", "×") else f" {unit}"
    text = _format(metric["mean"], places) + unit
    if interval and metric["n"] > 1:
        text += f" ({_format(metric['low'], places)} to {_format(metric['high'], places)})"
    return text


def _format(value: float, places: int) -> str:
    if value != 0 and abs(value) < 10**-places / 2:
        return f"{value:.0e}" if places >= 3 else f"{0:.{places}f}"
    return f"{value:,.{places}f}".replace("-", "−")


def _rows(record: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return [
        (shown["label"], number(record, shown["key"]), record["metrics"][shown["key"]]["n"])
        for shown in record["shown"]
    ]


def verdict(claim: str) -> Box:
    """What was claimed, what was measured, by which rule, with which verdict: the box at the end of a section.

    Parameters
    ----------
    claim : str
        "C01" to "C19".

    Returns
    -------
    Box: let it be the last value of a cell. All its words and numbers come from the record.
    """
    record = evidence(claim)
    word = record["verdict"]
    data = "; ".join(
        f"{part['name']}" + (f", {part['images']:,} images" if part["images"] else "") for part in record["data"]
    )
    foot = (
        f"{data}. {_seeds(record)}, {record['seconds']:,.0f} s of CPU time, torch {record['versions']['torch']}: "
        f"{record['command']}"
    )
    told = [("Claimed", record["statement"]), ("Found", record["finding"])]
    told_after = [("Published", record["literature"]), ("Caveat", record["caveat"])]
    decided = [("Rule, written before the run", record["rule"])]
    decided += [("Changed", change) for change in record["rule_changes"]]
    decided += [("Made by", foot)]
    rows = _rows(record)
    html = "".join(
        [
            f'<section class="poolcourse-verdict poolcourse-{word}" id="claim-{claim}" ',
            f'aria-label="Verdict on {claim}" style="border-left: 4px solid {BORDERS[word]}; padding-left: 1em">',
            f"<p><strong>{SIGNS[word]} {claim}: {escape(word)}</strong> · {escape(record['title'])}</p>",
            _paragraphs(told),
            '<table class="table"><thead><tr><th scope="col">Measured</th><th scope="col">Mean (95 % interval)</th>',
            '<th scope="col">Runs</th></tr></thead><tbody>',
            "".join(f"<tr><td>{escape(label)}</td><td>{escape(text)}</td><td>{n}</td></tr>" for label, text, n in rows),
            "</tbody></table>",
            _paragraphs(told_after),
            f"<details><summary>How {claim} was decided</summary>{_paragraphs(decided)}</details></section>",
        ]
    )
    markdown = "\n".join(
        [
            f"**{SIGNS[word]} {claim}: {word}** · {record['title']}\n",
            *[f"**{name}.** {text}\n" for name, text in told],
            "| Measured | Mean (95 % interval) | Runs |\n|---|---|---|",
            *[f"| {label} | {text} | {n} |" for label, text, n in rows],
            "",
            *[f"**{name}.** {text}\n" for name, text in told_after + decided],
        ]
    )
    return Box(html, markdown)


def _paragraphs(parts: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<p><strong>{escape(name)}.</strong> {escape(text)}</p>" for name, text in parts)


def _seeds(record: Mapping[str, Any]) -> str:
    seeds = len({run["seed"] for run in record["runs"]})
    return "One exact count" if seeds == 1 else f"{seeds} seeds, {len(record['runs'])} runs"


def ledger() -> Box:
    """All claims with their verdicts, key figures and links to their chapters."""
    records = [evidence(claim) for claim in stored_claims()]
    html, lines = [], ["| Claim | Verdict and key figure |", "|---|---|"]
    for record in records:
        label, text, _ = _key_figure(record)
        link = f"{record['chapter']}.html#claim-{record['claim']}"
        name, sign = f"{record['claim']}, § {record['section']}", f"{SIGNS[record['verdict']]} {record['verdict']}"
        html.append(
            f'<tr><td><a href="{link}">{name}</a><br>{escape(record["statement"])}</td>'
            f"<td><strong>{sign}</strong><br>{escape(label)}: <strong>{escape(text)}</strong></td></tr>"
        )
        lines.append(f"| [{name}]({link}): {record['statement']} | {sign}; {label}: {text} |")
    heads = '<th scope="col">Claim</th><th scope="col">Verdict and key figure</th>'
    body = "".join(html)
    table = f'<table class="table poolcourse-ledger"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return Box(table, "\n".join(lines))


def _key_figure(record: Mapping[str, Any]) -> tuple[str, str, int]:
    key = record["key_figure"]
    return next(row for row, shown in zip(_rows(record), record["shown"], strict=True) if shown["key"] == key)


def made_of() -> Box:
    """Which data, versions and machine time the stored records come from."""
    records = [evidence(claim) for claim in stored_claims()]
    sets = {
        part["name"]: (part["source"], part.get("training_images_to_draw_from", part["images"]), part["sha256"])
        for record in records
        for part in record["data"]
        if "sha256" in part
    }
    rows = [
        (name, source, f"{count:,}" if count else "–", f"{sha256[:16]}…")
        for name, (source, count, sha256) in sets.items()
    ]
    minutes, runs = sum(record["seconds"] for record in records) / 60, sum(len(record["runs"]) for record in records)
    used = {f"{name} {record['versions'][name]}" for record in records for name in ("python", "torch", "numpy")}
    sentence = (
        f"{len(records)} records from {runs:,} runs, {minutes:,.0f} minutes of CPU time, one run at a time on each "
        f"core, with {', '.join(sorted(used))}."
    )
    head = ("Data", "From", "Images", "SHA-256")
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    html = f"<p>{escape(sentence)}</p>{table}"
    lines = [sentence, "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return Box(html, "\n".join(lines))
