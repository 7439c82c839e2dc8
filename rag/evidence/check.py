"""Checks the quotes of an evidence file against the original files; needs no library."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import MisuseError
from index.store.queries import text_hash
from index.sync.find import find
from index.sync.folders import survey
from index.sync.intake import Reading
from index.sync.prepare import Incoming
from index.types import Change

Standing = Literal["same", "edited", "missing"]
"""same: the original has the cited text, the quote at its place. edited: the quote stands in an
original whose text is not the cited one. missing: it stands in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quote as an evidence file shows it."""

    name: str
    """As in `quote-1`."""
    text: str
    document_sha256: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuote:
    """A quote and where it stands."""

    name: str
    quote: str
    standing: Standing
    original: str | None
    """The file it stands in; None where it is missing."""
    start: int | None
    """Its first character there, in the text as read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCheck:
    """What became of each quote, and which originals could not be read."""

    quotes: tuple[CheckedQuote, ...]
    unread: tuple[Change, ...]

    @property
    def holds(self) -> bool:
        """Whether every quote stands in the originals."""
        return all(quote.standing != "missing" for quote in self.quotes)


def check(data: bytes, originals: Sequence[str | Path]) -> EvidenceCheck:
    """Look for each quote of an evidence file, exactly, in originals read as `add` reads them.

    What is looked for is what a reader of the file sees: the text of its marks.

    Raises:
        MisuseError: The file has no quotes, or an original does not exist.
    """
    quotes = _quotes(data)
    read = list(Reading(survey(find(originals), {}).outcomes))
    texts = {item.source: item.extract.text for item in read if isinstance(item, Incoming)}
    return EvidenceCheck(
        quotes=tuple(_checked(quote, texts) for quote in quotes),
        unread=tuple(item for item in read if isinstance(item, Change)),
    )


def _quotes(data: bytes) -> list[Quote]:
    from lxml import html
    from lxml.etree import ParserError

    try:
        root = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    except ParserError:
        raise _no_evidence() from None
    found = [
        Quote(
            name=article.get("id", ""),
            text="".join(str(piece) for piece in mark.itertext()),
            document_sha256=article.get("data-document-sha256", ""),
            start=_number(article.get("data-start", "")),
        )
        for article in root.iter("article")
        for mark in article.iter("mark")
    ]
    if not found:
        raise _no_evidence()
    return found


def _no_evidence() -> MisuseError:
    return MisuseError("the file has no quotes to check: name one that `footnote evidence` wrote")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def _checked(quote: Quote, texts: dict[str, str]) -> CheckedQuote:
    standing: Standing = "missing"
    place: tuple[str, int] | None = None
    for source, text in texts.items():
        same = text_hash(text) == quote.document_sha256
        if same and quote.start >= 0 and text.startswith(quote.text, quote.start):
            standing, place = "same", (source, quote.start)
            break
        start = text.find(quote.text)
        if place is None and quote.text.strip() and start >= 0:
            standing, place = "edited", (source, start)
    original, first = place if place is not None else (None, None)
    return CheckedQuote(
        name=quote.name, quote=quote.text, standing=standing, original=original, start=first
    )
