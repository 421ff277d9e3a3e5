"""The built site as a reader meets it: headless Chromium, the network blocked, every page of the contents."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [chapter for part in TOC["parts"] for chapter in part["chapters"]]
PAGES = [TOC["root"], *(page["file"] for chapter in CHAPTERS for page in [chapter, *chapter.get("sections", [])])]
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def serious(page) -> list[str]:
    """What axe-core calls serious or critical on a page, in words."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:160]} {n.get('failureSummary', '')[:200]}"
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
        for n in v["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_quiet_and_accessible(visit, name, scheme):
    page, watch = visit(name, scheme=scheme, reduced_motion="reduce")
    assert not serious(page)
    watch.assert_quiet()


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(visit, name):
    page, watch = visit(name, width=360)
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= 360 ? [] :
        [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 361).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, wide
    over = page.evaluate(
        """() => [...document.querySelectorAll('.poolcourse-demo')].filter(d => d.scrollWidth > d.clientWidth + 1).map(d => d.dataset.demo)"""
    )
    assert not over, f"demos wider than a phone: {over}"
    watch.assert_quiet()


@pytest.mark.parametrize("name", PAGES)
def test_page_works_from_a_folder(visit, name):
    _, watch = visit(name, folder=True)
    watch.assert_quiet()


@pytest.mark.parametrize("name", PAGES)
def test_pictures_load_and_say_what_they_show(visit, name):
    page, _ = visit(name)
    poor = page.evaluate(
        """() => [...document.querySelectorAll('main img')].filter(i => !i.complete || !i.naturalWidth || !i.alt.trim() || /\\.(png|svg)$/.test(i.alt))
        .map(i => i.outerHTML.slice(0, 160))"""
    )
    assert not poor


CONTROLS = ".pc-controls :is(select, input, button), .pc-row :is(select, input, button)"
# Keys that change each kind of control; the first that changes the readout is enough, as for a reader at an end of a scale.
KEYS = {
    "select": ["ArrowDown", "ArrowUp"],
    "number": ["ArrowUp", "ArrowDown"],
    "range": ["ArrowRight", "ArrowLeft"],
    "checkbox": ["Space"],
    "button": ["Enter", "Enter"],
    "text": ["1", "2"],
}


def kind_of(control) -> str:
    tag = control.evaluate("e => e.tagName.toLowerCase()")
    return control.evaluate("e => e.type") if tag == "input" else tag


@pytest.mark.parametrize("name", PAGES)
def test_every_control_changes_the_readout_by_keyboard(visit, name):
    page, watch = visit(name)
    dead = []
    for demo in page.locator("section.poolcourse-demo").all():
        readout = demo.locator("output[data-readout]")
        controls = demo.locator(CONTROLS)
        for index in range(controls.count()):
            control = controls.nth(index)
            if control.is_disabled() or not control.is_visible():
                continue
            label = control.evaluate("e => e.labels?.[0]?.textContent || e.textContent || e.getAttribute('aria-label')")
            before = readout.inner_text()
            for key in KEYS[kind_of(control)]:
                control.focus()
                page.keyboard.press(key)
                if label.startswith("Play"):
                    page.wait_for_timeout(900)
                    page.keyboard.press(key)  # pause again
                if readout.inner_text() != before:
                    break
            else:
                dead.append(f"{demo.get_attribute('data-demo')}: {label}")
    assert not dead, f"controls that change nothing: {dead}"
    watch.assert_quiet()


def test_grids_are_walked_and_edited_by_keyboard(visit):
    page, _ = visit("local")
    demo = page.locator('section[data-demo="windows"]')
    readout = demo.locator("output[data-readout]")
    output = demo.get_by_role("grid", name="Output map").locator("button").first
    output.focus()
    before = readout.inner_text()
    page.keyboard.press("ArrowDown")
    assert "row 1, column 0" in readout.inner_text() != before
    cell = demo.get_by_role("grid", name="Input map").locator("input").first
    cell.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("50")
    assert "= 50" in readout.inner_text()


def test_windows_demo_says_why_a_window_cannot_be(visit):
    page, _ = visit("local")
    demo = page.locator('section[data-demo="windows"]')
    demo.get_by_label("Kernel, cells").fill("1")
    demo.get_by_label("Padding, cells").fill("2")
    assert "more than half the kernel" in demo.locator("output[data-readout]").inner_text()


def test_demos_stand_still_where_less_motion_is_wanted(visit):
    page, _ = visit("local", reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").count() == 0


def test_search_finds_a_page_without_a_network(visit):
    for folder in (False, True):
        page, watch = visit("search.html?q=max+pooling", folder=folder)
        page.wait_for_selector("#search-results li a")
        assert page.locator("#search-results li a").count() > 0
        watch.assert_quiet()


def test_a_still_picture_stands_in_where_scripts_are_off(browser, html):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{html.as_uri()}/local.html")
    pictures = page.locator("img.demo-picture")
    assert pictures.count() == 2
    assert all(picture.is_visible() for picture in pictures.all())
    context.close()
