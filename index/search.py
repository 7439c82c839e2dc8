"""Finds the passages for a question: dense and lexical scores over one snapshot; no answering.

Dense: Chroma proposes the nearest sentences; each candidate passage then gets the exact cosine of
its best sentence from the catalog's vectors. Lexical: FTS5's BM25 over passages and over sentences.
The normalised scores are combined by a weighted sum, not by reciprocal ranks, so that a far better
passage stays far ahead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError
from index.selection import collapse, page_of, rarest, spread
from index.store import queries
from index.store.library import Library, View
from index.store.queries import DocumentRow, PassageRow, SentenceRow
from index.sync.prepare import text_hash
from index.terms import content_terms, terms
from index.types import Hit, Passage, ScoredSentence, Sentence
from index.upkeep.soundness import are_unit

_POOL = 64
"""Sentences and passages that each of the three searches proposes."""
_TITLE = 0.5
"""What a term in a document's title counts beside one in the passage."""
_COMMON = 0.5
"""A term that a larger share of many passages has is left out of the lexical searches."""
_SPARE = 4
"""Passages looked at for each one wanted, so that collapsing leaves enough."""
_MANY = 1000
"""Passages from which on common terms are left out: before, they cost nothing."""
_ROWS = 20_000
"""Passages that the searched terms have together at most. FTS5 scores 20,000 in 18 ms, and the
sentences in them in 21; all the terms of a question took 100 and 300 ms among 100,000 passages."""


_DAMAGED = (
    "the catalog of the library is damaged (a sentence is not what was added): run "
    "`footnote doctor --repair` to save what can be read"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights of the three scores; they add up to 1."""

    dense: float = 0.7
    passage: float = 0.15
    sentence: float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Passages and the texts that they are from, both of one moment."""

    hits: tuple[Hit, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """The whole text of each hit's document, by `Hit.document_sha256`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    passage: PassageRow
    sentences: Sequence[SentenceRow]
    similarities: NDArray[np.float32]
    """One a sentence."""
    score: float


def search(
    library: Library,
    question: str,
    *,
    k: int,
    weights: Weights = Weights(),  # frozen
) -> tuple[Hit, ...]:
    """Return the k best passages, as `find` does, without the texts."""
    return find(library, question, k=k, weights=weights).hits


def find(
    library: Library,
    question: str,
    *,
    k: int,
    weights: Weights = Weights(),  # frozen
) -> Found:
    """Return the k best passages, best first, ties broken by passage id, with their texts.

    Near-duplicates are collapsed into the best of them; one document gets at most half of the
    places while others have candidates. Empty for an empty library or a question without words.

    Raises:
        LibraryError: The library cannot be read.
        EmbeddingError: The embedding model cannot be loaded.
    """
    vector = library.embedder().embed_question(question)
    with library.view() as view:
        wanted = content_terms(question) or terms(question)
        held = view.db.passage_counts(wanted)
        passages = view.db.passage_total()
        weight_of = {t: math.log(1 + (passages + 1) / (held.get(t, 0) + 0.5)) for t in wanted}
        lexical = _searched(wanted, held, passages=passages)
        ranked = _ranked(view, vector, lexical, weights)
        return _hits(view, ranked, k=k, weight_of=weight_of)


def _searched(wanted: Sequence[str], held: Mapping[str, int], *, passages: int) -> list[str]:
    """Return the terms for the lexical searches: those that most passages have are left out.

    In a large library a question made of nothing but common words has none: they would rank by
    next to nothing and cost the most, so the vectors alone decide.
    """
    if passages < _MANY:
        return list(wanted)
    rare = [term for term in wanted if held.get(term, 0) <= _COMMON * passages]
    return rarest(rare or wanted, held, rows=_ROWS)


def _ranked(
    view: View,
    vector: NDArray[np.float32],
    lexical: Sequence[str],
    weights: Weights,
) -> list[_Scored]:
    by_passage = view.db.search_terms("passage_terms", lexical, limit=_POOL, title_weight=_TITLE)
    by_sentence = view.db.search_terms("sentence_terms", lexical, limit=_POOL, title_weight=0.0)
    home = queries.passage_of_sentence(view.db, by_sentence)
    best_sentence: dict[int, float] = {}
    for key, score in by_sentence.items():
        best_sentence[home[key]] = max(score, best_sentence.get(home[key], 0.0))
    proposed = queries.passages_of_vectors(view.db, view.nearest(vector, _POOL))
    candidates = proposed | set(by_passage) | set(best_sentence)
    rows = queries.passages(view.db, candidates)
    members = queries.sentences(view.db, candidates)
    passage_scale = max(by_passage.values(), default=1.0)
    sentence_scale = max(best_sentence.values(), default=1.0)
    scored = []
    for key, row in rows.items():
        similarities = _similarities(members.get(key, []), vector)
        score = (
            weights.dense * max(0.0, float(similarities.max()))
            + weights.passage * by_passage.get(key, 0.0) / passage_scale
            + weights.sentence * best_sentence.get(key, 0.0) / sentence_scale
        )
        scored.append(
            _Scored(passage=row, sentences=members[key], similarities=similarities, score=score)
        )
    return sorted(scored, key=lambda s: (-s.score, s.passage.id))


def _similarities(
    sentences: Sequence[SentenceRow], vector: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the cosine of each sentence with a question.

    Raises:
        LibraryError: A stored vector is damaged.
    """
    if not sentences or any(s.vector.shape != vector.shape for s in sentences):
        raise LibraryError(_DAMAGED)
    matrix = np.array([s.vector for s in sentences], dtype=np.float32)
    if not are_unit(matrix):
        raise LibraryError(_DAMAGED)
    return matrix @ vector


def _hits(
    view: View, ranked: Sequence[_Scored], *, k: int, weight_of: Mapping[str, float]
) -> Found:
    groups = _groups(view, ranked, k=k)
    kept = list(groups)
    chosen = [kept[n] for n in spread([ranked[p].passage.document for p in kept], k=k)]
    documents = queries.documents(view.db, {ranked[p].passage.document for p in chosen})
    held = view.db.terms_of("sentence_terms", [s.key for p in chosen for s in ranked[p].sentences])
    hits = tuple(
        _hit(
            ranked[position],
            documents[ranked[position].passage.document],
            coverages=[_coverage(held[s.key], weight_of) for s in ranked[position].sentences],
            similar=tuple(ranked[twin].passage.id for twin in groups[position]),
        )
        for position in chosen
    )
    return Found(hits=hits, texts={row.sha256: row.text for row in documents.values()})


def _groups(view: View, ranked: Sequence[_Scored], *, k: int) -> dict[int, list[int]]:
    """Return the best passages in groups of near-duplicates: so many that there are k groups."""
    words: list[frozenset[str]] = []
    groups: dict[int, list[int]] = {}
    while len(groups) < k and len(words) < len(ranked):
        keys = [s.passage.key for s in ranked[len(words) : 2 * len(words) or k * _SPARE]]
        held = view.db.terms_of("passage_terms", keys)
        words += [held[key] for key in keys]
        groups = collapse(words)
    return groups


def _hit(
    scored: _Scored,
    document: DocumentRow,
    *,
    coverages: Sequence[float],
    similar: tuple[str, ...],
) -> Hit:
    row = scored.passage
    return Hit(
        passage=Passage(
            id=row.id,
            document_id=document.id,
            ordinal=row.ordinal,
            start=row.start,
            end=row.end,
            text=document.text[row.start : row.end],
        ),
        title=document.title,
        source=document.source,
        document_sha256=document.sha256,
        page=page_of(row.start, document.page_starts),
        score=scored.score,
        sentences=tuple(
            _scored_sentence(sentence, document, similarity=float(similarity), coverage=coverage)
            for sentence, similarity, coverage in zip(
                scored.sentences, scored.similarities, coverages, strict=True
            )
        ),
        similar=similar,
        published=document.published,
        author=document.author,
        url=document.url,
    )


def _scored_sentence(
    row: SentenceRow, document: DocumentRow, *, similarity: float, coverage: float
) -> ScoredSentence:
    text = document.text[row.start : row.end]
    if not text_hash(text).startswith(row.hash):
        raise LibraryError(_DAMAGED)
    return ScoredSentence(
        sentence=Sentence(
            document_id=document.id,
            ordinal=row.ordinal,
            start=row.start,
            end=row.end,
            text=text,
        ),
        similarity=similarity,
        coverage=coverage,
    )


def _coverage(held: frozenset[str], weight_of: Mapping[str, float]) -> float:
    total = sum(weight_of.values())
    return sum(w for term, w in weight_of.items() if term in held) / total if total else 0.0
