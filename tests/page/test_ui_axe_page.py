"""Every tab, at its start and in use, in light and dark: axe finds nothing, targets are 24 pixels.

axe-core is Deque's checker of the Web Content Accessibility Guidelines.
"""

import importlib.resources

import pytest
from ui_pages import SEED_QUESTION, ask, needs_chromium, opened

try:
    from axe_playwright_python import base as axe
    from playwright.sync_api import expect
except ImportError:
    axe = expect = None

pytestmark = [needs_chromium, pytest.mark.skipif(axe is None, reason="needs axe")]

# Colours alone differ between light and dark. Two rules are off by default in axe.
FOUND = """async (colours) => {
  const off = ["label-content-name-mismatch", "target-size"];
  const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: true }]));
  const wanted = colours ? { runOnly: ["color-contrast"] } : { rules };
  const found = await axe.run(document, { ...wanted, resultTypes: ["violations"] });
  return found.violations.flatMap(
    (one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`));
}"""
# What can be pressed or typed in, seen, and not in a line of text; a label widens what it names.
SMALL = """() => [...document.querySelectorAll(
    "a[href], button, summary, input, select, textarea, [role=button], [role=tab]")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !one.closest("[inert], .away") && !one.matches("input[type=file]"))
  .filter((one) => getComputedStyle(one).display !== "inline")
  .map((one) => [one, one.type === "radio" && one.closest("label") || one])
  .map(([one, wide]) => [one, wide.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && (box.width < 23.9 || box.height < 23.9))
  .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)"""


def wrong_in(page, *, colours):
    """Return what axe finds in a page as it is now, and targets that are too small."""
    if not page.evaluate("() => 'axe' in window"):
        script = importlib.resources.files("axe_playwright_python") / axe.AXE_FILE_NAME
        page.evaluate(script.read_text(encoding="utf-8"))
    return [*page.evaluate(FOUND, colours), *page.evaluate(SMALL)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_and_dialog_can_be_used_by_everybody(browser, port, scheme):
    found = {}

    def look(name):
        page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
        found[name] = wrong_in(page, colours=scheme == "dark")

    with opened(browser, port, color_scheme=scheme) as page:
        page.locator(".entry-card").first.wait_for()
        look("start")
        ask(page, SEED_QUESTION)
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator("mark.lit").first).to_be_in_viewport()
        look("answer")
        page.locator("#turn-1").get_by_role("button", name="This answer is wrong").click()
        page.locator(".gold-form .fields").wait_for()
        look("form for a question")
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Library").click()
        page.locator("#library .entry-title").first.wait_for()
        look("library")
        page.locator("#library .entry-title").first.click()
        page.locator(".reader[open] article").wait_for()
        look("article")
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Evaluation").click()
        page.locator("#evaluation-run").wait_for()
        look("evaluation")
        page.get_by_role("tab", name="Settings").click()
        page.get_by_role("heading", name="Settings").wait_for()
        look("settings")
        page.locator("#nav button[role=tab]").last.press("?")
        page.get_by_role("dialog", name="Shortcuts").wait_for()
        look("shortcuts")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
