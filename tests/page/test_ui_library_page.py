"""The tab Library in a real browser, against the real app, library and embedder."""

import re
from pathlib import Path

import pytest
from documents import docx, epub, mail, odt, pdf, pptx, shape, xlsx
from ui_pages import needs_chromium, opened, served

from rag import Article, Assistant, Settings
from ui.limits import MOST_FILE

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
CONTRAST = Path(__file__).parents[1] / "data/contrast.js"
SEED = "Japan and US Defense Ministers United in Countering China"
FORMATS = {
    "plain.txt": (
        "The heron count",
        "ninety herons",
        b"The heron count\n\nWardens counted ninety herons in March.",
    ),
    "note.md": (
        "The ferry",
        "sails at noon",
        b"---\ntitle: The ferry\nauthor: Ana Lind\ndate: 2025-03-30\n---\n# The ferry\n\n"
        b"The ferry sails at noon.",
    ),
    "page.html": (
        "The mill",
        "grinds rye",
        b"<!doctype html><html><head><title>The mill</title></head><body><article><h1>The mill</h1>"
        b"<p>The old mill grinds rye again since it was mended last autumn.</p>"
        b"<p>It belongs to the town, which let it to a baker for ten years.</p></article></body>",
    ),
    "report.pdf": (
        "report",
        "opens in July",
        pdf("The bridge is closed.", "The bridge opens in July."),
    ),
    "letter.docx": (
        "The letter",
        "ferry is sold",
        docx("# The letter", "The ferry is sold to the town.", title="The letter"),
    ),
    "minutes.odt": (
        "The minutes",
        "club buys a skiff",
        odt("# The minutes", "The club buys a skiff in May."),
    ),
    "talk.pptx": (
        "The talk",
        "seals rest",
        pptx(shape("The talk", place="title") + shape("The seals rest on the bank.")),
    ),
    "birds.xlsx": (
        "birds",
        "Bird: Plover; Count: 17.",
        xlsx({"Birds": [["Bird", "Count"], ["Plover", 17], ["Gull", 40]]}),
    ),
    "mail.eml": ("Plans for the fleet", "two new boats", mail("We order two new boats in May.")),
    "book.epub": (
        "The book",
        "lighthouse keeper",
        epub(
            "<h1>One</h1><p>The lighthouse keeper left in 1912.</p>",
            metadata="<dc:title>The book</dc:title>",
        ),
    ),
    "table.csv": ("table", "Lapwing", b"bird,count\nLapwing,61\nHeron,90\n"),
}
"""Title, words of the text and content of a file of each format that is read."""
DROPPED = """() => {
  const held = new DataTransfer();
  held.items.add(new File(["The heron stood still."], "heron.txt"));
  held.items.add(new File(["The plover ran."], "plover.txt"));
  return held;
}"""
EVIL = (
    "<img src=https://evil.example/i onerror=alert(1)>",
    "<script>alert(2)</script>",
    "'><svg onload=alert(3)>",
    "${alert(4)} `${alert(5)}` {{alert(6)}}",
    '" onmouseover="alert(7)" style="position:fixed;inset:0;background:url(https://evil.example)"',
    "</li></ul><iframe src=https://evil.example></iframe><base href=https://evil.example>",
    "<form action=https://evil.example><button>x</button></form>",
    "[x](javascript:alert(8)) ![x](https://evil.example/?q=1)",
    "<b id=gold class=toast>bold</b> \u202etxet\u202c &lt;i&gt;",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library") / "library"
    with Assistant.open(Settings(library=folder)) as assistant:
        assistant.library.documents()
    return folder


@pytest.fixture(scope="module")
def port(folder):
    with served(folder) as port:
        yield port


@pytest.fixture(autouse=True)
def alone(folder):
    """Leave the shipped article alone, whatever an earlier test added before it failed."""
    with Assistant.open(Settings(library=folder)) as assistant:
        others = [known.id for known in assistant.library.documents() if known.card.title != SEED]
        if others:
            assistant.library.remove(*others)


@pytest.fixture
def page(browser, port, alone):
    with opened(browser, port, tab="Library") as page:
        page.locator(".entry").first.wait_for()
        yield page


def drop(page, *files):
    page.locator("#library-drop input[type=file]").set_input_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            for name, content in files
        ]
    )


def entry(page, title):
    return page.locator(".entry").filter(has=page.get_by_role("button", name=title, exact=True))


def remove(page, title):
    entry(page, title).get_by_role("button", name=f"Remove {title}").click()
    expect(page.locator(".undo > .undo-line span")).to_have_text(f"Removed “{title}”.")
    expect(entry(page, title)).to_have_count(0)


def test_a_file_of_each_format_is_added_opened_and_removed(page):
    for name, (title, words, content) in FORMATS.items():
        add_open_and_remove(page, name, title, words, content)
        page.get_by_role("button", name="Clear this list").click()


def add_open_and_remove(page, name, title, words, content):
    drop(page, (name, content))
    expect(page.locator(".job.added .job-name")).to_have_text(name)
    expect(entry(page, title).locator(".about")).to_contain_text(name)
    entry(page, title).get_by_role("button", name=title, exact=True).click()
    expect(page.locator(".reader[open] article")).to_contain_text(words)
    text = page.locator(".reader[open] .text")
    expect(text.get_by_role("heading", name=title, exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".reader[open]")).to_have_count(0)
    remove(page, title)


def test_what_was_added_is_there_to_ask_at_once(page):
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator(".shelf .name")).to_have_count(1)
    page.get_by_role("tab", name="Library").click()
    drop(page, ("ferry.txt", b"The ferry to Lune was built in 1987. It sails on Sundays."))
    expect(page.locator(".job.added")).to_have_count(1)
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator(".shelf .name").first).to_have_text("ferry")
    expect(
        page.locator(".offer").filter(has_text="When was the ferry to Lune built?")
    ).to_have_count(1)
    page.get_by_role("tab", name="Library").click()
    remove(page, "ferry")


def test_files_dropped_on_another_tab_are_added(page):
    page.get_by_role("tab", name="Ask").click()
    dropped = page.evaluate_handle(DROPPED)
    page.dispatch_event("#talk", "dragover", {"dataTransfer": dropped})
    expect(page.locator("body.dropping")).to_have_count(1)
    page.dispatch_event("#talk", "drop", {"dataTransfer": dropped})
    expect(page.locator(".job.added .job-name")).to_have_text(["heron.txt", "plover.txt"])
    expect(page.locator("body.dropping")).to_have_count(0)
    expect(page.get_by_role("tab", name="Library")).to_have_attribute("aria-selected", "true")
    for title in ("heron", "plover"):
        remove(page, title)


def test_what_becomes_of_files_is_seen_from_far_down_in_the_list(page):
    page.set_viewport_size({"width": 1440, "height": 240})
    page.locator(".entry").last.scroll_into_view_if_needed()
    expect(page.locator(".jobs")).not_to_be_in_viewport()
    page.dispatch_event(".library", "drop", {"dataTransfer": page.evaluate_handle(DROPPED)})
    expect(page.locator(".jobs > .note")).to_be_in_viewport()
    expect(page.locator(".job.added")).to_have_count(2)
    for title in ("heron", "plover"):
        remove(page, title)


def test_a_pasted_text_becomes_an_article_and_what_is_no_page_is_one_sentence(page):
    page.get_by_role("button", name="Paste a text").click()
    for field in ("Address of a web page", "Title of the text", "Text"):
        expect(page.get_by_label(field, exact=True)).to_have_css("border-radius", "11px")
    page.get_by_label("Text", exact=True).fill("The tern\n\nThe tern <b>nests</b> on the dike.")
    page.get_by_role("button", name="Add text").click()
    expect(page.locator(".job.added .job-name")).to_have_text("The tern")
    entry(page, "The tern").get_by_role("button", name="The tern", exact=True).click()
    expect(page.locator(".reader[open] article")).to_contain_text(
        "The tern <b>nests</b> on the dike."
    )
    page.keyboard.press("Escape")
    remove(page, "The tern")
    page.get_by_role("button", name="Paste a text").click()
    page.get_by_label("Text", exact=True).fill("A tern weighs 120 g. It was ringed.")
    page.get_by_role("button", name="Add text").click()
    ringed = "A tern weighs 120 g. It was ringed."
    expect(entry(page, ringed).locator(".kind")).to_have_text("TEXT")
    remove(page, ringed)
    field = page.get_by_label("Address of a web page")
    for address, why in (
        ("http://127.0.0.1:9/secret", "not on the open internet"),
        ("file:///etc/passwd", "An address begins with http:// or https://."),
    ):
        field.fill(address)
        page.get_by_role("button", name="Add page").click()
        expect(page.locator(".job.skipped .job-name")).to_have_text(address)
        expect(page.locator(".job-note")).to_contain_text(why)


def test_what_is_added_while_an_earlier_addition_runs_is_added_too(page):
    for title in ("The knot", "The ruff", "The stint"):
        page.get_by_role("button", name="Paste a text").click()
        page.get_by_label("Text", exact=True).fill(f"{title}\n\n{title} feeds on the mud flats.")
        page.get_by_role("button", name="Add text").click()
    drop(page, ("dunlin.txt", b"The dunlin probed the mud."))
    expect(page.locator(".job-name", has_text="dunlin.txt")).to_have_count(1)
    drop(page, ("curlew.txt", b"The curlew called twice."))
    for title in ("The knot", "The ruff", "The stint", "dunlin", "curlew"):
        remove(page, title)


def test_what_is_there_already_is_told_stored_once_and_can_be_opened(page):
    text = b"The tern nests on the dike. It was ringed in May."
    drop(page, ("tern.txt", text))
    expect(page.locator(".job.added")).to_have_count(1)
    for name, told in (
        ("tern.txt", "It is in the library already. Open it"),
        ("seabird.txt", "Its text is in the library already, as “tern”. Open it"),
    ):
        drop(page, (name, text))
        expect(page.locator(".job.unchanged .job-note")).to_have_text(told)
    page.get_by_role("button", name="Open tern").click()
    expect(page.locator(".reader[open] article")).to_contain_text("The tern nests on the dike.")
    page.keyboard.press("Escape")
    expect(page.locator(".entry")).to_have_count(2)
    remove(page, "tern")


def test_many_uploads_are_one_line_and_the_list_is_folded(page):
    files = [(f"note-{n}.txt", f"The heron number {n} stood still.".encode()) for n in range(4)]
    drop(page, *files, ("broken.pdf", b"%PDF-1.4 nothing"))
    told = re.compile(r"^4 articles added, 1 not read: broken\.pdf \(.+\)\.$")
    expect(page.locator(".jobs > .note")).to_have_text(told)
    expect(page.locator(".job:visible")).to_have_count(0)
    page.get_by_text("Show the 5 files").click()
    expect(page.locator(".job:visible")).to_have_count(5)
    for n in range(4):
        remove(page, f"note-{n}")


def test_a_file_that_was_edited_since_is_told_where_it_is_read(page, folder, tmp_path):
    path = tmp_path / "heron.txt"
    path.write_text("The heron stood still.", encoding="utf-8")
    with Assistant.open(Settings(library=folder)) as assistant:
        (change,) = assistant.library.add(path).changes
        path.write_text("The heron flew away.", encoding="utf-8")
        page.get_by_role("button", name="heron", exact=True).click()
        expect(page.locator(".reader[open] .note")).to_have_text(
            re.compile("^Its file was edited since it was added: add it again")
        )
        assistant.library.remove(change.document_id)


def test_the_reason_for_each_file_that_is_skipped_is_told(page):
    png, half = b"\x89PNG\r\n\x1a\n" + bytes(99), pptx(shape("Half"))[:100]
    drop(page, ("cat.png", png), ("none.txt", b""), ("half.pptx", half), ("a.txt", b"Yes."))
    page.get_by_text("Show the 4 files").click()
    expect(page.locator(".job.skipped")).to_have_count(3)
    expect(page.locator(".job").filter(has_text="half.pptx")).to_contain_text(
        "It is no PowerPoint file, or so damaged"
    )
    expect(page.locator(".job").filter(has_text="cat.png")).to_contain_text("PNG")
    expect(page.locator(".job").filter(has_text="none.txt")).to_contain_text("empty")
    expect(page.locator(".job").filter(has_text="a.txt")).to_contain_text("Added")
    page.get_by_role("button", name="Clear this list").click()
    expect(page.locator(".job")).to_have_count(0)
    remove(page, "a")


def test_a_title_begins_where_what_is_told_of_it_does_and_is_the_largest(page):
    row = page.locator(".entry").first
    title, about = row.locator(".entry-title"), row.locator(".about")
    assert title.bounding_box()["x"] == about.bounding_box()["x"]
    size, inside = title.evaluate(
        "(e) => [parseFloat(getComputedStyle(e).fontSize), getComputedStyle(e).paddingLeft]"
    )
    assert size > about.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert inside == "0px"


def test_titles_sources_authors_and_dates_are_found(page):
    drop(page, ("note.md", FORMATS["note.md"][-1]))
    expect(page.locator(".entry")).to_have_count(2)
    for words in ("FERRY", "note.md", "lind", "2025-03-30"):
        page.get_by_label("Search the library").fill(words)
        expect(page.locator(".entry-title")).to_have_text(["The ferry"])
    page.get_by_label("Search the library").fill("castle")
    expect(page.locator("#library .none")).to_have_text("No article has these words.")
    page.get_by_label("Search the library").fill("")
    expect(page.locator(".entry")).to_have_count(2)
    remove(page, "The ferry")


def test_what_another_process_adds_and_removes_appears_by_itself(page, folder):
    with Assistant.open(Settings(library=folder)) as other:
        article = Article(source="https://other.example/a", title="From elsewhere", text="A cat.")
        (change,) = other.library.add_articles([article]).changes
        expect(page.locator(".entry-title").first).to_have_text("From elsewhere", timeout=15_000)
        other.library.remove(change.document_id)
        expect(page.locator(".entry")).to_have_count(1, timeout=15_000)


def test_hostile_titles_and_file_names_are_shown_and_do_nothing(page, folder):
    with Assistant.open(Settings(library=folder)) as other:
        articles = [
            Article(source=f"{n}{evil}", title=f"{n}{evil}", text=f"{evil} stands here.")
            for n, evil in enumerate(EVIL)
        ]
        ids = [change.document_id for change in other.library.add_articles(articles).changes]
        expect(page.locator(".entry")).to_have_count(1 + len(EVIL), timeout=15_000)
        shown = page.locator(".entry-title").all_text_contents()
        assert set(shown) == {c.card.title for c in other.library.documents()}
        assert set(shown) >= {
            article.title for article in articles[:-1]
        }  # the last has a mark less
        for known in ids:
            page.locator(f'[data-id="{known}"] .entry-title').click()
            expect(page.locator(".reader[open] article")).to_contain_text("stands here.")
            page.keyboard.press("Escape")
        assert (
            page.locator(".entry :is(img, svg, iframe, script, form, b), .reader[open] img").count()
            == 0
        )
        drop(page, *((f"{evil[:60]}.png", b"\x89PNG\r\n\x1a\n" + bytes(9)) for evil in EVIL[:4]))
        expect(page.locator(".job.skipped")).to_have_count(4)
        assert page.locator(".job :is(img, svg, script)").count() == 0
        other.library.remove(*ids)


def test_a_file_that_is_too_large_is_told_and_stops_no_other(page):
    drop(page, ("big.txt", b"x" * (MOST_FILE + 1)), ("small.txt", b"A small one."))
    expect(page.locator(".job.skipped")).to_contain_text("It is larger than 20 MB")
    expect(page.locator(".job.added .job-name")).to_have_text("small.txt")
    remove(page, "small")


def test_two_people_add_at_once_and_both_see_both(page, browser, port):
    with opened(browser, port, tab="Library") as second:
        for one, name in ((page, "one.txt"), (second, "two.txt")):
            drop(one, (name, f"Of {name} here.".encode()))
        for one in (page, second):
            expect(one.locator(".entry")).to_have_count(3, timeout=20_000)
            expect(one.locator(".job")).to_have_count(1)
        remove(page, "one")
        remove(page, "two")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_on_a_phone_in_both_schemes(browser, port, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with opened(browser, port, tab="Library", **phone) as page:
        page.locator(".entry").first.wait_for()
        drop(page, ("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(99)))
        page.locator(".job.skipped").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        ratio, where = page.evaluate(f"({CONTRAST.read_text()})('.page *')")
        assert ratio >= 4.5, where
        page.locator(".entry-title").first.click()
        page.locator(".reader[open] article").wait_for()
        ratio, where = page.evaluate(f"({CONTRAST.read_text()})('.reader[open] *')")
        assert ratio >= 4.5, where
