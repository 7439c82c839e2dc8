"""The shipped suites are what they say they are, held against the articles' own bytes."""

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from eval.metrics.answers import contains_answer
from eval.suites.cases import SourceText, locate
from eval.suites.files import load_suite

ROOT = Path(__file__).parents[2]
SUITE = load_suite(ROOT / "eval" / "gold" / "japan_us_defense.jsonl")
NAME = "japan-us-defense-ministers.txt"


def article() -> str:
    text = (ROOT / "seeds" / NAME).read_text(encoding="utf-8")
    return unicodedata.normalize("NFC", text).removesuffix("\nComments\nPost a Comment")


@pytest.mark.parametrize("case", SUITE.cases, ids=lambda case: case.id)
def test_every_quote_is_in_the_article_once_and_holds_the_answer(case):
    texts = {NAME: (SourceText(document_id="d", text=article()),)}
    spans = locate(case, texts)
    quotes = " ".join(article()[start:end] for _, start, end in spans)
    assert bool(spans) == case.answerable
    assert not case.answerable or contains_answer(quotes, case.answers[:1])
    assert all(contains_answer(quotes, wordings) for wordings in case.must_include)


def test_the_suite_has_every_kind_of_question():
    tags = Counter(tag for case in SUITE.cases for tag in case.tags)
    kinds = ("who", "when", "where", "how_many", "what", "which", "why", "how", "yes_no", "list")
    assert {kind for kind in kinds if tags[kind] < 3} == set()
    assert tags["paraphrase"] >= 20
    assert tags["near_miss"] >= 15


def test_the_suite_is_large_enough_to_gate_on():
    answerable = [case for case in SUITE.cases if case.answerable]
    assert len(answerable) >= 60
    assert len(SUITE.cases) - len(answerable) >= 15


def test_the_first_question_of_the_readme_is_critical():
    critical = {case.question: case.answers for case in SUITE.cases if case.critical}
    assert critical["Which missile will Japan co-produce?"] == ("AMRAAM",)


def test_no_question_is_asked_twice():
    questions = Counter(case.question.casefold() for case in SUITE.cases)
    assert [question for question, times in questions.items() if times > 1] == []


FIVE = load_suite(ROOT / "eval" / "gold" / "five_articles.jsonl")
ARTICLES = {
    path.name: (SourceText(document_id=path.name, text=path.read_text(encoding="utf-8")),)
    for path in (ROOT / "eval" / "gold" / "five_articles").glob("*.md")
}


@pytest.mark.parametrize("case", FIVE.cases, ids=lambda case: case.id)
def test_the_quotes_of_the_five_articles_are_there_once_and_hold_every_item(case):
    locate(case, ARTICLES)
    quotes = " ".join(quote.quote for quote in case.evidence)
    assert bool(case.evidence) == case.answerable
    assert [one for one in case.must_include if not contains_answer(quotes, one)] == []


def test_the_five_articles_are_asked_twenty_questions_of_each_kind():
    kinds = Counter(case.tags[0] for case in FIVE.cases)
    wanted = ("compound", "list", "compare", "overview", "follow_up")
    assert kinds == dict.fromkeys(wanted, 20)
    assert sum(not case.answerable for case in FIVE.cases) == 12
