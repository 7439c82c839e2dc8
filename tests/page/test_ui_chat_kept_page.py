"""Kept conversations in a real browser: found again, named, deleted, taken over from the past."""

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
OLD = "footnote-kept "
VIEWS = """() => window.addEventListener(
  "footnote:turn", (event) => { window.seen = event.detail.views; })"""
AS_BEFORE = """([key, payloads]) => {
  const [turn] = window.seen;
  const one = (text) => ({
    ...turn, question: text, model: text, says: text, fallback: text, searched: text,
    sentences: [{ text, numbers: [1], verdict: "altered", note: text }],
    sources: [{ ...turn.sources[0], document: text, title: text, source: text, quote: text }],
  });
  const forged = payloads.map((text, n) => ({ ...one(text), number: n + 1 }));
  const token = "0".repeat(31) + payloads.length % 10;
  localStorage.setItem(key, JSON.stringify({ token, turns: forged.length ? forged : [turn] }));
  sessionStorage.clear();
}"""


def rail(page):
    """Return the list of conversations, which stands open at the left of a wide window."""
    return page.get_by_role("navigation", name="Conversations")


def as_the_version_before(page, payloads=()):
    """Leave in the browser what the version before kept of the page's conversation, or of texts."""
    home = page.url
    page.evaluate(VIEWS)
    ask(page, SEED_QUESTION)
    page.evaluate(AS_BEFORE, [OLD, list(payloads)])
    page.goto(home)


def test_a_conversation_is_in_no_storage_of_the_browser(page):
    ask(page, SEED_QUESTION)
    assert "missile" not in page.evaluate(STORED)


def test_a_conversation_outlives_its_tab_and_its_server(browser, seeded):
    with served(seeded) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        ask(page, "What is DICAS?", turn=2)
    with served(seeded) as port, opened(browser, port) as page:
        expect(page.locator(".turn")).to_have_count(0)
        rail(page).get_by_role("button", name=SEED_QUESTION).first.click()
        expect(page.locator(".turn")).to_have_count(2)
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator("mark.lit")).to_be_in_viewport()
        ask(page, "What does it do?", turn=3)
        page.locator("#turn-3 .facts summary").click()
        expect(page.locator("#turn-3 .facts")).to_contain_text("What does DICAS do?")


def test_what_became_of_an_article_meanwhile_is_told(browser, tmp_path):
    with Assistant.open(Settings(library=tmp_path / "library", seeds=False)) as assistant:
        text = "The castle of Lune has four towers."
        assistant.library.add_articles([Article(source="a", title="Lune", text=text)])
    with served(tmp_path / "library") as port, opened(browser, port) as page:
        ask(page, "How many towers has the castle of Lune?")
        with Assistant.open(Settings(library=tmp_path / "library")) as assistant:
            text = "The castle of Lune has five towers."
            assistant.library.add_articles([Article(source="a", title="Lune", text=text)])
            page.reload()
            told = page.get_by_text("article edited since: this does not stand in it any more")
            expect(told.first).to_be_attached()
            assistant.library.remove(assistant.library.documents()[0].id)
        page.reload()
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator(".gone")).to_contain_text("This article has been removed")
        expect(page.locator(".gone")).to_contain_text("The castle of Lune has four towers.")


def test_conversations_are_named_found_deleted_and_had_back(browser, seeded):
    with served(seeded) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator("#question")).to_be_focused()
        ask(page, "What is DICAS?")
        rows = rail(page).locator("li .open")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("What is DICAS?")
        rows.nth(1).hover()
        page.get_by_role("button", name=f"Rename {SEED_QUESTION}").click()
        page.get_by_label("Name of the conversation").fill(HOSTILE[0])
        page.keyboard.press("Enter")
        expect(rows.nth(1)).to_contain_text(HOSTILE[0])
        page.get_by_label("Search your conversations").fill("missile japan")
        expect(rows).to_have_count(1)
        page.get_by_label("Search your conversations").fill(HOSTILE[0])
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(HOSTILE[0])
        page.get_by_label("Search your conversations").fill("")
        expect(rows).to_have_count(2)
        rows.first.hover()
        page.get_by_role("button", name="Delete What is DICAS?").click()
        expect(rows).to_have_count(1)
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator(".talks .undo")).to_contain_text("Deleted “What is DICAS?”.")
        expect(page.locator(".talks .undo")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
        page.get_by_role("button", name="Undo").click()
        expect(rows).to_have_count(2)


def test_what_became_of_a_conversation_elsewhere_is_told_in_a_sentence(browser, seeded):
    with served(seeded) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        row = rail(page).locator("li .open")
        expect(row).to_contain_text("1 question")
        with opened(browser, port) as other:
            rail(other).locator("li .open").focus()
            other.keyboard.press("Delete")
            expect(other.locator(".talks .undo")).to_contain_text("Deleted")
        row.focus()
        page.keyboard.press("F2")
        page.get_by_label("Name of the conversation").fill("Missiles")
        page.keyboard.press("Enter")
        expect(page.locator(".talks .trouble")).to_have_text(
            "This conversation is not there any more: list them again."
        )
        expect(row).to_have_count(0)


def test_the_rail_is_folded_and_stays_so_and_is_a_drawer_in_a_narrow_window(browser, seeded):
    with served(seeded) as port, opened(browser, port) as page:
        toggle = page.get_by_role("button", name="Conversations", exact=True)
        ask(page, SEED_QUESTION)
        expect(rail(page).get_by_role("heading", name="Today")).to_be_visible()
        expect(rail(page).locator("[aria-current=true]")).to_contain_text(SEED_QUESTION)
        toggle.click()
        expect(rail(page)).to_be_hidden()
        page.reload()
        expect(page.locator("#turn-1")).to_be_visible()
        expect(rail(page)).to_be_hidden()
        expect(page.get_by_role("button", name="New conversation")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        toggle.click()
        row = rail(page).locator("li .open")
        expect(row).to_be_visible()
        assert page.locator("#talk").evaluate("e => e.inert")
        page.keyboard.press("Escape")
        expect(rail(page)).to_be_hidden()
        expect(toggle).to_be_focused()
        page.set_viewport_size({"width": 1440, "height": 900})
        toggle.click()
        row.focus()
        page.keyboard.press("F2")
        page.get_by_label("Name of the conversation").fill("Missiles")
        page.keyboard.press("Enter")
        expect(row).to_contain_text("Missiles")
        expect(row).to_be_focused()
        page.keyboard.press("Delete")
        expect(row).to_have_count(0)
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect(row).to_be_focused()


def test_a_conversation_that_the_version_before_kept_is_taken_over(page):
    as_the_version_before(page)
    expect(page.locator("#turn-1 .question")).to_have_text(SEED_QUESTION)
    page.wait_for_function(f"!{STORED}.includes('missile')")
    page.locator("#turn-1 .chip").first.click()
    expect(page.locator("mark.lit")).to_be_in_viewport()
    page.reload()
    expect(page.locator("#turn-1 .question")).to_have_text(SEED_QUESTION)
    assert page.evaluate("sessionStorage.getItem('footnote ')") == "0" * 32


def test_hostile_text_that_a_browser_kept_is_shown_as_it_is(page):
    as_the_version_before(page, HOSTILE)
    expect(page.locator(".turn")).to_have_count(len(HOSTILE))
    said = page.locator(".turn .words").evaluate_all("all => all.map(e => e.textContent)")
    assert said == HOSTILE
    page.locator("#turn-1 .chip").click()
    expect(page.locator(".gone")).to_contain_text("This article has been removed")
    assert (
        page.evaluate("document.querySelectorAll('.log img, .log script, .pane img').length") == 0
    )


@pytest.mark.parametrize("value", ["{", "null", '{"token": ["a"], "turns": {}}'])
def test_a_stored_value_that_is_no_conversation_is_none(page, value):
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [OLD, value])
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.locator(".welcome").wait_for()
    expect(page.locator(".turn")).to_have_count(0)


def test_nothing_is_kept_where_that_is_off(browser, seeded, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_HISTORY", "false")
    with served(seeded) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        expect(page.locator("#rail")).to_be_hidden()
        page.reload()
        expect(page.locator(".turn")).to_have_count(1)
        page.get_by_role("button", name="Clear the conversation").click()
        expect(page.locator(".welcome")).to_be_visible()
        page.reload()
        page.locator(".welcome").wait_for()
        expect(page.locator(".turn")).to_have_count(0)
