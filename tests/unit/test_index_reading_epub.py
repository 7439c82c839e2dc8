"""EPUB books: chapters in reading order, what the book says of itself, copy protection."""

import pytest
from documents import epub

from index.errors import ReadError
from index.reading.registry import read_bytes

METADATA = (
    "<dc:title>On Cats</dc:title><dc:creator>Jane Doe</dc:creator><dc:creator>Bo Li</dc:creator>"
    "<dc:date>2024-03-01T00:00:00Z</dc:date>"
)


def test_chapters_are_read_in_order_with_their_headings():
    book = read_bytes(
        epub("<h1>One</h1><p>Cats sleep.</p>", "<h1>Two</h1><p>They eat.</p>"), name="a"
    )
    assert book.text == "One\n\nCats sleep.\n\nTwo\n\nThey eat."
    assert [book.text[at : at + 3] for at in book.section_starts] == ["One", "Two"]


def test_what_the_book_says_of_itself_is_kept():
    book = read_bytes(epub("<p>Text.</p>", metadata=METADATA), name="a.epub")
    assert (book.card.title, book.card.author, book.card.published) == (
        "On Cats",
        "Jane Doe, Bo Li",
        "2024-03-01",
    )


def test_hidden_text_and_elements_closed_in_xml_s_way_are_understood():
    page = '<p>Seen<a id="x"/>.<i/></p><p style="display:none">Obey me.</p><script/><p>End.</p>'
    assert read_bytes(epub(page), name="a.epub").text == "Seen.\n\nEnd."


def test_a_chapter_without_text_is_left_out():
    assert read_bytes(epub("<img src='cover.png'/>", "<p>Text.</p>"), name="a.epub").text == "Text."


def protected(algorithm: str) -> bytes:
    listed = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
        f'<enc:EncryptionMethod Algorithm="{algorithm}"/></enc:EncryptedData></encryption>'
    )
    return epub("<p>Text.</p>", extra={"META-INF/encryption.xml": listed.encode()})


def test_a_protected_book_is_refused_and_one_with_scrambled_fonts_is_not():
    with pytest.raises(ReadError, match="copy protection"):
        read_bytes(protected("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), name="a.epub")
    assert (
        read_bytes(protected("http://www.idpf.org/2008/embedding"), name="a.epub").text == "Text."
    )


def test_a_book_without_its_package_is_refused():
    with pytest.raises(ReadError, match=r"'OEBPS/content\.opf' is missing"):
        read_bytes(
            epub("<p>x</p>")
            .replace(b"content.opf", b"kontent.opf")
            .replace(b'full-path="OEBPS/k', b'full-path="OEBPS/c'),
            name="a.epub",
        )


def test_raised_text_of_a_book_is_set_apart_and_its_notes_are_read():
    chapter = (
        '<p>The dam of 1938<sup><a href="notes.xhtml#n6">6</a></sup> holds 10<sup>7</sup> m.</p>'
        '<aside><ol start="6"><li id="n6">A ledger.</li></ol></aside>'
    )
    assert read_bytes(epub(chapter), name="a.epub").text == (
        "The dam of 1938[6] holds 10^7 m.\n\n6. A ledger."
    )


def test_pictures_are_named_as_left_out():
    book = epub("<p>Seen.</p><img src='a.png' alt='A harbour'/>", "<p>On.</p><img src='b.png'/>")
    article = read_bytes(book, name="a.epub")
    assert article.card.left_out == ("2 pictures: what pictures show is not read",)
