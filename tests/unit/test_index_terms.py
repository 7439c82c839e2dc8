"""What counts as a word."""

import pytest

from index.terms import content_terms, has_words, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SM-6", ["sm", "6", "sm6"]),
        ("SM6", ["sm6"]),
        ("U.S. forces", ["us", "forc"]),
        ("Trump’s 27,000 on March 30th", ["trump", "27000", "on", "march", "30"]),
        ("$3.5m", ["3.5m"]),
        ("Résumé naïve", ["resum", "naiv"]),
        ("日本", ["日", "本"]),
        ("AT&T", ["at", "t", "att"]),
        ("🙂 \x00 —", []),
        ("", []),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_missiles_that_differ_in_a_number_share_only_their_letters() -> None:
    assert set(terms("SM-6")) & set(terms("SM-3")) == {"sm"}


def test_a_questions_function_words_are_left_out() -> None:
    assert content_terms("What is the plan, and who made the plan?") == ["plan", "made"]


def test_a_country_is_not_a_function_word() -> None:
    assert content_terms("Why did the US join?") == ["us", "join"]


def test_only_letters_and_digits_are_words() -> None:
    assert [has_words(text) for text in ("who", "7", "?!", "🙂", " \n")] == [
        True, True, False, False, False,
    ]  # fmt: skip
