"""The HTML report in a real browser, opened from disk as a user does."""

from pathlib import Path

import pytest
from ui_pages import needs_chromium

from eval.reports.write import write_reports
from eval.results import Comparison, MetricChange, Rate
from rag import AnswerSentence

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
WRONG = "<img src=https://evil.example/i onerror=alert(1)> \u202etxet <script>alert(2)</script>"
LONG = "averylongwordwithoutanyspace" * 40
CONTRAST = Path(__file__).parents[1] / "data/contrast.js"


@pytest.fixture
def report(tmp_path, make_case, make_run):
    """Write a report that shows all there is to show; give its path."""
    altered = AnswerSentence(text="It is SM-6.", citations=(1,), verdict="altered", note="a name")
    cases = [
        make_case("right", question="A question that passed"),
        make_case(
            "wrong",
            question=f"Wrong {LONG}",
            critical=True,
            tags=("who", LONG),
            problems=(WRONG, LONG),
            sentences=(AnswerSentence(text=WRONG, citations=(1,)), altered),
        ),
        make_case("none", tags=("who",), answerable=False, expected=(), status="abstained"),
        make_case("crash", tags=(), status="crashed", error="ValueError: x", problems=("crashed",)),
    ]
    moved = MetricChange(
        name="containment",
        before=0.8,
        after=0.5,
        p_value=0.03,
        test="McNemar",
        low=-0.5,
        high=-0.1,
        significant=True,
    )
    before = {"wrong": make_case("wrong", text="It was AMRAAM.")}
    run = make_run(
        *cases,
        reasons=("mrr is 0.1",),
        comparison=Comparison(
            metrics=(moved,),
            newly_failing=("wrong",),
            newly_passing=("right",),
            stale=("model",),
            before=before,
        ),
        tag_rates=(Rate(name="who", value=0.5, low=0.1, high=0.9, n=2),),
        risk_coverage=((0.5, 0.0), (1.0, 0.5)),
        aurc=0.25,
        fingerprint={"model": "extractive", "version": "0.1.0", "gold digest": "abc"},
    )
    path = tmp_path / "report.html"
    write_reports([run, run], html_path=path)
    return path


@pytest.fixture
def page(browser, report):
    """Open the report; any request but for the file, and any error it logs, fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    asked, wrong = [], []
    page.on("request", lambda r: r.url.startswith("data:font/") or asked.append(r.url))
    page.on("console", lambda m: wrong.append(m.text))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(report.as_uri())
    page.evaluate("document.fonts.ready")
    yield page
    page.close()
    assert (asked, wrong) == ([report.as_uri()], [])


def open_all(page):
    page.locator("#s0-all").check()
    page.locator("#s1-all").check()
    for summary in page.locator("summary").all():
        if not summary.evaluate("e => e.parentElement.open"):
            summary.click()


def choose(page, label):
    page.locator("#s0 label", has_text=label).first.click()


def test_what_is_wrong_is_seen_first_with_its_passage_and_without_a_click(page):
    assert page.locator("#s0 h1").inner_text() == "2 of 4 right. 2 wrong, here they are."
    wrong = page.locator("#s0 .case.newly-failing")
    expect(wrong.locator(".accepted")).to_be_visible()
    expect(wrong.locator("mark")).to_be_visible()
    expect(page.locator("#s0 .case", has_text="A question that passed")).to_be_hidden()
    expect(page.locator("#s0 table")).to_be_hidden()


def test_a_case_unfolds_and_its_mark_is_the_quote(page, make_case):
    choose(page, "All")
    case = page.locator("#s0 .case", has_text="A question that passed")
    expect(case.locator("mark")).to_be_hidden()
    case.locator("> summary").click()
    mark = case.locator("mark")
    expect(mark).to_be_visible()
    assert mark.evaluate("e => e.textContent") == make_case().citations[0].quote


def test_a_footnote_leads_to_its_source(page):
    case = page.locator("#s0 .case.newly-failing")
    case.get_by_role("link", name="Source 1").first.click()
    expect(case.locator("article:target mark")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("scheme", "paper"), [("light", 250), ("dark", 21)])
def test_the_page_follows_the_systems_scheme_with_enough_contrast(page, scheme, paper):
    page.emulate_media(color_scheme=scheme)
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour.startswith(f"rgb({paper},")
    open_all(page)
    worst, where = page.evaluate(CONTRAST.read_text(encoding="utf-8"), "body *:not(title)")
    assert worst >= 4.5, where


def test_hostile_text_is_shown_and_keeps_to_itself(page):
    case = page.locator("#s0 .case.newly-failing")
    assert WRONG in case.locator(".said").first.evaluate("e => e.textContent")
    assert page.locator("img, script").count() == 0
    isolated = "e => getComputedStyle(e).unicodeBidi.startsWith('isolate')"
    assert all(e.evaluate(isolated) for e in case.locator("[dir=auto], bdi").all())


def shown(page):
    return page.locator("#s0 .case:visible").count()


def test_the_cases_are_filtered_by_how_they_fare_and_by_tag(page):
    assert shown(page) == 2
    choose(page, "Were right before")
    assert shown(page) == 1
    choose(page, "All")
    assert shown(page) == 4
    page.get_by_text("Only one kind of question").first.click()
    choose(page, "who")
    assert shown(page) == 2
    assert page.locator("#s1 .case:visible").count() == 2


def test_a_question_that_changed_is_shown_where_its_name_leads_to_it(page):
    right = page.locator("#s0 .case", has_text="A question that passed")
    page.locator("#s0 .since").get_by_role("link", name="A question that passed").click()
    expect(right).to_be_visible()


def test_everything_can_be_done_from_the_keyboard(page):
    page.locator("#s0-failed").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#s0-newly")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#s0 .case").first).not_to_have_attribute("open", "")


def test_failed_cases_are_unfolded_on_paper(page):
    page.emulate_media(media="print")
    expect(page.locator("#s0 .case.newly-failing mark")).to_be_visible()
    expect(page.locator("#s0 .filter").first).to_be_hidden()
