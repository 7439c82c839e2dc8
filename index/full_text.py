"""Documents whole: those that hold all of some words, and all sentences of those that are named.

A document is ranked by BM25 over its passages: how many hold a word, and how many there are, with
the constants of FTS5 (Robertson and Zaragoza 2009), and by the words of its title.
"""

import math
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from index.store import queries
from index.store.protocols import OpenCatalog, RowSearch, TermsColumn, TermsTable
from index.store.queries import DocumentRow, PassageRow, SentenceRow
from index.terms import wanted
from index.types import DocumentSummary, Hit, Passage, ScoredSentence, Sentence, label_of, page_of

MOST_SENTENCES = 3
"""Of a document."""
_K1, _B = 1.2, 0.75
_TITLE = 1.0
"""What a word in the title counts beside one that is in one passage of an average document."""
_COLUMNS: Mapping[str, str] = {"title": "title", "date": "published", "added": "added_at"}
_Runs = tuple[tuple[str, ...], ...]
"""A word or phrase: runs of terms of which any will do."""
Sort = Literal["relevance", "title", "date", "added"]
"""date: as the documents state it, the newest first, those without one last. added: to the
library, the newest first. Equals are in order of their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """A document that holds all words that were looked for, in its text, title, author or tags."""

    document: DocumentSummary
    sentences: tuple[Sentence, ...]
    """At most three that say most of the words, the best first; none where only the title, the
    author, the date or the tags have them."""
    score: float
    """BM25 of the document, its passages as its length; above 0, higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocuments:
    """Some of the documents that hold all words that were looked for, in the order asked for."""

    documents: tuple[FoundDocument, ...]
    total: int
    """How many there are in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    """All documents with their passages, whose keys are in a row, in order of these."""

    keys: NDArray[np.int64]
    firsts: NDArray[np.int64]
    """The key of the first passage of each, ascending."""
    sizes: NDArray[np.int64]
    """Passages of each."""

    @classmethod
    def of(cls, db: OpenCatalog) -> Self:
        query = "SELECT min(key), document, count(*) FROM passages GROUP BY document"
        rows = np.array(db.execute(query).fetchall(), np.int64).reshape(-1, 3)
        firsts, keys, sizes = rows[np.argsort(rows[:, 0])].T
        return cls(keys=keys, firsts=firsts, sizes=sizes)

    def counts(self, passages: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of these passages each document has."""
        places = np.searchsorted(self.firsts, passages, side="right") - 1
        return np.bincount(places, minlength=len(self.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """The documents that hold all words."""

    keys: NDArray[np.int64]
    scores: NDArray[np.float64]
    weights: Mapping[_Runs, float]
    """Of each word or phrase, by how few documents have it; above 0."""


def find(
    db: OpenCatalog,
    words: str,
    *,
    among: Collection[int] | None = None,
    sort: Sort = "relevance",
    offset: int = 0,
    limit: int = 20,
) -> FoundDocuments:
    """Return the documents that hold all words, those in quotes in a row; none without words.

    Args:
        db: The catalog at one moment.
        words: Each in whatever form has the same terms.
        among: Keys of the documents that are looked at; None for all.
        sort: In what order.
        offset: How many are left out at the beginning.
        limit: How many are returned at most.

    Raises:
        LibraryError: The library cannot be read.
    """
    match = _matched(db, words, among=among)
    shown = _ordered(db, match, sort=sort, until=offset + limit)[offset:]
    score_of = dict(zip(match.keys.tolist(), match.scores.tolist(), strict=True))
    sentences = _sentences(db, [key for key, _ in shown], match.weights)
    cards = queries.summaries(db, [document_id for _, document_id in shown])
    return FoundDocuments(
        documents=tuple(
            FoundDocument(document=card, sentences=sentences.get(key, ()), score=score_of[key])
            for (key, _), card in zip(shown, cards, strict=True)
        ),
        total=len(match.keys),
    )


def find_ids(
    db: OpenCatalog, words: str, *, among: Collection[int] | None = None, sort: Sort = "relevance"
) -> list[str]:
    """Return the ids of all documents that `find` finds, in its order."""
    match = _matched(db, words, among=among)
    return [document_id for _, document_id in _ordered(db, match, sort=sort, until=None)]


def _matched(db: OpenCatalog, words: str, *, among: Collection[int] | None) -> _Match:
    weights: dict[_Runs, float] = {}
    all_runs = _rarest_first(db, wanted(words))
    documents = _Documents.of(db) if all_runs else None
    if documents is None:
        none = np.zeros(0)
        return _Match(keys=none.astype(np.int64), scores=none, weights=weights)
    count = len(documents.keys)
    left = np.isin(documents.keys, list(among)) if among is not None else np.ones(count, bool)
    scores = np.zeros(count)
    lengths = _K1 * (1 - _B + _B * documents.sizes / documents.sizes.mean())
    for runs in all_runs:
        held = documents.counts(_rows(db, "passage_terms", runs))
        titled = documents.counts(_rows(db, "passage_terms", runs, column="title")) > 0
        left &= (held > 0) | titled
        if not left.any():
            break
        having = int(np.count_nonzero((held > 0) | titled))
        weights[runs] = math.log(1 + (count - having + 0.5) / (having + 0.5))
        scores += weights[runs] * (held * (1 + _K1) / (held + lengths) + _TITLE * titled)
    return _Match(keys=documents.keys[left], scores=scores[left], weights=weights)


def _rarest_first(db: OpenCatalog, all_runs: Sequence[_Runs]) -> list[_Runs]:
    """Return what is wanted, the rarest first; nothing where a word is in no passage."""
    held = db.passage_counts(list({term for runs in all_runs for run in runs for term in run}))
    most = {runs: max(min(held.get(term, 0) for term in run) for run in runs) for runs in all_runs}
    return sorted(all_runs, key=lambda runs: most[runs]) if all(most.values()) else []


def _rows(
    db: OpenCatalog,
    table: TermsTable,
    runs: _Runs,
    *,
    column: TermsColumn = "body",
    among: tuple[int, int] | None = None,
) -> NDArray[np.int64]:
    wanted = (RowSearch(table=table, terms=run, column=column, among=among) for run in runs)
    found = [db.rows_with(one) for one in wanted]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def in_order(documents: Iterable[DocumentSummary], sort: Sort) -> tuple[DocumentSummary, ...]:
    """Return documents in an order, of which relevance is none: it leaves them as they are."""
    rows = sorted(documents, key=lambda d: d.id) if sort != "relevance" else list(documents)
    if sort == "title":
        rows.sort(key=lambda d: _alphabetical(d.card.title))
    elif sort == "date":
        rows.sort(key=lambda d: d.card.published or "", reverse=True)
    elif sort == "added":
        rows.sort(key=lambda d: d.added_at, reverse=True)
    return tuple(rows)


def _ordered(
    db: OpenCatalog, match: _Match, *, sort: Sort, until: int | None
) -> list[tuple[int, str]]:
    """Return the first documents in an order, each with its key and its id."""
    keys, scores = match.keys, match.scores
    if sort == "relevance" and until is not None and until < len(keys):
        enough = scores >= np.partition(scores, len(keys) - until)[len(keys) - until]
        keys, scores = keys[enough], scores[enough]
    score_of = dict(zip(keys.tolist(), scores.tolist(), strict=True))
    rows = queries.columns(db, list(score_of), "id", _COLUMNS.get(sort, "NULL"))
    rows.sort(key=lambda row: row[1])
    if sort == "relevance":
        rows.sort(key=lambda row: -score_of[row[0]])
    elif sort == "title":
        rows.sort(key=lambda row: _alphabetical(str(row[2])))
    else:
        rows.sort(key=lambda row: str(row[2] or ""), reverse=True)
    return [(row[0], row[1]) for row in rows[:until]]


def _alphabetical(title: str) -> str:
    """Return a title as it is sorted: accents and case do not count."""
    decomposed = unicodedata.normalize("NFKD", title.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _sentences(
    db: OpenCatalog, keys: Sequence[int], weights: Mapping[_Runs, float]
) -> dict[int, tuple[Sentence, ...]]:
    """Return the sentences of documents that say most, the best first, by key of the document."""
    documents = queries.documents(db, keys)
    return {
        key: tuple(
            Sentence(
                document_id=document.id,
                ordinal=ordinal,
                start=start,
                end=end,
                text=document.text[start:end],
                page=(page := page_of(start, document.page_starts)),
                page_label=label_of(page, document.page_labels),
            )
            for ordinal, start, end in _best_spans(db, key, weights)
        )
        for key, document in documents.items()
    }


def _best_spans(
    db: OpenCatalog, document: int, weights: Mapping[_Runs, float]
) -> list[tuple[int, int, int]]:
    """Return number, start and end of the sentences of a document that say most of the words."""
    first, last = db.execute(
        "SELECT min(key), max(key) FROM sentences WHERE document = ?", (document,)
    ).fetchone()
    said: dict[int, float] = {}
    for runs, weight in weights.items():
        for key in _rows(db, "sentence_terms", runs, among=(first, last)).tolist():
            said[key] = said.get(key, 0.0) + weight
    if not said:  # as a phrase that goes over the end of a sentence
        words = {term: 1.0 for runs in weights for run in runs if len(run) > 1 for term in run}
        if words:
            return _best_spans(db, document, {((term,),): one for term, one in words.items()})
    best = sorted(said, key=lambda key: (-said[key], key))[:MOST_SENTENCES]
    query = 'SELECT ordinal, start, "end" FROM sentences WHERE key = ?'
    return [db.execute(query, (key,)).fetchone() for key in best]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document with all its sentences, in order."""

    document: DocumentRow
    passages: tuple[PassageRow, ...]
    """In order."""
    rows: tuple[SentenceRow, ...]
    """In order; each lies in one of the passages."""

    sentences: tuple[Sentence, ...]
    """The same with their words."""

    def hit(self, sentence: Sentence) -> Hit:
        """Return the passage of one of the sentences as what evidence lies in; its score is 1."""
        keys = {row.ordinal: row.passage for row in self.rows}
        row = next(p for p in self.passages if p.key == keys[sentence.ordinal])
        held = [one for one in self.sentences if keys[one.ordinal] == row.key]
        return Hit(
            passage=Passage(
                id=row.id,
                document_id=self.document.id,
                ordinal=row.ordinal,
                start=row.start,
                end=row.end,
                text=self.document.text[row.start : row.end],
            ),
            card=self.document.card,
            page=(page := page_of(row.start, self.document.page_starts)),
            page_label=label_of(page, self.document.page_labels),
            score=1.0,
            sentences=tuple(
                ScoredSentence(sentence=one, similarity=1.0, coverage=1.0) for one in held
            ),
        )


def read_contents(db: OpenCatalog, document_ids: Sequence[str]) -> tuple[Content, ...]:
    """Return documents by full id, in the order given; those that are not there are left out.

    Args:
        db: The catalog at one moment.
        document_ids: Of which documents.
    """
    keys = queries.document_keys(db, document_ids)
    found = queries.documents(db, keys.values())
    passages = queries.passages_of_documents(db, keys.values())
    sentences = queries.sentences(db, [p.key for p in passages])
    by_document: dict[int, list[PassageRow]] = {}
    for passage in passages:
        by_document.setdefault(passage.document, []).append(passage)
    return tuple(
        _content(found[keys[one]], by_document.get(keys[one], ()), sentences)
        for one in document_ids
        if one in keys
    )


def _content(
    document: DocumentRow,
    passages: Iterable[PassageRow],
    sentences: dict[int, list[SentenceRow]],
) -> Content:
    ordered = tuple(sorted(passages, key=lambda p: p.ordinal))
    rows = [row for passage in ordered for row in sentences.get(passage.key, ())]
    rows.sort(key=lambda row: row.ordinal)
    return Content(
        document=document,
        passages=ordered,
        rows=tuple(rows),
        sentences=tuple(
            Sentence(
                document_id=document.id,
                ordinal=row.ordinal,
                start=row.start,
                end=row.end,
                text=document.text[row.start : row.end],
                page=(page := page_of(row.start, document.page_starts)),
                page_label=label_of(page, document.page_labels),
            )
            for row in rows
        ),
    )
