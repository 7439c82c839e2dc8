"""A real browser for tests of the page: what it asks of other hosts, and errors, fail the test."""

from contextlib import contextmanager
from pathlib import Path

import pytest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync"""
CONTRAST = Path(__file__).parent / "data/contrast.js"
KNOWN = ("Method not implemented.",)
"""What Gradio itself logs at each upload."""

needs_chromium = pytest.mark.skipif(
    sync_playwright is None or not CHROMIUM.exists(),
    reason="needs /usr/bin/chromium and playwright",
)


@contextmanager
def chromium():
    """Give a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS.split())
        yield browser
        browser.close()


@contextmanager
def opened(browser, port, tab, **options):
    """Give a page with one of its tabs chosen; check afterwards that nothing went wrong in it."""
    options = {"viewport": {"width": 1440, "height": 900}, **options}
    page = browser.new_page(**options)
    wrong = []
    page.on("request", lambda r: _is_here(r.url, port) or wrong.append(r.url))
    page.on("console", lambda m: m.type == "error" and m.text not in KNOWN and wrong.append(m.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_role("tab", name=tab).click()
    yield page
    page.close()
    assert wrong == []


def _is_here(url, port):
    return f"//127.0.0.1:{port}/" in url or url.startswith(("data:", "blob:"))
