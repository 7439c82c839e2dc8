"""Claims, numbers, dates and names are read as values, whatever their spelling."""

import random
import time

import pytest

from rag.verification.candidates import misquoted
from rag.verification.claims import ClaimReader, read_claims
from rag.verification.dates import agrees, read_dates
from rag.verification.parse import read
from rag.verification.values import read_values, same

MARKDOWN = """# The meeting
Japan and the US met [1]. They agreed. [1][2] Then "more" came.[^3] Last one 【4】!

What followed:
- Item one [1, 3] has text
- **Item two** says so [1-3].
1. Third (1) thing. [2] [5]
[1] A mark that leads. And the next [7](#x).
Is it so? Dr. Smith said no. [Source 2]
A wrapped line that goes on for more than forty characters and
continues here [3].
"""


def test_claims_come_without_marks_and_keep_their_numbers() -> None:
    found = [(claim.text, claim.cited) for claim in read_claims(MARKDOWN)]
    assert found == [
        ("Japan and the US met.", (1,)),
        ("They agreed.", (1, 2)),
        ('Then "more" came.', (3,)),
        ("Last one!", (4,)),
        ("Item one has text", (1, 3)),
        ("Item two says so.", (1, 2, 3)),
        ("Third (1) thing.", (2, 5)),
        ("A mark that leads.", (1,)),
        ("And the next.", (7,)),
        ("Dr. Smith said no.", (2,)),
        ("A wrapped line that goes on for more than forty characters and continues here.", (3,)),
    ]


def test_a_claim_knows_where_it_stands_with_its_marks() -> None:
    claim = read_claims(MARKDOWN)[1]
    assert MARKDOWN[claim.start : claim.end] == "They agreed. [1][2]"


@pytest.mark.parametrize("text", [MARKDOWN, MARKDOWN.replace("\n", " "), MARKDOWN[13:] * 3])
def test_a_stream_gives_the_claims_of_the_whole_text(text: str) -> None:
    chance = random.Random(0)
    for _ in range(30):
        reader, found, at = ClaimReader(), [], 0
        while at < len(text):
            step = chance.randint(1, 12)
            found += reader.feed(text[at : at + step])
            at += step
        found += reader.finish()
        assert tuple(found) == read_claims(text)


def test_a_block_of_many_sentences_is_told_as_it_comes_and_wholly() -> None:
    text = "They met in Tokyo on Monday. [1] Ann Lee, who came late, agreed. [2, 3] " * 80
    reader, early = ClaimReader(), []
    for at in range(0, len(text), 50):
        early += reader.feed(text[at : at + 50])
    assert len(text) > 5000
    assert early[-1].end > 0.8 * len(text)
    assert (*early, *reader.finish()) == read_claims(text)


def test_a_sentence_is_told_before_the_text_ends() -> None:
    reader = ClaimReader()
    assert reader.feed("They met in Tokyo. [1]") == ()
    assert [c.cited for c in reader.feed(" Then they went home again, ")] == [(1,)]


@pytest.mark.parametrize(
    ("claimed", "held", "right"),
    [
        ("27,000 people", "twenty-seven thousand lives", True),
        ("28,000 people", "twenty-seven thousand lives", False),
        ("27,010 people", "27,000 people", False),
        ("3.5m people", "3,500,000 people", True),
        ("2% of GDP", "two per cent of GDP", True),
        ("$5bn", "5 billion dollars", True),
        ("$5bn", "5 billion euros", False),
        ("a dozen eggs", "12 eggs", True),
        ("half of them", "50 percent of them", True),
        ("1.5 km", "1,500 metres", True),
        ("40 miles", "40 kilometres", False),
        ("3:30 p.m.", "15:30", True),
        ("3:30 a.m.", "15:30", False),
        ("the 21st time", "the twenty-first time", True),
        ("about 27,000", "26,870", True),
        ("27,000", "26,870", False),
        ("more than 20,000", "27,000", True),
        ("27,000", "more than 27,000", False),
        ("less than 4 dollars", "more than 4 dollars", False),
    ],
)
def test_numbers_are_compared_as_values(claimed: str, held: str, right: bool) -> None:
    (one,), (other,) = read_values(claimed), read_values(held)
    assert same(one, other) is right


@pytest.mark.parametrize(
    ("claimed", "held", "right"),
    [
        ("30 March", "March 30th", True),
        ("on 30/03", "on March 30, 2025", True),
        ("the 30th of March 2025", "2025-03-30", True),
        ("31 March", "March 30th", False),
        ("30 April", "30 March", False),
        ("May 2020", "on 5 May 2020", True),
        ("in 2021", "in May 2020", False),
        ("on Monday", "on Tuesday", False),
        ("in the 1990s", "in 1995", True),
    ],
)
def test_dates_are_compared_as_values(claimed: str, held: str, right: bool) -> None:
    (one,), (other,) = read_dates(claimed), read_dates(held)
    assert agrees(one, other) is right


def test_a_date_of_two_readings_is_none() -> None:
    assert read_dates("on 03/04") == ()
    assert read_dates("It may rain, and they March.") == ()


def test_names_that_mean_the_same_are_read_alike() -> None:
    stems = [read(f"He met the {name} envoy.").words[1].stem for name in ("US", "U.S.", "American")]
    assert len(set(stems)) == 1


def test_a_word_behind_a_negator_is_negated_up_to_the_clause() -> None:
    words = {w.stem: bool(w.negated) for w in read("They did not sign it, but met again.").words}
    assert words == {"sign": True, "meet": False}


def test_a_quotation_must_be_literal_but_for_its_marks_and_blanks() -> None:
    source = "He said: “We’re  sure – it works.”"
    assert misquoted('He said, "we\'re sure - it works".', source) == ""
    assert "it fails" in misquoted('He said "we\'re sure - it fails".', source)


@pytest.mark.parametrize(
    "piece", ["not ", "1", "1,", "[1", "[1]", '"a ', "twenty-", "May 2020 ", "- a\n", "$ ", "【1†"]
)
def test_long_adversarial_text_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    read_claims(text)
    read(text)
    assert time.perf_counter() - started < 20
