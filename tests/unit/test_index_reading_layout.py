"""Raised and lowered text: a mark or an exponent never becomes part of a number."""

import pytest

from index.reading.layout import lowered, raised
from index.reading.registry import read_bytes


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("built in 1938<sup>6</sup>", "built in 1938[6]"),
        ("31,250<sup><a href='#f4'>4</a></sup> people", "31,250[4] people"),
        ("1,200<span class='footnote-ref'><sup>9</sup></span> maps", "1,200[9] maps"),
        ("in 1971<a href='#n' role='doc-noteref'><sup>5</sup></a>", "in 1971[5]"),
        ("to the north.<sup><a href='#f8'>[8]</a></sup>", "to the north.[8]"),
        ("1,200<sup>a</sup> and Berg<sup>b,c</sup>", "1,200[a] and Berg[b,c]"),
        ("3.2 × 10<sup>7</sup> m<sup>3</sup>", "3.2 × 10^7 m^3"),
        ("10<sup>−3</sup>, 2<sup>n</sup>, (a+b)<sup>2</sup>", "10^−3, 2^n, (a+b)^2"),
        ("E=mc<sup>2</sup>, R<sup>2</sup>, 12 km<sup>2</sup>", "E=mc^2, R^2, 12 km^2"),
        ("the 4<sup>th</sup>, 1<sup>er</sup>, Acme<sup>TM</sup>", "the 4th, 1er, AcmeTM"),
        ("2<sup>1</sup>/<sub>2</sub> miles, <sup>14</sup>C", "2 1/2 miles, 14C"),
        ("H<sub>2</sub>O and 10<sub>2</sub>", "H2O and 10_2"),
        ("300<span style='vertical-align: super'>7</span> boats", "300[7] boats"),
        ("Lund<sup>3</sup>", "Lund[3]"),
    ],
)
def test_raised_text_of_a_page_is_set_apart(markup, text):
    page = f"<html><body><p>{markup}</p></body></html>".encode()
    assert read_bytes(page, name="a.html").text == text


@pytest.mark.parametrize("text", ["", " ", "*", "†"])
def test_what_cannot_be_taken_for_a_number_stays(text):
    assert raised(text, after="1938", mark=True) == text


def test_raised_text_at_the_start_of_a_line_stays():
    assert raised("6", after="", mark=False) == "6"
    assert lowered("2", after="") == "2"
