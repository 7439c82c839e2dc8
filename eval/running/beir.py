"""Searches the queries of a BEIR-form set and scores the rankings of documents."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from eval.datasets.beir import BeirQuery
from eval.metrics import distinct, hit_at, ndcg_at, recall_at, reciprocal_rank
from eval.results import CaseResult, Report
from eval.running.fingerprint import fingerprint_of
from eval.running.pool import OnCase, ignore, results
from eval.running.reply import with_crash
from eval.summary import summarise
from rag import Document, DocumentSummary, Hit

METRICS = ("ndcg@10", "recall@10", "mrr@10", "hit@1")
RETRIEVED = 30
"""Passages asked for per query, so that ten distinct documents are likely among them."""


class Searched(Protocol):
    """What is evaluated: an `Assistant`, or anything that searches as one does."""

    def search(self, question: str, *, k: int | None = None) -> Iterable[Hit]:
        """Return the passages found for a question, best first."""

    def documents(self) -> Iterable[DocumentSummary]:
        """List the documents that are searched."""

    def document(self, document_id: str) -> Document:
        """Return one document with its text."""


def run_beir(
    assistant: Searched,
    queries: Iterable[BeirQuery],
    *,
    name: str,
    k: int | None = None,
    jobs: int = 1,
    on_case: OnCase = ignore,
) -> Report:
    """Search every query and score the ranking of documents, each at its best hit's place.

    Measures `ndcg@10`, `recall@10`, `mrr@10` and `hit@1`; a query fails if no relevant
    document is among the first ten. One that raises scores zero and is listed.

    Args:
        assistant: what is searched; it holds exactly the set's articles.
        queries: in the order of the report.
        name: name of the set in the report.
        k: passages to retrieve per query; None means 30.
        jobs: threads that search at once, from 1.
        on_case: called with each result as it is ready.
    """
    found = []
    for result in beir_cases(assistant, queries, k=k, jobs=jobs):
        found.append(result)
        on_case(result)
    return summarise(name, found, fingerprint=fingerprint_of(assistant, k=k))


def beir_cases(
    assistant: Searched, queries: Iterable[BeirQuery], *, k: int | None = None, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every query in order, as `run_beir` says."""

    def ask(query: BeirQuery) -> CaseResult:
        return _search(assistant, query, k=k or RETRIEVED)

    return results(queries, ask, jobs=jobs)


def _search(assistant: Searched, query: BeirQuery, *, k: int) -> CaseResult:
    relevant = {source for source, grade in query.relevance.items() if grade > 0}
    blank = CaseResult(
        id=query.id,
        question=query.text,
        answerable=True,
        expected=tuple(sorted(relevant)),
        status="crashed",
    )
    try:
        ranked = distinct(hit.source for hit in assistant.search(query.text, k=k))
    except Exception as error:  # noqa: BLE001 - whatever it raises, the query is wrong, the run goes on
        return with_crash(blank, error, metrics=METRICS)
    values = (
        ndcg_at(ranked, query.relevance, 10),
        recall_at(ranked, relevant, 10),
        reciprocal_rank(ranked, relevant, 10),
        hit_at(ranked, relevant, 1),
    )
    return replace(
        blank,
        status="answered",
        text=" ".join(ranked[:10]),
        problems=() if values[1] else ("no relevant document is among the first ten",),
        scores=dict(zip(METRICS, values, strict=True)),
    )
