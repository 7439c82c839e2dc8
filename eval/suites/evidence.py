"""Resolves the evidence quotes of gold cases to spans of the library's documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from eval.metrics import DocumentSpan, normalised_nfc
from eval.suites.cases import GoldCase, Quote
from rag import Document, DocumentSummary


class Documents(Protocol):
    """Where evidence is looked up: an `Assistant`, or anything that holds documents as one does."""

    def documents(self) -> Iterable[DocumentSummary]:
        """List the documents."""

    def document(self, document_id: str) -> Document:
        """Return one document with its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A stored document as evidence is looked up in it."""

    document_id: str
    text: str


class EvidenceError(Exception):
    """A quote cannot be told in the documents: gone, more than once, or in no document."""


def source_texts(documents: Documents, names: Iterable[str]) -> dict[str, tuple[SourceText, ...]]:
    """Return the documents whose source has one of these file names, by that name.

    A name that no document has is left out.
    """
    wanted, texts = set(names), dict[str, tuple[SourceText, ...]]()
    for summary in documents.documents():
        name = PurePath(summary.source).name
        if name in wanted:
            text = documents.document(summary.id).text
            found = SourceText(document_id=summary.id, text=text)
            texts[name] = (*texts.get(name, ()), found)
    return texts


def locate(case: GoldCase, texts: Mapping[str, tuple[SourceText, ...]]) -> tuple[DocumentSpan, ...]:
    """Find each evidence quote of a case in the documents, given by file name.

    Returns the spans in the order of the evidence; empty where the case has none.

    Raises:
        EvidenceError: no document has that file name, or the quote is not there exactly once.
            The message says what to do with the case.
    """
    return tuple(_locate(case, quote, texts) for quote in case.evidence)


def _locate(
    case: GoldCase, evidence: Quote, texts: Mapping[str, tuple[SourceText, ...]]
) -> DocumentSpan:
    sources = texts.get(evidence.document, ())
    if not sources:
        raise EvidenceError(
            f"gold {case.id}'s document {evidence.document!r} is not in the library: add it, or "
            "update or retire the case"
        )
    quote = normalised_nfc(evidence.quote)
    found = [
        (source.document_id, start, start + len(quote))
        for source in sources
        for start in _places(source.text, quote)
    ]
    if not found:
        raise EvidenceError(
            f"gold {case.id}'s passage is gone: update or retire it; {_short(quote)!r} is not in "
            f"{evidence.document!r}"
        )
    if len(found) > 1:
        where = "several documents named" if len(sources) > 1 else "several places of"
        raise EvidenceError(
            f"gold {case.id}'s passage is ambiguous: lengthen the quote; {_short(quote)!r} is in "
            f"{where} {evidence.document!r}"
        )
    return found[0]


def _places(text: str, quote: str) -> list[int]:
    """Return the first two places of the quote; more say nothing more."""
    first = text.find(quote)
    second = text.find(quote, first + 1) if first >= 0 else -1
    return [place for place in (first, second) if place >= 0]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
