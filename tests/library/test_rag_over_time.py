"""Articles of two days: the newest speaks first, and "as of" leaves the newer out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Article, Assistant, Settings

_TEXT = (
    "Lindvik, {day}\n\nThe chess club of Lindvik has {members} members. The membership fee is "
    "{fee} euros a year. The club was founded in {founded}."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    library = tmp_path_factory.mktemp("time") / "library"
    texts = {
        "The chess club in spring": _TEXT.format(
            day="2 March 2021", members=120, fee=30, founded=1931
        ),
        "The chess club today": _TEXT.format(day="2 May 2024", members=185, fee=35, founded=1934),
    }
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        articles = [Article(source=name, title=name, text=text) for name, text in texts.items()]
        assistant.library.add_articles(articles)
        yield assistant


@pytest.mark.parametrize(
    ("question", "now", "before"),
    [
        ("How many members does the chess club have?", "185 members", "120 members"),
        ("How much is the membership fee?", "35 euros", "30 euros"),
    ],
)
def test_the_newest_article_speaks_first(
    assistant: Assistant, question: str, now: str, before: str
) -> None:
    first, earlier = assistant.ask(question).sentences
    assert now in first.text
    assert earlier.text.startswith("Earlier, on 2021-03-02, another document said: ")
    assert before in earlier.text


def test_the_short_answer_is_the_newest(assistant: Assistant) -> None:
    short = assistant.ask("How many members does the chess club have?").short
    assert short is not None
    assert "185" in short


def test_as_of_a_day_newer_articles_are_left_out(assistant: Assistant) -> None:
    answer = assistant.ask("How many members does the chess club have as of May 2022?")
    assert "120 members" in answer.text
    assert {c.card.title for c in answer.citations} == {"The chess club in spring"}


def test_where_nothing_is_so_old_it_is_said_up_to_when_was_searched(assistant: Assistant) -> None:
    answer = assistant.ask("How many members does the chess club have as of 2019?")
    assert (answer.status, answer.reason, answer.hits) == ("abstained", "no_match", ())
    assert answer.text.startswith("No answer found in what the articles say up to 2019-12-31")


def test_of_a_year_that_is_asked_for_the_article_of_that_year_answers(assistant: Assistant) -> None:
    text = assistant.ask("How many members did the chess club have in 2021?").text
    assert ("120" in text, "185" in text) == (True, False)


def test_what_does_not_change_is_a_disagreement_still(assistant: Assistant) -> None:
    text = assistant.ask("When was the chess club founded?").text
    assert "But another document says" in text
    assert "Earlier" not in text


MAIL = """Dear all,

the concert is on 25 April after all. The bus leaves from the town hall at 14:15, not at 13:00 as I
first wrote. Sven drives it. Tell me by 15 February whether you come.

Love, Claire

On Tue, 6 Jan 2026 at 21:11, Claire Dumont wrote:
> Dear all,
> the concert will be on 9 May.
> The bus leaves at 13:00 and costs 42 euros. Hans drives it.
> Tell me by 31 January whether you come.
"""


@pytest.fixture(scope="module")
def of_a_mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    library = tmp_path_factory.mktemp("mail") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        assistant.library.add_articles([Article(source="m", title="Re: Concert", text=MAIL)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("When is the concert?", "25 April"),
        ("When does the bus leave?", "14:15"),
        ("Who drives the bus?", "Sven"),
        ("How much does the bus cost?", "42 euros"),
    ],
)
def test_a_message_speaks_before_the_older_one_that_it_quotes(
    of_a_mail: Assistant, question: str, short: str
) -> None:
    assert of_a_mail.ask(question).short == short


def test_a_quoted_line_bears_out_no_yes_against_the_message(of_a_mail: Assistant) -> None:
    assert of_a_mail.ask("Does the bus leave at 13:00?").short != "Yes"


def test_a_later_article_corrects_a_question_and_its_parts(tmp_path: Path) -> None:
    texts = {
        "The minutes of March": "Lindvik, 4 March 2025\n\nThe balance of the chess club was "
        "£3,412. The summer party is on 14 June.",
        "The minutes of May": "Lindvik, 6 May 2025\n\nThe balance of the chess club was £3,142, "
        "not £3,412 as recorded. The summer party was moved from 14 June to 21 June.",
    }
    with Assistant.open(Settings.load(library=tmp_path, seeds=False)) as opened:
        opened.library.add_articles(
            [Article(source=name, title=name, text=text) for name, text in texts.items()]
        )
        whole = opened.ask("What was the balance of the chess club?")
        parts = opened.ask("When is the summer party and what was the balance of the chess club?")
    assert whole.short == "£3,142"
    assert [part.text for part in parts.parts] == ["21 June", "£3,142"]
