"""Puts the dated statements of articles in order of time, each with its checked footnote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from index.full_text import Content, read_contents
from index.search import search
from index.store import queries
from index.store.library import Moment
from index.terms import Query, terms
from index.types import Sentence
from rag import citations
from rag.overview.dating import Dating, article_date, datings, is_dateline
from rag.overview.overview import Overview, quoting
from rag.overview.relative_dates import tables
from rag.overview.statements import is_statement, leans
from rag.overview.topic import Topic, mentions, read_topic
from rag.types import AnswerSentence, Citation, DraftSentence, Evidence

_SEARCHED = 48
"""Passages in whose documents a topic is looked for."""
_MOST_TOLD = 40
"""Dated statements of an answer in order of time."""
_LEAD = 3
"""Sentences at an article's beginning by which it is about a topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A statement with the date that it gives."""

    date: str
    """ISO 8601 as far as it is known: `2024`, `2024-03` or `2024-03-12`; where it is a stretch of
    time, its beginning."""
    end: str
    """The end of a stretch of time, written likewise; empty for any other date."""
    written: str
    """The date as the statement words it."""
    relative: bool
    """Whether the date was worked out from that of the article, or of another statement."""
    text: str
    """The whole sentence."""
    context: str
    """The sentence before it, where it leans on that; mostly empty."""
    citations: tuple[int, ...]
    """Numbers of `Timeline.citations`."""

    @property
    def shown(self) -> str:
        """The date for a reader: as it is, and behind a relative one its words."""
        date = f"{self.date} to {self.end}" if self.end else self.date
        return f"{date} (“{self.written}”)" if self.relative else date


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Dated statements of articles, the earliest first."""

    topic: str
    """What they are about; empty for all that the articles date."""
    entries: tuple[TimelineEntry, ...]
    """Empty where nothing is dated, or no article names the topic."""
    citations: tuple[Citation, ...]
    """In order of number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    """A sentence with one of its dates."""

    content: Content
    sentence: Sentence
    context: Sentence | None
    dating: Dating


def timeline(moment: Moment, topic: str = "") -> Timeline:
    """Return the dated statements of a library, or those about a topic, the earliest first.

    Statements of one date stand in the order of their articles. A sentence with several dates
    stands at each; the same words in several articles stand once, with a footnote to each.

    Args:
        moment: The library.
        topic: In words; empty for all.

    Raises:
        LibraryError: The library cannot be read.
        CitationError: The stored text does not hold what was read from it.
    """
    groups = _groups(moment, topic)
    notes = citations.Footnotes(
        {
            one.content.document.card.sha256: one.content.document.text
            for group in groups
            for one in group
        }
    )
    entries = tuple(_entry(group, notes.cite(_drafted(group))) for group in groups)
    return Timeline(topic=topic, entries=entries, citations=notes.citations)


def in_order(moment: Moment, topic: str) -> Overview:
    """Return dated statements as an overview, the earliest first; of many the newest.

    Where nothing is dated the question may still have an answer: `Overview.partly`.

    Raises:
        LibraryError: The library cannot be read.
    """
    groups = _groups(moment, topic)[-_MOST_TOLD:]
    told = [replace(_drafted(group), when=_entry(group).shown) for group in groups]
    made = quoting(told, [one.content for group in groups for one in group])
    return replace(made, partly=not groups, found=replace(made.found, embed=moment.embed))


def _groups(moment: Moment, topic: str) -> list[list[_Dated]]:
    """Return the dated statements in order of time, those of the same words and date together."""
    found = [one for content, wanted in _contents(moment, topic) for one in _dated(content, wanted)]
    found.sort(key=lambda one: (one.dating.first, one.dating.last))
    groups: dict[tuple[str, str, str], list[_Dated]] = {}
    for one in found:
        key = (one.dating.first, one.dating.last, one.sentence.text)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _contents(moment: Moment, topic: str) -> Iterator[tuple[Content, Topic | None]]:
    """Yield the articles, each with the topic that its sentences must name; None for all."""
    if not topic:
        ids = [one.id for one in queries.summaries(moment.db)]
        yield from ((content, None) for content in read_contents(moment.db, ids))
        return
    wanted = read_topic(topic)
    hits = search(Query.of(topic), moment, k=_SEARCHED).hits
    ids = sorted({hit.passage.document_id for hit in hits})
    for content in read_contents(moment.db, ids):
        head = " ".join(one.text for one in content.sentences[:_LEAD])
        about = f"{content.document.card.title} {head}"
        whole = mentions(wanted, frozenset(terms(about))) == 1.0
        yield content, None if whole else wanted


def _dated(content: Content, wanted: Topic | None) -> Iterator[_Dated]:
    """Yield the dated statements of an article that name a topic, or follow one that does."""
    anchor = article_date(content.document)
    before: Sentence | None = None
    for sentence in content.sentences:
        told = before.text if before else ""
        if _sign().search(sentence.text) and is_statement(sentence.text):
            named = wanted is None or _names(wanted, told, sentence.text)
            context = before if leans(sentence.text) else None
            for dating in datings(sentence.text, anchor=anchor, before=told) if named else ():
                if not is_dateline(sentence.text, start=dating.start, end=dating.end):
                    yield _Dated(content=content, sentence=sentence, context=context, dating=dating)
        before = sentence


def _names(topic: Topic, before: str, sentence: str) -> bool:
    return mentions(topic, frozenset(terms(f"{before} {sentence}"))) == 1.0


def _drafted(group: Sequence[_Dated]) -> DraftSentence:
    first = group[0]
    return DraftSentence(
        text=first.sentence.text,
        evidence=tuple(_evidence(one.content, one.sentence) for one in group),
        context=_evidence(first.content, first.context) if first.context else None,
    )


def _entry(group: Sequence[_Dated], cited: AnswerSentence | None = None) -> TimelineEntry:
    text, dating = group[0].sentence.text, group[0].dating
    return TimelineEntry(
        date=dating.first,
        end=dating.last,
        written=" ".join(text[dating.start : dating.end].split()),
        relative=dating.relative,
        text=text,
        context=cited.context if cited else "",
        citations=cited.citations if cited else (),
    )


def _evidence(content: Content, sentence: Sentence) -> Evidence:
    return Evidence(hit=content.hit(sentence), start=sentence.start, end=sentence.end)


@cache
def _sign() -> re.Pattern[str]:
    """Return what every sentence with a date has: so that most others are not looked at."""
    return re.compile(rf"\d{{4}}|{'|'.join(tables()['relative']['signs'].split())}", re.IGNORECASE)
