"""The tab Library with many articles: found by their words, narrowed, tagged, removed and asked."""

import re

import pytest
from ui_pages import needs_chromium, opened, served

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
FERRY = "Two ferries cross the Lune in summer, and the old ferry carries bicycles."
HOSTILE = ("<img src=x onerror=ran(1)>", "'><script>ran(2)</script>", "${ran(3)} {{ran(4)}}")


HOSTILE_NAME = "<img src=x onerror=ran(5)> `x`.txt"


def made(top):
    """Make a library of 64 articles: two of files, two tagged with evil, the rest short texts."""
    notes = top / "notes"
    notes.mkdir()
    head = "---\ntitle: The ferry\nauthor: Ana Lind\ndate: 2025-03-30\ntags: [river]\n---\n"
    (notes / "ferry.md").write_text(f"{head}{FERRY}\n", encoding="utf-8")
    (notes / "mill.txt").write_text("The mill\n\nThe mill grinds rye.", encoding="utf-8")
    (notes / HOSTILE_NAME).write_text("")
    with Assistant.open(Settings(library=top / "library", seeds=False)) as assistant:
        library = assistant.library
        library.add_articles(
            Article(source=f"pasted/{n:02}/Note {n:02}", title=f"Note {n:02}", text=f"Note {n}.")
            for n in range(60)
        )
        evil = [
            Article(source=f"{n} evil", title=f"{n} {each}", text=f"Here stands {each} now.")
            for n, each in enumerate(HOSTILE[:2])
        ]
        ids = [change.document_id for change in library.add_articles(evil).changes]
        library.tag(ids, add=HOSTILE)
        library.add(notes)
        library.folders.register(notes)
        library.folders.sync()
    return top / "library"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made(tmp_path_factory.mktemp("finds"))


@pytest.fixture(scope="module")
def port(folder):
    with served(folder) as port:
        yield port


@pytest.fixture
def page(browser, port):
    with opened(browser, port, tab="Library") as page:
        page.locator(".entry").first.wait_for()
        yield page


def titles(page):
    return page.locator(".entry-title")


def search(page, words):
    page.get_by_label("Search the library").fill(words)


def test_words_are_found_in_texts_and_lit_in_the_sentence_that_says_them(page):
    expect(page.locator(".total")).to_have_text("64 articles")
    search(page, "carrying bicycle")
    expect(titles(page)).to_have_text(["The ferry"])
    expect(page.locator(".entry .said")).to_have_text([FERRY])
    expect(page.locator(".entry mark")).to_have_text(["carries", "bicycles"])
    expect(page.locator(".total")).to_have_text("1 of 64 articles")
    assert "/" not in page.locator(".entry .about").inner_text()
    search(page, "lind 2025-03")  # a part of what the card says, and no word of a text
    expect(titles(page)).to_have_text(["The ferry"])
    expect(page.locator(".entry .said")).to_have_count(0)
    search(page, "HOSTILE_NONE")
    expect(page.locator("#library .none")).to_have_text("No article has these words.")
    for evil in (*HOSTILE, '"' * 200, "%", "\\", "a" * 199):
        search(page, evil)
        page.wait_for_timeout(50)
    search(page, HOSTILE[0])
    expect(titles(page)).to_have_text([f"0 {HOSTILE[0]}", f"1 {HOSTILE[1]}"])  # by their tags
    expect(page.locator(".tag-name").filter(has_text="ran(4)")).to_have_count(2)
    elements = page.locator(".library").locator("img, script, iframe, svg")
    assert elements.count() == 0


def test_articles_are_sorted_narrowed_and_shown_to_the_last(page):
    page.get_by_label("Sort").select_option("title")
    expect(titles(page).first).to_have_text(f"0 {HOSTILE[0]}")
    page.get_by_label("Sort").select_option("date")
    expect(titles(page).first).to_have_text("The ferry")
    page.get_by_label("Sort").select_option("length")
    expect(titles(page).first).to_have_text("The ferry")
    expect(titles(page)).to_have_count(50)
    # Not by Playwright: the end of the list is made anew once it is seen.
    page.evaluate("document.querySelector('.library .more')?.scrollIntoView()")
    expect(titles(page)).to_have_count(64)
    assert page.locator(".entry input").first.evaluate("e => e.closest('label').offsetWidth") >= 24
    expect(page.get_by_label("Place").locator("option")).to_have_text(
        ["Anywhere", "notes (2)", "Pasted (60)"]
    )
    page.get_by_label("Place").select_option(label="notes (2)")
    expect(titles(page)).to_have_text(["The ferry", "The mill"])
    page.get_by_label("Type").select_option(label="MD (1)")
    expect(titles(page)).to_have_text(["The ferry"])
    page.get_by_role("button", name="All articles").click()
    page.get_by_label("Year").select_option("2025")
    expect(titles(page)).to_have_text(["The ferry"])
    page.get_by_role("button", name="All articles").click()
    page.get_by_label("Tag", exact=True).select_option(HOSTILE[2])
    expect(titles(page)).to_have_count(2)
    page.get_by_role("button", name="All articles").click()
    page.get_by_role("button", name="river", exact=True).click()
    expect(titles(page)).to_have_text(["The ferry"])


def test_a_tag_is_given_and_taken_away_on_the_card(page):
    search(page, "mill")
    page.get_by_role("button", name="Tag The mill").click()
    page.get_by_label("Tag", exact=True).last.fill("to read, later")
    page.keyboard.press("Enter")
    expect(page.locator("#library .note")).to_contain_text("has a comma: give it a name")
    page.get_by_role("button", name="Tag The mill").click()
    page.get_by_label("Tag", exact=True).last.fill("to read")
    page.keyboard.press("Enter")
    expect(page.locator(".tag-name")).to_have_text(["to read"])
    expect(page.locator("#library .note")).to_have_count(0)
    page.get_by_role("button", name="Take the tag to read away from The mill").click()
    expect(page.locator(".tag-name")).to_have_count(0)


@pytest.fixture
def own(browser, tmp_path):
    """Open a library that no other test sees; give the page and the folder."""
    folder = made(tmp_path)
    with served(folder) as port, opened(browser, port, tab="Library") as page:
        page.locator(".entry").first.wait_for()
        yield page, folder


def test_what_is_chosen_is_tagged_removed_and_had_back_together(own):
    page, folder = own
    search(page, "note 1")
    expect(page.locator(".total")).to_have_text("15 of 64 articles")
    page.get_by_label("Select all").check()
    chosen = page.locator(".counted .total")
    expect(chosen).to_have_text("15 selected")
    page.get_by_label("Select Note 01").uncheck()
    expect(chosen).to_have_text("14 selected")
    page.get_by_role("button", name="Tag the 14 articles").click()
    field = page.locator("#library form input").last
    expect(field).to_be_focused()
    field.fill("ten")
    page.keyboard.press("Enter")
    expect(page.locator(".tag-name")).to_have_text(["ten", "ten"] * 7)
    page.get_by_role("button", name="Remove the 14 articles").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(page.locator(".undo-line span")).to_have_text(
        re.compile("Removed “Note [1-5][0-9]” and 13 other articles.")
    )
    search(page, "")
    expect(page.locator(".total")).to_have_text("50 articles")
    page.reload()  # as after a crash: what was not confirmed can still be had back
    page.get_by_role("tab", name="Library").click()
    undo.click()
    expect(page.locator(".total")).to_have_text("64 articles")
    expect(page.locator(".undo-line")).to_have_count(0)
    with Assistant.open(Settings(library=folder)) as assistant:
        assert assistant.library.tags()["ten"] == 14
    search(page, "mill")
    expect(titles(page)).to_have_count(1)
    page.get_by_role("button", name="Remove The mill").click()
    expect(page.locator("#library .note")).to_contain_text(
        "comes back when something changes there"
    )
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".undo-line")).to_have_count(0)
    assert not list((folder / "removed").glob("*.zip"))


def test_what_is_asked_is_handed_to_the_question(page):
    page.evaluate("window.addEventListener('footnote:chosen', (e) => window.chosen = e.detail)")
    page.get_by_label("Place").select_option(label="Pasted (60)")
    page.get_by_role("button", name="Ask these 60").click()
    expect(page.get_by_role("tab", name="Ask")).to_have_attribute("aria-selected", "true")
    assert page.evaluate("window.chosen") == [["places", [["pasted", "Pasted"]]]]
    expect(page.locator("#scope")).to_contain_text("in Pasted")
    page.get_by_role("tab", name="Library").click()
    search(page, "note 59")
    page.get_by_label("Select Note 59").check()
    page.get_by_role("button", name="Ask these").click()
    ((field, ((_, title),)),) = page.evaluate("window.chosen")
    assert (field, title) == ("documents", "Note 59")


def test_an_article_is_saved_as_it_was_read_and_folders_are_followed(page, folder):
    search(page, "bicycles")
    expect(titles(page)).to_have_count(1)
    titles(page).first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the original").click()
    assert download.value.suggested_filename == "ferry.md"
    assert download.value.path().read_text(encoding="utf-8").startswith("---\ntitle: The ferry")
    page.keyboard.press("Escape")
    page.get_by_text("1 folder followed").click()
    expect(page.locator(".followed bdi").first).to_have_text(str(folder.with_name("notes")))
    page.get_by_text("1 file not read").click()
    expect(page.locator(".unread li")).to_have_text(
        [re.compile(f"^{re.escape(HOSTILE_NAME)}: it is empty")]
    )
    page.get_by_label("Folder of this computer").fill("/nowhere/<b>here</b>")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.locator("#library .note")).to_have_text(
        "No folder is at '/nowhere/<b>here</b>': name a folder to register."
    )
    page.get_by_role("button", name="Unfollow").click()
    expect(page.get_by_text("Follow a folder")).to_be_visible()
    page.get_by_label("Folder of this computer").fill(str(folder.with_name("notes")))
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.locator(".followed li")).to_have_count(1)
