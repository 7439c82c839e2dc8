"""Turns a draft into an answer whose citations are checked; what fails the check is not shown."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.errors import CitationError
from rag.types import (
    AnswerPart,
    AnswerSentence,
    Citation,
    Draft,
    DraftPart,
    DraftSentence,
    Evidence,
    Verdict,
)

SHOWN_AS_TRUE: frozenset[Verdict] = frozenset({"supported", "misattributed"})
"""Verdicts of sentences that the cited sources say; a misattributed one is cited anew."""

Texts = Mapping[str, str]
"""The whole text of each document that hits are from, by the hash that the hits have of it."""


def check(citation: Citation, text: str) -> None:
    """Check a citation against the stored text of its document.

    Raises:
        CitationError: The text is another version, or what it has at the offsets is not the quote.
    """
    title = citation.card.title
    if citation.card.sha256 != hashlib.sha256(text.encode("utf-8")).hexdigest():
        raise CitationError(
            f"citation [{citation.number}] is of another version of {title!r}: ask again"
        )
    if not 0 <= citation.start < citation.end <= len(text):
        raise CitationError(
            f"citation [{citation.number}] has offsets {citation.start}-{citation.end}, outside of "
            f"{title!r} with {len(text)} characters"
        )
    if text[citation.start : citation.end] != citation.quote:
        raise CitationError(
            f"citation [{citation.number}] quotes {citation.quote!r}, which is not at "
            f"{citation.start}-{citation.end} of {title!r}"
        )


class Footnotes:
    """Numbers and checks evidence, sentence by sentence; a span keeps its first number.

    Args:
        texts: What to check against, read together with the hits.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._numbers: dict[tuple[str, int, int], int] = {}
        self.citations: tuple[Citation, ...] = ()
        """So far, in order of number."""

    def cite(self, sentence: DraftSentence) -> AnswerSentence:
        """Return a sentence with the numbers of its citations.

        Raises:
            CitationError: Evidence does not match the stored text; nothing was numbered.
        """
        new: list[Citation] = []
        own: list[int] = []
        for evidence in sentence.evidence:
            key = (evidence.hit.passage.document_id, evidence.start, evidence.end)
            known = {(c.document_id, c.start, c.end): c.number for c in new} | self._numbers
            if key not in known:
                number = len(known) + 1
                new.append(_checked(evidence, number=number, texts=self._texts))
                known[key] = number
            own.append(known[key])
        self._numbers |= {(c.document_id, c.start, c.end): c.number for c in new}
        self.citations += tuple(new)
        return AnswerSentence(
            text=sentence.text,
            citations=tuple(dict.fromkeys(own)),
            verdict=sentence.verdict,
            note=sentence.note,
            span=sentence.span,
            context=self._context(sentence),
        )

    def part(self, part: DraftPart) -> AnswerPart:
        """Return a part of an answer with the numbers of its citations, cited before or now.

        Raises:
            CitationError: As of `cite`.
        """
        cited = self.cite(DraftSentence(text=part.text, evidence=part.evidence))
        return AnswerPart(asked=part.asked, text=part.text, citations=cited.citations)

    def _context(self, sentence: DraftSentence) -> str:
        if sentence.context is None:
            return ""
        return _checked(sentence.context, number=0, texts=self._texts).quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A draft with its evidence checked."""

    sentences: tuple[AnswerSentence, ...]
    parts: tuple[AnswerPart, ...]
    citations: tuple[Citation, ...]
    """In order of number."""


def cite(draft: Draft, texts: Texts) -> Cited:
    """Number and check the evidence of a draft.

    Args:
        draft: What an answerer proposes.
        texts: What to check against, read together with the hits.

    Returns:
        The sentences and parts with their citation numbers. The same span is cited under one
        number.

    Raises:
        CitationError: Evidence does not match the stored text; nothing of the draft is shown then.
    """
    footnotes = Footnotes(texts)
    sentences = tuple(footnotes.cite(sentence) for sentence in draft.sentences)
    parts = tuple(footnotes.part(part) for part in draft.parts)
    return Cited(sentences=sentences, parts=parts, citations=footnotes.citations)


def marked(sentences: Sequence[AnswerSentence]) -> str:
    """Return the sentences as one text, each with its `[n]` and what its check found wrong."""
    return " ".join(
        sentence.text
        + _finding(sentence)
        + "".join(f" [{number}]" for number in sentence.citations)
        for sentence in sentences
    )


def told(cited: "Cited") -> str:
    """Return the text of an answer: its marked sentences, and what was not found."""
    return " ".join(filter(None, [marked(cited.sentences), left_open(cited.parts)]))


def left_open(parts: Sequence[AnswerPart]) -> str:
    """Return the sentence that tells which parts are not answered; empty where all are."""
    asked = [part.asked for part in parts if not part.text]
    return f"No answer found: {' '.join(asked)}" if asked else ""


def _finding(sentence: AnswerSentence) -> str:
    if sentence.verdict in SHOWN_AS_TRUE:
        return ""
    return f" [{sentence.verdict}: {sentence.note}]" if sentence.note else f" [{sentence.verdict}]"


def _checked(evidence: Evidence, *, number: int, texts: Texts) -> Citation:
    hit = evidence.hit
    quote = evidence.text
    citation = Citation(
        number=number,
        document_id=hit.passage.document_id,
        card=hit.card,
        page=hit.page,
        start=evidence.start,
        end=evidence.end,
        quote=quote,
    )
    check(citation, texts.get(citation.card.sha256, ""))
    return citation
