"""Finds the passages for a query: dense and lexical scores over one moment; no answering.

Dense: Chroma proposes the nearest sentences; each candidate passage then gets the exact cosine of
its best sentence from the catalog's vectors, each moved towards what stands around it. Lexical:
FTS5's BM25 over passages and over sentences. The normalised scores are combined by a weighted sum,
not by reciprocal ranks, so that a far better passage stays far ahead. Of the ranked ones twins
collapse, and no document fills the list.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError
from index.store import queries
from index.store.library import Moment
from index.store.protocols import TermsSearch
from index.store.queries import (
    DocumentRow,
    PassageRow,
    SentenceRow,
    text_hash,
)
from index.store.vector_search import are_unit, in_context
from index.terms import Query
from index.types import Hit, Passage, ScoredSentence, Sentence, label_of, page_of

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
_ALIKE = 0.9
"""Jaccard similarity of two passages' sets of terms from which they count as near-duplicates."""
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


def _embeds_nothing(text: str) -> NDArray[np.float32]:
    raise AssertionError(f"nothing was found that {text!r} could be compared with")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Passages with the texts that they are from and the vectors of their sentences.

    All is of one moment and stays readable after it, while a language model writes, say.
    """

    hits: tuple[Hit, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """The whole text of each hit's document, by `Hit.card.sha256`."""
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """The vector of each hit's sentences, by the sentence's text."""
    held: Mapping[str, int] = field(default_factory=dict)
    """In how many passages, title or text, each term of the query stands; without those in none."""
    embed: Callable[[str], NDArray[np.float32]] = _embeds_nothing
    """Embeds a text as the query was."""

    def similarity(self, text: str, sentences: Sequence[Sentence]) -> NDArray[np.float32]:
        """Return the cosine of a text with each of the hits' sentences, (n,) float32, -1 to 1.

        Only the text is embedded. No sentences give (0,).

        Raises:
            EmbeddingError: The embedding model cannot be loaded.
        """
        if not sentences:
            return np.zeros(0, dtype=np.float32)
        vector = self.embed(text)
        distinct = list(dict.fromkeys(sentence.text for sentence in sentences))
        matrix = np.array([self.vectors[known] for known in distinct], dtype=np.float32)
        cosines = dict(zip(distinct, matrix @ vector, strict=True))
        return np.array([cosines[sentence.text] for sentence in sentences], dtype=np.float32)

    def joined(self, other: "Found") -> "Found":
        """Return these hits, then those of another search that are not among them."""
        known = {hit.passage.id for hit in self.hits}
        return replace(
            self,
            hits=(*self.hits, *(hit for hit in other.hits if hit.passage.id not in known)),
            texts={**other.texts, **self.texts},
            vectors={**other.vectors, **self.vectors},
            held={**other.held, **self.held},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    passage: PassageRow
    sentences: Sequence[SentenceRow]
    similarities: NDArray[np.float32]
    """One a sentence."""
    score: float


def search(
    query: Query,
    moment: Moment,
    *,
    k: int,
    weights: Weights = Weights(),  # frozen
) -> Found:
    """Return the k best passages, best first, ties broken by passage id.

    Near-duplicates are collapsed into the best of them; one document gets at most half of the
    places while others have candidates. Empty for an empty library or a query without words.

    Raises:
        LibraryError: The library cannot be read.
        EmbeddingError: The embedding model cannot be loaded.
    """
    if moment.is_new or query.is_empty:
        return Found()
    with ThreadPoolExecutor(1) as beside:  # words are searched for while the model runs
        vector = beside.submit(moment.embed, query.text)
        held = moment.db.passage_counts(query.terms)
        passages = moment.db.passage_total()
        lexical = _searched(query.terms, held, passages=passages)
        ranked = _ranked(moment, vector, lexical, weights)
    weight_of = {t: math.log(1 + (passages + 1) / (held.get(t, 0) + 0.5)) for t in query.terms}
    return replace(_found(moment, ranked, k=k, weight_of=weight_of), held=held)


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
    moment: Moment,
    embedding: Future[NDArray[np.float32]],
    lexical: Sequence[str],
    weights: Weights,
) -> list[_Scored]:
    wanted = partial(TermsSearch, terms=lexical, limit=_POOL)
    by_passage = moment.db.search_terms(wanted(table="passage_terms", title_weight=_TITLE))
    by_sentence = moment.db.search_terms(wanted(table="sentence_terms"))
    home = queries.passage_of_sentence(moment.db, by_sentence)
    best_sentence: dict[int, float] = {}
    for key, score in by_sentence.items():
        best_sentence[home[key]] = max(score, best_sentence.get(home[key], 0.0))
    vector = embedding.result()
    proposed = queries.passages_of_vectors(moment.db, moment.nearest(vector, _POOL))
    candidates = proposed | set(by_passage) | set(best_sentence)
    rows = queries.passages(moment.db, candidates)
    members = queries.sentences(moment.db, candidates)
    passage_scale = max(by_passage.values(), default=1.0)
    sentence_scale = max(best_sentence.values(), default=1.0)
    each = [members.get(key, []) for key in rows]
    similarities, best = _similarities(each, vector, moved=moment.cosines == (0.0, 1.0))
    low, high = moment.cosines
    scored = [
        _Scored(
            passage=row,
            sentences=members[key],
            similarities=own,
            score=weights.dense * min(1.0, max(0.0, (float(nearest) - low) / (high - low)))
            + weights.passage * by_passage.get(key, 0.0) / passage_scale
            + weights.sentence * best_sentence.get(key, 0.0) / sentence_scale,
        )
        for (key, row), own, nearest in zip(rows.items(), similarities, best, strict=True)
    ]
    return sorted(scored, key=lambda s: (-s.score, s.passage.id))


def _similarities(
    passages: Sequence[Sequence[SentenceRow]], vector: NDArray[np.float32], *, moved: bool
) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """Return the cosines of passages' sentences with a vector, and each passage's best one.

    The best is told of sentences moved to what stands around them, where that is asked. Each row is
    summed up by itself, so that the same text is equally near wherever it stands. A damaged vector
    raises LibraryError.
    """
    rows = [sentence.vector for sentences in passages for sentence in sentences]
    counts = np.array([len(sentences) for sentences in passages], dtype=np.intp)
    if not counts.all() or any(row.shape != vector.shape for row in rows):
        raise LibraryError(_DAMAGED)
    if not rows:
        return [], np.zeros(0, dtype=np.float32)
    matrix = np.array(rows, dtype=np.float32)
    if not are_unit(matrix):
        raise LibraryError(_DAMAGED)
    starts = np.cumsum(counts) - counts
    cosines = told = np.einsum("ij,j->i", matrix, vector)
    if moved:
        told = np.einsum("ij,j->i", in_context(matrix, counts), vector)
    return np.split(cosines, starts[1:]), np.maximum.reduceat(told, starts)


def _found(
    moment: Moment, ranked: Sequence[_Scored], *, k: int, weight_of: Mapping[str, float]
) -> Found:
    groups = _groups(moment, ranked, k=k)
    kept = list(groups)
    chosen = [kept[n] for n in spread([ranked[p].passage.document for p in kept], k=k)]
    documents = queries.documents(moment.db, {ranked[p].passage.document for p in chosen})
    held = moment.db.words_of(
        "sentence_terms", [s.key for p in chosen for s in ranked[p].sentences]
    )
    hits = tuple(
        _hit(
            ranked[position],
            documents[ranked[position].passage.document],
            coverages=[
                _coverage(held[s.key][1].split(), weight_of) for s in ranked[position].sentences
            ],
            similar=tuple(ranked[twin].passage.id for twin in groups[position]),
        )
        for position in chosen
    )
    return Found(
        hits=hits,
        texts={row.card.sha256: row.text for row in documents.values()},
        vectors={
            scored.sentence.text: row.vector
            for hit, position in zip(hits, chosen, strict=True)
            for scored, row in zip(hit.sentences, ranked[position].sentences, strict=True)
        },
        embed=moment.embed,
    )


def _groups(moment: Moment, ranked: Sequence[_Scored], *, k: int) -> dict[int, list[int]]:
    """Return the best passages in groups of near-duplicates: so many that there are k groups."""
    words: list[frozenset[str]] = []
    groups: dict[int, list[int]] = {}
    while len(groups) < k and len(words) < len(ranked):
        keys = [s.passage.key for s in ranked[len(words) : 2 * len(words) or k * _SPARE]]
        held = moment.db.words_of("passage_terms", keys)
        words += [frozenset(held[key][1].split()) for key in keys]
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
        card=document.card,
        page=(page := page_of(row.start, document.page_starts)),
        page_label=label_of(page, document.page_labels),
        score=scored.score,
        sentences=tuple(
            _scored_sentence(sentence, document, similarity=float(similarity), coverage=coverage)
            for sentence, similarity, coverage in zip(
                scored.sentences, scored.similarities, coverages, strict=True
            )
        ),
        similar=similar,
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
            page=(page := page_of(row.start, document.page_starts)),
            page_label=label_of(page, document.page_labels),
        ),
        similarity=similarity,
        coverage=coverage,
    )


def _coverage(held: Sequence[str], weight_of: Mapping[str, float]) -> float:
    total = sum(weight_of.values())
    return sum(w for term, w in weight_of.items() if term in held) / total if total else 0.0


def collapse(ranked: Sequence[frozenset[str]]) -> dict[int, list[int]]:
    """Group near-duplicate passages; the one that says most otherwise leads a group of its own.

    Args:
        ranked: The terms of each passage, best passage first.

    Returns:
        The position of the best of each group, in order, with the positions of the others. Of
        near-duplicates two lead, where each has a term that the other lacks: another number, say.
    """
    groups: dict[int, list[int]] = {}
    for position, words in enumerate(ranked):
        size = len(words)
        near = (1.0 - _ALIKE) * size / _ALIKE + 0.01  # most are told apart by their sizes
        may = (kept for kept in groups if abs(len(ranked[kept]) - size) <= near)
        twin = next((kept for kept in may if _jaccard(words, ranked[kept]) >= _ALIKE), None)
        if twin is None:
            groups[position] = []
        else:
            groups[twin].append(position)
    for leader, twins in list(groups.items()):
        words = ranked[leader]
        other = [n for n in twins if words - ranked[n] and ranked[n] - words]
        if other:
            apart = min(other, key=lambda n: _jaccard(words, ranked[n]))
            twins.remove(apart)
            groups[apart] = []
    return dict(sorted(groups.items()))


def spread(documents: Sequence[int], *, k: int) -> list[int]:
    """Choose k places, giving a document at most half of them while others have passages.

    Args:
        documents: The document of each passage, best passage first.
        k: Places, at least 1.

    Returns:
        The chosen positions, ascending.
    """
    limit = max(1, (k + 1) // 2)
    taken: Counter[int] = Counter()
    first: list[int] = []
    spare: list[int] = []
    for position, document in enumerate(documents):
        taken[document] += 1
        (first if taken[document] <= limit else spare).append(position)
    return sorted((first + spare)[:k])


def rarest(terms: Sequence[str], held: Mapping[str, int], *, rows: int) -> list[str]:
    """Choose the rarest terms that so many rows together hold at most, in the order given.

    Args:
        terms: What is searched for.
        held: In how many rows each term stands; one that is left out stands in none.
        rows: Rows at most, those that hold several terms counted once for each.
    """
    chosen = set()
    for term in sorted(terms, key=lambda term: held.get(term, 0)):
        rows -= held.get(term, 0)
        if rows < 0:
            break
        chosen.add(term)
    return [term for term in terms if term in chosen]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    together = len(one) + len(other) - shared
    return shared / together if together else 1.0
