"""Keeping a conversation, in a real browser: asked for, found again, deleted, and nobody else's."""

import json

import pytest
from forks import ROOT
from ui_pages import SEED_QUESTION, ask, needs_chromium, opened, served

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

HOSTILE = json.loads((ROOT / "tests/data/hostile.json").read_text(encoding="utf-8"))
STORED = "JSON.stringify(Object.entries(localStorage))"


def switch(page):
    page.get_by_role("tab", name="Settings").click()
    page.get_by_label("Keep this conversation").click()
    page.get_by_role("tab", name="Ask", exact=True).click()


def stored(page):
    """Return what the browser stores for the page, as text."""
    return page.evaluate(STORED)


def carried(page, port):
    """Return what a browser takes along to the page of another server."""
    state = page.context.storage_state()
    return json.loads(json.dumps(state).replace(page.url.rstrip("/"), f"http://127.0.0.1:{port}"))


def test_a_conversation_is_in_no_storage_unless_it_is_asked_for(page):
    ask(page, SEED_QUESTION)
    assert "missile" not in stored(page)


def test_a_kept_conversation_outlives_its_tab_and_its_server(browser, port, seeded):
    with opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        switch(page)
        expect(page.get_by_role("button", name="also from this browser")).to_be_visible()
        ask(page, "What is DICAS?", turn=2)
        other = page.context.new_page()
        other.goto(page.url)
        expect(other.locator(".turn")).to_have_count(2)
        with served(seeded) as another:
            kept = carried(page, another)
            with opened(browser, another, storage_state=kept) as page:
                expect(page.locator(".turn")).to_have_count(2)
                page.locator("#turn-1 .chip").first.click()
                expect(page.locator("mark.lit")).to_be_in_viewport()
                ask(page, "What does it do?", turn=3)
                page.locator("#turn-3 summary").click()
                expect(page.locator("#turn-3 .facts")).to_contain_text("What does DICAS do?")


def test_a_document_removed_meanwhile_is_told(browser, tmp_path):
    with Assistant.open(Settings(library=tmp_path / "library", seeds=False)) as assistant:
        text = "The castle of Lune has four towers."
        assistant.library.add_articles([Article(source="a", title="Lune", text=text)])
    with served(tmp_path / "library") as port, opened(browser, port) as page:
        switch(page)
        ask(page, "How many towers has the castle of Lune?")
        with Assistant.open(Settings(library=tmp_path / "library")) as assistant:
            assistant.library.remove(assistant.library.documents()[0].id)
        page.evaluate("sessionStorage.clear()")
        page.reload()
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator(".gone")).to_contain_text("This article has been removed")
        expect(page.locator(".gone")).to_contain_text("The castle of Lune has four towers.")


def test_clearing_deletes_what_was_kept_and_so_does_switching_off(page):
    switch(page)
    ask(page, SEED_QUESTION)
    page.wait_for_function(f"{STORED}.includes('missile')")
    with page.expect_response("**/run/**"):
        page.get_by_role("button", name="Clear the conversation").click()
    assert "missile" not in stored(page)
    ask(page, SEED_QUESTION, turn=2)
    page.wait_for_function(f"{STORED}.includes('missile')")
    switch(page)
    assert "missile" not in stored(page)
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)


def test_a_conversation_cleared_in_another_tab_is_gone_in_this_one(page):
    switch(page)
    ask(page, SEED_QUESTION)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#turn-1").wait_for()
    other.get_by_role("button", name="Clear the conversation").click()
    expect(page.locator(".turn")).to_have_count(0)


def test_nobody_else_sees_a_kept_conversation(page, browser, port):
    switch(page)
    ask(page, SEED_QUESTION)
    with opened(browser, port) as other:
        expect(other.locator(".turn")).to_have_count(0)
        other.get_by_role("tab", name="Settings").click()
        expect(other.get_by_label("Keep this conversation")).not_to_be_checked()


def test_a_browser_that_stores_nothing_says_so(browser, port):
    forbid = "() => { Storage.prototype.setItem = () => { throw new DOMException('no') } }"
    with opened(browser, port) as page:
        page.evaluate(forbid)
        page.get_by_role("tab", name="Settings").click()
        page.get_by_label("Keep this conversation").click()
        expect(page.get_by_role("alert")).to_contain_text("does not let pages keep anything")
        expect(page.get_by_label("Keep this conversation")).not_to_be_checked()


@pytest.mark.parametrize(
    "value",
    ["{", "null", '{"token": ["a"], "turns": {}}'],
)
def test_a_stored_value_that_is_no_conversation_is_none(page, value):
    page.evaluate("value => localStorage.setItem('footnote-kept ', value)", value)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.locator(".welcome").wait_for()
    expect(page.locator(".turn")).to_have_count(0)


FORGE = """(payloads) => {
  const kept = JSON.parse(localStorage.getItem("footnote-kept ")), [turn] = kept.turns;
  const forged = (text) => ({
    ...turn, question: text, model: text, says: text, fallback: text, searched: text,
    sentences: [{ text, numbers: [1], verdict: "altered", note: text }],
    sources: [{ ...turn.sources[0], document: text, title: text, source: text, quote: text }],
  });
  const turns = payloads.map((text, n) => ({ ...forged(text), number: n + 1 }));
  localStorage.setItem("footnote-kept ", JSON.stringify({ token: "0".repeat(32), turns }));
  sessionStorage.clear();
}"""


def test_hostile_text_in_the_storage_is_shown_as_it_is(page):
    switch(page)
    ask(page, SEED_QUESTION)
    page.wait_for_function(f"{STORED}.includes('missile')")
    home = page.url
    page.goto(f"{home}fonts/inter-LICENSE.txt")  # nothing there writes to the storage meanwhile
    page.evaluate(FORGE, HOSTILE)
    page.goto(home)
    expect(page.locator(".turn")).to_have_count(len(HOSTILE))
    said = page.locator(".turn .words").evaluate_all("all => all.map(e => e.textContent)")
    assert said == HOSTILE
    page.locator("#turn-1 .chip").click()
    expect(page.locator(".gone")).to_contain_text("This article has been removed")
    assert (
        page.evaluate("document.querySelectorAll('.log img, .log script, .pane img').length") == 0
    )
