"""PDF files: pages, running heads, broken words, what the file says of itself."""

import pytest
from documents import pdf

from index.errors import ReadError
from index.reading.pdf import join_pages
from index.reading.registry import read_bytes
from index.search import page_of


def test_a_sentence_is_on_the_page_where_it_begins():
    article = read_bytes(pdf("One is first.", "Two is here.", "Three ends."), name="a.pdf")
    pages = [page_of(article.text.index(word), article.page_starts) for word in ("One", "Two")]
    assert pages == [1, 2]
    assert page_of(len(article.text) - 1, article.page_starts) == 3


def test_a_page_without_text_is_counted():
    text, starts = join_pages(["", "Two.", "", "Four."])
    assert text == "Two.\n\nFour."
    assert [page_of(text.index(word), starts) for word in ("Two", "Four")] == [2, 4]


def test_a_sentence_goes_on_over_a_page_without_its_running_heads():
    bodies = ["Cats sleep.", "Dogs run.", "Birds sing in the", "morning."]
    text, starts = join_pages(
        [f"The Review\n{body}\n{number} of 4" for number, body in enumerate(bodies, start=1)]
    )
    assert text == "Cats sleep.\n\nDogs run.\n\nBirds sing in the\nmorning."
    assert [text[at : at + 4] for at in starts] == ["Cats", "Dogs", "Bird", "morn"]


def test_a_page_number_that_stands_alone_is_no_text():
    heads = [
        "Preface 7\nCats sleep.",
        "Dogs run.\n8",
        "Chapter 1 9\nBirds sing.",
        "1984\nFish swim.\n10",
    ]
    assert join_pages(heads)[0] == (
        "Preface 7\nCats sleep.\n\nDogs run.\n\nChapter 1 9\nBirds sing.\n\n1984\nFish swim."
    )


def test_a_chapter_s_head_with_the_page_number_is_no_text():
    bodies = ["Cats sleep.", "Dogs run in", "parks.", "Birds sing.", "Fish swim."]
    heads = ["1", "On Dogs 2", "On Dogs 3", "4", "5"]
    pages = [f"{head}\n{body}" for head, body in zip(heads, bodies, strict=True)]
    assert join_pages(pages)[0] == "Cats sleep.\n\nDogs run in\nparks.\n\nBirds sing.\n\nFish swim."


def test_a_file_of_nothing_but_numbered_lines_keeps_them():
    assert join_pages(["Slide 1.", "Slide 2.", "Slide 3."])[0] == "Slide 1.\n\nSlide 2.\n\nSlide 3."


def test_a_broken_word_is_mended_unless_it_is_hyphenated_elsewhere():
    text, _ = join_pages(["A co-\noperation of well-\nknown and well-known Anglo-\nIrish firms."])
    assert text == "A cooperation of well-known and well-known Anglo-Irish firms."


def test_what_the_file_says_of_itself_is_kept():
    info = "/Title (Defence Plans) /Author (Jane Doe) /CreationDate (D:20240301120000Z)"
    article = read_bytes(pdf("Some text.", info=info), name="a.pdf")
    assert (article.card.title, article.card.author, article.card.published) == (
        "Defence Plans",
        "Jane Doe",
        "2024-03-01",
    )


@pytest.mark.parametrize("title", ["Microsoft Word - draft7.doc", "untitled", ""])
def test_a_title_made_by_a_program_is_not_taken(title):
    article = read_bytes(pdf("On Cats\nThey sleep.", info=f"/Title ({title})"), name="a.pdf")
    assert article.card.title == "On Cats"


def test_a_page_that_is_a_picture_without_text_makes_no_scan_of_a_book():
    with pytest.raises(ReadError, match="show no text"):
        read_bytes(pdf("", ""), name="a.pdf")
