"""The quiz directive: a question whose every option unfolds its own answer, with no script at all.

::

    :::{quiz} How many outputs has a 2 x 2 window with stride 2 on a 5 x 5 map?
    - [ ] 9
      No: that would be ...
    - [x] 4
      Yes: ...
    :::
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class quiz_option(nodes.General, nodes.Element):
    """One option: its first paragraph is the option, the rest its answer."""


class Quiz(SphinxDirective):
    """A question and its options; wrong writing is an error that names the line."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        box = nodes.container(classes=["quiz"])
        question = nodes.paragraph(classes=["quiz-question"])
        parsed, messages = self.state.inline_text(self.arguments[0], self.lineno)
        question += [nodes.strong("", "Quiz. "), *parsed]
        box += question
        chunks = re.split(r"(?m)^- \[([ x])\] ", "\n".join(self.content))
        if chunks[0].strip() or len(chunks) < 5:
            raise self.error(
                "a quiz needs two options or more: '- [ ] option' or '- [x] option', its answer indented below"
            )
        options = list(zip(chunks[1::2], chunks[2::2], strict=True))
        if not any(mark == "x" for mark, _ in options):
            raise self.error("a quiz needs at least one right option: '- [x] option'")
        for mark, text in options:
            first, _, answer = text.partition("\n")
            answer = re.sub(r"(?m)^ {2}", "", answer).strip()
            if not answer:
                raise self.error(f"the option {first!r} has no answer of its own: write it indented below")
            option = quiz_option(right=mark == "x")
            words, more = self.state.inline_text(first.strip(), self.lineno)
            messages += more
            option += nodes.paragraph("", "", *words)
            body = nodes.container()
            self.state.nested_parse(StringList(answer.splitlines(), source=self.env.docname), self.content_offset, body)
            option += body.children
            box += option
        return [box, *messages]


def open_option(writer: Any, node: quiz_option) -> None:
    option = node.children.pop(0)
    kind = "right" if node["right"] else "wrong"
    writer.body.append(f'<details class="quiz-option quiz-{kind}"><summary>')
    for child in option.children:
        child.walkabout(writer)
    verdict = "Right." if node["right"] else "Not this one."
    writer.body.append(f'</summary><div class="quiz-answer"><p class="quiz-verdict">{verdict}</p>')


def close_option(writer: Any, node: quiz_option) -> None:
    writer.body.append("</div></details>")


def ignore(writer: Any, node: nodes.Node) -> None:
    """Builders without folding show the option and its answer one after the other."""


def setup(app: Sphinx) -> None:
    app.add_directive("quiz", Quiz)
    app.add_node(quiz_option, html=(open_option, close_option), latex=(ignore, ignore), text=(ignore, ignore))
