"""Verifies a text from anywhere: each claim is searched for and judged; prints nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.errors import MisuseError
from index.terms import has_words
from index.types import DocumentSummary, Hit
from rag.citations import Fetch, cite
from rag.types import CheckedClaim, Draft, DraftSentence, Verification
from rag.verification.claims import Claim, read_claims
from rag.verification.found import Similarity
from rag.verification.judge import Judged, judge
from rag.verification.references import resolve

Search = Callable[[str, int], Sequence[Hit]]
"""Given a text and k: the k best passages."""

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
    search: Search,
    similarity: Similarity,
    fetch: Fetch,
    k: int,
) -> Verification:
    """Verify each claim of a text against the documents of a library.

    Args:
        text: Plain or Markdown, with or without citation marks and a list of sources, or what
            `footnote ask --json` prints.
        documents: Cards of the library, for the numbers of the text's list of sources.
        search: Finds passages.
        similarity: Gives cosines of a text with stored sentences.
        fetch: Gives the stored texts to check quotes against.
        k: Passages searched for each claim.

    Raises:
        MisuseError: The text has no claim.
        CitationError: A document changed meanwhile.
    """
    if not has_words(text):
        raise MisuseError("the text to verify is empty: give a text with at least one sentence")
    known = resolve(text, documents)
    claims = read_claims(known.text)
    if not claims:
        raise MisuseError("the text to verify has no statement: headings and questions are none")
    judged = []
    for claim in claims:
        meant = [known.sources[n] for n in claim.cited if n in known.sources]
        judged.append(_judge(claim, frozenset().union(*meant), search, similarity, k))
    drafted = tuple(
        DraftSentence(text=j.claim.text, evidence=j.evidence, verdict=j.verdict, note=j.note)
        for j in judged
    )
    sentences, citations = cite(Draft(sentences=drafted, confidence=1.0), fetch)
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


def _judge(
    claim: Claim, cited: frozenset[str], search: Search, similarity: Similarity, k: int
) -> Judged:
    """Judge a claim against the best passages, and the best ones of the documents it cites."""
    words = claim.text[:_LONGEST]
    hits = list(search(words, k))
    if cited and not any(hit.passage.document_id in cited for hit in hits):
        more = (hit for hit in search(words, _DEEP) if hit.passage.document_id in cited)
        hits += [hit for hit, _ in zip(more, range(_OF_CITED), strict=False)]
    numbers = tuple(n for n, hit in enumerate(hits, 1) if hit.passage.document_id in cited)
    judged = judge(replace(claim, cited=numbers), hits, similarity=similarity)
    if cited and not numbers and judged.verdict == "supported":
        title = judged.evidence[0].hit.title
        note = f"it stands in another source: {title}"
        return replace(judged, verdict="misattributed", note=note)
    return judged
