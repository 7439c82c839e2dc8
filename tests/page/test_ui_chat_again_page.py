"""A question edited, recalled, asked again of another model; what goes for it can be had back."""

import pytest
from ui_pages import SEED_QUESTION, ask, needs_chromium, opened, served

from rag import evidence
from rag.internal import seed_paths

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

REPLY = "Both governments start co-production of a missile called AMRAAM. [1]"


@pytest.fixture(scope="module")
def modelled(seeded):
    """Serve the seeded library with a scripted model; give the port."""
    with served(seeded, REPLY) as port:
        yield port


def asked(page):
    return page.locator(".turn .question").all_text_contents()


def test_a_question_is_edited_recalled_and_had_back_with_those_after_it(browser, modelled):
    with opened(browser, modelled) as page:
        for turn, question in enumerate((SEED_QUESTION, "What is DICAS?", "Who met?"), start=1):
            ask(page, question, turn=turn)
        page.locator("#turn-2").get_by_role("button", name="Edit the question").click()
        field = page.get_by_role("textbox", name="Edit the question")
        expect(page.get_by_text("The answer after it will be put away")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#turn-2 .edit")).to_be_focused()
        page.keyboard.press("Enter")
        field.fill("Where is DICAS?")
        page.keyboard.press("Enter")
        page.locator("#turn-4 .facts").wait_for()
        assert asked(page) == [SEED_QUESTION, "Where is DICAS?"]
        expect(page.locator(".put-away")).to_contain_text(
            "The earlier answer and the one after it were put away."
        )
        page.locator(".put-away").get_by_role("button", name="Undo").click()
        expect(page.locator(".turn")).to_have_count(4)
        kept = [SEED_QUESTION, "What is DICAS?", "Who met?", "Where is DICAS?"]
        assert asked(page) == kept
        page.reload()
        expect(page.locator(".turn")).to_have_count(4)
        assert asked(page) == kept
        box = page.get_by_label("Your question")
        box.press("ArrowUp")
        expect(box).to_have_value("Where is DICAS?")
        box.press("ArrowUp")
        expect(box).to_have_value("Who met?")
        box.press("ArrowDown")
        box.press("ArrowDown")
        expect(box).to_have_value("")
        box.fill("words " * 340)
        expect(page.get_by_text("2,039 characters, and at most 2,000 can be asked")).to_be_visible()
        box.press("Enter")
        assert len(box.input_value()) == 2040
        expect(page.locator(".turn")).to_have_count(4)


def test_what_was_put_away_twice_is_had_back_in_any_order_in_the_rail_and_the_export_too(
    browser, modelled, tmp_path
):
    with opened(browser, modelled) as page:
        for turn, question in enumerate((SEED_QUESTION, "What is DICAS?", "Who met?"), start=1):
            ask(page, question, turn=turn)
        for turn, new in ((3, 4), (2, 5)):
            page.locator(f"#turn-{turn}").get_by_role("button", name="Ask again").first.click()
            page.locator(f"#turn-{new} .facts").wait_for()
        expect(page.locator(".put-away p")).to_have_count(2)
        for left in (1, 0):
            page.locator(".put-away").get_by_role("button", name="Undo").first.click()
            expect(page.locator(".put-away p")).to_have_count(left)
        expect(page.locator(".turn")).to_have_count(5)
        rail = page.get_by_role("navigation", name="Conversations")
        expect(rail.locator("[aria-current=true]")).to_contain_text("5 questions")
        page.locator(".share summary").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Markdown").click()
        download.value.save_as(tmp_path / "talk.md")
        exported = (tmp_path / "talk.md").read_text("utf-8").splitlines()
        assert [line for line in exported if line.startswith("## ")][:-1] == [
            *(f"## {text}" for text in (SEED_QUESTION, "What is DICAS?", "Who met?")),
            *(f"## {text}" for text in ("Who met?", "What is DICAS?")),
        ]


def test_how_many_answers_go_with_an_earlier_question_is_said_before_and_after(browser, modelled):
    with opened(browser, modelled) as page:
        for turn, question in enumerate((SEED_QUESTION, "What is DICAS?", "Who met?"), start=1):
            ask(page, question, turn=turn)
        retry = page.locator(".tool.retry")
        expect(retry.nth(0)).to_have_accessible_name(
            "Ask again, and put the 2 answers after it away"
        )
        expect(retry.nth(1)).to_have_accessible_name("Ask again, and put the answer after it away")
        expect(retry.nth(2)).to_have_accessible_name("Ask again")
        page.get_by_label("Ask again with another model").first.click()
        expect(page.locator("#turn-1 .picks")).to_contain_text(
            "The 2 answers after it will be put away; you can have them back."
        )
        page.keyboard.press("Escape")
        retry.first.click()
        expect(page.locator(".put-away")).to_contain_text(
            "The earlier answer and the 2 after it were put away."
        )
        page.locator("#turn-4 .facts").wait_for()
        expect(retry).to_have_accessible_name("Ask again")


def test_an_answer_is_asked_of_another_model_copied_and_exported(browser, modelled, tmp_path):
    with opened(browser, modelled) as page:
        ask(page, SEED_QUESTION)
        facts = page.locator(".turn .facts summary")
        before = facts.text_content()
        assert before != "quotes only"
        page.get_by_label("Ask again with another model").click()
        page.get_by_role("button", name="quotes only").click()
        page.locator("#turn-2 .facts").wait_for()
        expect(facts).to_have_text("quotes only")
        expect(page.locator(".put-away")).to_contain_text("The earlier answer was put away.")
        expect(page.get_by_label("Your question")).to_be_focused()
        page.get_by_role("button", name="Copy the answer").click()
        expect(page.get_by_text("Copied with its footnotes")).to_be_visible()
        files = []
        for form in ("Web page with its evidence", "Markdown"):
            page.locator(".share summary").click()
            with page.expect_download() as download:
                page.get_by_role("button", name=form).click()
            files.append(download.value.suggested_filename)
            download.value.save_as(tmp_path / files[-1])
        name = "which-missile-will-japan-co-produce"
        names = [f"{name}.html", f"{name}.md"]
        assert files == names
        (quote,) = evidence.check((tmp_path / names[0]).read_bytes(), seed_paths()).quotes
        assert quote.standing == "same"
        assert "[^1]: “Under the framework of" in (tmp_path / names[1]).read_text("utf-8")


def test_a_question_mark_shows_the_shortcuts_and_gives_the_focus_back(browser, modelled):
    with opened(browser, modelled) as page:
        button = page.get_by_role("button", name="All shortcuts")
        sheet = page.get_by_role("dialog", name="Shortcuts")
        page.get_by_label("Your question").press("?")
        expect(sheet).to_be_hidden()
        button.focus()
        page.keyboard.press("?")
        expect(sheet).to_be_visible()
        close = sheet.get_by_role("button", name="Close")
        outer, cross = close.bounding_box(), close.locator("svg").bounding_box()
        assert abs(2 * (outer["x"] - cross["x"]) + outer["width"] - cross["width"]) < 2
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(sheet).to_contain_text("Shift+Enter")
