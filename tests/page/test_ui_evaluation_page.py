"""The tab Evaluation in a real browser: a run, its progress, its result, what can be taken."""

import json
import re
from pathlib import Path

import pytest
from lxml import etree
from ui_pages import needs_chromium, opened, served

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
CONTRAST = Path(__file__).parents[1] / "data/contrast.js"
EVIL = "<img src=https://evil.example/i onerror=alert(1)> ${alert(2)} {{alert(3)}} <style></style>"
TEXT = (
    "The old bridge over the Lune was closed in May 2024. Engineers had found cracks in two of its "
    f"five piers. It opens again in July. {EVIL} is written on the northern pier."
)
COLUMNS = "Expected", "Got"
CASES = [
    {"id": "when", "question": "When was the old bridge closed?", "answers": ["May 2024"]},
    {
        "id": "wrong",
        "question": "In which month was the old bridge closed?",
        "answers": ["in August"],
    },
    {"id": "none", "question": "Who is the mayor of Paris?", "answerable": False},
    {"id": "evil", "question": f"What is written? {EVIL}", "answers": [EVIL], "tags": [EVIL]},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluation_of_one_article_about_a_bridge") / "library"
    with Assistant.open(Settings(library=folder, seeds=False)) as assistant:
        assistant.library.add_articles([Article(source="bridge.txt", title=EVIL, text=TEXT)])
    rows = [json.dumps({"tags": ["bridge"], **case}) for case in CASES]
    folder.with_name("library.gold.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def port(folder):
    with served(folder) as port:
        yield port


@pytest.fixture
def page(browser, port):
    with opened(browser, port, tab="Evaluation") as page:
        page.get_by_label("Your questions").wait_for()
        yield page


def run(page):
    page.locator("#evaluation h1, #progress .none").first.wait_for()
    before = page.locator("#evaluation").inner_html()
    page.get_by_role("button", name="Run the suite").click()
    page.wait_for_function(
        "before => document.querySelector('#evaluation').innerHTML !== before", arg=before
    )
    expect(page.locator(".running.now")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_run_begins_with_what_was_wrong_and_its_passage_and_ends_with_plots(page):
    run(page)
    headline = re.compile(r"^\d of 4 right\. \d wrong, here (it is|they are)\.$")
    expect(page.locator("#evaluation h1")).to_have_text(headline)
    expect(page.locator("#evaluation .note.bad")).to_contain_text("every question must be right")
    red = page.locator("#evaluation h1 .worse")
    assert red.evaluate("e => getComputedStyle(e).color") == "rgb(163, 36, 28)"
    case = page.locator("#evaluation .case.failed").filter(has_text="In which month")
    expect(case.locator(".accepted")).to_have_text("in August")
    said = "The old bridge over the Lune was closed in May 2024."
    expect(case.locator(".short")).to_have_text("May 2024")
    columns = [case.get_by_role("heading", name=name).bounding_box() for name in COLUMNS]
    assert columns[0]["y"] == columns[1]["y"]
    expect(case.locator("mark")).to_have_text(said)
    card, label = case.bounding_box(), case.get_by_text("What it read, and more").bounding_box()
    assert label["y"] + label["height"] < card["y"] + card["height"]
    passed = page.locator("#evaluation .case").filter(has_text="When was the old bridge closed?")
    expect(passed).to_be_hidden()
    expect(page.locator("#evaluation svg.area").first).to_be_hidden()
    sure = page.get_by_text("would be right; that is 95 % certain")
    expect(sure).to_be_hidden()
    page.get_by_text("Details: how sure this is").click()
    expect(sure).to_be_visible()
    expect(page.locator("#evaluation svg.area").first).to_be_visible()
    assert page.locator("#evaluation svg.area").count() >= 2


def test_hostile_questions_and_answers_are_shown_and_do_nothing(page):
    run(page)
    asked = page.locator("#evaluation .case .asked")
    expect(asked.filter(has_text="${alert(2)} {{alert(3)}}")).to_have_count(1)
    assert page.locator("#evaluation :is(img, script, style, iframe, form)").count() == 0


def test_the_result_is_still_there_after_a_reload(page):
    run(page)
    page.reload()
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.locator("#evaluation h1")).to_contain_text("of 4 right")


def test_both_reports_are_above_the_result_and_can_be_taken_along(page):
    run(page)
    top = page.locator("#evaluation-files").bounding_box()["y"]
    assert top < page.locator("#evaluation").bounding_box()["y"]
    with page.expect_download() as taken:
        page.get_by_role("button", name="JUnit XML for CI").click()
    suite = etree.parse(taken.value.path()).getroot()[0]
    assert (suite.get("name"), suite.get("tests")) == ("library.gold", "5")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the report").click()
    text = taken.value.path().read_text(encoding="utf-8")
    assert taken.value.suggested_filename == "report.html"
    assert text.startswith("<!doctype html>")


def test_a_kept_baseline_shows_what_has_changed_since(page, folder):
    run(page)
    page.get_by_role("button", name="Compare later runs with this").click()
    expect(page.locator("#progress")).to_contain_text("later runs are compared")
    gold = folder.with_name("library.gold.jsonl")
    kept = gold.read_text(encoding="utf-8")
    try:
        gold.write_text(kept.replace("May 2024", "June 2024"), encoding="utf-8")
        run(page)
        expect(page.locator("#evaluation .pill", has_text="was right before")).to_have_count(1)
        since = page.locator("#evaluation .since")
        expect(since).to_contain_text("1 question that was right is wrong now:")
    finally:
        gold.write_text(kept, encoding="utf-8")


def test_while_a_suite_runs_the_last_result_is_dimmed_and_the_run_can_be_stopped(page):
    run(page)
    page.get_by_label("Shipped questions").check()
    expect(page.locator("#progress h2")).to_have_text("Not run yet")
    page.get_by_label("Your questions").check()
    page.locator("#evaluation h1").wait_for()
    page.get_by_label("Shipped questions").check()
    page.get_by_role("button", name="Run the suite").click()
    expect(page.locator(".running progress")).to_have_attribute("max", "104", timeout=30_000)
    expect(page.locator("#evaluation")).to_have_css("opacity", "0.45")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".running")).to_have_count(0)
    expect(page.get_by_role("button", name="Run the suite")).to_be_enabled()


def test_the_last_result_cannot_be_kept_while_a_suite_runs(page):
    run(page)
    keep = page.get_by_role("button", name="Compare later runs with this")
    expect(keep).to_be_enabled()
    page.evaluate(
        """() => new MutationObserver(() => {
            window.keptOff ||= [...document.querySelectorAll("button")].some(
                (button) => button.disabled && button.textContent.includes("Compare later"));
        }).observe(document.body, { attributes: true, subtree: true, childList: true })"""
    )
    page.get_by_role("button", name="Run the suite").click()
    page.wait_for_function("window.keptOff")
    expect(keep).to_be_enabled()


def test_a_suite_that_is_not_as_it_should_be_is_one_sentence(page, folder):
    gold = folder.with_name("library.gold.jsonl")
    kept = gold.read_text(encoding="utf-8")
    try:
        gold.write_text('{"id": "a"}', encoding="utf-8")
        page.get_by_role("button", name="Run the suite").click()
        expect(page.locator(".problem")).to_contain_text("'question' is None")
        expect(page.get_by_role("button", name="Run the suite")).to_be_enabled()
    finally:
        gold.write_text(kept, encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_on_a_phone_in_both_schemes(browser, port, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with opened(browser, port, tab="Evaluation", **phone) as page:
        page.get_by_label("Your questions").wait_for()
        run(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        case = page.locator("#evaluation .case.failed").first
        boxes = [case.get_by_role("heading", name=name).bounding_box() for name in COLUMNS]
        assert boxes[0]["y"] < boxes[1]["y"]
        ratio, where = page.evaluate(f"({CONTRAST.read_text()})('.page *')")
        assert ratio >= 4.5, where


def test_the_path_of_questions_that_are_not_there_yet_stays_within_a_phone(browser, port, folder):
    gold = folder.with_name("library.gold.jsonl")
    aside = gold.rename(gold.with_suffix(".aside"))
    try:
        with opened(
            browser, port, tab="Evaluation", viewport={"width": 390, "height": 844}
        ) as page:
            expect(page.locator("#progress code")).to_have_text(str(gold))
            assert page.evaluate("document.documentElement.scrollWidth") == 390
    finally:
        aside.rename(gold)
