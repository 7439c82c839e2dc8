"""Reading PDF files page by page; scans, encrypted and damaged ones are refused with the reason.

Of the pages' texts one is made: running heads go, broken words are mended.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from index.card import Card
from index.errors import ReadError
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import normalise, one_line
from index.types import Extract

if TYPE_CHECKING:
    from pypdf import PageObject
    from pypdf import PdfReader as Pypdf

MAX_PAGES = 2000
"""Pages above which a file is refused: the longest novels have about 1,500."""

_MOST_SCANNED = 0.5
"""Share of pages that may be pictures without text: a book has plates, a scan has a cover."""
_END = b"%%EOF"
_TAIL = 2048
"""Bytes at the end of the file in which its end mark stands; some servers add a few."""
_NO_TITLES = ("untitled", "microsoft word", "powerpoint", "document")
_QUIET = logging.NullHandler()

FEWEST_PAGES = 3
"""Pages from which a line that most of them begin or end with is a running head."""

_MOST = 0.5
_EDGE = 2
"""Lines at the top and at the bottom of a page that can be running heads."""
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_COUNTER = re.compile(r"^\d{1,4}(?=\D|$)|(?<!\d)\d{1,4}$")
"""A number at the beginning or the end of a line."""
_BROKEN = re.compile(r"(?<!\w)(\w*[^\W\d_])[-\u2010]\n[ \t]*([^\W\d_]\w*)")
_HYPHENATED = re.compile(r"(?<![^\W\d_])[^\W\d_]++-[^\W\d_]++")
_STOPS = (".", "!", "?", "…", ":", "”", '"')


class PdfReader:
    """Reads the text of PDF files by pypdf, without running or fetching anything in them.

    Lines stay as the file has them, but for running heads, page numbers and words hyphenated at a
    line's end. A page begins a line; a sentence may go on over it.
    """

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a PDF file; author, date and, where it looks like one, title are its metadata's.

        Raises:
            ReadError: It is encrypted, cut short, damaged, has more than `MAX_PAGES` pages, or is
                a scan without text.
        """
        if _END not in data.rstrip(b"\0 \t\r\n")[-_TAIL:]:
            raise ReadError("it is cut short, its end is missing; copy or download it again")
        with _damage_told():
            reader = _opened(data)
            pages = [normalise(text) for text in _texts(reader.pages)]
            about = reader.metadata
            stated = one_line(about.title or "") if about else ""
            author = one_line(about.author or "") if about else ""
            published = _date(about.creation_date) if about else None
        text, page_starts = join_pages(pages)
        title = stated[:MAX_TITLE] if _is_title(stated, name=name) else first_line_title(text)
        return Extract(
            card=Card(
                title=title or name_title(name),
                media_type="application/pdf",
                published=published,
                author=author or None,
            ),
            text=text,
            page_starts=page_starts,
        )


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn what pypdf raises about a damaged file into the reason why it is not read."""
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

    logging.getLogger("pypdf").addHandler(_QUIET)
    try:
        yield
    except (DependencyError, FileNotDecryptedError) as error:
        raise ReadError("it is encrypted; save it without protection and add that") from error
    except LimitReachedError as error:
        raise ReadError(f"it unpacks to more than is read of one file ({error})") from error
    except (
        *(PyPdfError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError),
        *(AssertionError, NotImplementedError, ArithmeticError, RecursionError),
    ) as error:
        kind = type(error).__name__
        raise ReadError(f"it is damaged ({kind}); open it, print it to PDF and add that") from error


def _opened(data: bytes) -> "Pypdf":
    from pypdf import PasswordType
    from pypdf import PdfReader as Pypdf

    reader = Pypdf(BytesIO(data), strict=False)
    # Many files that anyone may read have an owner's password only, and an empty one opens them.
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise ReadError("it is encrypted with a password; save it without one and add that")
    if len(reader.pages) > MAX_PAGES:
        raise ReadError(
            f"it has {len(reader.pages)} pages, more than the {MAX_PAGES} that are read of one "
            "file; split it"
        )
    return reader


def _texts(pages: "Sequence[PageObject]") -> list[str]:
    """Return the text of each page.

    Raises:
        ReadError: No page has text, or most are pictures.
    """
    texts, scans = [], 0
    for page in pages:
        text = page.extract_text()
        texts.append(text)
        scans += not text.strip() and _has_picture(page)
    if scans > _MOST_SCANNED * len(texts):
        raise ReadError(
            f"it is a scan: {scans} of its {len(texts)} pages are pictures without text; "
            "run text recognition (OCR) on it and add that"
        )
    if not any(text.strip() for text in texts):
        raise ReadError("its pages show no text; there is nothing to quote from")
    return texts


def _has_picture(page: "PageObject") -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources else None
    return bool(objects)


def _is_title(stated: str, *, name: str) -> bool:
    """Say whether the title in the metadata was written by a person, not by a program."""
    plain = stated.lower()
    by_program = plain.startswith(_NO_TITLES) or plain.endswith((".doc", ".docx", ".pdf", ".tex"))
    return bool(plain) and not by_program and plain != name.lower()


def _date(created: datetime | None) -> str | None:
    return created.date().isoformat() if created else None


def join_pages(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    r"""Set pages as one text.

    A page that ends within a sentence is parted from the next by a line end, else by a blank
    line. A word broken at a line's end is put together; its hyphen stays where the same word
    stands hyphenated elsewhere.

    Args:
        pages: The normalised text of each page; empty ones count as pages.

    Returns:
        The text, and the offset at which each page begins; a page without text begins where the
        text before it ends.
    """
    lines = [_lines(page) for page in pages]
    marks, numbers = _edge_marks(lines), _page_numbers(lines)
    most = max(_MOST * sum(1 for page in lines if page), FEWEST_PAGES - 1)
    bodies = [
        "\n".join(_without_heads(page, marks, most=most, number=number))
        for page, number in zip(lines, numbers, strict=True)
    ]
    if not any(bodies):
        bodies = ["\n".join(page) for page in lines]
    hyphenated = Counter(_HYPHENATED.findall(" ".join(bodies).lower()))
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for body in bodies:
        text = _BROKEN.sub(lambda found: _mended(found, hyphenated), body)
        gap = _gap(parts[-1], text) if parts and text else ""
        starts.append(length + len(gap))
        if text:
            parts += (gap, text)
            length += len(gap) + len(text)
    return "".join(parts), tuple(starts)


def _lines(page: str) -> list[str]:
    text = page.strip()
    return [line.strip() for line in text.split("\n")] if text else []


def _edge_marks(pages: Sequence[Sequence[str]]) -> Counter[str]:
    """Return how many pages have a line at an edge, its numbers left aside."""
    return Counter(mark for page in pages for mark in {_mark(line) for line in _edges(page)})


def _page_numbers(pages: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the number printed on each page, if most pages count on with their place; else empty.

    A chapter's first page often has it alone, where the others have a head beside it.
    """
    ahead: Counter[int] = Counter()
    for place, page in enumerate(pages):
        printed = {int(number) for line in _edges(page) for number in _COUNTER.findall(line)}
        ahead.update(number - place for number in printed)
    shown = sum(1 for page in pages if page)
    step, count = ahead.most_common(1)[0] if ahead else (0, 0)
    if shown < FEWEST_PAGES or count <= _MOST * shown:
        return [""] * len(pages)
    return [str(place + step) for place in range(len(pages))]


def _edges(page: Sequence[str]) -> Sequence[str]:
    return (*page[:_EDGE], *page[-_EDGE:])


def _mark(line: str) -> str:
    return _NUMBERS.sub("#", line.lower())


def _without_heads(
    page: Sequence[str], marks: Counter[str], *, most: float, number: str
) -> Sequence[str]:
    """Leave out the lines that most pages have, and those with the page's number.

    Beside the number may stand what another page has beside its own, such as a chapter's name.
    """

    def is_head(line: str) -> bool:
        numbered = number in _COUNTER.findall(line)
        pages = marks[_mark(line)]
        return pages > most or line == number or (numbered and pages > 1)

    top, bottom = 0, len(page)
    while top < min(_EDGE, bottom) and is_head(page[top]):
        top += 1
    while bottom > max(top, len(page) - _EDGE) and is_head(page[bottom - 1]):
        bottom -= 1
    return _lines("\n".join(page[top:bottom]))


def _mended(found: re.Match[str], hyphenated: Counter[str]) -> str:
    first, second = found.groups()
    if not second[0].islower():
        return f"{first}-{second}"
    kept = f"{first}-{second}".lower() in hyphenated
    return f"{first}-{second}" if kept else f"{first}{second}"


def _gap(before: str, after: str) -> str:
    ended = before.rstrip("'’)]»").endswith(_STOPS)
    return "\n\n" if ended or not after[0].islower() else "\n"
