"""The words shown of a sentence: a clause with what leads it, brackets and quotes in pairs."""

import pytest

from rag.answer.edges import cut
from rag.question import AnswerType


def shown(text: str, found: str, expects: AnswerType = "any") -> str | None:
    start = text.index(found)
    words = cut(text, start=start, end=start + len(found), expects=expects)
    return text[slice(*words)] if words else None


@pytest.mark.parametrize(
    ("text", "found", "clause"),
    [
        ("It closed because the roof leaked.", "the roof leaked", "because the roof leaked"),
        ("It closed due to the bad roof.", "bad roof", "due to the bad roof"),
        ("It closed because of rain.", "because of rain", "because of rain"),
        ("In order to save money, it closed.", "save money", "In order to save money"),
    ],
)
def test_a_reason_has_the_word_that_leads_it(text: str, found: str, clause: str) -> None:
    assert shown(text, found, "reason") == clause


def test_a_way_has_the_word_that_leads_it() -> None:
    text = "They won by selling the old mill."
    assert shown(text, "selling the old mill", "manner") == "by selling the old mill"


def test_a_word_that_means_other_things_too_leads_only_right_before() -> None:
    text = "It fell as the wind rose."
    assert shown(text, "the wind rose", "reason") == "as the wind rose"
    assert shown("Ways such as talking help.", "talking", "reason") == "talking"


def test_no_clause_is_led_where_another_thing_is_asked() -> None:
    assert shown("It was built by Paul Renner.", "Paul Renner", "person") == "Paul Renner"


def test_the_leading_word_must_stand_right_before() -> None:
    text = "It rained because, they said, of late the sea and the air are warm."
    assert shown(text, "the air are warm", "reason") == "the air are warm"


def test_an_aim_behind_an_aim_stands_for_no_reason() -> None:
    assert shown("It agreed to sell the mill to save money.", "to save money", "reason") is None
    assert shown("It had to sell, to save money.", "to save money", "reason") is not None
    assert shown("It went to Leeds to save money.", "to save money", "reason") is not None


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("The pool (built in 1974) is old.", "pool (built", "pool (built in 1974)"),
        ("The pool (built in 1974) is old.", "in 1974)", "in 1974"),
        ('They said "no, thanks" to it.', 'said "no', 'said "no, thanks"'),
        ("They said “no, thanks” to it.", "thanks”", "thanks"),
        ("They said “no, thanks to it.", "said “no", None),
        ("A plan) for it all.", "A plan) for", None),
    ],
)
def test_brackets_and_quotation_marks_stay_in_pairs(
    text: str, found: str, words: str | None
) -> None:
    assert shown(text, found) == words


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("The mayor and the council met.", "The mayor and the", "The mayor"),
        ("The mayor, who left, was ill.", "The mayor,", "The mayor"),
        ("That is what they came for.", "what they came for", "what they came for"),
        ("And the rest is his.", "And the", None),
    ],
)
def test_no_word_is_left_that_leads_on(text: str, found: str, words: str | None) -> None:
    assert shown(text, found) == words


@pytest.mark.parametrize(
    ("text", "found", "clause"),
    [
        (
            "The lights stay off because owls breed in the poplars.",
            "owls",
            "because owls breed in the poplars",
        ),
        ("It shut, since nobody came any more, in May.", "nobody", "since nobody came any more"),
        ("It closed because of owls that breed there.", "owls", "because of owls"),
    ],
)
def test_a_clause_that_tells_a_reason_has_its_verb(text: str, found: str, clause: str) -> None:
    assert shown(text, found, "reason") == clause
