"""Which lines run on: wrapped prose does, paragraphs, headings, items and rows do not."""

import pytest

from index.splitting.paragraphs import stretches

WRAPPED = (
    "The committee said on Thursday that it had found no evidence that the\n"
    "Treasurer had taken money from the fund, which was set up in the U.S.\n"
    "Senate in 1994 by members who are no longer alive to be asked about\n"
    "it."
)


def parts(text):
    return [text[stretch.start : stretch.end] for stretch in stretches(text)]


def test_prose_broken_at_a_width_runs_on_before_capitals_too():
    assert parts(WRAPPED) == [WRAPPED]


def test_carriage_returns_do_not_change_what_runs_on():
    text = WRAPPED.replace("\n", "\r\n")
    assert parts(text) == [text]


def test_a_blank_line_ends_a_stretch_in_wrapped_prose():
    assert parts(WRAPPED + "\n \n" + WRAPPED) == [WRAPPED, WRAPPED]


def test_a_short_line_ends_a_stretch_in_wrapped_prose():
    assert parts("A short heading\n" + WRAPPED) == ["A short heading", WRAPPED]


def test_a_long_paragraph_in_a_wrapped_text_ends_with_its_line():
    paragraph = "It was said, " * 12 + "and so it was"
    assert parts(WRAPPED + "\n" + paragraph + "\nNext") == [WRAPPED, paragraph, "Next"]


@pytest.mark.parametrize(
    "text",
    [
        "The engineer will come to service your boiler on Thursday between\n8 am and noon.",
        "We were met on the quay of the old harbour that evening by the\nMayor of Leer.",
    ],
)
def test_a_line_whose_last_word_ends_nothing_runs_on(text):
    assert parts(text) == [text]
    assert parts(f"Dear members,\n{text}") == ["Dear members,", text]


@pytest.mark.parametrize(
    "lines",
    [
        ["Storm leaves thousands of homes without any power", "Thousands of homes were dark."],
        ["It rained on Sunday and the whole of Monday too.", "and so it went on."],
        ["We need these four things from the old shop:", "bread and butter"],
        ["apples", "pears"],
        ["- the first point, which is a rather long one", "- the second"],
        ["* the first point, which is a rather long one", "* the second"],
        ["1. the first point, which is a rather long one", "2. the second"],
        ["a) the first point, which is a rather long one", "b) the second"],
        ["a: the first answer, which is a rather long one", "b: the second"],
        ["# The results of the long and tedious inquiry", "sales rose"],
        ["it is a plain line of more than forty characters", "# Heading"],
        ["| one | two |", "| three | four |"],
        ["one\ttwo\tthree and much more to reach forty letters", "four\tfive\tsix"],
    ],
)
def test_separate_lines_stay_apart(lines):
    assert parts("\n".join(lines)) == lines


def test_a_torn_line_runs_on_in_lower_case():
    text = "The talks, held in Geneva since the spring, had\nended without a result."
    assert parts(text) == [text]


def test_a_torn_line_runs_on_where_the_text_is_not_wrapped():
    paragraphs = ["It was a long paragraph on one line. It ends here."] * 4
    torn = "The talks, held in Geneva since the spring, had\nended without a result."
    assert parts("\n".join([*paragraphs, torn])) == [*paragraphs, torn]


def test_one_torn_line_does_not_make_a_text_wrapped():
    torn = "The talks, held in Geneva since the spring, had\nended without a result."
    heads = ["A long heading over the results of the talks one"] * 8
    assert parts("\n".join([torn, *heads])) == [torn, *heads]


def test_paragraphs_of_more_than_200_characters_are_not_taken_for_wrapped_lines():
    torn = "they said, " * 20 + "they had"
    heading = "And now " * 26 + "we see"
    assert parts("\n".join([torn, torn, heading, heading])) == [f"{torn}\n{torn}", heading, heading]


def test_a_rule_belongs_to_the_line_above_it():
    assert parts("Results\n=======\nSales rose.") == ["Results\n=======", "Sales rose."]


def test_wrapped_mail_runs_on_behind_its_quote_marks():
    text = "> " + WRAPPED.replace("\n", "\n> ")
    assert parts(text) == [text]


def test_only_table_rows_are_whole():
    kinds = [stretch.whole for stretch in stretches("| a. B | c |\n|---|---|\nA. B")]
    assert kinds == [True, False]
