"""The forms that answers have in a real browser: two sides, rows, parts, the whole, and paper."""

import pypdfium2
import pytest
from ui_pages import ask, needs_chromium, opened, served

from rag import Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium

ARTICLES = {
    "harrow.txt": "The Harrow bridge\n\nThe Harrow bridge was opened to traffic in 1964. It is 412 "
    "metres long and carries two lanes. The designer of the bridge was Ida Lindqvist.",
    "north.txt": "Bridges of the north\n\nThe Harrow bridge was opened to traffic in 1971. The "
    "Lune bridge is 380 metres long.",
    "towns.csv": "Town,2001,2011,2021\nLindvik,15200,16900,18400\nKarsund,8100,7900,8300\n",
    "ferry-2022.txt": "Prices\n2022-04-01\n\nThe ferry from Karsund to Lindvik costs 9 euros.",
    "ferry-2024.txt": "New prices\n2024-04-01\n\nThe ferry from Karsund to Lindvik costs 11 euros.",
}
QUESTIONS = {
    "disagree": "When was the Harrow bridge opened?",
    "cell": "What was the population of Lindvik in 2021?",
    "compound": "Who designed the Harrow bridge and who owns the kiosk?",
    "whole": "Summarize the articles",
    "earlier": "How much does the ferry cost?",
    "timeline": "What happened when?",
    "none": "Who is the mayor of Paris?",
}


@pytest.fixture(scope="module")
def bridges(tmp_path_factory):
    """Make a library of five articles, two of which disagree."""
    folder = tmp_path_factory.mktemp("forms")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Assistant.open(Settings(library=folder / "library")) as assistant:
        assistant.library.add(*(folder / name for name in ARTICLES))
    return folder / "library"


@pytest.fixture(scope="module")
def asked(browser, bridges):
    """Open a page on which all the questions were asked."""
    with served(bridges) as port, opened(browser, port) as page:
        for turn, question in enumerate(QUESTIONS.values(), start=1):
            ask(page, question, turn=turn)
        yield page


@pytest.fixture
def talk(asked):
    """Give that page on a wide screen, however the test before left it."""
    asked.set_viewport_size({"width": 1440, "height": 900})
    asked.emulate_media(media="screen", color_scheme="light")
    return asked


@pytest.fixture
def answered(talk):
    """Give the turn of a question by its name."""
    return lambda name: talk.locator(f"#turn-{[*QUESTIONS].index(name) + 1}")


def test_two_articles_that_disagree_stand_side_by_side_without_a_winner(talk, answered):
    turn = answered("disagree")
    expect(turn.locator(".disagree")).to_have_text("The articles disagree")
    expect(turn.locator(".answer > .short, .lead .short")).to_have_count(0)
    one, other = turn.locator(".side").all()
    for side, name, year in (
        (one, "The Harrow bridge", 1964),
        (other, "Bridges of the north", 1971),
    ):
        expect(side.locator(".name")).to_have_text(name)
        expect(side.locator(".value")).to_have_text(f"{year}")
        expect(side.locator(".words")).to_have_text(
            f"The Harrow bridge was opened to traffic in {year}."
        )
        expect(side.locator("mark")).to_have_text(f"{year}")
    assert one.bounding_box()["y"] == other.bounding_box()["y"]
    talk.set_viewport_size({"width": 390, "height": 844})
    assert other.bounding_box()["y"] >= one.bounding_box()["y"] + one.bounding_box()["height"]
    assert talk.evaluate("document.documentElement.scrollWidth") == 390


def test_what_changed_over_time_says_which_is_newest(answered):
    turn = answered("earlier")
    expect(turn.locator(".short")).to_have_text("11 euros")
    expect(turn.locator(".side .value")).to_have_text(["11 euros", "9 euros"])
    expect(turn.locator(".side").nth(1).locator(".about")).to_have_text("Earlier2022-04-01")
    expect(turn.locator(".answer")).not_to_contain_text("another document said")


def test_the_cell_of_a_table_is_shown_with_its_row_and_its_column(talk, answered):
    turn = answered("cell")
    expect(turn.locator(".short")).to_have_text("18400")
    expect(turn.locator("th")).to_have_text(["Town", "2001", "2011", "2021"])
    expect(turn.locator("th.asked")).to_have_text("2021")
    expect(turn.locator("tbody td").first).to_have_text("Lindvik")
    expect(turn.locator("td mark")).to_have_text("18400")
    turn.locator("td .chip").click()
    expect(talk.locator("#pane td.asked")).to_have_css("display", "table-cell")


def test_each_part_has_its_quote_or_says_that_there_is_none(answered):
    first, second = answered("compound").locator(".part, .open").all()
    expect(first.locator(".short")).to_have_text("Ida Lindqvist")
    expect(first.locator(".words mark")).to_have_text("Ida Lindqvist")
    assert "Serif" in first.locator(".words").evaluate("e => getComputedStyle(e).fontFamily")
    expect(second).to_have_text("Who owns the kiosk?No answer found.")
    expect(second.locator(".asked")).to_have_css("display", "block")


def test_the_whole_is_told_article_by_article(answered):
    turn = answered("whole")
    expect(turn.locator(".kind")).to_contain_text("In short, from ")
    expect(turn.locator("h3", has_text="Bridges of the north")).to_be_visible()
    expect(turn.locator(".overview .quoted .chip").first).to_be_visible()


def test_what_happened_stands_in_order_of_time_with_its_dates_at_the_left(answered):
    entries = answered("timeline").locator(".timeline li")
    expect(entries.locator("time")).to_have_text(["1964", "1971"])
    date, quote = entries.first.locator("time"), entries.first.locator(".quoted")
    expect(quote).to_contain_text("The Harrow bridge was opened to traffic in 1964.")
    assert date.bounding_box()["x"] + date.bounding_box()["width"] < quote.bounding_box()["x"]


def test_a_refusal_that_found_nothing_near_sends_to_no_nearest_passages(answered):
    expect(answered("none").locator(".abstained")).to_have_text(
        "No answer found in 5 articles.None of them mentions “Paris”."
    )
    expect(answered("none").get_by_text("earest passages")).to_have_count(0)


def test_a_conversation_prints_as_text_with_its_footnotes_below(talk, answered):
    notes = answered("disagree").locator(".footnotes li")
    expect(notes.first).to_be_hidden()
    talk.emulate_media(media="print", color_scheme="dark")
    expect(notes).to_have_text(
        [
            "The Harrow bridge: The Harrow bridge was opened to traffic in 1964.",
            "Bridges of the north: The Harrow bridge was opened to traffic in 1971.",
        ]
    )
    for gone in ("button", "textarea", "[role=tab]", "#sources", ".bar", ".offers", "summary"):
        expect(talk.locator(f"{gone}:visible")).to_have_count(0)
    dark = "rgb(0, 0, 0)"
    assert talk.locator(".quoted").first.evaluate("e => getComputedStyle(e).color") == dark
    mark = answered("disagree").locator("mark").first
    assert mark.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    paper = pypdfium2.PdfDocument(talk.pdf())
    text = "\n".join(page.get_textpage().get_text_range() for page in paper)
    paper.close()
    for question in QUESTIONS.values():
        assert question in text
    assert "Ask about your articles" not in text
