"""Verifies a text from anywhere: each claim is searched for and judged; prints nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.errors import MisuseError
from index.search import Found
from index.terms import has_words
from index.types import DocumentSummary
from rag.citations import cite
from rag.types import CheckedClaim, Draft, DraftSentence, Verification
from rag.verification.claims import Claim, read_claims
from rag.verification.references import resolve
from rag.verification.verdict import Judged, judge

Find = Callable[[str, int], Found]
"""Given a claim and k: the k best passages, and what to compare and check it with."""

_DEEP = 100
"""Passages looked through for one of a document that a claim cites."""
_OF_CITED = 4
"""Passages of the documents that a claim cites, where the best ones are of others."""
_LONGEST = 2000
"""Characters of a claim that are searched for."""


def verify_text(
    text: str,
    *,
    documents: Sequence[DocumentSummary],
    find: Find,
    k: int,
) -> Verification:
    """Verify each claim of a text against the documents of a library.

    Args:
        text: Plain or Markdown, with or without citation marks and a list of sources, or what
            `footnote ask --json` prints.
        documents: Cards of the library, for the numbers of the text's list of sources.
        find: Finds passages, and what claims are compared and quotes checked with.
        k: Passages searched for each claim.

    Raises:
        MisuseError: The text has no claim.
        CitationError: A stored text does not hold what was retrieved from it.
    """
    if not has_words(text):
        raise MisuseError("the text to verify is empty: give a text with at least one sentence")
    known = resolve(text, documents)
    claims = read_claims(known.text)
    if not claims:
        raise MisuseError("the text to verify has no statement: headings and questions are none")
    judged = []
    texts: dict[str, str] = {}
    for claim in claims:
        meant = [known.sources[n] for n in claim.cited if n in known.sources]
        found = _found(claim, frozenset().union(*meant), find, k)
        one = _judge(claim, frozenset().union(*meant), found)
        cited = {evidence.hit.card.sha256 for evidence in one.evidence}
        texts |= {sha256: found.texts[sha256] for sha256 in cited}  # not those of all passages
        judged.append(one)
    drafted = tuple(
        DraftSentence(text=j.claim.text, evidence=j.evidence, verdict=j.verdict, note=j.note)
        for j in judged
    )
    sentences, citations = cite(Draft(sentences=drafted, confidence=1.0), texts)
    return Verification(
        text=known.text,
        claims=tuple(
            CheckedClaim(
                text=claim.text,
                start=claim.start,
                end=claim.end,
                cited=claim.cited,
                verdict=sentence.verdict,
                citations=sentence.citations,
                note=sentence.note,
            )
            for claim, sentence in zip(claims, sentences, strict=True)
        ),
        citations=citations,
    )


def _found(claim: Claim, cited: frozenset[str], find: Find, k: int) -> Found:
    """Return the best passages for a claim, and the best ones of the documents it cites."""
    words = claim.text[:_LONGEST]
    found = find(words, k)
    if not cited or any(hit.passage.document_id in cited for hit in found.hits):
        return found
    deep = find(words, _DEEP)
    more = [hit for hit in deep.hits if hit.passage.document_id in cited][:_OF_CITED]
    return found.joined(replace(deep, hits=tuple(more)))


def _judge(claim: Claim, cited: frozenset[str], found: Found) -> Judged:
    numbers = tuple(n for n, hit in enumerate(found.hits, 1) if hit.passage.document_id in cited)
    judged = judge(replace(claim, cited=numbers), found.hits, similarity=found.similarity)
    if cited and not numbers and judged.verdict == "supported":
        title = judged.evidence[0].hit.card.title
        note = f"it stands in another source: {title}"
        return replace(judged, verdict="misattributed", note=note)
    return judged
