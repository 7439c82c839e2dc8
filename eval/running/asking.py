"""What every run does: asks in order, takes over replies, names what the results depend on."""

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from eval.metrics.answers import DocumentSpan
from eval.results import CaseResult, CitedQuote, RetrievedPassage
from eval.suites.cases import GoldCase, Suite
from rag import Answer, Citation, DocumentSummary, Hit, ModelError, Settings
from rag.internal import READER_SHA256

if TYPE_CHECKING:
    from eval.suites.cases import HasLibrary


Item = TypeVar("Item")
OnCase = Callable[[CaseResult], None]
_YES_NO = re.compile(r"(?:yes|no)\b", re.IGNORECASE)
_AHEAD = 4
"""Questions that wait for each thread, so that memory does not grow with the suite."""
SETTINGS = ("k", "threshold", "embedding_model", "llm", "llm_max_tokens", "strict")
"""Settings that change answers; addresses, keys, prices and folders are not among them."""


def ignore(_: CaseResult) -> None:
    """Do nothing with a finished case: the default of `on_case`."""


def results(
    items: Iterable[Item], ask: Callable[[Item], CaseResult], *, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every item, in their order, each with the seconds that it took.

    Args:
        items: what is asked, read as far as there is room for.
        ask: asks one and never raises on purpose; safe to be called from several threads.
        jobs: threads, from 1.

    Closing the iterator, or an interrupt, drops the questions that have not begun.
    """

    def timed(item: Item) -> CaseResult:
        began = time.perf_counter()
        return replace(ask(item), seconds=time.perf_counter() - began)

    if jobs == 1:
        yield from map(timed, items)
        return
    waiting: deque[Future[CaseResult]] = deque()
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        for item in items:
            waiting.append(pool.submit(timed, item))
            if len(waiting) >= jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def told(found: Iterable[CaseResult], on_case: OnCase) -> list[CaseResult]:
    """Return the results, having told of each as it was ready."""
    kept = []
    for result in found:
        kept.append(result)
        on_case(result)
    return kept


def by_the_model(answer: Answer) -> Answer:
    """Return an answer that is what was asked for.

    Raises:
        ModelError: a stand-in gave it since the language model failed, which measures another.
    """
    if answer.fallback:
        raise ModelError(f"the language model failed and a stand-in answered: {answer.fallback}")
    return answer


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
        short=answer.short or "",
        sentences=answer.sentences,
        citations=tuple(_cited(citation, answer.hits) for citation in answer.citations),
        retrieved=tuple(
            RetrievedPassage(
                rank=rank,
                card=hit.card,
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
        scope="" if answer.scope.is_everything else answer.scope.words,
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
    """Return the answer's sentences joined by spaces, without marks; empty on abstention.

    A short answer that none of them has, such as `Yes`, stands before them.
    """
    text = " ".join(sentence.text for sentence in answer.sentences)
    short = answer.short or ""
    return f"{short}. {text}" if short and short not in text else text


def exact_words(answer: Answer, accepted: Sequence[str]) -> str:
    """Return the words of an answer that are compared with accepted ones, as F1 and EM do.

    They are the short answer's. Where there is none they are the text's: who gets whole sentences
    has the answer in more words. So they are where the short answer is a word of ours, `Yes` or
    `No`, and what is accepted are an article's words.
    """
    short = answer.short or ""
    if not short or (_yes_or_no([short]) and not _yes_or_no(accepted)):
        return " ".join(sentence.text for sentence in answer.sentences)
    return short


def _yes_or_no(texts: Sequence[str]) -> bool:
    return any(_YES_NO.match(text) for text in texts)


def cited_spans(answer: Answer) -> tuple[DocumentSpan, ...]:
    """Return what the answer cites, in the order of its numbers."""
    return tuple((c.document_id, c.start, c.end) for c in answer.citations)


def overlap(first: DocumentSpan, second: DocumentSpan) -> bool:
    """Tell whether two spans share a character."""
    return first[0] == second[0] and first[1] < second[2] and second[1] < first[2]


def fingerprint_of(
    assistant: "HasLibrary", suite: Suite | None = None, *, k: int | None = None
) -> Mapping[str, str]:
    """Return name and value of what the answers depend on: version, settings, library, gold.

    `reader` is the SHA-256 of the trained model that finds and weighs words.
    The digests do not depend on the order of documents or cases. What holds no settings, such as
    a stand-in, gives none. `summarise` adds the models and prompts that answered.
    """
    facts = {"version": version("footnote"), "reader": READER_SHA256}
    settings = getattr(assistant, "settings", None)
    if isinstance(settings, Settings):
        facts |= {name: str(getattr(settings, name)) for name in SETTINGS}
    if k is not None:
        facts["k"] = str(k)
    facts["library"] = library_digest(assistant.library.documents())
    return facts | ({"gold": gold_digest(suite.cases)} if suite else {})


def library_digest(documents: Iterable[DocumentSummary]) -> str:
    """Return a short digest of all documents' texts."""
    return _digest("\n".join(sorted(document.card.sha256 for document in documents)))


def gold_digest(cases: Iterable[GoldCase]) -> str:
    """Return a short digest of what the cases say, wherever they are written.

    Without a history or a scope, a case has the digest that it had before cases could have one.
    """
    rows = [
        {
            name: value
            for name, value in asdict(case).items()
            if name not in {"place", "line"} and (value or name not in {"history", "scope"})
        }
        for case in cases
    ]
    return _digest("\n".join(sorted(json.dumps(row, sort_keys=True) for row in rows)))


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
        card=citation.card,
        quote=citation.quote,
        passage=next(around, ""),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
