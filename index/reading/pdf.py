"""Reading PDF files page by page; scans, locked and damaged ones are refused with the reason.

A page's lines come from `index.reading.pdf_page`, what is filled into its form is put among them
here, and `index.reading.pdf_flow` sets them as text.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index.card import Card
from index.errors import ReadError
from index.reading.layout import Edges, Line, turned
from index.reading.metadata import MAX_TITLE, first_line_title, iso_date, keywords, name_title
from index.reading.normal import one_line
from index.reading.pdf_flow import Flow, set_pages
from index.reading.pdf_order import TICKS, in_columns, placed
from index.reading.pdf_page import printed_lines, turn_of
from index.types import Extract

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MAX_PAGES = 2000
"""Pages above which a file is refused: the longest novels have about 1,500."""

MOST_LETTERS = 500_000
"""Letters above which a page is refused: the pages of the largest newspapers have 60,000."""

LONGEST_LABEL: Final = 20
"""Letters of what a page is called: "viii", "A-12", "Cover page"."""

_MOST_SCANNED = 0.5
"""Share of pages that may be pictures without text: a book has plates, a scan has a cover."""
_MOST_UNKNOWN = 0.2
"""Share of a page's letters that the file need not name; formulas have signs of their own."""
_END = b"%%EOF"
_TAIL = 2048
"""Bytes at the end of the file in which its end mark stands; some servers add a few."""
_NO_TITLES = (
    "about:",
    "http:",
    "https:",
    "file:",
    "untitled",
    "microsoft word",
    "powerpoint",
    "document",
    "slide 1",
    "no title",
)
_NO_NAMES = frozenset({"anonymous", "unspecified", "unknown", "author", "user", "admin"})
"""What programs write where nobody gave a title or an author."""
_ABOUT = ("Title", "Author", "CreationDate", "Keywords")
_DAY = re.compile(r"(?:D:)?\s*(\d{4})-?(\d\d)-?(\d\d)")
_FILLED = frozenset({2, 3})
"""Form fields that are ticked: check boxes and radio buttons (fpdf_formfill.h)."""
_SHOWN = frozenset({3, 13, 20})
"""Annotations that show text of their own: free text, stamps, fields (fpdf_annot.h)."""
_FIELD = 20
_PASSWORD, _PROTECTION = 4, 5
"""FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY (fpdfview.h)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows."""

    lines: Sequence[Line]
    unknown: int = 0
    """Signs of which the file does not say which letters they are."""
    known: int = 0
    """Signs of which it does."""
    picture: bool = False
    """Whether it shows a picture; only asked where it has no lines."""


class PdfReader:
    """Reads the text of PDF files by PDFium, without running or fetching anything in them.

    Paragraphs are put together from their lines; running heads and page numbers go, headings are
    told by size. A page begins where its first sentence does or goes on.
    """

    VERSION: Final = 6

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a PDF file; author, date, keywords and any good title are its metadata's.

        Raises:
            ReadError: It needs a password, is cut short, damaged, has more than `MAX_PAGES` pages,
                is a scan without text, or does not say which letters it shows.
        """
        if _END not in data.rstrip(b"\0 \t\r\n")[-_TAIL:]:
            raise ReadError("it is cut short, its end is missing; copy or download it again")
        with opened(data) as document:
            pages, left_out = _readable([read_page(document, n) for n in range(len(document))])
            title, author, created, words = (_stated(document, key) for key in _ABOUT)
            left_out += _attached(document)
            labels = _labels(document)
        flow = set_pages([page.lines for page in pages])
        return Extract(
            card=Card(
                title=_title(title, flow, name=name),
                media_type="application/pdf",
                published=_date(created),
                author=_author(author),
                tags=keywords(words),
                left_out=left_out,
            ),
            text=flow.text,
            page_starts=flow.page_starts,
            page_labels=labels or flow.page_numbers,
            section_starts=flow.section_starts,
        )


@contextmanager
def opened(data: bytes) -> "Iterator[PdfDocument]":
    """Open a file for a while; what PDFium says of a damaged one becomes the reason.

    Raises:
        ReadError: It cannot be opened, or has too many pages.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    document = None
    try:
        document = PdfDocument(data)
        if len(document) > MAX_PAGES:
            raise ReadError(
                f"it has {len(document)} pages, more than the {MAX_PAGES} that are read of one "
                "file; split it"
            )
        if document.get_formtype():
            document.init_forms()
        yield document
    except PdfiumError as error:
        raise ReadError(_reason(error)) from error
    finally:
        if document is not None:
            document.close()


def _reason(error: Exception) -> str:
    code = getattr(error, "err_code", None)
    if code == _PASSWORD:
        return "it is encrypted with a password; save it without one and add that"
    if code == _PROTECTION:
        return "it is encrypted in a way that is not read; print it to PDF and add that"
    return f"it is damaged ({error}); open it, print it to PDF and add that"


def _readable(pages: Sequence[Page]) -> tuple[list[Page], tuple[str, ...]]:
    """Return the pages without those that cannot be read, and which these are.

    Raises:
        ReadError: No page has text, most are pictures, or most do not name their letters.
    """
    scans = [n for n, page in enumerate(pages, start=1) if page.picture]
    odd = [n for n, page in enumerate(pages, start=1) if _is_odd(page)]
    if len(scans) > _MOST_SCANNED * len(pages):
        raise ReadError(
            f"it is a scan: {len(scans)} of its {len(pages)} pages are pictures without text; "
            "run text recognition (OCR) on it and add that"
        )
    kept = [Page(lines=()) if _is_odd(page) else page for page in pages]
    if not any(page.lines for page in kept):
        raise ReadError(
            "its fonts do not say which letters they show; run text recognition (OCR) on it and "
            "add that"
            if odd
            else "its pages show no text; there is nothing to quote from"
        )
    told = [
        (scans, "a picture without text"),
        (odd, "its fonts do not say which letters they show"),
    ]
    return kept, tuple(f"{_numbered(numbers)}: {why}" for numbers, why in told if numbers)


def _is_odd(page: Page) -> bool:
    return page.unknown > _MOST_UNKNOWN * (page.unknown + page.known)


def _numbered(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:5]))
    return f"pages {shown}" if len(numbers) <= 5 else f"{len(numbers)} pages ({shown}, …)"


def _labels(document: "PdfDocument") -> tuple[str, ...]:
    """Return what the file calls its pages; nothing where it only counts them."""
    labels = []
    for number in range(len(document)):
        try:
            labels.append(one_line(document.get_page_label(number))[:LONGEST_LABEL])
        except UnicodeDecodeError:
            labels.append("")
    counted = all(label in ("", str(n)) for n, label in enumerate(labels, start=1))
    return () if counted else tuple(labels)


def _stated(document: "PdfDocument", key: str) -> str:
    """Return what the metadata says; nothing where it is no text."""
    with suppress(UnicodeDecodeError):
        return one_line(document.get_metadata_value(key))
    return ""


def _attached(document: "PdfDocument") -> tuple[str, ...]:
    """Return a line for each file in the file, which is not read with it."""
    names = []
    for number in range(document.count_attachments()):
        with suppress(UnicodeDecodeError):
            names.append(document.get_attachment(number).get_name())
    return tuple(
        f"{one_line(name)[:200]}: a file attached to it; save and add it" for name in names
    )


def _title(stated: str, flow: Flow, *, name: str) -> str:
    if _is_title(stated, name=name):
        return stated[:MAX_TITLE]
    return flow.title or first_line_title(flow.text, heads=flow.heads) or name_title(name)


def _is_title(stated: str, *, name: str) -> bool:
    """Say whether the title in the metadata was written by a person, not by a program."""
    plain = stated.lower().strip("()[]<>")
    by_program = plain.startswith(_NO_TITLES) or plain.endswith(
        (".doc", ".docx", ".pdf", ".tex", ".indd", ".qxd", ".ppt", ".pptx", ".rtf", ".dvi")
    )
    named = any(character.isalpha() for character in plain)
    return named and not by_program and plain not in _NO_NAMES and plain != name.lower()


def _author(stated: str) -> str | None:
    return None if stated.lower().strip("()[]<>") in _NO_NAMES else stated or None


def _date(stated: str) -> str | None:
    """Return the day of a date in the metadata; None where it is none, as of `D:00000101`."""
    found = _DAY.match(stated.strip())
    return iso_date("-".join(found.groups())) if found else None


def read_page(document: "PdfDocument", number: int) -> Page:
    """Read one page, from 0; changes the document in memory only.

    Raises:
        ReadError: It has more than `MOST_LETTERS` letters.
        pypdfium2.PdfiumError: It cannot be loaded.
    """
    import pypdfium2.raw as pdfium

    page = document[number]
    text_page = page.get_textpage()
    printed = text_page.count_chars()
    if printed > MOST_LETTERS:
        raise ReadError(
            f"page {number + 1} has {printed:,} letters, more than the {MOST_LETTERS:,} that are "
            "read of one page; split it"
        )
    turn = turn_of(text_page)
    ticks: list[Line] = []
    if any(pdfium.FPDFAnnot_GetSubtype(a) in _SHOWN for a in _annotations(page)):
        ticks = _ticks(document, page, turn=turn)
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        text_page.close()
        page.close()
        page = document[number]
        text_page = page.get_textpage()
    found = printed_lines(text_page, turn=turn, box=page.get_bbox(), printed=printed)
    ticked = [line for line in found.filled if not _is_in(line, ticks)]
    lines = placed(in_columns(found.lines), [*ticked, *ticks])
    seen = Page(
        lines=lines,
        known=found.known,
        unknown=found.unknown,
        picture=not lines and not found.unknown and _has_picture(page),
    )
    text_page.close()
    page.close()
    return seen


def _has_picture(page: "PdfPage") -> bool:
    import pypdfium2.raw as pdfium

    return (
        next(iter(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None)
        is not None
    )


def _annotations(page: "PdfPage") -> Iterator[object]:
    import pypdfium2.raw as pdfium

    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page), 5000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, at)
        if annotation:
            yield annotation
            pdfium.FPDFPage_CloseAnnot(annotation)


def _ticks(document: "PdfDocument", page: "PdfPage", *, turn: int) -> list[Line]:
    """Return each check box and radio button as a sign that says whether it is ticked."""
    import pypdfium2.raw as pdfium

    if document.formenv is None:
        return []
    found = []
    box = pdfium.FS_RECTF()
    for annotation in _annotations(page):
        if pdfium.FPDFAnnot_GetSubtype(annotation) != _FIELD:
            continue
        if pdfium.FPDFAnnot_GetFormFieldType(document.formenv, annotation) not in _FILLED:
            continue
        if not pdfium.FPDFAnnot_GetRect(annotation, box):
            continue
        ticked = bool(pdfium.FPDFAnnot_IsChecked(document.formenv, annotation))
        place = turned((box.left, box.right, box.bottom, box.top), turn, page.get_bbox())
        found.append(_line(TICKS[ticked], place))
    return found


def _line(text: str, box: Edges) -> Line:
    left, right, bottom, top = box
    return Line(text=text, left=left, right=right, bottom=bottom, size=top - bottom)


def _is_in(line: Line, boxes: Sequence[Line]) -> bool:
    """Say whether a line lies inside one of the boxes, as the sign of a tick does."""
    x, y = (line.left + line.right) / 2, line.bottom + line.size / 2
    return any(b.left <= x <= b.right and b.bottom <= y <= b.bottom + b.size for b in boxes)
