import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgb

from poolcourse.errors import DataError
from poolcourse.experiments import evidence, stored_claims
from poolcourse.figures import FIGURES, alt, draw, global_pool, invariance, show
from poolcourse.figures.style import COLOURS, GREY, MARKERS, NARROW, SIGNS, WIDE, dots, new_figure

STORED = stored_claims()


@pytest.fixture(scope="module")
def pictures():
    return {name: show(evidence(name)) for name in STORED}


def test_every_claim_has_a_figure():
    assert list(FIGURES) == [f"C{number:02d}" for number in range(1, 20)]


@pytest.mark.parametrize("name", STORED)
def test_a_figure_is_one_accessible_drawing_in_the_pages_text_colour(name, pictures):
    svg = pictures[name].svg()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == alt(evidence(name))
    assert "currentColor" in svg
    assert GREY not in svg
    assert "height" not in root.attrib
    ids = re.findall(r'id="([^"]+)"', svg)
    assert all(found.startswith(f"{name}-") for found in ids), "two figures of a page must not share ids"
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)


@pytest.mark.parametrize("name", STORED)
def test_the_ground_of_a_figure_is_transparent(name):
    figure = draw(evidence(name))
    assert figure.get_facecolor()[-1] == 0
    assert all(ax.get_facecolor()[-1] == 0 for ax in figure.axes)


def test_a_figure_regenerates_to_the_letter(pictures):
    name = STORED[0]
    assert show(evidence(name)).svg() == pictures[name].svg()


@pytest.mark.parametrize("name", STORED)
def test_the_alt_text_says_verdict_and_every_decisive_number(name):
    record = evidence(name)
    words = alt(record)
    assert record["verdict"] in words
    for shown in record["shown"]:
        assert f"{record['metrics'][shown['key']]['mean']:.{shown['digits']}f}" in words


def test_a_dot_stands_at_the_mean_and_its_line_spans_the_interval():
    _, (ax,) = new_figure("Test")
    dots(ax, {"a": {"mean": 3.0, "low": 2.5, "high": 3.5}}, [("a", "max", "row")], "", "")
    line, dot = ax.get_lines()[:2]
    assert list(line.get_xdata()) == [2.5, 3.5]
    assert list(dot.get_xdata()) == [3.0]
    assert to_rgb(dot.get_color()) == to_rgb(COLOURS["max"])
    assert ax.get_yticklabels()[0].get_text() == "row ▲"


def test_each_operator_has_its_own_colour_and_sign():
    assert set(COLOURS) == set(SIGNS) == set(MARKERS)
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_a_page_gets_html_and_words():
    picture = show(evidence(STORED[0]))
    bundle = picture._repr_mimebundle_()
    assert bundle["text/html"].startswith("<figure")
    assert bundle["text/html"].count("<svg") == 2, "one for the page's column, one for a phone"
    ids = re.findall(r' id="([^"]+)"', bundle["text/html"])
    assert len(ids) == len(set(ids))
    assert bundle["text/plain"] == picture.alt
    assert picture._repr_png_()[:4] == b"\x89PNG"


def test_class_activation_maps_and_cosines_have_figures_too():
    figure = global_pool.maps(evidence("C03"), "cat")
    assert len(figure.axes) == 5  # photo, three classes, scale
    assert len(invariance.cosines(evidence("C07")).axes) == 3


def test_a_record_without_figure_is_refused():
    with pytest.raises(DataError, match="C77"):
        draw({"claim": "C77"})


def words_of(figure):
    """Every text that is drawn: matplotlib also keeps labels of ticks outside an axis, which are not."""
    for ax in figure.axes:
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            ticks = zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True)
            yield from (label for label, place in ticks if min(limits) <= place <= max(limits) and label.get_text())
            yield axis.label
        yield from (ax.title, ax._left_title, *ax.texts)
        yield from ax.get_legend().get_texts() if ax.get_legend() else ()
    yield from figure.texts


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", STORED)
def test_no_word_of_a_figure_is_cut_off_or_printed_on_another(name, width):
    figure = draw(evidence(name), width)
    figure.draw_without_rendering()
    boxes = []
    for text in words_of(figure):
        if not text.get_text():
            continue
        box = text.get_window_extent()
        assert box.x0 >= -1, text.get_text()
        assert box.x1 <= figure.bbox.width + 1, text.get_text()
        boxes.append((text.get_text(), box))
    for (one, a), (other, b) in combinations(boxes, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 2 or down < 4, (one, other)
