"""Makes overviews of an article, a topic or a library: quoted sentences in reading order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.errors import UnknownDocumentError
from index.full_text import Content, read_contents
from index.search import Found, search
from index.store import queries
from index.store.library import Moment
from index.terms import Query, terms
from index.types import Sentence
from rag.answer.rows import TABLES, cells_of
from rag.overview.statements import (
    Statement,
    choose,
    each_statement,
    is_spoken,
    lexrank,
    points_back,
    shortness,
    statements,
    twins,
)
from rag.overview.topic import Topic, Whole, mentions, read_topic, speaks_of
from rag.question import Question, read_question
from rag.types import Draft, DraftSentence, Evidence

_LEAST, _MOST = 3, 6
"""Sentences of an overview."""
_PER_SENTENCE = 4
"""Statements of an article for each sentence of its overview."""
_SEARCHED = 24
"""Passages in whose documents a topic is looked for."""
_BRIEF, _LONG, _READ_IN_BRIEF = 2, 240, 300
"""Sentences of an overview in brief, their characters together at most, where there are several,
and the statements that it is chosen from, the first."""
_LISTED = re.compile(
    r"\d+[.)] |\w[\w ]{0,25}: |(?:First|Second|Third|Finally|Also|But|And|However|Please)\b"
)
"""What begins an entry of a list, or what follows from a sentence before."""
_READ = 1000
"""Articles that the overview of a library chooses from, the newest."""
_FEW = 3
"""Articles of a library of which two sentences each are told."""
_LEADS = 3
"""Statements at an article's beginning of which one is its lead."""
_OPENS, _TITLE, _NUMBER, _SPOKEN, _BACK, _SHORT = 0.3, 0.2, 0.1, 0.5, 0.3, 0.6
_EARLY, _FIRST = 0.4, 0.25
"""What is added to a statement's centrality where it opens a paragraph, shares the title's words,
holds a figure; what is taken off one that is somebody's words, does not name whom it is about or
is short, and off a lead for each place that it stands later; what an article's first sentence has
before its last."""
_NO_LEAD = 0.5
"""How short a sentence may be that an article begins with; a shorter one is a heading mostly."""
_MENTION, _NEAR = 1.0, 0.6
"""What naming a topic, and nearness to it, count beside centrality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What an overview says, and what it was made of."""

    draft: Draft
    """Without sentences where nothing was found."""
    found: Found
    """The passages of its sentences, in the same order, and the texts to check them against."""
    partly: bool = False
    """Whether nothing was found of a topic without names some of whose words the articles have."""


def overview(moment: Moment, whole: Whole) -> Overview:
    """Return the overview of a topic, or of the library where there is none.

    Raises:
        LibraryError: The library cannot be read.
        EmbeddingError: The embedding model cannot be loaded.
    """
    made = of_topic(moment, whole.topic) if whole.topic else of_library(moment)
    return replace(made, found=replace(made.found, embed=moment.embed))


def read_wanted(moment: Moment, named: str) -> tuple[Question, Overview]:
    """Return the overview of what is named, with the question that it answers.

    Args:
        moment: The library.
        named: The id of an article or the beginning of one, a topic, or nothing for all articles.

    Raises:
        UnknownDocumentError: Ids of several articles begin so.
        LibraryError: The library cannot be read.
    """
    ids = queries.ids_like(moment.db, named) if named else ()
    if len(ids) > 1 and named not in ids and any(character.isdigit() for character in named):
        raise UnknownDocumentError(
            f"{named!r} is the beginning of {len(ids)} document ids ({', '.join(ids[:3])}...): "
            "give more of it"
        )
    if len(ids) == 1 or named in ids:
        (content,) = read_contents(moment.db, [named if named in ids else ids[0]])
        title = content.document.card.title
        return read_question(f"What is the article {title!r} about?"), of_article(content)
    asked = f"Tell me about {named}" if named else "What are my articles about?"
    return read_question(asked), overview(moment, Whole(topic=named))


def of_library(moment: Moment) -> Overview:
    """Return the leads of a library's articles; of an only article its overview."""
    documents = queries.summaries(moment.db)
    newest = sorted(documents, key=lambda one: (one.card.published or "", one.added_at))[-_READ:]
    contents = read_contents(moment.db, [one.id for one in newest])
    if len(contents) == 1:
        return of_article(contents[0])
    if len(contents) <= _FEW:
        chosen = [one for c in contents for one in _told(statements(c), _MOST // len(contents))]
    else:
        chosen = _leads([own for c in contents if (own := _beginning(c))])
    return _put(_in_order(chosen, {c.document.id: n for n, c in enumerate(contents)}))


def of_article(content: Content) -> Overview:
    """Return the overview of one article: its lead and what is central, three to six sentences."""
    own = statements(content)
    return _put(_told(own, min(_MOST, _LEAST - 1 + len(own) // _PER_SENTENCE)))


def in_brief(content: Content) -> tuple[Sentence, ...]:
    """Return one sentence that tells what an article is about, or two short ones, in order.

    Rows of a table tell nothing of the whole; a table without other words gives none.
    """
    every = list(islice(each_statement(content), _READ_IN_BRIEF))
    if content.document.card.media_type in TABLES:
        every = [one for one in every if not cells_of(one.text)]
    own = [one for one in every if not _LISTED.match(one.text)] or every
    told = _told(own, _BRIEF)
    if sum(len(one.text) for one in told) > _LONG:
        told = _told(own, 1)
    return tuple(one.sentence for one in told)


def of_topic(moment: Moment, written: str) -> Overview:
    """Return what articles say of a topic; nothing where none names it."""
    topic, query = read_topic(written), Query.of(written)
    hits = search(query, moment, k=_SEARCHED).hits
    ids = list(dict.fromkeys(hit.passage.document_id for hit in hits))
    told = [(content, statements(content)) for content in read_contents(moment.db, ids)]
    fit = [
        (_about(topic, content.document.card.title, own), own)
        for content, own in told
        if speaks_of(topic, content.document.card.title, (_with_heading(one) for one in own))
    ]
    every = [one for _, own in fit for one in own]
    if not every:
        held = moment.db.passage_counts(query.terms)
        return replace(_put(()), partly=not topic.names and any(held.values()))
    about = np.concatenate([one for one, _ in fit])
    vectors = np.array([one.vector for one in every], dtype=np.float32)
    near = vectors @ moment.embed(written)
    worth = _worth(every, vectors) + _MENTION * about + _NEAR * near
    worth[(about == 0) & (near < _RELATED)] = -np.inf
    named = {n for n in range(len(every)) if about[n] >= _HEADED}
    places = choose(every, worth, most=_most(about), alone=named)
    chosen = [every[n] for n in places]
    ranks = {document_id: n for n, document_id in enumerate(ids)}
    return _put(_side_by_side(_in_order(chosen, ranks), twins(chosen, every)))


_FOLLOWS = 0.4
"""What a sentence counts as naming a topic where the one before it names the topic."""
_HEADED = 0.8
"""What a sentence counts as naming a topic whose heading names it."""
_RELATED = 0.35
"""Cosine with a topic from which a sentence that does not name it may be of it."""


def _most(about: NDArray[np.float64]) -> int:
    return min(_MOST, max(_LEAST, 1 + int((about > 0).sum()) // 3))


def _about(topic: Topic, title: str, own: Sequence[Statement]) -> NDArray[np.float64]:
    """Return how much each statement names the topic; an article about it has its lead told."""
    of_title = mentions(topic, frozenset(terms(title)))
    shares = [mentions(topic, frozenset(terms(one.text))) for one in own]
    lead = _lead(own, np.zeros(len(own))) if own else 0
    of_it = of_title == 1.0 or 1.0 in (shares[lead : lead + 1] + shares[:1])
    about = np.array([max(share, _TITLE * max(of_title, of_it)) for share in shares])
    for n, one in enumerate(own):
        if one.heading and mentions(topic, frozenset(terms(one.heading.text))) == 1.0:
            about[n] = max(about[n], _HEADED)
    for n, one in enumerate(own[1:], start=1):
        if shares[n - 1] == 1.0 and one.before is own[n - 1].sentence and not one.opens:
            about[n] = max(about[n], _FOLLOWS)
    if of_it and own:
        about[lead] += _TITLE
    return about


def _with_heading(one: Statement) -> str:
    return f"{one.heading.text} {one.text}" if one.heading else one.text


def _beginning(content: Content) -> tuple[Statement, ...]:
    return tuple(islice(each_statement(content), _LEADS))


def _leads(told: Sequence[Sequence[Statement]]) -> list[Statement]:
    leads = [own[_lead(own, np.zeros(len(own)))] for own in told]
    worth = _worth(leads, _vectors(leads)) + np.linspace(0.0, _EARLY, len(leads))
    return [leads[n] for n in choose(leads, worth, most=_MOST)]


def _told(own: Sequence[Statement], most: int) -> list[Statement]:
    """Return the lead of an article and what is most central beside it."""
    if not own:
        return []
    worth = _worth(own, _vectors(own))
    places = choose(own, worth, most=most, first=[_lead(own, worth)])
    return [own[n] for n in sorted(places)]


def _lead(own: Sequence[Statement], worth: NDArray[np.float64]) -> int:
    """Return the place of the statement that an article begins with."""
    alone = [n for n, one in enumerate(own) if not one.leans]
    whole = [n for n in alone if shortness(own[n].text) < _NO_LEAD][:_LEADS]
    first = whole or alone[:1] or [0]
    return max(first, key=lambda n: worth[n] - _EARLY * n - _SPOKEN * is_spoken(own[n].text))


def _worth(every: Sequence[Statement], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what statements are worth whatever is asked: central, opening, factual, told."""
    worth: NDArray[np.float64] = lexrank(vectors) + np.array([_form(one) for one in every])
    return worth


def _form(one: Statement) -> float:
    title = set(terms(one.content.document.card.title))
    shared = len(title & set(terms(one.text))) / len(title) if title else 0.0
    number = any(character.isdigit() for character in one.text)
    spoken, back, short = is_spoken(one.text), points_back(one.text), shortness(one.text)
    taken = _SPOKEN * spoken + _BACK * back + _SHORT * short
    early = 1.0 - one.place / len(one.content.sentences)
    return _OPENS * one.opens + _TITLE * shared + _NUMBER * number + _FIRST * early - taken


def _vectors(statements: Sequence[Statement]) -> NDArray[np.float32]:
    return np.array([one.vector for one in statements], dtype=np.float32)


def _side_by_side(
    ordered: list[Statement], others: Sequence[tuple[Statement, Statement]]
) -> list[Statement]:
    """Return statements in order, what another article says otherwise behind its like."""
    told = list(ordered)
    for one, other in others:
        told = [kept for kept in told if kept is not other]
        told.insert(next(n for n, kept in enumerate(told) if kept is one) + 1, other)
    return told


def _in_order(chosen: Sequence[Statement], ranks: Mapping[str, int]) -> list[Statement]:
    """Sort by article and place: the oldest article first where all say when they are from."""
    cards = [one.content.document.card for one in chosen]
    dated = all(card.published for card in cards)
    age = {card.sha256: (card.published or "") if dated else "" for card in cards}

    def key(one: Statement) -> tuple[str, int, str, int]:
        document = one.content.document
        return age[document.card.sha256], ranks[document.id], document.id, one.place

    return sorted(chosen, key=key)


def _put(chosen: Sequence[Statement]) -> Overview:
    told = [one.sentence for one in chosen]
    sentences = [_sentence(one, told=told) for one in chosen]
    return quoting(sentences, [one.content for one in chosen])


def quoting(sentences: Sequence[DraftSentence], contents: Sequence[Content]) -> Overview:
    """Return an overview of sentences, each of the article at the same place."""
    hits = {s.evidence[0].hit.passage.id: s.evidence[0].hit for s in sentences}
    return Overview(
        draft=Draft(sentences=tuple(sentences), confidence=1.0 if sentences else 0.0),
        found=Found(
            hits=tuple(hits.values()),
            texts={one.document.card.sha256: one.document.text for one in contents},
            vectors={
                s.text: row.vector
                for one in contents
                for s, row in zip(one.sentences, one.rows, strict=True)
            },
        ),
    )


def _sentence(one: Statement, *, told: Sequence[Sentence]) -> DraftSentence:
    """Quote a statement, with the sentence that it leans on where that is not told itself."""
    lacks = one.leans and one.before not in told
    return DraftSentence(
        text=one.text,
        evidence=(_evidence(one.content, one.sentence),),
        context=_evidence(one.content, one.before) if lacks and one.before else None,
    )


def _evidence(content: Content, sentence: Sentence) -> Evidence:
    return Evidence(hit=content.hit(sentence), start=sentence.start, end=sentence.end)
