"""An answer's evidence as one HTML file, the check of its quotes, and that of any text's claims.

The file has quotes, what stands around them, and hashes; it loads nothing and runs nothing. Quotes
are checked against the original files, without a library; claims against a library in one call, as
`Assistant.verify` does for an open one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.data_files import data_text
from index.errors import MisuseError
from index.scope import Scope
from index.store.queries import text_hash
from index.sync.find import find
from index.sync.folders import survey
from index.sync.intake import Reading
from index.sync.prepare import Incoming
from index.types import Change
from rag import arguments
from rag.assistant import Assistant
from rag.citations import places
from rag.types import Answer, Citation, Verification, renewed

Standing = Literal["same", "edited", "missing"]
"""same: the original has the cited text, the quote at its place. edited: the quote stands in an
original whose text is not the cited one, as `rag.citations` finds it. missing: in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A citation with the rest of its passage."""

    citation: Citation
    before: str
    after: str
    sha256: str
    """Hex digest of the quote's UTF-8 bytes."""


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


def read_answer(data: str) -> Answer:
    """Read what `footnote ask --json` printed.

    Raises:
        MisuseError: It is something else.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import from_json

    try:
        return TypeAdapter(Answer).validate_python(renewed(from_json(data)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the beginning"
        raise MisuseError(
            f"this is no answer ({where}: {first['msg']}): give what `footnote ask --json` prints"
        ) from error
    except ValueError as error:
        raise MisuseError(
            f"this is no answer ({error}): give what `footnote ask --json` prints"
        ) from error


def page(answer: Answer) -> str:
    """Return the HTML of an answer's evidence.

    Raises:
        MisuseError: The answer cites nothing, or a quote does not stand in the passages it names.
    """
    import jinja2

    if not answer.citations:
        raise MisuseError("this answer cites nothing, so there is no evidence to write down")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(data_text("rag", "evidence.html"))
    return template.render(
        answer=answer,
        exhibits=[_exhibit(citation, answer) for citation in answer.citations],
        style=data_text("rag", "evidence.css"),
    )


def _exhibit(citation: Citation, answer: Answer) -> Exhibit:
    for hit in answer.hits:
        passage = hit.passage
        start, end = citation.start - passage.start, citation.end - passage.start
        same = passage.document_id == citation.document_id
        if same and 0 <= start < end and passage.text[start:end] == citation.quote:
            return Exhibit(
                citation=citation,
                before=passage.text[:start],
                after=passage.text[end:],
                sha256=hashlib.sha256(citation.quote.encode("utf-8")).hexdigest(),
            )
    raise MisuseError(
        f"quote [{citation.number}] does not stand in the passages of this answer: give the whole "
        "output of `footnote ask --json`, unchanged"
    )


def check(data: bytes, originals: Sequence[str | Path]) -> EvidenceCheck:
    """Look for each quote of an evidence file, word for word, in originals read as `add` does.

    What is looked for is what a reader of the file sees: the text of its marks.

    Raises:
        MisuseError: The file has no quotes, or an original does not exist.
    """
    quotes = _quotes(data)
    read = list(Reading(survey(find(originals), {}).outcomes))
    texts = {item.source: str(item.extract.text) for item in read if isinstance(item, Incoming)}
    return EvidenceCheck(
        quotes=tuple(_checked(quote, texts) for quote in quotes),
        unread=tuple(item for item in read if isinstance(item, Change)),
    )


def verify(
    text: str,
    *,
    library: str | Path | None = None,
    assistant: Assistant | None = None,
    k: int | None = None,
    scope: Scope | None = None,
) -> Verification:
    """Check what a text says, claim by claim, against the articles of a library; offline.

    Args:
        text: Plain or Markdown, with or without citations and a list of sources, or the output of
            `footnote ask`, `--json` included.
        library: Folder of the library; None takes that of the settings.
        assistant: An open assistant, in place of `library`.
        k: Passages searched for each claim; `Settings.k` when None.
        scope: Which articles are searched, and no others; None searches all.

    Raises:
        ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
        MisuseError: The text has no statement, or k is not 1 to 100.
        LibraryError: The library cannot be read.
    """
    if assistant is not None:
        arguments.check(assistant, Assistant, name="assistant", wanted="an open rag.Assistant")
        return assistant.verify(text, k=k, scope=scope)
    with Assistant.open(library=library) as opened:
        return opened.verify(text, k=k, scope=scope)


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
        found = [] if place is not None else places(text, quote.text, most=1)
        if found:
            standing, place = "edited", (source, found[0][0])
    original, first = place if place is not None else (None, None)
    return CheckedQuote(
        name=quote.name, quote=quote.text, standing=standing, original=original, start=first
    )
