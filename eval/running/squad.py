"""Asks a SQuAD-form set, all questions over all its paragraphs at once, and scores it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from eval.datasets.squad import SquadQuestion
from eval.metrics import (
    DocumentSpan,
    contains_answer,
    distinct,
    exact_match,
    recall_at,
    reciprocal_rank,
    token_f1,
)
from eval.results import CaseResult, Report
from eval.running.fingerprint import fingerprint_of
from eval.running.pool import OnCase, ignore, results
from eval.running.reply import cited_spans, overlap, plain_text, with_crash, with_reply
from eval.running.suite import Asked
from eval.summary import summarise
from rag import Answer, Hit

ANSWERABLE = (
    "recall@1",
    "recall@5",
    "mrr",
    "sentence@1",
    "sentence@3",
    "containment",
    "exact_match",
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
    jobs: int = 1,
    on_case: OnCase = ignore,
) -> Report:
    """Ask the questions of an assistant that holds exactly the set's articles.

    Measured on answerable questions: `recall@1`, `recall@5`, `mrr` of the right paragraph,
    paragraphs ranked by their best hit; `sentence@1`, `sentence@3`: a sentence that holds an
    answer's place is among the first, in the answerer's own ranking;
    `containment`: the first cited quote contains an accepted answer; `exact_match` and `f1` of
    the answer's text; `answered`. On all: abstention precision and recall, impossible questions
    being those to abstain on. A question that raises is wrong in all of them.

    Args:
        assistant: what is asked.
        questions: in the order of the report.
        name: name of the set in the report.
        k: passages to retrieve per question; None leaves it to the assistant.
        jobs: threads that ask at once, from 1.
        on_case: called with each result as it is ready.
    """
    found = []
    for result in squad_cases(assistant, questions, k=k, jobs=jobs):
        found.append(result)
        on_case(result)
    return summarise(name, found, fingerprint=fingerprint_of(assistant, k=k))


def squad_cases(
    assistant: Asked, questions: Iterable[SquadQuestion], *, k: int | None = None, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every question in order, as `run_squad` says."""
    ids = {summary.source: summary.id for summary in assistant.documents()}

    def ask(question: SquadQuestion) -> CaseResult:
        return _ask(assistant, question, document_id=ids.get(question.source, ""), k=k)

    return results(questions, ask, jobs=jobs)


def sentence_ranking(answer: Answer) -> tuple[DocumentSpan, ...]:
    """Return the answerer's ranking, then the hits' other sentences by falling similarity.

    Cited spans come first where the answerer ranks no sentences.
    """
    ranked = [(s.document_id, s.start, s.end) for s in answer.ranked]
    cited = list(cited_spans(answer))
    scored = [sentence for hit in answer.hits for sentence in hit.sentences]
    scored.sort(key=lambda s: (-s.similarity, s.sentence.document_id, s.sentence.start))
    spans = [(s.sentence.document_id, s.sentence.start, s.sentence.end) for s in scored]
    first = ranked or cited
    rest = [span for span in spans if not any(overlap(span, other) for other in first)]
    return tuple(dict.fromkeys([*first, *rest]))


def _ask(
    assistant: Asked, question: SquadQuestion, *, document_id: str, k: int | None
) -> CaseResult:
    blank = CaseResult(
        id=question.id,
        question=question.question,
        answerable=not question.impossible,
        expected=question.answers,
        status="crashed",
    )
    try:
        answer = assistant.ask(question.question, k=k)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the case is wrong, the run goes on
        return with_crash(blank, error, metrics=() if question.impossible else ANSWERABLE)
    values = {} if question.impossible else _scores(question, answer, document_id)
    relevant = {hit.passage.id for hit in answer.hits if document_id in documents_of(hit)}
    return replace(
        with_reply(blank, answer, relevant=relevant),
        problems=_problems(question, answer, values.get("containment", 0.0)),
        scores=values,
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
        exact_match(plain_text(answer), question.answers),
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
