"""When a sentence's dates are, counted from its article's where they need it."""

from datetime import date

import pytest

from index.card import Card
from index.store.queries import DocumentRow
from rag.overview.dating import article_date, datings, is_dateline

THURSDAY = date(2024, 8, 15)


def dated(sentence: str, *, anchor: date | None = THURSDAY, before: str = "") -> list[str]:
    found = datings(sentence, anchor=anchor, before=before)
    return [f"{one.first}/{one.last}".rstrip("/") for one in found]


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("It was lit on 12 November 1871.", ["1871-11-12"]),
        ("It opened in March 2024 and closed in 2025.", ["2024-03", "2025"]),
        ("The bridge was closed last March.", ["2024-03"]),
        (
            "They said on Tuesday it will open on Monday.",
            ["2024-08-13", "2024-08-19"],
        ),
        ("It reopens on Monday 2 September.", ["2024-09-02"]),
        ("Flights will be sold under one code from 1 April.", ["2025-04-01"]),
        ("In May the board agreed.", ["2024-05"]),
        ("The council will discuss her request on 14 November.", ["2024-11-14"]),
        ("Yesterday the mayor resigned.", ["2024-08-14"]),
        ("The plant, opened two years ago, will close next year.", ["2022", "2025"]),
        ("It came in 2019 and left three years later.", ["2019", "2022"]),
        ("He met them last week.", ["2024-08-05/2024-08-11"]),
        ("Last autumn the lake fell.", ["2023-09/2023-11"]),
        ("It ran from 12 March to 3 April 2023.", ["2023-03-12/2023-04-03"]),
        ("Between 1999 and 2003 it grew.", ["1999/2003"]),
        ("The storm is expected to cross at 2 a.m. on Sunday, it said.", ["2024-08-18"]),
        ("It cost more than planned, its director said on Tuesday.", ["2024-08-13"]),
        ("A recount has to be asked for by Friday.", ["2024-08-16"]),
        ("The doors open on Friday.", ["2024-08-16"]),
        ("Voters turned down a plan to keep it open on Tuesday.", ["2024-08-13"]),
        ("The judgment of 2 July has done it.", ["2024-07-02"]),
        ("The firm said today it was sold.", ["2024-08-15"]),
        ("The rule is to hold from August of next year.", ["2025-08"]),
        ("They began on 19 July this year.", ["2024-07-19"]),
        ("Hail fell on 3 July and cost more than in 2022.", ["2024-07-03", "2022"]),
        ("The wing is of the 1990s.", ["1990/1999"]),
    ],
)
def test_a_date_is_worked_out(sentence: str, dates: list[str]) -> None:
    assert dated(sentence) == dates


@pytest.mark.parametrize(
    "sentence",
    [
        "The pool is closed on Mondays until noon.",
        "Open Monday to Wednesday.",
        "The fair is held every August.",
        "We close holes only between October and March.",
        "The battle is played each year on the Sunday nearest to 9 October.",
        "He runs the ferry terminal today.",
        "The coral began to grow some 5,300 years ago.",
        "On the first Tuesday of the month it rained.",
        "Some 2024 people came.",
        "It fell to 2024 tonnes.",
        "The train on route 1987 was late.",
        "April Jones came by bus.",
        "Prices rose by 3 percent from a year earlier.",
        "It opens four years later than planned.",
    ],
)
def test_what_is_no_date_or_not_certain_is_left_out(sentence: str) -> None:
    assert dated(sentence) == []


def test_without_the_articles_date_only_a_year_dates() -> None:
    assert dated("It closed on Monday, yesterday, in May, in 2021.", anchor=None) == ["2021"]


def test_a_month_beside_another_year_is_left_out() -> None:
    assert dated("In March it closed.", before="In 1987 the mine opened.") == []


def test_later_counts_from_the_one_date_of_the_sentence_before() -> None:
    assert dated("Two years later it closed.", before="It opened in 1987.") == ["1989"]


@pytest.mark.parametrize(
    ("text", "published", "day"),
    [
        ("The bridge opened.", "2024-03-02", date(2024, 3, 2)),
        ("MONTREAL, Sept. 13, 2012 (Northern Press) - A letter came.", None, date(2012, 9, 13)),
        ("Report of 6 March 2024\nAll is well.", None, date(2024, 3, 6)),
        ("On 12 March 1999 the old bridge was closed for good.", None, None),
        ("PORTO, 28 February. A chain opened 22 shops.", None, None),
    ],
)
def test_an_article_is_from_its_cards_or_its_heads_date(
    text: str, published: str | None, day: date | None
) -> None:
    card = Card(title="A", published=published)
    assert article_date(DocumentRow(id="a", card=card, text=text, page_starts=())) == day


def test_a_dateline_dates_no_statement() -> None:
    said = "ANDENES, Norway, 9 May - The firm put a rocket into orbit on Friday."
    assert is_dateline(said, start=17, end=22)
    assert not is_dateline(said, start=61, end=67)
    assert not is_dateline("On 9 May - a Sunday - it rained.", start=3, end=8)
