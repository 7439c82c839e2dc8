"""Each measure of one answer, with values worked out by hand."""

import pytest

from eval.metrics.answers import (
    abstention,
    area_under,
    contains_answer,
    exact_match,
    normalise_answer,
    quote_faithfulness,
    risk_coverage,
    sentence_precision_recall,
    span_precision_recall,
    token_f1,
)
from eval.metrics.statistics import wilson_interval
from rag import AnswerSentence


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The Cat, a dog & an Ape!", "cat dog ape"),
        ("“America  first”", "america first"),
        ("Trump’s", "trumps"),
        ("ＡＭＲＡＡＭ", "amraam"),
        ("SM-6", "sm6"),
        ("theatre", "theatre"),
        ("the", ""),
    ],
)
def test_answers_are_normalised_as_squad_does_and_beyond_ascii(text, normalised):
    assert normalise_answer(text) == normalised


def test_exact_match_needs_every_word():
    assert exact_match("The March 30th.", ["April 1st", "march 30th"]) == 1.0
    assert exact_match("on March 30th", ["March 30th"]) == 0.0


def test_no_answers_mean_that_nothing_is_right():
    assert exact_match("", []) == 1.0
    assert exact_match("AMRAAM", []) == 0.0
    assert token_f1("", []) == 1.0
    assert token_f1("AMRAAM", []) == 0.0


def test_f1_counts_repeated_words_once_each():
    # Common: one "sea", one "to". 4 words predicted, 3 in gold: 2 * 2 / 7.
    assert token_f1("sea to sea coast", ["to sea level"]) == pytest.approx(4 / 7)


def test_f1_is_the_best_over_the_answers():
    # "Gen Nakatani" against one word: 2 * 1 / 3; against both words 1.
    assert token_f1("Gen Nakatani", ["Nakatani"]) == pytest.approx(2 / 3)
    assert token_f1("Gen Nakatani", ["Nakatani", "Gen Nakatani"]) == 1.0


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("missile called AMRAAM.", "amraam"),
        ("an advanced air-to-air missile", "air to air missile"),
        ("the U.S. forces", "US forces"),
        ("President Trump’s argument", "President Trump"),
        ("it cost 27,000 lives", "27000"),
        ("vitamin A helps", "A"),
    ],
)
def test_an_answer_in_other_typography_is_contained(text, answer):
    assert contains_answer(text, [answer])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("27 men", "2"),
        ("2.5 metres", "2"),
        ("SM-3 is not it", "SM-6"),
        ("Tokyo", "Kyoto"),
        ("anything", "a"),
        ("", "x"),
    ],
)
def test_part_of_a_word_or_number_is_not_contained(text, answer):
    assert not contains_answer(text, [answer])


def test_nothing_is_contained_without_answers():
    assert not contains_answer("anything", [])


def test_citation_precision_and_recall_count_characters():
    # Cited 0-10 and 5-15 (15 characters), gold 10-20: 5 common, 10 gold.
    spans = [("a", 0, 10), ("a", 5, 15)]
    assert span_precision_recall(spans, [("a", 10, 20)]) == (5 / 15, 5 / 10)


def test_the_same_place_in_another_document_is_no_citation_of_it():
    assert span_precision_recall([("a", 0, 10)], [("b", 0, 10)]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("cited", "gold", "expected"),
    [
        ([], [("a", 0, 1)], (0.0, 0.0)),
        ([("a", 0, 1)], [], (0.0, 1.0)),
        ([], [], (1.0, 1.0)),
    ],
)
def test_citations_where_one_side_is_empty(cited, gold, expected):
    assert span_precision_recall(cited, gold) == expected


def test_a_crash_counts_against_abstention_either_way():
    cases = [
        (False, "abstained"),
        (False, "abstained"),
        (False, "answered"),
        (False, "crashed"),
        (True, "abstained"),
        (True, "crashed"),
        (True, "answered"),
    ]
    counts = abstention(cases)
    assert (counts.right, counts.given, counts.due) == (2, 4, 4)
    assert (counts.precision, counts.recall) == (0.5, 0.5)


def test_abstention_without_abstentions_is_perfect_only_if_none_was_due():
    assert abstention([(True, "answered")]).precision == 1.0
    assert abstention([(False, "answered")]).precision == 0.0
    assert abstention([(True, "answered")]).recall == 1.0


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 29 of 29.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (29, 29, (0.8830, 1.0000)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_wilson_intervals_are_those_of_newcombe(successes, trials, interval):
    assert wilson_interval(successes, trials) == pytest.approx(interval, abs=5e-5)


def test_the_risk_of_answering_less_is_that_of_the_surest():
    # Four asked, three answered; the surest two tie.
    outcomes = [(0.9, False), (0.9, True), (0.5, False), (0.1, None)]
    curve = risk_coverage(outcomes)
    assert curve == ((0.5, 0.5), (0.75, pytest.approx(1 / 3)))
    assert area_under(curve) == pytest.approx((2 * 0.5 + 1 / 3) / 3)


def test_nothing_answered_has_no_risk():
    assert risk_coverage([(0.5, None)]) == ()
    assert area_under(()) is None


def sentence(verdict, *citations):
    return AnswerSentence(text="x", citations=citations, verdict=verdict)


def test_a_sentence_counts_where_its_own_citations_carry_it():
    sentences = [
        sentence("supported", 1, 2),
        sentence("altered", 3),
        sentence("unsupported"),
        sentence("misattributed", 4),
    ]
    assert sentence_precision_recall(sentences) == (3 / 4, 2 / 4)
    assert sentence_precision_recall([]) == (0.0, 0.0)


def test_a_quote_is_faithful_where_it_stands_literally():
    quotes = [(("d", 0, 3), "abc"), (("d", 1, 3), "bx"), (("gone", 0, 1), "a")]
    assert quote_faithfulness(quotes, {"d": "abc"}) == pytest.approx(1 / 3)
    assert quote_faithfulness([], {}) == 1.0
