"""What every demo shares: one module joined from our scripts, one look, a still picture for pages without scripts."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ARITHMETIC", "KIT", "Demo", "script"]

HERE = Path(__file__).parent
#: The arithmetic that all demos share; held to `poolcourse.reference` by fixtures. The order is the order of use.
ARITHMETIC = (
    "pooling.js",
    "pooling_gradients.js",
    "pooling_stochastic.js",
    "pooling_pyramid.js",
    "pooling_statistics.js",
)
#: Drawing, controls and readouts that all demos share.
KIT = ("kit.js", "kit_grid.js", "kit_picture.js")


@cache
def script(concept: str) -> str:
    """The whole module of one demo: the shared arithmetic, the shared drawing, then the demo's own file."""
    return "\n".join((HERE / name).read_text("utf-8") for name in (*ARITHMETIC, *KIT, f"{concept}.js"))


class Demo(anywidget.AnyWidget):
    """A demo that is alive without a kernel: its state is its traits, its arithmetic and drawing are scripts.

    A subclass sets `concept` (its own file is ``<concept>.js``), declares its state as traits tagged ``sync=True``,
    and gives a `picture` that stands in where scripts are off. With a kernel, the same traits reach Python:
    ``demo.kernel_size`` reads what the reader chose and setting it moves the picture.

    Raises
    ------
    traitlets.TraitError
        If a trait is set to a value outside its domain; the message names the trait and the domain.
    """

    concept: ClassVar[str] = ""
    _css = (HERE / "kit.css").read_text("utf-8")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "concept" in cls.__dict__:  # a demo itself; not the subclass that ipywidgets derives to add traits
            cls._esm = script(cls.concept)
        super().__init_subclass__(**kwargs)

    def picture(self) -> Figure:
        """A still figure of the opening state, for readers without scripts, for print and for notebook viewers."""
        raise TypeError(f"{type(self).__name__} must define picture(): a figure that stands in where scripts are off.")

    def alt(self) -> str:
        """What the still picture shows, in words."""
        return f"Still picture of the {self.concept} demo."

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        made = super()._repr_mimebundle_(**kwargs)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        file = io.BytesIO()
        figure = self.picture()
        figure.savefig(file, format="png", dpi=110, bbox_inches="tight", transparent=True)
        data = {**data, "image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": self.alt()}
        return data, metadata


class Matrix(traitlets.List):
    """A trait for a map of numbers: rows of equal length."""

    def validate(self, obj: Any, value: Any) -> Any:
        rows: list = super().validate(obj, value) or []
        lengths = {len(row) if isinstance(row, (list, tuple)) else None for row in rows}
        if not rows or None in lengths or len(lengths) > 1 or 0 in lengths:
            raise traitlets.TraitError(
                f"expected rows of equal length, such as [[1, 2], [3, 4]], for {self.name!r}; got {value!r}."
            )
        return rows
