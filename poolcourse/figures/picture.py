"""A figure on a page: an inline drawing in the page's own text colour, with its content in words."""

import io
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from poolcourse.figures.style import GREY, NARROW, RC, WIDE

__all__ = ["Picture"]


# Beside the drawing, not in the book's style sheet, so that it holds in a notebook too.
ONE_OF_TWO = """<style>.poolcourse-figure.narrow { display: none; }
@media (max-width: 600px) { .poolcourse-figure.wide { display: none; } .poolcourse-figure.narrow { display: block; } }
</style>"""


class Picture:
    """A figure and its alt text; the last value of a cell shows it.

    Parameters
    ----------
    draw : matplotlib Figure, or callable
        A callable gets the width in inches, and the page has a drawing for its column and one for a phone.
    alt : str
        What the figure shows, in words and numbers.
    name : str
        A word that tells this figure's parts from those of others on the page.
    """

    def __init__(self, draw: Figure | Callable[[float], Figure], alt: str, name: str) -> None:
        self.figure = draw if isinstance(draw, Figure) else draw(WIDE)
        self.narrow = None if isinstance(draw, Figure) else draw(NARROW)
        self.alt, self.name = alt, name

    def svg(self) -> str:
        """The drawing as one <svg> element: grey parts in the text colour of the page, ids made its own."""
        return self._svg(self.figure, self.name)

    def _svg(self, figure: Figure, name: str) -> str:
        buffer = io.StringIO()
        with plt.rc_context(RC):
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        drawing = buffer.getvalue()
        drawing = drawing[drawing.index("<svg") :]
        drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
        drawing = drawing.replace(GREY, "currentColor")
        drawing = drawing[: drawing.rindex("</svg>") + 6]
        drawing = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", drawing)
        size = re.search(r'<svg[^>]*?width="([\d.]+)pt"', drawing)
        width = round(float(size[1]) * 4 / 3) if size else 768
        label = f'role="img" aria-label="{escape(self.alt)}" style="width: 100%; max-width: {width}px; height: auto"'
        drawing = re.sub(r' height="[\d.]+pt"', "", drawing, count=1)
        return re.sub(r'<svg([^>]*?) width="[\d.]+pt"', lambda found: f"<svg {label}{found[1]}", drawing, count=1)

    def _repr_html_(self) -> str:
        if self.narrow is None:
            return f'<figure class="poolcourse-figure">{self.svg()}</figure>'
        narrow = self._svg(self.narrow, f"{self.name}-narrow")
        return (
            f'<figure class="poolcourse-figure wide">{self.svg()}</figure>'
            f'<figure class="poolcourse-figure narrow">{narrow}</figure>{ONE_OF_TWO}'
        )

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=144, metadata={"Software": None})
        return buffer.getvalue()

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        return {"text/html": self._repr_html_(), "text/plain": self.alt}
