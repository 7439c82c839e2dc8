"""What a page says and keeps when what it asks of its server does not come."""

import socket
from contextlib import ExitStack

from ui_pages import SEED_QUESTION, needs_chromium, opened, served

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

REPLY = "Hegseth attended the ceremony. [1] The Battle of Iwojima took 28,000 lives in 1945. [1] "
DOWN = "Footnote cannot be reached, and nothing new comes: see that it still runs where it was"
FAILED = "Footnote could not do that (error 500): do it again, and reload this page"
BROKE_OFF = "The connection to Footnote broke off before the answer came."


def told(page):
    return page.locator("#lost[role=alert]")


def test_a_server_that_ends_under_an_answer_is_told_and_the_page_goes_on_with_the_next(
    browser, seeded
):
    with ExitStack() as first, ExitStack() as second:
        port = first.enter_context(served(seeded, REPLY * 30, pause=0.05))
        page = second.enter_context(opened(browser, port, loses=True))
        page.get_by_label("Your question").fill("What did Hegseth attend?")
        page.keyboard.press("Enter")
        page.locator("#turn-1 .sentence").first.wait_for()
        first.close()
        expect(told(page)).to_contain_text(DOWN)
        expect(page.locator("#turn-1 .problem")).to_contain_text(BROKE_OFF)
        page.get_by_label("Your question").fill("And who")
        first.enter_context(served(seeded, REPLY, at=port))
        expect(told(page)).to_be_empty()
        expect(page.get_by_label("Your question")).to_have_value("And who")
        page.locator("#turn-1 .problem").get_by_role("button", name="Ask again").click()
        expect(page.locator(".turn .verdicts")).to_contain_text("sentences")
        second.close()


def test_a_server_that_answers_once_more_and_is_silent_then_is_told_of_too(browser, seeded):
    ending = [True]
    with ExitStack() as first, ExitStack() as second:
        port = first.enter_context(served(seeded, REPLY * 30, pause=0.05))
        page = second.enter_context(opened(browser, port, loses=True))
        page.route(
            "**/gradio_api/app_id",
            lambda route: route.fulfill(body="{}") if ending else route.continue_(),
        )
        page.get_by_label("Your question").fill("What did Hegseth attend?")
        page.keyboard.press("Enter")
        page.locator("#turn-1 .sentence").first.wait_for()
        first.close()
        silent = second.enter_context(socket.create_server(("127.0.0.1", port)))
        silent.listen()
        expect(told(page)).to_contain_text("The connection broke off")
        ending.clear()
        expect(told(page)).to_contain_text(DOWN)


def test_what_the_server_refuses_is_one_sentence_and_can_be_done_again(browser, port):
    with opened(browser, port, loses=True) as page:
        page.route("**/queue/join*", lambda route: route.fulfill(status=500, body="x"))
        page.get_by_label("Your question").fill(SEED_QUESTION)
        page.keyboard.press("Enter")
        expect(told(page)).to_contain_text(FAILED)
        expect(page.locator(".turn .problem")).to_contain_text(BROKE_OFF)
        page.unroute("**/queue/join*")
        page.locator(".turn").get_by_role("button", name="Ask again").click()
        expect(page.locator("#turn-1 .short")).to_have_text("AMRAAM")
        told(page).get_by_role("button", name="Dismiss").click()
        expect(told(page)).to_be_empty()


def test_an_article_and_an_upload_that_are_lost_are_told_where_they_were_wanted(browser, port):
    with opened(browser, port, loses=True, tab="Library") as page:
        page.locator(".entry-title").first.wait_for()
        page.route("**/component_server/", lambda route: route.fulfill(status=404, body="x"))
        page.locator(".entry-title").first.click()
        expect(page.locator(".reader[open] .problem")).to_have_text(
            "It could not be fetched: close this, and open it again."
        )
        page.keyboard.press("Escape")
        page.unroute("**/component_server/")
        page.locator(".entry-title").first.click()
        expect(page.locator(".reader[open] article")).to_contain_text("Iwo")
        page.keyboard.press("Escape")
        page.route("**/upload?*", lambda route: route.abort())
        page.locator("#library-drop input[type=file]").set_input_files(
            {"name": "heron.txt", "mimeType": "text/plain", "buffer": b"The heron stood still."}
        )
        expect(told(page)).to_contain_text("what you did last may not have arrived")
