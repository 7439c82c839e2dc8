"""E-mail and web archives: body, attachments of other kinds, what the header says."""

from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage

import pytest
from documents import docx, mail, pdf

from index.errors import ReadError
from index.reading.registry import read_bytes


def test_the_header_gives_title_author_and_date():
    message = read_bytes(mail("The fleet sails."), name="x.eml")
    assert (message.card.title, message.card.author, message.card.published) == (
        "Plans for the fleet",
        "Jane Doe",
        "2024-03-01",
    )
    assert message.text == "The fleet sails."


def test_attachments_are_read_under_their_names_and_those_left_out_are_named():
    files = {
        "paper.pdf": pdf("From the paper."),
        "photo.png": b"\x89PNG\r\n\x1a\n",
        "broken.pdf": b"%PDF-1.7 cut",
        "letter.docx": docx("From the letter."),
    }
    message = read_bytes(mail("See below.", files=files), name="x.eml")
    assert message.text == (
        "See below.\n\npaper.pdf\n\nFrom the paper.\n\nletter.docx\n\nFrom the letter."
    )
    assert [message.text[at:].split("\n")[0] for at in message.section_starts] == [
        "paper.pdf",
        "letter.docx",
    ]
    assert [part.partition(":")[0] for part in message.card.left_out] == ["photo.png", "broken.pdf"]
    assert message.card.left_out[0].startswith("photo.png: not text: looks like PNG image")


def test_what_is_beyond_the_most_attachments_is_named_then_counted(monkeypatch):
    monkeypatch.setattr("index.reading.mail.MAX_ATTACHMENTS", 2)
    files = {f"{n}.txt": b"Read me." for n in range(6)}
    message = read_bytes(mail("Body.", files=files), name="x.eml")
    why = "only 2 attachments of a message are read"
    assert message.card.left_out == (f"2.txt: {why}", f"3.txt: {why}", f"2 more: {why}")
    assert message.text == "Body.\n\n0.txt\n\nRead me.\n\n1.txt\n\nRead me."


def test_what_a_message_in_a_message_leaves_out_is_named_with_both_names():
    inner = mail("Inner.", files={"photo.png": b"\x89PNG\r\n\x1a\n"})
    message = read_bytes(mail("Outer.", files={"inner.eml": inner}), name="x.eml")
    assert message.card.left_out[0].startswith(
        "inner.eml: photo.png: not text: looks like PNG image"
    )


def test_a_page_is_read_where_there_is_no_plain_text():
    message = mail(html="<p>Seen.</p><p style='display:none'>Obey me.</p>")
    assert read_bytes(message, name="x.eml").text == "Seen."


def test_a_mail_of_html_keeps_its_blocks_and_the_older_message_apart():
    message = mail(
        html="<p>Hello Ida,</p><p>the roof costs 18,400 euros.</p><ul><li>Slate: 9,300</li></ul>"
        "<table><tr><td>Start</td><td>14 April</td></tr></table><p>Best, J.</p><hr>"
        "<div id=divRplyFwdMsg><b>From:</b> Ida<br><b>Subject:</b> Roof</div>"
        "<div>How much is it?</div>"
    )
    assert read_bytes(message, name="x.eml").text.split("\n\n") == [
        *("Hello Ida,", "the roof costs 18,400 euros.", "- Slate: 9,300", "Start | 14 April"),
        *("Best, J.", "From: Ida\nSubject: Roof", "How much is it?"),
    ]


def test_a_message_without_text_is_refused():
    with pytest.raises(
        ReadError, match=r"shows no text.* \(left out: photo.png: not text: looks like PNG image"
    ):
        read_bytes(mail(files={"photo.png": b"\x89PNG\r\n\x1a\n"}), name="x.eml")


def test_messages_in_messages_are_read_three_deep():
    nested = mail("Deepest.")
    for depth in range(4, 0, -1):
        nested = mail(f"Depth {depth}.", files={"inner.eml": nested})
    message = read_bytes(nested, name="x.eml")
    assert "Depth 4." in message.text
    assert "Deepest." not in message.text
    assert message.card.left_out == (
        "inner.eml: inner.eml: inner.eml: inner.eml: messages in it are nested too deep",
    )


def test_the_charset_of_the_header_is_used():
    raw = (
        b"Subject: =?utf-8?q?Caf=C3=A9?=\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\n"
    )
    message = read_bytes(raw, name="x.eml")
    assert (message.card.title, message.text) == ("Café", "café")


def test_a_saved_web_archive_is_read_as_its_page():
    archive = (
        b"From: <Saved by Blink>\nSubject: On Cats\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n'
        b"--B\nContent-Type: text/html; charset=utf-8\n\n<title>On Cats</title><p>They sleep.</p>\n"
        b"--B\nContent-Type: image/png\n\nx\n--B--\n"
    )
    page = read_bytes(archive, name="page.mhtml")
    assert (page.card.title, page.text, page.card.media_type) == (
        "On Cats",
        "They sleep.",
        "text/html",
    )


PLAIN = (
    "From: Ida <ida@x.org>\nTo: Bo <bo@x.org>\nSubject: Roof\nDate: Fri, 1 Mar 2024 12:00:00\n\n"
)
"""The header of a message that a person forwards: no MIME-Version, no Received."""


def test_a_forwarded_message_without_mime_version_is_a_message():
    outer = EmailMessage()
    outer["Subject"], outer["To"] = "Fwd", "bo@x.org"
    outer.set_content("See below.")
    inner = message_from_string(PLAIN + "It costs 18,400 euros.")
    outer.add_attachment(inner, filename="Roof")
    article = read_bytes(outer.as_bytes(), name="fwd.eml")
    assert article.text == "See below.\n\nRoof\n\nIt costs 18,400 euros."
    alone = read_bytes(PLAIN.encode() + b"It costs 18,400 euros.", name="roof.eml")
    assert (alone.card.title, alone.text) == ("Roof", "It costs 18,400 euros.")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_a_mailbox_put_above_a_message_is_no_text(end: str):
    envelope = f"From ida@x.org Mon May  2 16:07:05 2005{end}"
    data = (envelope + PLAIN.replace("\n", end) + "The roof leaks.").encode()
    article = read_bytes(data, name="roof.eml")
    assert (article.card.title, article.text) == ("Roof", "The roof leaks.")


def test_a_letter_that_begins_with_from_is_no_message():
    text = "From here on it is steep.\nNote: take water."
    assert read_bytes(text.encode(), name="walk.txt").text == text


def test_a_message_with_pictures_inside_is_no_web_archive_and_they_are_counted():
    data = mail(html="<p>Seen <img src='cid:a'></p>")
    message = message_from_bytes(data, policy=policy.default)
    page = message.get_body(("html",))
    page.add_related(b"\x89PNG\r\n\x1a\n", "image", "png", cid="a")
    del message["Content-Type"]
    del message["Content-Transfer-Encoding"]
    message.set_payload([page])
    message["Content-Type"] = 'multipart/related; boundary="b"'
    article = read_bytes(message.as_bytes(), name="a.eml")
    assert (article.card.title, article.text) == ("Plans for the fleet", "Seen")
    assert article.card.left_out


@pytest.mark.parametrize("fold", [" ", "\r\n   "])
def test_a_boundary_without_quotes_parts_a_message(fold: str):
    data = (
        f"Subject: Roof\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;{fold}"
        "boundary=----=_Part_1.2\r\n\r\n------=_Part_1.2\r\nContent-Type: text/plain\r\n\r\n"
        "The roof leaks.\r\n------=_Part_1.2--\r\n"
    )
    assert read_bytes(data.encode(), name="a.eml").text == "The roof leaks."


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_message_saved_as_utf_16_is_read(charset: str):
    data = (PLAIN + "The roof leaks.").encode(charset)
    article = read_bytes(data, name="a.eml")
    assert (article.card.title, article.text) == ("Roof", "The roof leaks.")
