"""Grouping sentences into passages."""

from hypothesis import given
from hypothesis import strategies as st

from index.splitting.paragraphs import LONGEST, group
from index.splitting.sentences import split
from index.types import Span


def spans(*lengths: int) -> tuple[str, list[Span]]:
    text, found = "", []
    for length in lengths:
        found.append(Span(start=len(text), end=len(text) + length))
        text += "x" * length + " "
    return text, found


def test_sentences_are_packed_up_to_the_longest_passage() -> None:
    text, sentences = spans(400, 400, 400, 400)
    assert group(text, sentences, breaks=[]) == (range(2), range(2, 4))


def test_a_heading_begins_a_passage() -> None:
    text, sentences = spans(20, 20, 20)
    assert group(text, sentences, breaks=[sentences[1].start]) == (range(1), range(1, 3))


def test_a_long_sentence_is_a_passage_of_its_own() -> None:
    text, sentences = spans(10, LONGEST + 1, 10)
    assert group(text, sentences, breaks=[]) == (range(1), range(1, 2), range(2, 3))


def test_a_paragraphs_end_closes_a_passage_that_is_long_enough() -> None:
    text = "a" * 600 + ".\n" + "b" * 100 + "."
    sentences = [Span(start=0, end=601), Span(start=602, end=703)]
    assert group(text, sentences, breaks=[]) == (range(1), range(1, 2))


def test_no_sentences_give_no_passages() -> None:
    assert group("", [], breaks=[]) == ()


@given(st.text(alphabet="ab .\n", max_size=4000), st.lists(st.integers(0, 4000)))
def test_every_sentence_is_in_exactly_one_passage(text: str, breaks: list[int]) -> None:
    sentences = split(text)
    groups = group(text, sentences, breaks=sorted(breaks))
    assert [n for positions in groups for n in positions] == list(range(len(sentences)))
