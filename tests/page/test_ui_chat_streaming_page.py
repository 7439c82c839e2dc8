"""Answers of a language model as they grow: chips, verdicts, and stopping, in a real browser."""

import re

import pytest
from ui_pages import ELSEWHERE, SEED_QUESTION, ask, needs_chromium, opened, served

from rag import ModelUnavailableError

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

REPLY = (
    "Hegseth attended the ceremony. [1] The Battle of Iwojima took 28,000 lives in 1945. [1] "
    "The ministers ate a blue cake in Geneva. [1] "
    "Nakatani intended to pursue co-production of surface to air missile, SM-6. [1] "
)
PLAN = "What did Hegseth say about America first?\nWhich missile did Nakatani intend to co-produce?"


@pytest.fixture(scope="module")
def slow(seeded):
    """Serve the seeded library with a model that takes a quarter of a second for each word."""
    with served(seeded, REPLY * 3, pause=0.25) as port:
        yield port


@pytest.fixture(scope="module")
def fast(seeded):
    """Serve the seeded library with a model that answers at once."""
    with served(seeded, REPLY) as port:
        yield port


def begin(page):
    page.get_by_label("Your question").fill("What did Hegseth and Nakatani do?")
    page.keyboard.press("Enter")


def test_a_chip_works_and_keeps_the_focus_while_the_answer_grows(browser, slow):
    with opened(browser, slow) as page:
        begin(page)
        chip = page.locator("#turn-1 .chip").first
        chip.focus()
        sentences = page.locator("#turn-1 .sentence")
        before = sentences.count()
        page.keyboard.press("Enter")
        expect(page.locator("mark.lit")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        expect(sentences.nth(before)).to_be_visible(timeout=20_000)
        expect(chip).to_be_focused()
        page.get_by_role("button", name="Stop").click()


def test_the_passages_are_there_before_the_first_word(browser, slow):
    with opened(browser, slow) as page:
        begin(page)
        expect(page.locator("#pane .pane-head h2")).to_have_text("Passages found")
        expect(page.locator("#turn-1 .sentence")).to_have_count(0)
        page.keyboard.press("Escape")


def test_an_answer_is_stopped_and_stays_so(browser, slow):
    with opened(browser, slow) as page:
        begin(page)
        page.locator("#turn-1 .sentence").first.wait_for()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#turn-1 .state")).to_have_text("Stopped.")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        page.reload()
        expect(page.locator("#turn-1 .state")).to_have_text("Stopped.")


def test_two_people_are_answered_at_the_same_time_and_apart(browser, slow):
    with opened(browser, slow) as one, opened(browser, slow) as other:
        begin(one)
        begin(other)
        other.locator("#turn-1 .sentence").first.wait_for()
        expect(one.get_by_role("button", name="Stop")).to_be_visible()
        expect(one.locator(".turn")).to_have_count(1)
        for page in (one, other):
            page.get_by_role("button", name="Stop").click()


def test_what_no_source_says_is_marked(browser, fast):
    with opened(browser, fast) as page:
        ask(page, SEED_QUESTION)
        expect(page.locator(".margin .altered")).to_contain_text("not 28,000")
        expect(page.locator(".sentence.altered del")).to_have_text("28,000")
        expect(page.locator(".sentence.altered ins")).to_have_text("twenty-seven thousand")
        expect(page.locator(".sentence.unsupported del")).to_contain_text("blue cake")
        expect(page.locator(".bar .model")).to_have_text("scripted:model")
        page.locator("#turn-1 .facts summary").click()
        expect(page.locator("#turn-1 dl")).to_contain_text("unknown: set its price")


WRITTEN = """Two facts stand out.

First, the ceremony. Hegseth attended it. [1] The Battle of Iwojima took place in 1946. [1]

- Nakatani intended to pursue co-production of surface to air missile, SM-6. [1]
- Hegseth did not attend the ceremony. [1]
- The ministers ate a blue cake in Geneva. [1]
"""


def test_verdicts_stand_in_the_margin_and_no_line_of_a_reply_is_broken_by_them(browser, seeded):
    with served(seeded, WRITTEN) as port, opened(browser, port) as page:
        ask(page, "What happened at the meeting of the ministers?")
        expect(page.locator("#turn-1 .verdicts")).to_have_text(
            "5 sentences: 2 confirmed, 1 differs, 1 contradicted, 1 without a source"
        )
        answer = page.locator("#turn-1 .answer")
        expect(answer.locator("> .para")).to_have_count(1)
        expect(answer.locator("ul > li")).to_have_count(3)
        expect(answer).not_to_contain_text("First")  # it says nothing to be checked
        expect(answer.locator(".put-right")).to_have_text(
            "The Battle of Iwojima took place in 1946 1945."
        )
        notes = answer.locator(".margin .finding")
        assert [one[:3] for one in notes.all_text_contents()] == ["a ≠", "b ≠", "c ∅"]
        expect(notes.nth(1)).to_contain_text("otherwise: Hegseth attended the ceremony, supposedly")
        signs = answer.locator("sup.sign").all_text_contents()
        assert signs == ["a", "b", "c"]
        text, note = answer.locator(".put-right").bounding_box(), notes.first.bounding_box()
        assert note["x"] >= text["x"] + text["width"]
        gutter = answer.locator(".confirmed").first.bounding_box()
        assert gutter["x"] + gutter["width"] <= answer.locator(".para p").first.bounding_box()["x"]
        page.set_viewport_size({"width": 390, "height": 844})
        box = notes.first.bounding_box()
        assert box["y"] > answer.locator(".put-right").bounding_box()["y"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_who_waits_sees_seconds_and_the_nearest_sentences_meanwhile(browser, slow):
    with opened(browser, slow, own=True) as page:
        page.clock.install()
        begin(page)
        page.locator("#turn-1 .meanwhile").wait_for(state="attached")
        page.clock.run_for(4000)
        expect(page.locator("#turn-1 .elapsed")).to_have_text(re.compile(r"^ ?\d+ s$"))
        expect(page.locator("#turn-1 .meanwhile .quoted").first).to_be_visible()
        expect(page.locator("#turn-1 .meanwhile")).to_contain_text("Hegseth")
        expect(page.locator(".bar .dot.unasked")).to_be_visible()  # it has not said a word yet
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#turn-1 .state")).to_have_text("Stopped.")


DOWN = ModelUnavailableError(
    "openai-like:my-model cannot be reached, or the connection broke: check that it runs, the "
    "network and FOOTNOTE_LLM_BASE_URL, and ask again"
)


def test_a_model_that_is_down_is_told_of_in_words_of_the_page(browser, seeded):
    with served(seeded, REPLY, DOWN) as port, opened(browser, port) as page:
        expect(page.locator(".bar .dot.unasked")).to_be_visible()
        ask(page, SEED_QUESTION)
        expect(page.locator(".bar .dot:not(.unasked, .down)")).to_be_visible()
        ask(page, ELSEWHERE, turn=2)
        expect(page.locator(".bar .dot.down")).to_be_visible()
        expect(page.locator(".bar .model")).to_have_text("scripted:model, not reached")
        told = page.locator("#turn-2 .state > .finding")
        expect(told).to_have_text(
            "The language model did not answer: openai-like:my-model cannot be reached, or the "
            "connection broke. See that it runs and ask again, or choose another model in Settings."
        )
        told.get_by_role("button", name="Settings").click()
        expect(page.get_by_text("What writes the answers")).to_be_visible()


LAID_OUT = (
    "## Answer\n\n- **Hegseth** attended the ceremony. [1]\n- The ministers ate blue cake. [1]\n\n"
    "However, both governments start co-production of AMRAAM. [1] Let me know if you need more!"
)


def test_a_reply_keeps_its_layout_and_strikes_what_no_source_says(browser, seeded):
    with served(seeded, LAID_OUT) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        answer = page.locator("#turn-1 .answer")
        expect(answer.locator(".head")).to_have_text("Answer")
        expect(answer.locator("ul > li")).to_have_count(2)
        expect(answer.locator("li strong")).to_have_text("Hegseth")
        struck = answer.locator(".sentence.unsupported del")
        assert struck.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
        expect(answer.locator("ul + .para")).to_contain_text("However, both governments")
        expect(answer).not_to_contain_text("Let me know")


def test_where_a_reply_does_not_hold_the_articles_are_quoted_and_it_is_a_click_away(
    browser, seeded
):
    wrong = "The ministers ate a blue cake in Geneva. [1]"
    with served(seeded, wrong) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        expect(page.locator("#turn-1 .short")).to_have_text("AMRAAM")
        expect(page.locator("#turn-1 .answer .sentence")).to_have_count(1)
        aside = page.locator("#turn-1 .aside")
        expect(aside.locator("summary")).to_contain_text("was not borne out by the articles")
        expect(aside.locator(".words")).not_to_be_visible()
        aside.locator("summary").click()
        expect(aside.locator("li")).to_contain_text("blue cake in Geneva.∅ No source says it")


def test_what_is_looked_up_one_by_one_is_told_while_it_is(browser, seeded):
    with served(seeded, PLAN, REPLY[:34], pause=0.05) as port, opened(browser, port) as page:
        page.get_by_label("Your question").fill("Compare what Hegseth and Nakatani said.")
        page.keyboard.press("Enter")
        steps = page.locator("#turn-1 .steps li")
        expect(steps.nth(1)).to_contain_text("Nakatani intend to co-produce? ")
        expect(page.locator("#turn-1 .chip").first).to_be_visible()
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        expect(page.locator("#turn-1 .steps")).not_to_have_attribute("open", "")
        page.locator("#turn-1 .steps summary").click()
        expect(steps.nth(1).locator(".chip")).to_be_visible()
        steps.nth(1).locator(".chip").click()
        expect(page.locator("mark.lit")).to_contain_text("SM-6")
