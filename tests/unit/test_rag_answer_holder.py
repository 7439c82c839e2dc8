"""Who holds an office, who pays, who acts and who wrote it: what a sentence must name for that."""

import pytest

from rag.answer.holder import (
    asks_for_writer,
    is_byline,
    is_of_other_home,
    is_of_other_payer,
    is_signature,
    is_source,
    is_without_role,
    may_be_told_by_byline,
    with_writer,
)
from rag.question import read_question
from rag.testing import hit_of
from rag.types import Draft


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Who is the director of the mill?", "The roof was mended by Ida Sand, a retired smith."),
        ("Who's the head of the Friends?", "Ida Sand baked forty loaves for the feast."),
        ("Who leads the choir?", "Ida Sand has sung in it for years."),
        ("Who is in charge of the pool?", "Ida Sand swims there each morning."),
        ("Who is the captain of the ferry?", "The harbour master, Lone Bech, was pleased."),
        ("Who is the mayor?", "Ida Sand heads the company."),
        ("Who was the treasurer of the club?", "The mayor, Ida Sand, cut the ribbon."),
    ],
)
def test_a_name_without_the_office_is_not_its_holder(asked: str, text: str) -> None:
    assert is_without_role(text, asked=asked)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Who is the director of the mill?", "Ida Sand has run the mill since 2019."),
        ("Who is the head of the Friends?", "The Friends elected Ida Sand in May."),
        ("Who is the president of the club?", "Its chairwoman is Ida Sand."),
        ("Who leads the crew?", "Its captain is Ida Sand."),
        ("Who leads the choir?", "The conductor is Ida Sand."),
        ("Who was the mayor who opened the bridge?", "Ida Sand opened the bridge."),
        ("Who is the fastest runner?", "Ida Sand won in nine seconds."),
        ("Where is the director of the mill?", "Ida Sand is in Brevik."),
    ],
)
def test_a_near_word_or_no_office_at_all_lets_a_name_answer(asked: str, text: str) -> None:
    assert not is_without_role(text, asked=asked)


_OPENED = "Mayor Ida Sand cut the ribbon."
_DIRECTS = "Jo Berg, director of the Harbour Museum, was there."
_BESIDE = "The neighbouring town of Brevik paid a third."


@pytest.mark.parametrize(
    ("asked", "text", "behind"),
    [
        ("Who is the mayor of Brevik?", _OPENED, _BESIDE),
        ("Who is Brevik's mayor?", _OPENED, _BESIDE),
        ("Who is the director of the Railway Museum?", _DIRECTS, ""),
        (
            "Who was the captain of the handball club?",
            "Per Dahl, captain of the football club.",
            "",
        ),
        ("Who is the director of Nordlys?", "Lysnett's director Jo Berg built it.", ""),
        ("Who is the head of Nordlys?", "Nordlys lost to Lysnett. Lysnett's head is Jo.", ""),
        ("Who is the chair of the parish council?", "Present: Ida Moe (chair).", ""),
    ],
)
def test_who_holds_an_office_elsewhere_does_not_hold_the_one_asked_for(
    asked: str, text: str, behind: str
) -> None:
    title = "The garden society of Tolm"
    assert is_of_other_home(text, asked=asked, title=title, before="", behind=behind)


@pytest.mark.parametrize(
    ("asked", "text", "before"),
    [
        ("Who is the mayor of Tolm?", _OPENED, ""),
        ("Who is the mayor of Brevik?", _OPENED, "A school burnt down in Brevik."),
        ("Who is the mayor of Brevik?", "Mayor Ida Sand of Brevik came.", ""),
        ("Who is the director of the Harbour Museum?", _DIRECTS, ""),
        ("Who is the director of the museum?", _DIRECTS, ""),
        ("Who is the captain of the club?", "Per Dahl is captain of Tolm IL.", ""),
        ("Who is the president of the US?", "President Ida Sand of America spoke.", ""),
        ("Who is the chair of the society?", "Present: Ida Moe (chair).", ""),
        ("Who made the director of the museum laugh?", "Jo Berg did.", ""),
    ],
)
def test_who_holds_the_office_there_or_anywhere_may(asked: str, text: str, before: str) -> None:
    title = "The garden society of Tolm"
    behind = "The town of Brevik paid a third."
    assert not is_of_other_home(text, asked=asked, title=title, before=before, behind=behind)


_SHARES = "The county paid half, the lottery fund 900 euros, and the rest came from 1,300 donors."


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("How much did the university contribute?", True),
        ("How much money will the church have to pay?", True),
        ("How much did the zoo give?", True),
        ("How much did the county pay?", False),
        ("How much did the region give?", False),
        ("How much did Nordvik pay?", False),
        ("How much did it cost?", False),
    ],
)
def test_what_others_pay_is_not_what_one_does(asked: str, told: bool) -> None:
    assert is_of_other_payer(_SHARES, asked=asked) is told


def test_what_it_costs_is_no_gift_but_may_be_what_visitors_pay() -> None:
    cost = "A day at the pool costs 9 euros."
    assert is_of_other_payer(cost, asked="How much did the members contribute?")
    assert not is_of_other_payer(cost, asked="How much do visitors pay?")


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("A new one from a closed cable car does the work.", "a closed cable car", True),
        ("It was made out of old doors.", "old doors", True),
        ("It came from the hunters' club.", "the hunters' club", False),
        ("It was bought from a retired smith.", "a retired smith", False),
        ("It was made with Ida Sand.", "Ida Sand", False),
        ("The old doors are in use.", "The old doors", False),
    ],
)
def test_a_thing_behind_from_is_nobody_who_acts(text: str, words: str, told: bool) -> None:
    start = text.index(words)
    assert is_source(text, start, start + len(words)) is told


@pytest.mark.parametrize(
    "text",
    [
        "14 October 2026, by Maud Ferrier",
        "By Anna van der Berg",
        "Story by Anna Berg and Jonas Hove",
        "By Anna Berg, science correspondent",
        "*Published on 3 May 2026 by Anna Berg | Reuters*",
        "On Mon, 15 Sep 2025 at 08:02, Joss Mulcahy wrote:",
    ],
)
def test_a_byline_is_known(text: str) -> None:
    assert is_byline(text)


@pytest.mark.parametrize(
    "text",
    [
        "Built in 1743 by Richard Tawney.",
        "The text, by Wiebke Osterloh, is not in dispute.",
        "By Monday Jonas Hove had won.",
        "By Anna Berg's reckoning it was late.",
    ],
)
def test_a_sentence_with_by_is_no_byline(text: str) -> None:
    assert not is_byline(text)


def test_a_byline_tells_who_wrote_and_when_alone() -> None:
    assert asks_for_writer("Who wrote this article?")
    assert asks_for_writer("who is the author")
    assert not asks_for_writer("Who wrote the letter?")
    assert may_be_told_by_byline(read_question("When was this article published?"))
    assert not may_be_told_by_byline(read_question("When was the mill opened?"))
    assert not may_be_told_by_byline(read_question("Who is the director?"))


@pytest.mark.parametrize(
    ("sentences", "is_one"),
    [
        (("We shall do it again.", "Ruben Falk"), True),
        (("Ruben Falk",), True),
        (("Ida Moe", "Ruben Falk"), False),
        (("Ruben Falk", "We shall do it again."), False),
        (("We met.", "Ruben Falk sang."), False),
    ],
)
def test_a_name_alone_at_the_end_is_whom_it_is_by(sentences: tuple[str, ...], is_one: bool) -> None:
    hit = hit_of(*sentences)
    place = next(s.sentence for s in hit.sentences if "Falk" in s.sentence.text)
    assert is_signature(hit, place) is is_one


def test_authors_are_told_by_names_below_the_title() -> None:
    hit = hit_of("On naps", "Mia Ost, Kofi Darling, and Yuki Brandt", "Sleep helps memory.")
    draft = Draft(sentences=(), confidence=0.8)
    answer = with_writer(draft, read_question("Who are the authors?"), [hit], sure=0.5)
    assert answer.short == "Mia Ost, Kofi Darling, and Yuki Brandt"
    assert with_writer(draft, read_question("Who wrote it?"), [hit], sure=0.9).short is not None
    assert with_writer(draft, read_question("Who slept?"), [hit], sure=0.9) is draft


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("How much money does the school have?", True),
        ("How much money has the school got?", True),
        ("How much money does the club have?", False),
    ],
)
def test_what_one_has_is_not_what_another_has(asked: str, told: bool) -> None:
    text = "The club has 1,240 euros in its account."
    assert is_of_other_payer(text, asked=asked) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Membership costs £60.", True),
        ("The town gives £2,000 a year.", True),
        ("The balance at the end of the year was £3,142.", False),
        ("There are 1,240 euros in the cash box and the account.", False),
    ],
)
def test_what_one_takes_or_gives_is_not_what_one_has(text: str, told: bool) -> None:
    assert is_of_other_payer(text, asked="How much money does the club have?") is told
