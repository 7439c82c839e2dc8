"""Says in a sentence what to know of sources: changed since they were read, or not in English.

Also that a question is not in the language that is searched, and how a place is called.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from index.embedding.embedder import is_multilingual
from index.language import UNDETERMINED, language_asked_in, language_name
from index.sync.file_state import Record, SourceNow, look
from index.types import Change, Document, SourceState
from rag.refusal import QUESTION_SEEMS
from rag.types import Citation, Event, Retrieved

_NOTES: Mapping[SourceState, str] = {
    "current": "",
    "edited": "source edited since indexed",
    "moved": "source moved since indexed, to ",
    "deleted": "source deleted since indexed",
    "unreachable": "source out of reach",
}

_REASONS = 5
_CHANGED = "document changed in the library meanwhile"
_REMOVED = "document removed from the library meanwhile"
_SETTING: Final = "FOOTNOTE_EMBEDDING_MODEL=multilingual-e5-small"
"""What makes a library one of many languages, as it is typed."""
_NAMED = 3
"""Languages that are named."""

FetchRecords = Callable[[Iterable[str]], Sequence[Record]]
"""Given document ids: the records of those that are stored."""


class Aging:
    """Looks at the file of each cited document once, so that the events of one answer agree.

    Args:
        records: Gives what is known of documents' files.
    """

    def __init__(self, records: FetchRecords) -> None:
        self._records = records
        self._seen: dict[str, tuple[Record, SourceNow] | None] = {}

    def event(self, event: Event) -> Event:
        """Return an event whose citations say what became of their sources."""
        if isinstance(event, Retrieved) or not event.citations:
            return event
        return replace(event, citations=self.citations(event.citations))

    def citations(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return citations that say what became of their sources."""
        new = {citation.document_id for citation in citations} - self._seen.keys()
        if new:
            self._seen |= dict.fromkeys(new)
            self._seen |= {r.document_id: (r, look(r)) for r in self._records(sorted(new))}
        return tuple(self._told(citation) for citation in citations)

    def document(self, document: Document) -> Document:
        """Return a document that says what became of its source."""
        (record,) = self._records([document.summary.id]) or (None,)
        if record is None:
            return document
        now = look(record)
        told = note(now) or _note_of_import(record) or _note_of_reader(record)
        return replace(document, source_state=now.state, source_note=told)

    def _told(self, citation: Citation) -> Citation:
        seen = self._seen[citation.document_id]
        if seen is None:
            return replace(citation, source_state="deleted", source_note=_REMOVED)
        record, now = seen
        if record.card.sha256 != citation.card.sha256:
            return replace(citation, source_state="edited", source_note=_CHANGED)
        if now.state == "current":
            return replace(citation, source_note=_note_of_import(record))
        return replace(citation, source_state=now.state, source_note=note(now))


def not_read_again(outdated: Sequence[Change]) -> list[str]:
    """Return what could not be read again and why: a line a reason, the commonest first.

    Of a reason the first source is named and the others are counted; five reasons at most.
    """
    by_reason: dict[str, list[str]] = {}
    for change in outdated:
        by_reason.setdefault(change.reason, []).append(change.source)
    told = sorted(by_reason.items(), key=lambda reason: -len(reason[1]))
    lines = []
    for reason, sources in told[:_REASONS]:
        more = f" and {len(sources) - 1:,} more" if len(sources) > 1 else ""
        lines.append(
            f"Read by an older version of Footnote, and not again: {sources[0]}{more} ({reason})."
        )
    if left := sum(len(sources) for _, sources in told[_REASONS:]):
        lines.append(f"And {left:,} more for other reasons: `footnote show ID` tells of each.")
    return lines


def page_name(page: int | None, label: str) -> str:
    """Return what a page is called: `page 4`, `page iv`, or its label alone where that is no page.

    Empty where there is none. A label with a blank or a colon is a name of its own, as those of
    transcripts and notebooks are: `00:12:30`, `cell 4`.
    """
    if page is None:
        return ""
    return label if " " in label or ":" in label else f"page {label or page}"


def note(now: SourceNow) -> str:
    """Return for a reader what became of a source; empty where it is as it was indexed."""
    return _NOTES[now.state] + now.path


def articles_note(changes: Iterable[Change], *, model: str) -> str:
    """Return the sentence about articles that were added and are not English; empty for none.

    Args:
        changes: What became of each source.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    languages = [change.language for change in changes if change.language]
    if not languages:
        return ""
    told = _listed([code for code in dict.fromkeys(languages) if code != UNDETERMINED])
    count = f"{len(languages)} articles are" if len(languages) > 1 else "1 article is"
    return (
        f"{count} not in English{f' ({told})' if told else ''} and will hardly be found: add "
        f"{'them' if len(languages) > 1 else 'it'} to another library with {_SETTING}."
    )


def question_note(question: str, *, model: str) -> str:
    """Return the sentence about a question that is not English; empty where it may be.

    Args:
        question: As it was asked.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    code = language_asked_in(question)
    if not code:
        return ""
    seems = "not to be in English" if code == UNDETERMINED else f"to be in {language_name(code)}"
    return (
        f"{QUESTION_SEEMS} {seems}, and this library is searched in English: ask in English, "
        f"or add the articles to another library with {_SETTING}."
    )


def _note_of_import(record: Record) -> str:
    """Return that an archive brought a document; empty for one that was read here."""
    if not record.card.imported:
        return ""
    return f"as the archive {record.card.imported} has it: its source was not read here"


def _note_of_reader(record: Record) -> str:
    from index.reading.registry import is_given_up, is_outdated  # an answer asks no reader

    if is_given_up(record.card):
        return "read by an older version of Footnote; this one refuses its file: see `footnote add`"
    if is_outdated(record.card):
        return "read by an older version of Footnote: add it again"
    return ""


def _listed(codes: list[str]) -> str:
    names = [language_name(code) for code in codes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
