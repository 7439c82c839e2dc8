"""Reading PDF files page by page; scans, encrypted and damaged ones are refused with the reason."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from index.errors import ReadError
from index.reading.normal import normalise, one_line
from index.reading.pdf_pages import join_pages
from index.reading.titles import MAX_TITLE, first_line_title, name_title
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


class PdfReader:
    """Reads the text of PDF files by pypdf, without running or fetching anything in them.

    Lines stay as the file has them, but for running heads, page numbers and words hyphenated at a
    line's end. A page begins a line; a sentence may go on over it.
    """

    media_types = ("application/pdf",)

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
            title=title or name_title(name),
            text=text,
            media_type="application/pdf",
            page_starts=page_starts,
            published=published,
            author=author or None,
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
