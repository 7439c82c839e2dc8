"""Several libraries on one page, and a page for who may only ask, in a real browser."""

import pytest
from ui_pages import ask, needs_chromium, opened, served

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
BRIDGE = "The bridge of Arnstad was closed in May."
ANA, EVE = ("ana", "12345678"), ("eve", "11112222")
MILL = "The mill of Lindvik grinds rye again."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make two libraries, side by side, and return the first."""
    top = tmp_path_factory.mktemp("libraries")
    for name, text in (("garden", BRIDGE), ("work", MILL)):
        with Assistant.open(Settings(library=top / name)) as assistant:
            assistant.library.add_articles([Article(source=name, title=f"Of {name}", text=text)])
    return top / "garden"


@pytest.fixture(scope="module")
def port(folder):
    users = folder.with_name("users")
    users.write_text("ana:12345678\neve:11112222:ask\n", encoding="utf-8")
    users.chmod(0o600)
    with served(folder, others=("work",), users=users) as port:
        yield port


def titles(folder):
    with Assistant.open(Settings(library=folder)) as assistant:
        return sorted(document.card.title for document in assistant.library.documents())


def test_a_visitor_chooses_the_library_that_is_asked_and_the_tab_follows(browser, port, folder):
    with opened(browser, port, login=ANA) as page, opened(browser, port, login=EVE) as other:
        ask(page, "Which bridge was closed in May?")
        expect(page.locator("#turn-1")).to_contain_text("Arnstad")
        expect(page.get_by_label("Library").locator("option")).to_have_text(
            ["garden · 1 article", "work · 1 article"]
        )
        page.get_by_label("Library").select_option("work")
        page.locator(".welcome").wait_for()
        expect(page.get_by_label("Library")).to_have_value("work")
        ask(page, "Which mill grinds rye?")
        expect(page.locator("#turn-1")).to_contain_text("Lindvik")
        page.get_by_role("tab", name="Library").click()
        expect(page.locator(".entry-title")).to_have_text(["Of work"])
        page.locator("#library-drop input[type=file]").set_input_files(
            [{"name": "owls.txt", "mimeType": "text/plain", "buffer": b"Owls hunt at night."}]
        )
        expect(page.locator(".entry-title")).to_have_text(["owls", "Of work"])
        expect(page.get_by_label("Library").locator("option").last).to_have_text(
            "work · 2 articles"
        )
        assert (titles(folder), titles(folder.with_name("work"))) == (
            ["Of garden"],
            ["Of work", "owls"],
        )
        page.reload()
        expect(page.locator("#turn-1")).to_contain_text("Lindvik")
        page.get_by_label("Library").select_option("garden")
        expect(page.locator("#turn-1")).to_contain_text("Arnstad")
        expect(other.get_by_label("Library")).to_have_value("garden")


@pytest.mark.parametrize(("login", "count"), [(EVE, 0), (ANA, 1)])
def test_who_may_only_ask_is_shown_nothing_that_would_be_refused(browser, port, login, count):
    with opened(browser, port, login=login) as page:
        ask(page, "Which bridge was closed in May?")
        right = page.locator(".turn").last.get_by_role("button", name="This answer is right")
        expect(right.filter(visible=True)).to_have_count(count)
        evaluation = page.get_by_role("tab", name="Evaluation").filter(visible=True)
        expect(evaluation).to_have_count(count)
        page.get_by_role("tab", name="Settings").click()
        expect(page.locator(".why")).to_contain_text(
            "chosen by who runs this page" if count else "Your login may ask and read"
        )
        expect(page.get_by_role("button", name="Use these")).to_have_count(count)
        expect(page.get_by_role("radio", name="Another model")).to_have_count(0)
        page.get_by_role("tab", name="Library").click()
        page.locator(".entry").first.wait_for()
        for hidden in ("#library-drop", "#bring", ".entry .remove", ".entry .tag-add"):
            expect(page.locator(hidden).filter(visible=True)).to_have_count(count)
