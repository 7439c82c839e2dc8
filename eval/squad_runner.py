"""Asks a SQuAD-form set, all questions over all its paragraphs at once, and scores it."""

import time
from collections.abc import Iterable

from eval.metrics import DocumentSpan, contains_answer, token_f1
from eval.ranking import distinct, recall_at, reciprocal_rank
from eval.results import CaseResult, Report, summarise
from eval.runner import Asked, OnCase, cited_quotes, ignore, overlap, plain_text
from eval.squad import SquadQuestion
from rag import Answer, Hit

ANSWERABLE = (
    "recall@1",
    "recall@5",
    "mrr",
    "sentence@1",
    "sentence@3",
    "containment",
    "f1",
    "answered",
)
"""Metrics of a question that its paragraph answers; impossible ones count for abstention only."""


def run_squad(
    assistant: Asked,
    questions: Iterable[SquadQuestion],
    *,
    name: str,
    k: int | None = None,
    on_case: OnCase = ignore,
) -> Report:
    """Ask the questions of an assistant that holds exactly the set's articles.

    Measured on answerable questions: `recall@1`, `recall@5`, `mrr` of the right paragraph,
    paragraphs ranked by their best hit; `sentence@1`, `sentence@3`: a sentence that holds an
    answer's place is among the first, in the answerer's own ranking;
    `containment`: the first cited quote contains an accepted answer; `f1` of the answer's
    text; `answered`. On all: abstention precision and recall, impossible questions being
    those to abstain on. A question that raises is wrong in all of them.

    Args:
        assistant: what is asked.
        questions: in the order in which to ask them.
        name: name of the set in the report.
        k: passages to retrieve per question; None leaves it to the assistant.
        on_case: called with each result as it is ready.
    """
    ids = {summary.source: summary.id for summary in assistant.documents()}
    results = []
    for question in questions:
        results.append(_ask(assistant, question, document_id=ids.get(question.source, ""), k=k))
        on_case(results[-1])
    return summarise(name, results)


def sentence_ranking(answer: Answer) -> tuple[DocumentSpan, ...]:
    """Return the answerer's ranking, then the hits' other sentences by falling similarity.

    Cited spans come first where the answerer ranks no sentences.
    """
    ranked = [(s.document_id, s.start, s.end) for s in answer.ranked]
    cited = [quote.span for quote in cited_quotes(answer)]
    scored = [sentence for hit in answer.hits for sentence in hit.sentences]
    scored.sort(key=lambda s: (-s.similarity, s.sentence.document_id, s.sentence.start))
    spans = [(s.sentence.document_id, s.sentence.start, s.sentence.end) for s in scored]
    first = ranked or cited
    rest = [span for span in spans if not any(overlap(span, other) for other in first)]
    return tuple(dict.fromkeys([*first, *rest]))


def _ask(
    assistant: Asked, question: SquadQuestion, *, document_id: str, k: int | None
) -> CaseResult:
    began = time.perf_counter()
    try:
        answer = assistant.ask(question.question, k=k)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the case is wrong, the run goes on
        return _crashed(question, error, seconds=time.perf_counter() - began)
    values = {} if question.impossible else _scores(question, answer, document_id)
    return CaseResult(
        id=question.id,
        question=question.question,
        answerable=not question.impossible,
        expected=question.answers,
        status=answer.status,
        reason=answer.reason or "",
        text=plain_text(answer),
        citations=cited_quotes(answer),
        problems=_problems(question, answer, values.get("containment", 0.0)),
        scores=values,
        confidence=answer.confidence,
        seconds=time.perf_counter() - began,
    )


def _crashed(question: SquadQuestion, error: Exception, *, seconds: float) -> CaseResult:
    message = f"{type(error).__name__}: {error}"
    return CaseResult(
        id=question.id,
        question=question.question,
        answerable=not question.impossible,
        expected=question.answers,
        status="crashed",
        problems=(f"crashed: {message}",),
        scores={} if question.impossible else dict.fromkeys(ANSWERABLE, 0.0),
        seconds=seconds,
        error=message,
    )


def _scores(question: SquadQuestion, answer: Answer, document_id: str) -> dict[str, float]:
    ranked = distinct(document for hit in answer.hits for document in documents_of(hit))
    gold = [(document_id, start, end) for start, end in question.spans]
    right = [any(overlap(span, place) for place in gold) for span in sentence_ranking(answer)]
    first = answer.citations[0].quote if answer.citations else ""
    values = (
        recall_at(ranked, {document_id}, 1),
        recall_at(ranked, {document_id}, 5),
        reciprocal_rank(ranked, {document_id}),
        float(any(right[:1])),
        float(any(right[:3])),
        float(contains_answer(first, question.answers)),
        token_f1(plain_text(answer), question.answers),
        float(answer.status == "answered"),
    )
    return dict(zip(ANSWERABLE, values, strict=True))


def documents_of(hit: Hit) -> tuple[str, ...]:
    """Return the ids of the documents that a hit stands for: its own, then near-duplicates'."""
    return (hit.passage.document_id, *(other.rpartition(":")[0] for other in hit.similar))


def _problems(question: SquadQuestion, answer: Answer, containment: float) -> tuple[str, ...]:
    if question.impossible:
        return () if answer.status == "abstained" else ("answered; it should abstain",)
    if answer.status == "abstained":
        return (f"abstained ({answer.reason}); the answer is in its paragraph",)
    return () if containment else ("no accepted answer is in the first cited sentence",)
