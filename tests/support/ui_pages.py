"""Serves and opens the real page for browser tests; whatever goes wrong in it fails the test."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
import ui_server

from rag import Assistant, Settings

try:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)
except ImportError:
    sync_playwright = None

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync"""
SEED_QUESTION = "Which missile will Japan co-produce?"
ELSEWHERE = "How is the weather in Paris tomorrow?"
NOISE = "Method not implemented."
"""What Gradio itself logs at each upload."""
TRAP = "window.ran = (what) => console.error(`ran ${what}`);"
STORED = "cookies,local_storage,indexeddb,cache_storage,service_workers"

needs_chromium = pytest.mark.skipif(
    sync_playwright is None or not CHROMIUM.exists(),
    reason="needs /usr/bin/chromium and playwright",
)


def served(folder, *replies, **scripted):
    """Serve the page of a library, with scripted answers if any are given; give the port."""
    return ui_server.served("serve_ui", Path(folder), replies=replies, **scripted)


@contextmanager
def person(browser, port, *, own=False, **more):
    """Give a browser's context of nobody else, in which nothing is stored of an earlier test.

    Only the pages' files are in its cache, which are not fetched and compiled again. One of its
    `own` is never used again: what is set there stays for every page of a context, as a clock does.
    """
    if own:
        with browser.new_context(**more) as context:
            yield context
        return
    resting = _resting.setdefault((browser, json.dumps(more, sort_keys=True)), [])
    context = resting.pop() if resting else browser.new_context(**more)
    yield context
    for page in context.pages:
        page.close()
    session = context.new_cdp_session(context.new_page())
    origin = f"http://127.0.0.1:{port}"
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    for page in context.pages:
        page.close()
    resting.append(context)


_resting = {}
"""Contexts that are used again, by browser and options."""


@contextmanager
def opened(browser, port, *, tab="Ask", login=None, loses=False, own=False, **more):
    """Open a tab; what it asks of other hosts, any error it logs and any dialog fails the test.

    Where a name and a password are given, their user is logged in. Of a page that `loses` what it
    asks for, the browser's own lines about that are expected.
    """
    more = {"viewport": {"width": 1440, "height": 900}} | more
    with person(browser, port, own=own or login is not None, **more) as context:
        page = context.new_page()
        wrong = []
        page.add_init_script(TRAP)
        page.on("request", lambda r: f"//127.0.0.1:{port}/" in r.url or wrong.append(r.url))
        page.on("console", lambda m: m.type == "error" and m.text != NOISE and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        if login is not None:
            form = dict(zip(("username", "password"), login, strict=True))
            context.request.post(f"http://127.0.0.1:{port}/login", form=form)
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator(".welcome, .turn").first.wait_for()
        if tab != "Ask":
            page.get_by_role("tab", name=tab).click()
        yield page
        # Gradio logs that a reload ends its waiting for events, and forgets the page that waited.
        ended = ("AbortError", "Unexpected error Connection errored out", "Unexpected error 404")
        ended += ("Failed to load resource: ", "Unexpected error ") * loses
        assert [w for w in wrong if not w.startswith(ended)] == []


def ask(page, question, *, turn=1):
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#turn-{turn} .facts").wait_for()


@pytest.fixture(scope="session")
def browser():
    """Open a browser; Playwright's event loop lives as long, so these tests come last."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """Make a library with the shipped article."""
    path = tmp_path_factory.mktemp("ui") / "library"
    with Assistant.open(Settings(library=path)) as assistant:
        assistant.library.documents()
    return path


@pytest.fixture(scope="session")
def port(seeded):
    """Serve the seeded library; give the port."""
    with served(seeded) as number:
        yield number


@pytest.fixture
def page(browser, port):
    """Open the page of the seeded library."""
    with opened(browser, port) as page:
        yield page
