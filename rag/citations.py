"""Turns a draft into an answer whose citations are checked; what fails the check is not shown."""

import hashlib
from collections.abc import Callable, Sequence

from index.errors import CitationError
from rag.types import AnswerSentence, Citation, Draft, Evidence

Fetch = Callable[[str], str]
"""Given a document id: the stored text. Raises UnknownDocumentError."""


def check(citation: Citation, text: str) -> None:
    """Check a citation against the stored text of its document.

    Raises:
        CitationError: The text is another version, or what it has at the offsets is not the quote.
    """
    if citation.document_sha256 != hashlib.sha256(text.encode("utf-8")).hexdigest():
        raise CitationError(
            f"citation [{citation.number}] is of another version of {citation.title!r}: ask again"
        )
    if not 0 <= citation.start < citation.end <= len(text):
        raise CitationError(
            f"citation [{citation.number}] has offsets {citation.start}-{citation.end}, outside of "
            f"{citation.title!r} with {len(text)} characters"
        )
    if text[citation.start : citation.end] != citation.quote:
        raise CitationError(
            f"citation [{citation.number}] quotes {citation.quote!r}, which is not at "
            f"{citation.start}-{citation.end} of {citation.title!r}"
        )


def cite(draft: Draft, fetch: Fetch) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
    """Number and check the evidence of a draft.

    Args:
        draft: What an answerer proposes.
        fetch: Gives the stored texts to check against.

    Returns:
        The sentences with their citation numbers, and the citations in order of number. The same
        span is cited under one number.

    Raises:
        CitationError: Evidence does not match the stored text; nothing of the draft is shown then.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    for sentence in draft.sentences:
        own: list[int] = []
        for evidence in sentence.evidence:
            key = (evidence.hit.passage.document_id, evidence.start, evidence.end)
            if key not in numbers:
                numbers[key] = len(citations) + 1
                citations.append(_checked(evidence, number=numbers[key], fetch=fetch))
            own.append(numbers[key])
        sentences.append(
            AnswerSentence(
                text=sentence.text,
                citations=tuple(own),
                verdict=sentence.verdict,
                note=sentence.note,
            )
        )
    return tuple(sentences), tuple(citations)


def marked(sentences: Sequence[AnswerSentence]) -> str:
    """Return the sentences as one text with `[n]` after each."""
    return " ".join(
        sentence.text + "".join(f" [{number}]" for number in sentence.citations)
        for sentence in sentences
    )


def _checked(evidence: Evidence, *, number: int, fetch: Fetch) -> Citation:
    hit = evidence.hit
    quote = hit.passage.text[evidence.start - hit.passage.start : evidence.end - hit.passage.start]
    citation = Citation(
        number=number,
        document_id=hit.passage.document_id,
        title=hit.title,
        source=hit.source,
        page=hit.page,
        start=evidence.start,
        end=evidence.end,
        quote=quote,
        document_sha256=hit.document_sha256,
    )
    check(citation, fetch(citation.document_id))
    return citation
