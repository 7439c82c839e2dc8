"""Before the first question: cards, what is asked, folders dropped, texts pasted."""

import pytest
from ui_pages import ask, needs_chromium, opened, served

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

TEXTS = {
    "Mill": "The mill of Kirkby was closed in 1987. Anna Reed bought it.",
    "Barge": "The barge of Lune was sunk in 1990. Tom Hall raised it.",
    "Fair": "The fair of Tay takes place on 21 June. Ann Cole opens it.",
}
PASTE = """(text) => { const held = new DataTransfer(); held.setData("text/plain", text);
document.querySelector("#question").dispatchEvent(
new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true})); }"""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start") / "library"
    with Assistant.open(Settings(library=folder, seeds=False)) as assistant:
        assistant.library.add_articles(
            Article(source=f"/notes/{title}.txt", title=title, text=text)
            for title, text in TEXTS.items()
        )
        (mill,) = (d for d in assistant.library.documents() if d.card.title == "Mill")
        assistant.library.tag([mill.id], add=["river"])
    with served(folder) as number:
        yield number


@pytest.fixture
def page(browser, port):
    with opened(browser, port) as page:
        page.locator(".shelf .name").first.wait_for()
        yield page


def card(page, title):
    return page.locator(".entry-card").filter(
        has=page.get_by_role("button", name=title, exact=True)
    )


def test_a_card_introduces_its_article_and_its_question_is_answered(page):
    question = "When was the mill of Kirkby closed?"
    expect(card(page, "Mill").locator(".overview")).to_contain_text("The mill of Kirkby was closed")
    expect(page.locator(".welcome .offer")).to_have_count(3)
    expect(card(page, "Mill").locator(".where")).to_have_attribute(
        "title", "Text, Mill.txt in notes"
    )
    card(page, "Mill").get_by_role("button", name=question).click()
    expect(page.locator("#turn-1 .short")).to_have_text("1987")
    expect(page.locator("#turn-1 .scope")).to_contain_text("Asked of: “Mill”.")


LOADED = """performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)
.filter((path) => path.startsWith("/assets/"))"""


def test_a_page_is_told_ahead_of_each_file_of_gradios_that_it_loads(browser, port):
    # In a context of its own: what is in another's memory is not counted as loaded.
    with opened(browser, port, own=True) as page:
        told = page.request.get(page.url).headers["link"]
        loaded = page.evaluate(LOADED)
    assert loaded
    assert [path for path in loaded if f"<{path[1:]}>" not in told] == []


def test_what_is_chosen_is_asked_alone_stays_and_can_be_taken_back(page):
    strip = page.locator(".scope .strip")
    expect(strip).to_contain_text("Asking all 3 articles")
    card(page, "Barge").get_by_role("checkbox").check()
    card(page, "Fair").get_by_role("checkbox").check()
    expect(strip).to_contain_text("Asking 2 of 3 articles")
    ask(page, "What was closed in 1987?")
    expect(page.locator("#turn-1 .scope")).to_contain_text("Asked of: 2 articles.")
    expect(page.locator("#turn-1")).not_to_contain_text("The mill of Kirkby was closed")
    page.reload()
    expect(strip).to_contain_text("Asking 2 of 3 articles")
    page.get_by_role("button", name="Choose articles").click()
    page.locator(".choices summary").click()
    page.get_by_role("button", name="river 1").click()
    expect(strip).to_contain_text("Asking 1 of 3 articles")
    expect(strip.locator(".one")).to_have_text(["tag river✕"])
    page.locator("#scope-since").fill("2024")
    page.keyboard.press("Enter")
    expect(strip.get_by_role("alert")).to_have_text(
        "No article is in all that you chose: take one of these away, or ask all articles."
    )
    page.get_by_role("button", name="Do not choose from 2024").click()
    expect(strip).to_contain_text("Asking 1 of 3 articles")
    page.get_by_role("button", name="All articles", exact=True).click()
    expect(strip).to_contain_text("Asking all 3 articles")


def test_a_folder_dropped_on_ask_is_read_with_all_below_it(page, tmp_path):
    folder = tmp_path / "minutes"
    (folder / "older").mkdir(parents=True)
    (folder / "pump.md").write_text("# Pump\n\nThe pump was repaired on 3 May 2025.")
    (folder / "older" / "well.txt").write_text("The well was dug in 1901.")
    (folder / "odd.bin").write_bytes(bytes(range(256)))
    session = page.context.new_cdp_session(page)
    held = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 300, "data": held})
    expect(page.locator(".jobs > .note")).to_contain_text("2 articles added, 1 not read: odd.bin")
    page.get_by_role("tab", name="Ask", exact=True).click()
    expect(page.locator(".shelf .name")).to_have_count(5)


def test_a_long_text_that_is_pasted_may_become_an_article(page):
    page.evaluate(PASTE, "The otter was seen in 1999.\n" + "It swam on. " * 200)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".pasted")).to_contain_text("Added “The otter was seen in 1999.”")
    expect(page.locator(".shelf .name").first).to_have_text("The otter was seen in 1999.")
    page.evaluate(PASTE, "The otter was seen in 1999.\n" + "It swam on. " * 200)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".pasted")).to_contain_text("It is there already: “The otter was seen")
    page.locator(".pasted").get_by_role("button", name="Open it").click()
    expect(page.locator("#pane .article h2")).to_have_text("The otter was seen in 1999.")
    page.evaluate(PASTE, "When was it seen?")
    expect(page.get_by_role("button", name="Add it")).to_have_count(0)


def test_who_has_no_article_is_told_on_a_phone_too_where_to_add_one(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_SEEDS", "false")
    phone = {"viewport": {"width": 390, "height": 844}}
    with served(tmp_path / "library") as port, opened(browser, port, **phone) as page:
        expect(page.locator(".welcome .bare")).to_have_text(
            "There is no article yet: drop files or a folder anywhere on this page, or add some on "
            "the tab Library."
        )
        page.get_by_role("tab", name="Library").click()
        page.locator("#library-drop input[type=file]").set_input_files(
            [{"name": "owls.txt", "mimeType": "text/plain", "buffer": b"Owls hunt at night."}]
        )
        expect(page.locator(".job.added")).to_have_count(1)
        page.get_by_role("tab", name="Ask").click()
        expect(page.locator(".welcome .bare")).to_have_count(0)
