"""How quickly the built site answers: `python -m benchmarks.site` after `make book`.

For each page: the bytes of a first visit, the time until every demo shows its readout, and, for every control of every
demo, the time from the keyboard's event to the changed readout. The site is served on localhost; no network is used.
"""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import statistics
import threading
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
HTML = ROOT / "book" / "_build" / "html"
CONTROLS = ".pc-controls :is(select, input, button)"
KEYS = {"select-one": "ArrowDown", "number": "ArrowUp", "range": "ArrowRight", "checkbox": "Space", "button": "Enter"}
# From the first event that a key press causes in the demo to the end of the script that changed the readout.
WATCH = """
window.stamps = [];
addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
for (const kind of ['input', 'change', 'click'])
  addEventListener(kind, () => { window.pressed = performance.now(); }, true);
new MutationObserver(() => window.stamps.push(performance.now() - window.pressed))
  .observe(document.querySelector('main'), {subtree: true, childList: true, characterData: true});
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """The table is the output."""


def pages() -> list[str]:
    """Every page of the contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    return [toc["root"], *(page["file"] for chapter in chapters for page in [chapter, *chapter.get("sections", [])])]


def ready(page, address: str) -> float | None:
    """Milliseconds from the start of the navigation until every demo of the page shows its readout."""
    page.add_init_script(
        """document.addEventListener('DOMContentLoaded', () => {
          const wanted = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length;
          const look = () => {
            const alive = [...document.querySelectorAll('output[data-readout]')].filter(o => o.textContent).length;
            if (wanted && alive >= wanted) window.readyAt = performance.now(); else requestAnimationFrame(look);
          };
          if (wanted) look(); else window.readyAt = -1;
        })"""
    )
    page.goto(address)
    page.wait_for_function("window.readyAt !== undefined")
    at = page.evaluate("window.readyAt")
    return None if at < 0 else at


def delays(page) -> list[float]:
    """Milliseconds from a key to the changed readout, one number a control."""
    page.evaluate(WATCH)
    found = []
    for control in page.locator(f"section.poolcourse-demo {CONTROLS}").all():
        if not control.is_visible() or control.is_disabled():
            continue
        label = control.evaluate("e => e.labels?.[0]?.textContent || e.textContent")
        if label.startswith("Play"):
            continue  # its readout changes when its clock says so
        control.focus()
        page.evaluate("window.stamps = []")
        page.keyboard.press(KEYS[control.evaluate("e => e.type")])
        page.wait_for_timeout(60)
        stamps = page.evaluate("window.stamps")
        if stamps:
            found.append(stamps[0])
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rows = []
    with sync_playwright() as driver:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        print(f"{'page':24}{'first visit kB':>15}{'ready ms':>10}{'controls':>10}{'median ms':>11}{'worst ms':>10}")
        for name in pages():
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            sizes: list[int] = []
            page.on("response", lambda answer, sizes=sizes: sizes.append(int(answer.headers.get("content-length", 0))))
            at = ready(page, f"http://127.0.0.1:{server.server_port}/{name}.html")
            page.wait_for_load_state("networkidle")
            times = delays(page)
            row = {
                "page": name,
                "kilobytes": round(sum(sizes) / 1000),
                "ready_ms": at,
                "controls": len(times),
                "median_ms": statistics.median(times) if times else None,
                "worst_ms": max(times) if times else None,
            }
            rows.append(row)
            words = [f"{row[key]:.0f}" if row[key] is not None else "–" for key in ("ready_ms", "controls")]
            words += [f"{row[key]:.1f}" if row[key] is not None else "–" for key in ("median_ms", "worst_ms")]
            print(
                f"{name:24}{row['kilobytes']:>15}{words[0]:>10}{words[1]:>10}{words[2]:>11}{words[3]:>10}", flush=True
            )
            context.close()
        browser.close()
    server.shutdown()
    target = ROOT / "benchmarks" / "site_results.json"
    target.write_text(json.dumps(rows, indent=1))
    print(f"written: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
