"""Hostile titles, texts, file names, questions and answers are shown and do nothing."""

import csv
import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from forks import ROOT
from painted import lines, painted
from ui_pages import ask, needs_chromium, opened, served

from rag import Article, Assistant, Settings
from rag.internal import ConversationStore, library_name

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

HOSTILE = json.loads((ROOT / "tests/data/hostile.json").read_text(encoding="utf-8"))
TRUE = "The castle of Lune has four towers and a well."
MADE = (
    "img, script, iframe, form, style, link, meta, base, object, embed, video, audio, input, math"
)


def article(number, payload):
    """Return an article that is hostile in its title, its source and its text."""
    text = f"{TRUE} Here stands {payload} as number {number}. It was repaired in 19{number:02}."
    return Article(source=f"{number} {payload}", title=payload, text=text)


def on_a_line(payload):
    return " ".join(payload.replace("\u202e", "").split())


def hostile_mail():
    """Return a mail that is hostile in every line of its header, and quotes what is."""
    said = [on_a_line(payload) for payload in HOSTILE]
    head = [
        f"From: {said[0]} <a@b.example>",
        f'To: "{said[1]}" <c@d.example>',
        f"Cc: {said[7]}",
        f"Date: {said[2]}",
    ]
    quoted = "\n".join(f"> {one}" for one in said)
    lines = [*head, f"Subject: {said[3]}", "", TRUE, quoted]
    return "\n".join(lines).encode("utf-8", "replace")


def hostile_table():
    """Return a table whose columns have hostile names, and cells."""
    out = StringIO()
    names = ["Town", *(f"{on_a_line(payload)} {n}" for n, payload in enumerate(HOSTILE[:9]))]
    rows = [
        [f"{TRUE[:-1]} {n}." if n else TRUE, *map(on_a_line, HOSTILE[n : n + 9])] for n in range(4)
    ]
    csv.writer(out).writerows([names, *rows])
    return out.getvalue()


def hostile_note():
    """Return Markdown of hostile headings, items, cells and code."""
    # As code, for what is a tag is not read.
    told = [f"`{on_a_line(one).replace('|', '/')}`" for one in HOSTILE if "`" not in one]
    parts = [
        f"## {one}\n\n- {one}\n\n| {one} | b |\n| --- | --- |\n| {one} | c |\n" for one in told
    ]
    code = "\n".join(f"if (x) {{ {one}; }}" for one in told)
    return "\n".join([*parts, f"{TRUE}\n\n```\n{code}\n  x;\n```"])


def hostile_page():
    """Return a saved page that says it is from an address that runs."""
    return (
        "<!doctype html><!-- saved from url=(0020)javascript:ran(1) -->"
        "<link rel=canonical href='data:text/html,<script>ran(1)</script>'>"
        f"<base href='javascript:ran(1)//'><title>The sluice</title><body><p>{TRUE} It has "
        "a sluice that was painted green by two sisters in the spring.</p></body>"
    )


def hostile_pdf():
    """Return a PDF whose title, labels and page are hostile, and that has a script."""
    label = "/PageLabels << /Nums [0 << /P (<img src=x onerror=ran\\(1\\)>) /S /D >>] >>"
    runs = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    title = "/Title (<svg onload=ran\\(1\\)> report)"
    return painted(lines(TRUE, *HOSTILE[:9]), root=f"{label} {runs}", info=title)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Make a library of hostile articles, and of files with hostile names."""
    path = tmp_path_factory.mktemp("hostile")
    files = path / "files"
    files.mkdir()
    for number, payload in enumerate(HOSTILE):
        name = payload.replace("/", "").replace("\n", " ")[:80]
        (files / f"{name} {number}.txt").write_text(f"{TRUE} {payload}", encoding="utf-8")
    made = path / "made"
    made.mkdir()
    # What only one of them says is what is asked for.
    (made / "letter.eml").write_bytes(hostile_mail())
    (made / "table.csv").write_text(hostile_table(), encoding="utf-8")
    (made / "note.md").write_text(hostile_note(), encoding="utf-8")
    (made / "page.html").write_text(hostile_page(), encoding="utf-8")
    (made / "report.pdf").write_bytes(hostile_pdf())
    with Assistant.open(Settings(library=path / "library", seeds=False)) as assistant:
        assistant.library.add_articles(article(n, payload) for n, payload in enumerate(HOSTILE))
        assistant.library.add(files)
        assistant.library.add(made)
        for number, document in enumerate(assistant.library.documents()):
            tag = HOSTILE[number % len(HOSTILE)].replace(",", " ").replace("\n", " ")[:60]
            assistant.library.tag([document.id], add=[tag])
            told = [f"Who is {HOSTILE[number % len(HOSTILE)]}?"]
            assistant.library.introduce({document.id: told})
    return path / "library"


@pytest.fixture(scope="module")
def port(hostile):
    with served(hostile) as number:
        yield number


@pytest.fixture(scope="module")
def scripted(hostile):
    """Serve the library with a model and an answerer that say the payloads; give the port."""
    reply = f"{TRUE} [1] " + " ".join(f"It says {payload} here. [1]" for payload in HOSTILE)
    with served(hostile, reply, drafts=HOSTILE, span=(1, 5)) as number:
        yield number


def made_of(page):
    """Return what elements there are within the parts that show what others wrote."""
    shown = "#log, #pane, #bar, #scope, #shelf, .listed, .undo"
    return page.evaluate(
        f"[...document.querySelectorAll('{shown}')].flatMap("
        f"e => [...e.querySelectorAll('{MADE}')].filter(x => !x.closest('.pick, .choices'))"
        ".map(x => x.outerHTML))"
    )


def all_cards(page):
    """Scroll until the card of every article is drawn; return their names."""
    names = page.locator(".shelf .name")
    names.first.wait_for()
    every = int(page.locator(".shelf .pane-head .about").text_content())
    assert every > 1.5 * len(HOSTILE)
    for _ in range(every):
        if (drawn := names.count()) == every:
            break
        page.locator(".shelf .more").scroll_into_view_if_needed()
        expect(names).not_to_have_count(drawn)
    expect(names).to_have_count(every)
    return names


def test_titles_and_file_names_are_shown_as_they_are(browser, port):
    with opened(browser, port) as page:
        shown = all_cards(page).evaluate_all("all => all.map(e => e.textContent)")
        titles = {" ".join(title.split()) for title in shown}
        # Signs that turn the direction of writing are left out when a document is added.
        assert {" ".join(p.replace("\u202e", "").split()) for p in HOSTILE} <= titles
        names = page.locator(".shelf .where").evaluate_all("all => all.map(e => e.textContent)")
        assert sum("<img src=x onerror=ran(1)>" in name for name in names) >= 1
        questions = page.locator(".shelf .asks-one")
        expect(questions).to_have_count(page.locator(".shelf .name").count())
        asked = set(questions.evaluate_all("all => all.map(e => e.textContent)"))
        assert {f"Who is {payload}?" for payload in HOSTILE} <= asked
        assert made_of(page) == []


def test_an_article_of_each_kind_is_read(browser, port):
    with opened(browser, port) as page:
        for button in all_cards(page).all()[::2]:
            button.evaluate("e => e.click()")
            page.locator(".article .text").wait_for()
            assert TRUE in page.locator(".article .text").text_content()
            assert made_of(page) == []
            page.get_by_role("button", name="Your articles").click()
        page.get_by_role("tab", name="Library").click()
        page.locator(".entry").first.wait_for()


PASTE = """(text) => { const held = new DataTransfer(); held.setData("text/plain", text);
document.querySelector("#question").dispatchEvent(
new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true})); }"""


def test_hostile_tags_choices_and_pastes_are_shown_as_they_are(browser, port):
    with opened(browser, port) as page:
        page.locator(".choices summary").click()
        for tag in page.locator(".choices .toggle").all()[:6]:
            tag.click()
        expect(page.locator(".scope .one")).to_have_count(6)
        assert made_of(page) == []
        for box in page.locator(".pick input").all()[:3]:
            box.check()
        expect(page.locator(".scope .one")).to_have_count(3)
        assert made_of(page) == []
        page.locator(".scope .everything").click()
        expect(page.locator(".scope .one")).to_have_count(0)
        for text in ("http://x/<img src=x onerror=ran(1)>".replace(" ", "/"), "http://127.0.0.1/"):
            page.evaluate(PASTE, text)
            page.get_by_role("button", name="Add it").click()
            expect(page.locator(".pasted .problem")).to_be_visible()
        long = " ".join(f"{TRUE} {payload}" for payload in HOSTILE) + " It is so. " * 200
        page.evaluate(PASTE, f"<img src=x onerror=ran(1)>\n{long}")
        page.get_by_role("button", name="Add it").click()
        expect(page.locator(".pasted")).to_contain_text("Added “<img src=x onerror=ran(1)>”.")
        expect(page.locator(".shelf .name").first).to_have_text("<img src=x onerror=ran(1)>")
        assert made_of(page) == []


def read_at(page, name):
    """Open an article of the list by its file; give its parts."""
    page.locator(".entry-card").filter(has_text=name).locator("button.name").click()
    page.locator(".article .text").wait_for(state="attached")
    return page.locator(".article")


def test_a_mail_a_table_a_note_a_page_and_a_pdf_are_shown_as_they_are(browser, port):
    said = [on_a_line(payload) for payload in HOSTILE]
    with opened(browser, port) as page:
        letter = read_at(page, "letter.eml")
        expect(letter.locator("dd").nth(1)).to_contain_text(said[1])
        expect(letter.locator("dd").last).to_have_text(said[3])
        expect(letter.locator("blockquote p")).to_have_count(len(HOSTILE))
        page.get_by_role("button", name="Your articles").click()
        table = read_at(page, "table.csv")
        expect(table.locator("th").nth(1)).to_have_text(f"{said[0]} 0")
        page.get_by_role("button", name="Your articles").click()
        note = read_at(page, "note.md")
        # The first is the title.
        assert note.locator("h3").count() == sum("`" not in one for one in HOSTILE) - 1
        assert note.locator("td").filter(has_text=said[1]).count() + note.locator("th").count() > 9
        page.get_by_role("button", name="Your articles").click()
        sluice = read_at(page, "page.html")
        expect(sluice.locator("a")).to_have_count(0)
        page.get_by_role("button", name="Your articles").click()
        report = read_at(page, "report.pdf")
        page.get_by_role("button", name="Page", exact=True).click()
        expect(report.locator("figcaption .about")).to_contain_text("<img src=x onerror=")
        assert [one for one in made_of(page) if "data:image/png;base64," not in one] == []
        assert page.url == f"http://127.0.0.1:{port}/"


def quoting(page):
    """Choose the scripted answerer in place of the scripted model."""
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("radio", name="Quotes only").check()
    page.get_by_role("button", name="Use these").click()
    page.get_by_text("In use for your next question.").wait_for()
    page.get_by_role("tab", name="Ask", exact=True).click()


def test_hostile_questions_and_answers_are_shown_as_they_are(browser, scripted):
    with opened(browser, scripted) as page:
        quoting(page)
        for turn, payload in enumerate(HOSTILE, start=1):
            ask(page, f"How many towers? {payload}", turn=turn)
        asked = page.locator(".turn .question").evaluate_all("all => all.map(e => e.textContent)")
        assert asked == [f"How many towers? {payload}" for payload in HOSTILE]
        said = page.locator("#turn-1 .words").evaluate_all("all => all.map(e => e.textContent)")
        assert said == HOSTILE
        page.locator("#turn-1 .chip").first.click()
        page.locator(".article .text").wait_for()
        assert made_of(page) == []
        assert page.locator(".answer a:not(.chip)").count() == 0
        assert page.url == f"http://127.0.0.1:{scripted}/"


def test_hostile_names_of_conversations_are_shown_as_they_are(browser, hostile, scripted):
    home = hostile.parent / ".local" / "share" / "footnote" / "conversations.db"
    store, names = ConversationStore(home), [" ".join(p.split())[:200] for p in HOSTILE]
    with Assistant.open(Settings(library=hostile)) as assistant:
        answer, own = assistant.ask("How many towers?"), library_name(assistant.settings)
    for number, name in enumerate(names):
        store.keep(f"{number:032x}", replace(answer, question=name), library=own)
        store.rename(f"{number:032x}", name)
    with opened(browser, scripted) as page:
        rows = page.locator(".listed li .name")
        expect(page.locator(".listed")).to_contain_text(names[0])
        # What turns words round is no part of a name; see the store's tests.
        assert {name.replace("\u202e", "") for name in names} <= set(rows.all_text_contents())
        row = page.locator(".listed li", has=page.get_by_text(names[0], exact=True)).first
        row.locator(".open").click()
        page.locator("#turn-1 .facts").wait_for()
        page.locator("#turn-1 .edit").click()
        expect(page.get_by_role("textbox", name="Edit the question")).to_have_value(names[0])
        page.keyboard.press("Escape")
        page.locator(".share summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Web page with its evidence").click()
        assert re.fullmatch(r"[\w-]+\.html", download.value.suggested_filename)
        row.locator(".open").press("Delete")
        expect(page.locator(".undo")).to_contain_text(f"Deleted “{names[0]}”.")
        assert made_of(page) == []


def test_case_4_a_hostile_language_model_does_nothing(browser, scripted):
    with opened(browser, scripted) as page:
        ask(page, "How many towers has the castle of Lune?")
        page.reload()
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator("mark.lit")).to_be_in_viewport()
        assert made_of(page) == []


def test_forged_events_and_requests_for_articles_get_nothing(browser, port):
    forged = [None, 7, [], {"id": 7}, {"id": "../../etc/passwd"}, {"id": "%"}, {"id": ""}, {}]
    with opened(browser, port) as page:
        part = page.evaluate(
            "window.gradio_config.components.find(c => c.props.elem_id === 'pane').id"
        )
        for wanted in forged:
            body = {"data": wanted, "component_id": part, "fn_name": "text", "session_hash": "x"}
            found = page.request.post(
                f"http://127.0.0.1:{port}/gradio_api/component_server", data=body
            )
            assert "towers" not in found.text()
