"""What a PDF says of itself: its title, author, date and attachments, and who may read it."""

import pytest
from documents import encrypted_pdf, pdf
from painted import WRAPPED, at, lines, painted

from index.errors import ReadError
from index.reading.registry import read_bytes
from index.types import Extract


def read(data: bytes) -> Extract:
    return read_bytes(data, name="a.pdf")


def test_the_title_is_the_heading_and_no_running_head():
    shown = at(72, 770, "Lindvik Port Authority", size=9) + at(72, 740, "Harbour report", size=20)
    assert read(painted(shown + lines(*WRAPPED))).card.title == "Harbour report"


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - draft7.doc",
        "untitled",
        "",
        "(anonymous)",
        "anonymous",
        "a.pdf",
        "report.indd",
    ],
)
def test_a_title_made_by_a_program_is_not_taken(title):
    escaped = title.replace("(", "\\(").replace(")", "\\)")
    article = read(pdf("On Cats\nThey sleep.", info=f"/Title ({escaped})"))
    assert article.card.title == "On Cats"


def test_what_the_file_says_of_itself_is_kept():
    info = "/Title (Defence Plans) /Author (Jane Doe) /CreationDate (D:20240301120000Z)"
    card = read(pdf("Some text.", info=f"{info} /Keywords (budget; arms, Budget)")).card
    assert (card.title, card.author, card.published) == ("Defence Plans", "Jane Doe", "2024-03-01")
    assert card.tags == ("budget", "arms")


def test_an_author_s_name_made_by_a_program_is_not_taken():
    assert read(pdf("Some text.", info="/Author (anonymous)")).card.author is None


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("", None),
        ("Tue Mar 12 10:00:00 2024", None),
        ("D:00000101000000Z", None),
        ("D:20241340000000", None),
        ("D:20240312106000Z", "2024-03-12"),
        ("D:20240312100000+99'00'", "2024-03-12"),
        ("2024-03-12T10:00:00Z", "2024-03-12"),
        ("20240312", "2024-03-12"),
    ],
)
def test_an_odd_date_never_refuses_a_file(date, day):
    article = read(pdf("Some text.", info=f"/CreationDate ({date})"))
    assert (article.text, article.card.published) == ("Some text.", day)


@pytest.mark.parametrize("algorithm", ["AES-256", "AES-128", "RC4-128", "RC4-40"])
def test_a_file_that_only_its_owner_may_change_is_read(algorithm):
    assert read(encrypted_pdf("Some text.", password="", algorithm=algorithm)).text == "Some text."


def test_a_file_with_a_password_is_refused():
    with pytest.raises(ReadError, match="encrypted with a password"):
        read(encrypted_pdf("Some text.", password="x", algorithm="AES-256"))


def test_a_file_in_the_file_is_told():
    tree = "/Names << /EmbeddedFiles << /Names [(a.txt) 9 0 R] >> >>"
    kept = (b"<< /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F 10 0 R >> >>",)
    held = (b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream",)
    article = read(painted(lines("Some text."), root=tree, more=kept + held))
    assert article.card.left_out == ("a.txt: a file attached to it; save and add it",)


def test_a_title_of_two_lines_is_one():
    shown = at(72, 740, "A Report on the Harbour", size=18) + at(72, 718, "of Lindvik", size=18)
    article = read(painted(shown + lines(*WRAPPED, y=690)))
    assert article.card.title == "A Report on the Harbour of Lindvik"


def test_metadata_that_is_no_text_refuses_no_file():
    article = read(pdf("Some text.", info="/Title <FEFFD800> /Author <FEFFD8000041>"))
    assert article.text == "Some text."


def test_a_head_that_runs_over_two_pages_and_an_address_are_no_title() -> None:
    pages = [f"Lune Town Council\nThe council voted on bus {n}.\nIt stays." for n in (1, 2)]
    made = pdf(*pages, info="/Title (about:blank)")
    assert read_bytes(made, name="night-bus-2.pdf").card.title == "night bus 2"
    assert read_bytes(pdf(pages[0]), name="a.pdf").card.title == "Lune Town Council"
