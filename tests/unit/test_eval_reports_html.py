"""The HTML report holds any text as text, asks for nothing, and stays small in memory."""

import base64
import hashlib
import re
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import html as parser

from eval import shipped_suite
from eval.reports.suite import Past
from eval.reports.write import MOST_SHOWN, html, section, section_style
from eval.results import Comparison, Rate, RetrievedPassage
from eval.suites.cases import Quote
from rag import AnswerSentence, Card

HOSTILE = (
    "</style></script><script>alert(1)</script><img src=https://evil.example/i onerror=alert(2)>"
    "\"'><svg onload=alert(3)> {{ 7 * 7 }} {% raw %} ${x} &lt; <style>*{display:none}</style> "
    "</details></mark></title> ]]> \x00 \ud800 \u202e"
)
SHOWN = HOSTILE.replace("\x00", r"\x00").replace("\ud800", r"\ud800")


def page_of(*runs):
    text = "".join(html(runs))
    return parser.document_fromstring(
        text.encode("utf-8"), parser=parser.HTMLParser(encoding="utf-8")
    )


@pytest.fixture
def hostile(make_case, make_run):
    quote = make_case().citations[0]
    cited = type(quote)(
        span=("d", 0, 9),
        card=Card(title=HOSTILE, source=HOSTILE),
        quote=HOSTILE,
        passage=f"a {HOSTILE} b",
    )
    texts = dict.fromkeys(("question", "text", "searched", "fallback", "model"), HOSTILE)
    many = dict.fromkeys(("tags", "expected", "problems"), (HOSTILE,))
    case = make_case(
        HOSTILE,
        **texts,
        **many,
        evidence=(Quote(document=HOSTILE, quote=HOSTILE),),
        sentences=(AnswerSentence(text=HOSTILE, citations=(1,), verdict="altered", note=HOSTILE),),
        citations=(cited,),
        retrieved=(
            RetrievedPassage(
                rank=1, card=Card(title=HOSTILE), text=HOSTILE, score=0.1, relevant=False
            ),
        ),
        scores={HOSTILE: 1.0},
    )
    crash = make_case("crash", status="crashed", error=HOSTILE, problems=(HOSTILE,))
    comparison = Comparison(metrics=(), stale=(HOSTILE,), before={HOSTILE: crash})
    facts = {HOSTILE: HOSTILE, "model": HOSTILE, "version": HOSTILE}
    return make_run(
        case, crash, suite=HOSTILE, reasons=(HOSTILE,), comparison=comparison, fingerprint=facts
    )


def test_hostile_text_makes_no_element_and_no_attribute(hostile):
    page = page_of(hostile)
    names = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert names & {"script", "img", "iframe", "object", "form", "link", "base"} == set()
    assert len(page.findall(".//style")) == 1
    attributes = {name for element in page.iter() for name in element.attrib}
    assert [name for name in attributes if name.startswith("on") or name == "style"] == []
    assert "evil" not in page.find(".//head/style").text


def test_hostile_text_is_shown_as_it_is(hostile):
    page = page_of(hostile)
    assert page.find(".//mark").text == SHOWN
    assert page.find(".//p[@class='name']").text == SHOWN
    assert page.find(".//bdi[@class='asked']").text == SHOWN


def test_nothing_in_the_page_names_another_place(make_case, make_run):
    page = page_of(make_run(make_case()))
    targets = [
        value
        for element in page.iter()
        for name, value in element.attrib.items()
        if name in ("href", "src", "action", "srcset", "xlink:href")
    ]
    assert [target for target in targets if not target.startswith("#")] == []
    assert re.findall(r"url\((?!data:font/woff2;base64,)", page.find(".//style").text) == []
    assert "@import" not in page.find(".//style").text


def test_the_policy_allows_the_one_style_sheet_and_no_script(make_case, make_run):
    page = page_of(make_run(make_case()))
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    digest = hashlib.sha256(page.find(".//style").text.encode()).digest()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{base64.b64encode(digest).decode()}'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_quote_is_marked_in_its_passage(make_case, make_run):
    case = make_case()
    block = page_of(make_run(case)).find(".//article/blockquote")
    assert block.find("mark").text == case.citations[0].quote
    assert block.text_content() == case.citations[0].passage


def test_a_long_passage_is_cut_at_words_around_its_quote(make_case, make_run):
    quote = make_case().citations[0]
    long = type(quote)(
        span=("d", 0, 9),
        card=Card(title="t", source="s"),
        quote="found",
        passage=f"{'word ' * 200}found{' word' * 200}",
    )
    block = page_of(make_run(make_case(citations=(long,)))).find(".//article/blockquote")
    before, after = block.text, block.find("mark").tail
    assert before.startswith("… word word")
    assert after.endswith("word word …")
    assert len(before) <= 202


def test_a_source_is_named_without_the_folders_of_one_machine(make_case, make_run):
    page = page_of(make_run(make_case()))
    assert page.find(".//article/p[@class='where']").text == "b.txt"
    assert "b.txt, characters 57 to 121" in [fact.text for fact in page.iter("dd")]


def test_a_sentence_that_is_not_supported_says_so(make_case, make_run):
    altered = AnswerSentence(text="It is SM-6.", citations=(1,), verdict="altered", note="name")
    page = page_of(make_run(make_case(sentences=(altered,))))
    assert page.find(".//span[@class='verdict']").text == "differs from its source"
    assert page.find(".//p[@class='why']").text == "name"


def test_the_answer_of_the_baseline_is_shown_where_it_differs(make_case, make_run):
    comparison = Comparison(metrics=(), before={"missile": make_case(text="It was SM-6.")})
    before = page_of(make_run(make_case(), comparison=comparison)).find_class("before")[0]
    assert before.find("h2").text == "In the earlier run it was right"
    assert before.find("p").text == "It was SM-6."
    same = Comparison(metrics=(), before={"missile": make_case()})
    assert page_of(make_run(make_case(), comparison=same)).find_class("before") == []


def test_a_megabyte_of_answer_is_cut(make_case, make_run):
    case = make_case(text="x" * 1_000_000, sentences=(), question="q" * 1_000_000)
    text = "".join(html([make_run(case)]))
    assert len(text) < 250_000
    assert "(996,000 more characters)" in text


def test_ids_are_unique_over_several_suites(make_case, make_run):
    page = page_of(*[make_run(make_case("a"), make_case("b"), suite=name) for name in "xy"])
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert len(page.findall(".//nav/a")) == 2


def test_it_begins_with_how_many_were_right_the_rule_and_what_was_not(make_case, make_run):
    wrong = make_case("wrong", question="Who?", problems=("a", "b"))
    page = page_of(make_run(make_case(), wrong, reasons=("1 failed",)))
    text = page.find(".//section").text_content()
    places = [
        text.index(part)
        for part in (
            "1 of 2 right. 1 wrong, here it is.",
            "Failed. To pass: every question must be right.",
            "1 failed",
            "Who?a; b",
            "Details: how sure this is",
            "9 to 91 % would be right; that is 95 % certain.",
        )
    ]
    assert places == sorted(places)
    unfolded = [case.get("id") for case in page.find_class("case") if "open" in case.attrib]
    assert unfolded == ["s0-c0"]


def test_what_answered_is_said_in_words(make_case, make_run):
    page = page_of(make_run(make_case(), fingerprint={"model": "extractive", "strict": "False"}))
    assert page.find_class("model")[0].text == "quotes only"
    assert "extractive" not in page.find(".//main").text_content()
    assert [dd.text for dd in page.find_class("figures")[0].iter("dd")] == ["quotes only", "no"]


def test_no_code_word_of_ours_is_read_in_a_report_of_the_shipped_suite(make_case, make_run):
    case = make_case(
        "near-1",
        status="abstained",
        reason="weak_match",
        problems=("it gave no answer, but the documents have one",),
        tags=("near_miss", "mine_own"),
        file=str(shipped_suite()),
    )
    text = page_of(make_run(case)).find(".//main").text_content()
    assert "Shipped questions (japan_us_defense.jsonl)" in text
    assert "close by, but not in it" in text
    assert "mine_own" in text
    assert [word for word in ("near_miss", "weak_match", "p95") if word in text] == []


def test_what_must_all_be_in_an_answer_is_told_apart_from_what_is_enough(make_case, make_run):
    both = (("Nakatani",), ("Hegseth", "Pete"))
    every = make_case(expected=("Nakatani", "Hegseth"), must_include=both)
    page = page_of(make_run(every))
    assert [one.text for one in page.find_class("accepted")[0]] == ["Nakatani", "Hegseth or Pete"]
    text = page.text_content()
    assert "All of these must be in it." in text
    assert "One of these is enough." not in text
    any_of = page_of(make_run(make_case(expected=("a", "b")))).text_content()
    assert "One of these is enough." in any_of


def test_runs_that_are_kept_are_drawn_as_a_line_with_their_days(make_case, make_run):
    days = [datetime(2026, 11, day, 9, 30, tzinfo=UTC) for day in (14, 20, 30)]
    past = [
        Past(at=at, right=right, asked=10, passed=right > 7)
        for at, right in zip(days, (7, 8, 9), strict=True)
    ]
    run = replace(make_run(make_case()), past=tuple(past))
    figure = page_of(run).find_class("trend")[0]
    assert figure.find(".//polyline").get("points") == "0.0,100.0 50.0,50.0 100.0,0.0"
    assert [dot.find("title").text for dot in figure.iter("circle")] == [
        "14 Nov 2026, 09:30: 7 of 10 right",
        "20 Nov 2026, 09:30: 8 of 10 right",
        "30 Nov 2026, 09:30: 9 of 10 right",
    ]
    assert "fell" in figure.find(".//circle").get("class")
    assert figure.find("figcaption").text_content() == "14 Nov 20263 runs30 Nov 2026"
    assert page_of(replace(run, past=run.past[:1])).find_class("trend") == []


def test_what_changed_leads_to_its_questions(make_case, make_run):
    cases = [make_case("a", question="Who?", problems=("wrong",)), make_case("b", question="When?")]
    comparison = Comparison(metrics=(), newly_failing=("a",), newly_passing=("b",))
    since = page_of(make_run(*cases, comparison=comparison)).find_class("since")[0]
    assert [(a.text, a.get("href")) for a in since.iter("a")] == [
        ("Who?", "#s0-c0"),
        ("When?", "#s0-c1"),
    ]


def test_no_cases_are_a_page_too(make_run):
    page = page_of(make_run(rates=()))
    assert page.find(".//h1").text == "No questions were asked."


def test_of_very_many_cases_only_the_failed_ones_show_their_passages(make_case, make_run):
    cases = [make_case(str(number)) for number in range(2000)]
    page = page_of(make_run(*cases, make_case("wrong", problems=("wrong",))))
    assert len(page.find_class("case")) == 2001
    assert len(page.findall(".//article")) == 1
    assert page.find(".//article").get("id") == "s0-c0-1"


def test_memory_does_not_grow_with_the_cases(make_case, make_run):
    few, many = (make_run(*[make_case(str(n)) for n in range(size)]) for size in (50, 3000))
    "".join(html([few]))
    tracemalloc.start()
    size = sum(len(piece) for piece in html([many]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 2_500_000
    assert peak < 1_500_000


def test_a_tag_is_set_against_the_baseline(make_case, make_run):
    tags = (Rate(name="which", value=1, low=0.2, high=1, n=1),)
    wrong = make_case(problems=("wrong",))
    comparison = Comparison(metrics=(), before={"missile": wrong, "b": make_case("b")})
    run = make_run(make_case(), make_case("b"), tag_rates=tags, comparison=comparison)
    tick = page_of(run).find(".//ul[@class='bars']//line[@class='tick']")
    assert tick.get("x1") == "50.00%"


def test_a_section_is_the_suite_alone_and_as_safe(hostile):
    part = section(hostile)
    page = parser.document_fromstring(part)
    names = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "style", "img", "link", "form", "iframe"}
    assert page.xpath("//input[@id='s0-failed']/@checked")


def test_a_section_shows_no_more_cases_than_a_page_bears(make_case, make_run):
    many = [make_case(f"c{n}") for n in range(MOST_SHOWN + 7)]
    part = section(make_run(*many))
    assert part.count('<details class="case') == MOST_SHOWN
    assert "7 more are in the HTML report." in part


def test_the_style_of_a_section_reaches_no_further():
    style = section_style("#here")
    assert style.startswith("#here {")
    assert style.count("{") == style.count("}")
    assert not any(word in style for word in ("@font-face", ":root", "\nbody {", "\nmain {"))
