"""Copies what an answer holds into a case's result, without the hits' sentences."""

from collections.abc import Collection
from dataclasses import replace

from eval.metrics import DocumentSpan
from eval.results import CaseResult, CitedQuote, RetrievedPassage
from rag import Answer, Citation, Hit


def with_reply(case: CaseResult, answer: Answer, *, relevant: Collection[str]) -> CaseResult:
    """Return the result with the answer's text, citations, passages, model and costs in it.

    Args:
        case: the result so far.
        answer: what came.
        relevant: ids of the passages that hold evidence.
    """
    return replace(
        case,
        status=answer.status,
        reason=answer.reason or "",
        text=plain_text(answer),
        sentences=answer.sentences,
        citations=tuple(_cited(citation, answer.hits) for citation in answer.citations),
        retrieved=tuple(
            RetrievedPassage(
                rank=rank,
                title=hit.title,
                text=hit.passage.text,
                score=hit.score,
                relevant=hit.passage.id in relevant,
            )
            for rank, hit in enumerate(answer.hits, start=1)
        ),
        confidence=answer.confidence,
        model=answer.model,
        prompts=answer.prompts,
        usage=answer.usage,
        searched=answer.searched,
        fallback=answer.fallback,
    )


def with_crash(case: CaseResult, error: Exception, *, metrics: Collection[str]) -> CaseResult:
    """Return the result of a question that raised: wrong in every one of its metrics."""
    message = f"{type(error).__name__}: {error}"
    return replace(
        case,
        status="crashed",
        problems=(f"crashed: {message}",),
        scores=dict.fromkeys(metrics, 0.0),
        error=message,
    )


def plain_text(answer: Answer) -> str:
    """Return the answer's sentences joined by spaces, without marks; empty on abstention."""
    return " ".join(sentence.text for sentence in answer.sentences)


def cited_spans(answer: Answer) -> tuple[DocumentSpan, ...]:
    """Return what the answer cites, in the order of its numbers."""
    return tuple((c.document_id, c.start, c.end) for c in answer.citations)


def overlap(first: DocumentSpan, second: DocumentSpan) -> bool:
    """Tell whether two spans share a character."""
    return first[0] == second[0] and first[1] < second[2] and second[1] < first[2]


def _cited(citation: Citation, hits: tuple[Hit, ...]) -> CitedQuote:
    around = (
        hit.passage.text
        for hit in hits
        if hit.passage.document_id == citation.document_id
        and hit.passage.start <= citation.start
        and citation.end <= hit.passage.end
    )
    return CitedQuote(
        span=(citation.document_id, citation.start, citation.end),
        title=citation.title,
        source=citation.source,
        quote=citation.quote,
        passage=next(around, ""),
    )
