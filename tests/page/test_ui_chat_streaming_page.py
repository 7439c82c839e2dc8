"""Answers of a language model as they grow: chips, verdicts, and stopping, in a real browser."""

import pytest
from ui_pages import SEED_QUESTION, ask, needs_chromium, opened, served

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
        expect(page.locator(".pane-head h2")).to_have_text("Passages found")
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
        expect(page.locator(".sentence.altered .finding")).to_contain_text("not 28,000")
        expect(page.locator(".sentence.unsupported .words")).to_contain_text("blue cake")
        expect(page.locator(".bar .model")).to_have_text("scripted:model")
        page.locator("#turn-1 summary").click()
        expect(page.locator("#turn-1 dl")).to_contain_text("unknown: set its price")
