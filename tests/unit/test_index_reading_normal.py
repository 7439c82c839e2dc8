import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.normal import LongText, normalise, one_line


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("", ""),
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne"),
        ("\ufefffirst", "first"),
        ("zero\u200bwidth \u200e\u200f\u2060word", "zerowidth word"),
        ("cafe\u0301", "café"),
        ("\u202egpj.exe\u2066x\u2069", "gpj.exex"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("co\u00adoperation", "cooperation"),
        ("bell\x07 tab\tnul\x00", "bell tab\tnul"),
        ("un\u200cseen un\u200dseen", "unseen unseen"),
        ("a\ud800b", "a\ufffdb"),
        ("pay\u3164\u200bme\uffa0now\u115fand\u1160then", "pay me now and then"),
        ("\u115f\u1160" * 3, " " * 6),
        ("⠏⠁⠽\u2800⠍⠑", "⠏⠁⠽\u2800⠍⠑"),
    ],
)
def test_case_5_text_is_stored_without_what_no_reader_sees(written, stored):
    assert normalise(written) == stored


@pytest.mark.parametrize(
    "text",
    [
        "\u1100\u1160\u11a8",
        "\u115f\u1161",
        "👩\u200d👧",
        "❤\ufe0f\u200d🔥",
        "می\u200cخواهم",
        "ශ්\u200dරී",
        "葛\U000e0100飾区",
        "a\u00a0b",
    ],
)
def test_joiners_and_selectors_stay_where_they_spell(text):
    assert normalise(text) == unicodedata.normalize("NFC", text)


def test_a_message_in_variation_selectors_is_removed():
    hidden = "".join(chr(0xE0100 + ord(letter)) for letter in "obey")
    assert normalise(f"😀{hidden} ok") == "😀 ok"
    assert normalise("x\ufe00\ufe01\ufe02y") == "x\ufe00y"


def test_a_pile_of_marks_is_cut_at_thirty():
    assert normalise("e" + "\u0323" * 100_000 + "!") == "ẹ" + "\u0323" * 29 + "!"


def test_one_line_joins_lines_and_blanks():
    assert one_line("  A\n title \t here ") == "A title here"
    assert one_line("\u2800\u3164 A\u2800title\u3164here \uffa0") == "A title here"
    assert one_line("\u3164\u2800\u115f") == ""


@given(st.text())
def test_the_result_is_nfc_and_normalising_again_changes_nothing(text):
    once = normalise(text)
    assert unicodedata.is_normalized("NFC", once)
    assert normalise(once) == once


def test_a_long_text_is_read_like_the_text_that_it_was_made_of():
    parts = ["Town: Łódź.", "\n\n", "", "Note: 🚲 東.", "\n\nEnd: ½."]
    whole, text = "".join(parts), LongText(parts)
    assert (len(text), str(text)) == (len(whole), whole)
    assert list(text.pieces()) == list(filter(None, parts))
    spans = [(a, b) for a in range(len(whole) + 2) for b in range(len(whole) + 2)]
    assert [text[a:b] for a, b in spans] == [whole[a:b] for a, b in spans]
    assert (len(LongText([])), str(LongText([])), LongText([])[:5]) == (0, "", "")


def test_one_letter_beyond_latin_1_makes_a_long_text_no_wider():
    rows = "".join(f"Town: Lindvik {n}; Guests: {n * 7919 % 1000}.\n\n" for n in range(20_000))
    plain, wide = LongText([rows]), LongText(["🚲" + rows])
    assert str(wide)[1:] == str(plain)
    assert wide.size - plain.size < 100 < plain.size < len(plain)
