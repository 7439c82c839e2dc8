"""The page in a real browser, against the real app, library, embedder and extractive answerer."""

import http.client
import re
import socket

import pytest
from forks import ROOT
from ui_pages import ELSEWHERE, SEED_QUESTION, ask, needs_chromium, opened, served

from rag import Assistant, Settings
from rag.internal import data_text

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium


def first_chip(page, turn=1):
    return page.locator(f"#turn-{turn} .chip").first


def test_the_lit_sentence_is_the_quote_of_the_citation(page, seeded):
    with Assistant.open(Settings(library=seeded)) as assistant:
        (cited, *_) = assistant.ask(SEED_QUESTION).citations
    ask(page, SEED_QUESTION)
    first_chip(page).click()
    mark = page.locator("mark.lit")
    expect(mark).to_be_in_viewport()
    assert mark.evaluate("e => e.textContent") == cited.quote
    expect(page.locator(".article > h2")).to_have_text(cited.card.title)
    expect(first_chip(page)).to_have_attribute("aria-current", "true")


def test_a_page_hears_of_all_its_events_by_one_stream(page):
    ask(page, SEED_QUESTION)
    page.get_by_role("tab", name="Library").click()
    page.locator(".entry").first.wait_for()
    # Listed are those that have ended; at its end a stream may lose the results of other events.
    ended = "() => performance.getEntriesByType('resource').map((r) => r.name)"
    assert [name for name in page.evaluate(ended) if "/queue/data" in name] == []


def test_the_words_of_the_short_answer_are_lit_like_the_sentence_in_its_article(browser, seeded):
    text = "\U0001f426\U0001f426 On March 30th they met in Tokyo."
    scripted = {"drafts": [text], "span": (6, 16), "short": "March 30th"}
    with served(seeded, **scripted) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        expect(page.locator("#turn-1 .words")).to_have_text(text)
        found = page.locator("#turn-1 .words mark")
        expect(found).to_have_text("March 30th")
        first_chip(page).click()
        ground = "e => getComputedStyle(e).backgroundColor"
        assert found.evaluate(ground) == page.locator("mark.lit").evaluate(ground)


def test_the_short_answer_stands_above_the_sentence_and_is_copied_with_it(browser, seeded):
    drafts, allowed = ["On March 30th they met."], ["clipboard-read", "clipboard-write"]
    with (
        served(seeded, drafts=drafts, short="March 30th") as port,
        opened(browser, port, permissions=allowed) as page,
    ):
        ask(page, SEED_QUESTION)
        short, words = page.locator("#turn-1 .short"), page.locator("#turn-1 .words")
        expect(short).to_have_text("March 30th")
        assert short.bounding_box()["y"] < words.bounding_box()["y"]
        page.get_by_role("button", name="Copy the answer").click()
        expect(page.get_by_text("Copied with its footnotes")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("March 30th\n\nOn March 30th they met. [1]")


def test_an_answer_without_a_short_one_leaves_no_gap(browser, seeded):
    with served(seeded, drafts=["They met."]) as port, opened(browser, port) as page:
        ask(page, SEED_QUESTION)
        expect(page.locator("#turn-1 .short")).to_be_hidden()


def test_the_passages_are_listed_before_one_is_chosen(page):
    ask(page, SEED_QUESTION)
    expect(page.locator("#pane .pane-head h2")).to_have_text("Sources")
    page.locator("#pane .card").first.click()
    expect(page.locator("mark.lit")).to_be_in_viewport()
    page.get_by_role("button", name="All sources").click()
    expect(page.locator("#pane .card").first).to_be_focused()


def test_an_abstention_shows_the_nearest_passages_and_no_footnote(page):
    ask(page, "How much will the AMRAAM co-production cost?")
    expect(page.locator("#turn-1 .abstained")).to_contain_text("No answer found in ")
    expect(page.locator("#pane .pane-head h2")).to_have_text("Nearest passages")
    expect(page.locator(".chip, mark")).to_have_count(0)
    page.locator("#turn-1 .abstained a").click()
    page.locator("#pane .card").first.click()
    expect(page.locator("mark.lit")).to_be_in_viewport()


def test_what_a_question_names_is_told_and_all_articles_are_asked_by_a_button(page):
    ask(page, "According to the Defense Ministers article, which missile will Japan co-produce?")
    expect(page.locator("#turn-1 .scope")).to_contain_text("Asked of: “Japan and US Defense")
    page.get_by_role("button", name="Ask all articles").click()
    page.locator("#turn-2 .facts").wait_for()
    expect(page.locator("#turn-1, .turn .scope")).to_have_count(0)


def test_a_chip_of_an_older_answer_shows_its_source_until_the_next_question(page):
    ask(page, SEED_QUESTION)
    ask(page, ELSEWHERE, turn=2)
    first_chip(page).click()
    expect(page.locator("mark.lit")).to_be_in_viewport()
    ask(page, "What is DICAS?", turn=3)
    expect(page.locator("#pane .pane-head h2")).to_have_text("Sources")


def test_each_part_of_a_question_has_a_line_with_its_chip(page):
    ask(page, "Which missile will Japan co-produce and what does the missile cost?")
    lines = page.locator("#turn-1 .parts > li")
    expect(lines.first.locator(".asked")).to_have_text("Which missile will Japan co-produce?")
    expect(lines.first.locator(".short")).to_have_text("AMRAAM")
    expect(lines.first.locator(".chip")).to_have_count(1)
    expect(lines.nth(1)).to_have_text("What does the missile cost?No answer found.")


def test_example_and_follow_up_questions_are_asked_by_choosing_them(page):
    page.locator(".welcome .offer").first.click()
    page.locator("#turn-1 .facts").wait_for()
    offer = page.locator("#turn-1 .offer").first
    question = offer.evaluate("e => e.firstChild.textContent")
    offer.click()
    expect(page.locator("#turn-2 .question")).to_have_text(question)
    expect(page.locator("#turn-1 .offer")).to_have_count(0)


def test_a_follow_up_leans_on_the_question_before(page):
    ask(page, "What is DICAS?")
    ask(page, "What does it do?", turn=2)
    page.locator("#turn-2 .facts summary").click()
    expect(page.locator("#turn-2 .facts")).to_contain_text("What does DICAS do?")


def test_model_time_and_cost_are_told_on_demand(page):
    expect(page.locator(".bar .model")).to_have_text("quotes only")
    ask(page, SEED_QUESTION)
    expect(page.locator("#turn-1 dl")).to_be_hidden()
    page.locator("#turn-1 .facts summary").click()
    expect(page.locator("#turn-1 dl")).to_contain_text("no language model was asked")


def test_a_part_of_the_page_that_comes_late_hears_what_was_said_last(page):
    expect(page.locator(".bar .model")).to_have_text("quotes only")
    parts = data_text("ui", "dom.js")
    heard = f"{parts}; let found; hearLast('model', (name) => (found = name)); return found;"
    assert page.evaluate(f"() => {{ {heard} }}") == "extractive"


def test_a_conversation_outlives_a_reload_and_ends_with_its_tab(page, browser, port):
    ask(page, SEED_QUESTION)
    page.reload()
    expect(page.locator("#turn-1 .chip").first).to_be_visible()
    first_chip(page).click()
    expect(page.locator("mark.lit")).to_be_in_viewport()
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".welcome").wait_for()
    expect(other.locator(".turn")).to_have_count(0)


def test_asking_again_puts_a_new_answer_in_the_place_of_the_old(page):
    ask(page, SEED_QUESTION)
    page.get_by_role("button", name="Ask again").click()
    page.locator("#turn-2 .facts").wait_for()
    expect(page.locator(".turn")).to_have_count(1)
    first_chip(page, turn=2).click()
    expect(page.locator("mark.lit")).to_be_in_viewport()


def test_what_is_copied_is_clean_text_with_footnotes(browser, port):
    with opened(browser, port, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, SEED_QUESTION)
        page.get_by_role("button", name="Copy the answer").click()
        page.get_by_text("Copied with its footnotes").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    short, answer, source = copied.split("\n\n")
    assert short == "AMRAAM"
    assert re.fullmatch(r"[^\[]*AMRAAM\. \[1\]", answer)
    assert source.startswith("[1] Japan and US Defense Ministers United in Countering China, char")
    assert "“Under the framework" in source


def test_everything_can_be_done_from_the_keyboard(page):
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(SEED_QUESTION)
    page.keyboard.press("Enter")
    first_chip(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark.lit")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#pane .pane-head h2")).to_have_text("Sources")
    page.keyboard.press("/")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("What did Hegseth say about America first?")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.locator("#turn-2 .facts").wait_for()


def test_an_answer_is_said_once_and_whole_to_who_hears_the_page(page):
    said = page.locator("#sources .away")
    expect(said).to_have_text("")
    ask(page, SEED_QUESTION)
    expect(said).to_have_text(re.compile(r"AMRAAM\. Under the framework .* AMRAAM\. 1 source\."))
    ask(page, "How much will the AMRAAM co-production cost?", turn=2)
    expect(said).to_contain_text("No answer found")
    page.reload()
    page.locator("#turn-2 .facts").wait_for()
    expect(said).to_have_text("")


def test_the_tabs_are_walked_through_by_arrow_keys(page):
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Library")).to_be_focused()
    expect(page.get_by_role("tab", name="Library")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Settings")).to_be_focused()
    expect(page.get_by_text("What writes the answers")).to_be_visible()


def test_the_arrow_keys_walk_through_the_sources(page):
    ask(page, "What is this article about?")
    page.locator("#pane .card").first.click()
    expect(page.locator("#pane .pane-head .about")).to_contain_text("1 of")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#pane .pane-head .about")).to_contain_text("2 of")
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("#pane .pane-head .about")).to_contain_text("1 of")


def test_every_button_and_field_has_a_name_and_shows_its_focus(page):
    ask(page, SEED_QUESTION)
    first_chip(page).click()
    for tab in ("Ask", "Library", "Evaluation", "Settings"):
        page.get_by_role("tab", name=tab).click()
        # Of the list of conversations one row stands for all.
        buttons = "button:visible:not(.listed li + li button)"
        for control in page.locator(f"{buttons}, input:visible, textarea:visible").all():
            assert control.evaluate(NAME).strip(), control.evaluate("e => e.outerHTML")
            control.focus()
            page.keyboard.press("Shift")
            if control.evaluate("e => e.matches(':focus-visible') && e.id !== 'question'"):
                assert control.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


NAME = """e => e.getAttribute("aria-label") || [...(e.labels || [])].map(l => l.textContent).join()
|| e.textContent"""


def test_a_phone_reads_sources_in_a_sheet_and_never_scrolls_sideways(browser, port):
    small = {"width": 390, "height": 844}
    with opened(browser, port, viewport=small, has_touch=True, is_mobile=True) as page:
        ask(page, SEED_QUESTION)
        first_chip(page).tap()
        expect(page.locator("mark.lit")).to_be_in_viewport()
        assert page.locator("#talk").evaluate("e => e.inert")
        page.get_by_role("button", name="Close the sources").tap()
        expect(page.locator("mark.lit")).not_to_be_visible()
        expect(first_chip(page)).to_be_focused()
        ask(page, ELSEWHERE, turn=2)
        ask(page, "Summarize the article", turn=3)
        expect(page.locator("#turn-3 .question")).to_be_in_viewport()
        expect(page.locator("#turn-3 .sentence").first).to_be_in_viewport()
        for tab in ("Library", "Evaluation", "Settings", "Ask"):
            page.get_by_role("tab", name=tab).tap()
            assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser, port, scheme):
    contrast = (ROOT / "tests/data/contrast.js").read_text(encoding="utf-8")
    with opened(browser, port, color_scheme=scheme) as page:
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper.startswith({"light": "rgb(250,", "dark": "rgb(21,"}[scheme])
        ask(page, SEED_QUESTION)
        page.locator("#turn-1 .facts summary").click()
        first_chip(page).click()
        page.locator("mark.lit").wait_for()
        ask(page, ELSEWHERE, turn=2)
        for tab in ("Ask", "Library", "Evaluation", "Settings"):
            page.get_by_role("tab", name=tab).click()
            ratio, where = page.evaluate(f"({contrast})('body *')")
            assert ratio >= 4.5, (tab, where)


def test_light_or_dark_is_chosen_and_remembered(page):
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()
    page.wait_for_function("getComputedStyle(document.body).backgroundColor.startsWith('rgb(21,')")


def test_nothing_moves_for_those_who_want_no_motion(browser, port):
    with opened(browser, port, reduced_motion="reduce") as page:
        ask(page, SEED_QUESTION)
        first_chip(page).click()
        assert page.locator("mark.lit").evaluate("e => getComputedStyle(e).animationName") == "none"


def test_settings_hold_for_the_tab_that_chose_them(page, browser, port):
    page.get_by_role("tab", name="Settings").click()
    slider = page.get_by_label("Confidence needed")
    expect(page.locator("#set-threshold-about")).to_contain_text(
        "8 in 10 questions rightly (63 of 76)"
    )
    before = page.locator("#set-threshold-about").inner_text()
    slider.fill("0.99")
    assert page.locator("#set-threshold-about").inner_text() != before
    page.get_by_role("button", name="Use these").click()
    expect(page.get_by_text("In use for your next question.")).to_be_visible()
    page.get_by_role("tab", name="Ask").click()
    ask(page, SEED_QUESTION)
    expect(page.locator("#turn-1 .abstained")).to_be_visible()
    with opened(browser, port) as other:
        ask(other, SEED_QUESTION)
        expect(other.locator("#turn-1 .chip").first).to_be_visible()
        expect(other.locator(".turn")).to_have_count(1)


def test_a_setting_that_cannot_be_is_one_sentence(page):
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("radio", name="Quotes only")).to_be_checked()
    page.get_by_role("radio", name="Another model").check()
    page.get_by_label("Model that answers").fill("openai:gpt-4o")
    page.get_by_role("button", name="Use these").click()
    expect(page.locator(".settings .problem:visible")).to_contain_text("needs a key")
    expect(page.get_by_label("Model that answers")).to_have_value("openai:gpt-4o")
    assert "extractive" not in page.locator("main").inner_text()
    page.get_by_label("Keep conversations").uncheck()
    expect(page.get_by_text("Your choice is kept in ")).to_contain_text("settings.env")
    expect(page.get_by_label("Keep conversations")).not_to_be_checked()


def test_the_fonts_are_its_own(page, port):
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")
    assert status(port, "GET", "/fonts/inter-LICENSE.txt", {})[0] == 200


def test_the_tab_shows_its_own_sign(port):
    answered, headers = status(port, "GET", "/favicon.ico", {})
    assert (answered, headers["Content-Type"]) == (200, "image/svg+xml")


def status(port, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.sock = socket.socket()
    connection.sock.connect(("127.0.0.1", port))
    connection.request(method, path, body=body, headers=headers)
    with connection.getresponse() as response:
        found = response.status, response.headers
    connection.close()
    return found


def test_the_protecting_headers_are_on_the_page(port):
    headers = status(port, "GET", "/", {})[1]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
