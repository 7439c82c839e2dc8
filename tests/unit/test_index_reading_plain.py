from pathlib import Path

import pytest
from documents import pdf
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from index.reading.metadata import byline_date, first_line_title, name_title
from index.reading.plain import cut_footer
from index.reading.registry import read_bytes

SEED = Path(__file__).parents[2] / "seeds" / "japan-us-defense-ministers.txt"
BODY = "A paragraph of an article that goes on for a while. " * 20


def test_the_seed_article_loses_its_footer_and_nothing_else():
    raw = SEED.read_text(encoding="utf-8")
    article = read_bytes(SEED.read_bytes(), name=SEED.name)
    assert article.card.title == "Japan and US Defense Ministers United in Countering China"
    assert article.text + "\nComments\nPost a Comment" == raw
    assert article.card.media_type == "text/plain"


def test_a_bloggers_footer_is_cut_with_its_labels_and_pager():
    footer = (
        "Posted by Ann Lee at 10:00 AM\nEmail ThisBlogThis!Share to XShare to Facebook\n"
        "Labels: boats, nets\n\nNo comments:\nPost a Comment\nNewer Post\nOlder Post\nHome\n"
        "Subscribe to: Post Comments (Atom)"
    )
    assert cut_footer(f"{BODY}\n{footer}") == BODY.rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "Comments\nPost a Comment\nThe article comes after them.",
        "He had been away for years.\nHome",
        "A packing list\nTags: two, red",
        "Comments\nPost a Comment",
        "She had only one thing to say:\nNo comment.",
        "",
    ],
)
def test_what_may_be_the_article_is_never_cut(text):
    assert cut_footer(text) == text


def test_a_block_too_long_to_be_a_footer_stays():
    text = "Short text.\n" + "\n".join(["Comments"] * 40)
    assert cut_footer(text) == text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Council keeps buses\nThe council voted on Monday to keep them.", "Council keeps buses"),
        ("What now?\n\nNobody knows.", "What now?"),
        ("It rained all day.\nThen it stopped.", None),
        ("Page 1 of 3\n\nThe mill\n\nIt stood.", "The mill"),
        ("- 1 -\nConfidential\n12 March 2024, 10:30\nThe mill\n\nIt stood.", "The mill"),
        ("https://a.example/b\n\nThe mill\n\nIt stood.", "The mill"),
        ("Lune Herald\nThe mill\n\nIt stood.\nLune Herald\nSo.\nLune Herald\nYes.", "The mill"),
        ("12 March 2024\nIt rained all day.", None),
        ("Minutes, 12 March 2024\n\nIt rained.", "Minutes, 12 March 2024"),
        ("Only one line", None),
        ("The ministers met in\nthe capital on Monday.", None),
        ("-----\nText", None),
        ("x" * 151 + "\nText", None),
        ("The ministers met in the capital of their country on\n"
         "Monday, and said that they would meet again in May.", None),
    ],
)  # fmt: skip
def test_the_first_line_is_the_title_where_it_looks_like_one(text, title):
    assert first_line_title(text) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("my_notes-2024.txt", "my notes-2024"),
        ("japan-us-defense.txt", "japan us defense"),
        ("SM-6.txt", "SM-6"),
        ("2024-03-01.md", "2024-03-01"),
        ("folder/a  b.txt", "a b"),
        ("bad\udcff\u202ename.txt", "bad?name"),
        ("", "untitled"),
    ],
)
def test_a_file_name_becomes_a_title(name, title):
    assert name_title(name) == title


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", "\u200b\u2060".encode()])
def test_a_file_without_a_visible_character_is_empty(data):
    with pytest.raises(ReadError, match="is empty"):
        read_bytes(data, name="a.txt")


def test_line_ends_and_marks_are_normalised_before_offsets_count():
    article = read_bytes(b"\xef\xbb\xbfTitle\r\n\r\nOne.\r\nTwo.\r\n", name="a.txt")
    assert article.text == "Title\n\nOne.\nTwo."


@given(st.text(min_size=1, max_size=200))
def test_cutting_a_footer_only_shortens_the_end(text):
    assert text.startswith(cut_footer(text))


@pytest.mark.parametrize(
    "line",
    [
        "By Anna Smith, 12 March 2024",
        "BY ANNA SMITH – TUESDAY, MARCH 12, 2024",
        "By Anna Smith and Bob van Dyke on 12 March 2024 at 10:30 am",
        "By Anna Smith | Published 12 March 2024 | Updated 13 March 2024",
        "By Anna Smith, Staff Writer, 12 March 2024 · 5 min read",
        "By Anna Smith\n12 March 2024",
        "12 March 2024\nBy Anna Smith",
        "What the council says of it.\n\nPublished: Tue, 12 Mar 2024 10:30:00 GMT",
        "Published on March 12th, 2024",
        "Posted by admin on 12 Mar. 2024",
        "Posted on 2024-03-12 by Anna Smith",
        "Published 12 March 2024, updated 14 March 2024",
        "Press release, 12 March 2024",
        "From: Anna Smith\nDate: 12 March 2024",
        "Veröffentlicht am 12. März 2024, 10:30 Uhr",
        "Von Anna Schmidt, 12.03.2024",
        "Publié le 12 mars 2024",
        "Publicado el 12 de marzo de 2024",
    ],
)
def test_the_day_that_stands_below_a_title_is_when_it_was_published(line):
    text = f"The buses stay\n{line}\n\nThe council voted to keep them.\n"
    assert read_bytes(text.encode(), name="a.txt").card.published == "2024-03-12"
    assert byline_date(text) == "2024-03-12"


@pytest.mark.parametrize(
    "line",
    [
        "By Monday, 12 March 2024 the council must decide.",
        "By 12 March 2024 all forms must be in.",
        "By Sunday Morning, 12 March 2024",
        "By train and bus, 12 March 2024",
        "By Anna Smith and Bob Lee, 12 March",
        "21 June 2025\nCome and bring a cake.",
        "Date: 21 June 2025\nTime: 10:00",
        "Published 1999 by Penguin",
        "Published 03/04/2024",
        "Published: 31 February 2024",
        "Published on 12 March 2024, the study says that cats sleep.",
        "Posted to the front on 12 March 1916, he wrote home.",
        "Released from prison on 12 March 2024, he left.",
        "Last updated: 12 March 2024",
        "A line.\n" * 9 + "Published: 12 March 2024",
        "The council spoke for long. " * 10 + "\nPublished: 12 March 2024",
    ],
)
def test_a_day_that_may_be_another_is_not_taken_for_that(line):
    assert byline_date(f"The buses stay\n{line}\n\nThe council voted to keep them.\n") is None


def test_what_a_file_says_of_its_article_counts_before_its_text_and_what_it_says_of_itself_after():
    noted = b"---\ndate: 2025-03-30\n---\n# Buses\n\nBy Anna Smith, 12 March 2024\n\nThey stay."
    assert read_bytes(noted, name="a.md").card.published == "2025-03-30"
    made = pdf("The buses stay\nPublished: 12 March 2024", info="/CreationDate (D:20250330120000Z)")
    assert read_bytes(made, name="a.pdf").card.published == "2024-03-12"
