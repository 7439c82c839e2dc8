"""Asks the questions of a gold suite and scores the replies; no files, no printing."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Protocol

from eval.gold import GoldCase, GoldError, SourceText, Suite, locate
from eval.metrics import (
    DocumentSpan,
    contains_answer,
    exact_match,
    span_precision_recall,
    token_f1,
)
from eval.ranking import hit_at, reciprocal_rank
from eval.results import CaseResult, CitedQuote, Report, summarise
from rag import Answer, Document, DocumentSummary, Hit

OnCase = Callable[[CaseResult], None]


class Asked(Protocol):
    """What is evaluated: an `Assistant`, or anything that replies as one does."""

    def ask(self, question: str, *, k: int | None = None) -> Answer:
        """Answer a question from the documents, or abstain."""

    def documents(self) -> Iterable[DocumentSummary]:
        """List the documents that are asked about."""

    def document(self, document_id: str) -> Document:
        """Return one document with its text."""


def ignore(_: CaseResult) -> None:
    """Do nothing with a finished case: the default of `on_case`."""


def run(
    assistant: Asked, suite: Suite, *, k: int | None = None, on_case: OnCase = ignore
) -> Report:
    """Ask every question of the suite in order and score what comes back.

    A question that raises is a crashed case with every score zero; the others go on.

    Args:
        assistant: what is asked; its documents must hold the suite's evidence.
        suite: the cases.
        k: passages to retrieve per question; None leaves it to the assistant.
        on_case: called with each result as it is ready.

    Raises:
        GoldError: a case's evidence is not in the documents exactly once; nothing is asked.
    """
    texts = source_texts(assistant, {quote.document for c in suite.cases for quote in c.evidence})
    located = [(case, locate(case, texts)) for case in suite.cases]
    results = []
    for case, gold in located:
        results.append(run_case(assistant, case, gold, k=k))
        on_case(results[-1])
    return summarise(suite.name, results)


def source_texts(assistant: Asked, names: Iterable[str]) -> dict[str, SourceText]:
    """Return the texts of the documents whose source has one of these file names.

    A name that no document has is left out.

    Raises:
        GoldError: two documents have the same one of these names.
    """
    wanted, texts = set(names), dict[str, SourceText]()
    for summary in assistant.documents():
        name = PurePath(summary.source).name
        if name in wanted and name in texts:
            raise GoldError(f"two documents of the library are named {name!r}; remove one of them")
        if name in wanted:
            text = assistant.document(summary.id).text
            texts[name] = SourceText(document_id=summary.id, text=text)
    return texts


def run_case(
    assistant: Asked, case: GoldCase, gold: tuple[DocumentSpan, ...], *, k: int | None
) -> CaseResult:
    """Ask one question and score the reply against the case and its located evidence."""
    began = time.perf_counter()
    try:
        answer = assistant.ask(case.question, k=k)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the case is wrong, the run goes on
        return crashed(case, error, seconds=time.perf_counter() - began)
    text = plain_text(answer)
    return CaseResult(
        id=case.id,
        question=case.question,
        answerable=case.answerable,
        critical=case.critical,
        tags=case.tags,
        expected=case.answers,
        status=answer.status,
        reason=answer.reason or "",
        text=text,
        citations=cited_quotes(answer),
        problems=problems(case, answer, gold),
        scores=scores(case, answer, gold) if case.answerable else {},
        confidence=answer.confidence,
        seconds=time.perf_counter() - began,
    )


def crashed(case: GoldCase, error: Exception, *, seconds: float) -> CaseResult:
    """Return the result of a case whose question raised: wrong in every metric."""
    message = f"{type(error).__name__}: {error}"
    return CaseResult(
        id=case.id,
        question=case.question,
        answerable=case.answerable,
        critical=case.critical,
        tags=case.tags,
        expected=case.answers,
        status="crashed",
        problems=(f"crashed: {message}",),
        scores=dict.fromkeys(metrics_of(case), 0.0),
        seconds=seconds,
        error=message,
    )


def plain_text(answer: Answer) -> str:
    """Return the answer's sentences joined by spaces, without marks; empty on abstention."""
    return " ".join(sentence.text for sentence in answer.sentences)


def cited_quotes(answer: Answer) -> tuple[CitedQuote, ...]:
    """Return what the answer cites, in the order of its numbers."""
    return tuple(
        CitedQuote(
            span=(citation.document_id, citation.start, citation.end),
            title=citation.title,
            quote=citation.quote,
        )
        for citation in answer.citations
    )


def metrics_of(case: GoldCase) -> tuple[str, ...]:
    """Return the names of the metrics that apply to a case, in the order of the report."""
    if not case.answerable:
        return ()
    return WORDS + (EVIDENCE if case.evidence else ())


def scores(case: GoldCase, answer: Answer, gold: tuple[DocumentSpan, ...]) -> Mapping[str, float]:
    """Score the reply to an answerable case; the keys are `metrics_of(case)`."""
    text = plain_text(answer)
    values = {
        "containment": float(contains_answer(text, case.answers)),
        "exact_match": exact_match(text, case.answers),
        "f1": token_f1(text, case.answers),
        "answered": float(answer.status == "answered"),
    }
    return values | evidence_scores(answer, gold) if gold else values


def evidence_scores(answer: Answer, gold: tuple[DocumentSpan, ...]) -> dict[str, float]:
    """Score citations and hits against the located evidence, of which there is at least one.

    A hit is relevant if its passage shares a character with any evidence; `recall@5` is the
    share of the evidence that the first five hits reach.
    """
    precision, recall = span_precision_recall((c.span for c in cited_quotes(answer)), gold)
    ranked = [hit.passage.id for hit in answer.hits]
    relevant = {hit.passage.id for hit in answer.hits if _reaches(hit, gold)}
    reached = [any(_reaches(hit, (span,)) for hit in answer.hits[:5]) for span in gold]
    return {
        "citation_precision": precision,
        "citation_recall": recall,
        "hit@1": hit_at(ranked, relevant, 1),
        "hit@5": hit_at(ranked, relevant, 5),
        "recall@5": sum(reached) / len(reached),
        "mrr": reciprocal_rank(ranked, relevant),
    }


def problems(case: GoldCase, answer: Answer, gold: tuple[DocumentSpan, ...]) -> tuple[str, ...]:
    """Say in words what is wrong with the reply; empty when the case passes."""
    if not case.answerable:
        return () if answer.status == "abstained" else ("answered; it should abstain",)
    if answer.status == "abstained":
        return (f"abstained ({answer.reason}); the answer is in the documents",)
    text = plain_text(answer)
    found = [] if contains_answer(text, case.answers) else ["no accepted answer is in the text"]
    found += [f"{part!r} is missing" for part in case.must_include if not _has(text, part)]
    found += [f"{part!r} must not be there" for part in case.must_not_include if _has(text, part)]
    cited = [quote.span for quote in cited_quotes(answer)]
    if gold and not any(overlap(span, evidence) for span in cited for evidence in gold):
        found.append("none of the evidence is cited")
    return tuple(found)


def overlap(first: DocumentSpan, second: DocumentSpan) -> bool:
    """Tell whether two spans share a character."""
    return first[0] == second[0] and first[1] < second[2] and second[1] < first[2]


WORDS = ("containment", "exact_match", "f1", "answered")
EVIDENCE = ("citation_precision", "citation_recall", "hit@1", "hit@5", "recall@5", "mrr")


def _reaches(hit: Hit, gold: tuple[DocumentSpan, ...]) -> bool:
    passage = (hit.passage.document_id, hit.passage.start, hit.passage.end)
    return any(overlap(passage, span) for span in gold)


def _has(text: str, part: str) -> bool:
    return contains_answer(text, (part,))
