"""What the tab Library lists: articles found, narrowed, sorted and counted; nothing is changed."""

import base64
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from rag import EVERYTHING, Assistant, DocumentSummary, FootnoteError, Scope
from rag.internal import places_of_words, read_scope
from rag.types import Card, Folder, Sentence
from ui.articles import day_of, is_drawn, kind_of
from ui.parts import Value, sentence

if TYPE_CHECKING:
    from rag.types import Removed

_PAGE, _MOST = 50, 500
"""Articles of a page, and the most that are listed at once."""
_MOST_OFFERED = 200
"""Values of one choice; the most frequent ones are offered."""
_LONGEST_WORDS = 200
_LONGEST_SENTENCE = 300
"""Characters of a sentence that was found, from shortly before its first word that is lit."""
_BEFORE = 60
_SHOWN = 2
"""Sentences of an article that are shown."""
_LARGEST = 40_000_000
"""Bytes of an original that a page hands out; every upload is smaller."""
_HERE = {"uploads": "Added on this page", "pasted": "Pasted", "seeds": "Comes with Footnote"}
"""How a source begins that is no path of a file, and what that means."""
_Sort = Literal["title", "date", "added"]
_SORTS: Mapping[str, _Sort] = {"title": "title", "date": "date", "added": "added"}
_Cards = tuple[DocumentSummary, ...]


class Listing:
    """What the tab asks of one library. Safe to share: each page's search and state come in."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._reading = threading.Lock()
        self._edition = ""
        self._sorted: dict[str, _Cards] = {}
        self._told: dict[str, str] = {}
        self._chosen: Value = {}

    def state(self, wanted: object) -> Value:
        """Return what tells a page whether anything is news, with folders and undoable removals."""
        del wanted
        library = self.assistant.library
        try:
            edition, folders = library.edition(), library.folders.all()
            removed = library.removals.all()
        except FootnoteError as error:
            return {"seen": "", "problem": str(error)}
        states = [told_folder(one) for one in folders]
        news = [(one["path"], one["state"], one["unreadFiles"]) for one in states]
        return {
            "seen": f"{edition} {news}",
            "folders": states,
            "removed": [_removal(one) for one in removed],
        }

    def listed(self, wanted: object) -> Value:
        """Return a page of the articles that are wanted, what there is to choose, and how many.

        Args:
            wanted: `{"words", "sort", "scope", "offset", "limit"}` as a script sends them; what is
                none of ours counts as not given.
        """
        sent = wanted if isinstance(wanted, Mapping) else {}
        words = _text(sent.get("words"))[:_LONGEST_WORDS].strip()
        try:
            cards = self._cards("added")
            value: Value = {"total": len(cards)} | self._chosen
        except FootnoteError as error:
            return {"problem": str(error), "rows": [], "found": 0, "total": 0}
        try:
            found = self._found(words, _text(sent.get("sort")), _scope(sent.get("scope")))
            offset, limit = _number(sent.get("offset"), 0), _number(sent.get("limit"), _PAGE)
            page = found[offset : offset + min(limit, _MOST)]
            said = self._sentences(words, page)
        except FootnoteError as error:
            return value | {"problem": str(error), "rows": [], "found": 0}
        rows = [row(card) | {"said": _said(card, said.get(card.id, ()), words)} for card in page]
        return value | {"rows": rows, "found": len(found)}

    def ids(self, wanted: object) -> Value:
        """Return ids and titles of all articles that are wanted, as `listed` takes them."""
        sent = wanted if isinstance(wanted, Mapping) else {}
        words = _text(sent.get("words"))[:_LONGEST_WORDS].strip()
        try:
            found = self._found(words, _text(sent.get("sort")), _scope(sent.get("scope")))
        except FootnoteError as error:
            return {"problem": str(error), "titles": []}
        return {"titles": [[one.id, one.card.title] for one in found]}

    def original(self, wanted: object) -> Value:
        """Return the file that an article was read from by `{"id"}`, or why it cannot be had."""
        known = wanted.get("id") if isinstance(wanted, Mapping) else None
        try:
            content = self.assistant.library.original_bytes(_text(known))
            summary = self.assistant.library.document(_text(known)).summary
        except FootnoteError as error:
            return {"problem": sentence(error)}
        if len(content) > _LARGEST:
            return {"problem": "It is larger than 40 MB: it lies on the computer of this page."}
        name = PurePath(summary.card.source).name or summary.card.title
        return {"name": name, "data": base64.b64encode(content).decode("ascii")}

    def overview(self, wanted: object) -> Value:
        """Return a sentence or two of an overview by `{"id"}`; none as long as none is made."""
        known = _text(wanted.get("id") if isinstance(wanted, Mapping) else None)
        try:
            found = self.assistant.library.introductions(known).get(known)
        except FootnoteError:
            return {"overview": []}
        return {"overview": list(found.overview) if found is not None else []}

    def _found(self, words: str, sort: str, scope: Scope) -> Sequence[DocumentSummary]:
        cards = self._cards(sort if sort in ("title", "date", "length") else "added")
        if not scope.is_everything:
            inside = {one.id for one in self.assistant.library.documents(scope)}
            cards = tuple(one for one in cards if one.id in inside)
        if not words:
            return cards
        ranked, told = self._ranked(words), self._told
        parts = words.casefold().split()
        found = [
            one
            for one in cards
            if one.id in ranked or all(part in told.get(one.id, "") for part in parts)
        ]
        if sort in ("title", "date", "length", "added"):
            return found
        return sorted(found, key=lambda one: ranked.get(one.id, len(ranked)))

    def _ranked(self, words: str) -> dict[str, int]:
        """Return the rank of each article whose text has the words; empty for no whole word."""
        try:
            found = self.assistant.library.find_ids(words)
        except FootnoteError:
            return {}
        return {one: rank for rank, one in enumerate(found)}

    def _sentences(
        self, words: str, page: Sequence[DocumentSummary]
    ) -> dict[str, tuple[Sentence, ...]]:
        """Return what articles say of the words, by id; nothing for no whole word."""
        said: dict[str, tuple[Sentence, ...]] = {}
        for at in range(0, len(page) if words else 0, 100):  # values that a scope takes
            part = Scope(documents=tuple(one.id for one in page[at : at + 100]))
            try:
                found = self.assistant.library.find(words, part, limit=100)
            except FootnoteError:
                return {}
            said |= {one.document.id: one.sentences for one in found.documents}
        return said

    def _choices(self, cards: _Cards) -> Value:
        """Return what may be chosen of types, tags, places and years, each with its count."""
        types = Counter(one.card.media_type for one in cards if one.card.media_type)
        kinds = {one.card.media_type: kind_of(one.card) for one in reversed(cards)}
        years = Counter((one.card.published or "")[:4] for one in cards)
        tags = self.assistant.library.tags()
        places = Counter(_place(one.card.source) for one in cards)
        return {
            "types": [[one, kinds[one], n] for one, n in types.most_common(_MOST_OFFERED)],
            "tags": [[name, name, tags[name]] for name in _most(tags)],
            "places": [[p, _place_name(p, places), places[p]] for p in _most(places) if p],
            "years": [[y, y, years[y]] for y in sorted(years, reverse=True) if y.isdigit()],
        }

    def _cards(self, sort: str) -> _Cards:
        """Return all cards in an order, read and sorted anew only when the library has changed."""
        library = self.assistant.library
        with self._reading:
            if not self._sorted or self._edition != library.edition():
                library.seed()
                self._edition = library.edition()
                cards = library.documents(sort="added")
                self._sorted = {"added": cards}
                self._told = {one.id: told(one.card) for one in cards}
                self._chosen = self._choices(cards)
            if sort not in self._sorted:
                cards = self._sorted["added"]
                self._sorted[sort] = tuple(sorted(cards, key=lambda one: -one.characters))
                if order := _SORTS.get(sort):
                    self._sorted[sort] = library.in_order(cards, order)
            return self._sorted[sort]


def row(document: DocumentSummary) -> Value:
    """Return what a list shows of an article."""
    card = document.card
    return {
        "id": document.id,
        "title": card.title,
        "source": source_name(card.source),
        "kind": kind_of(card),
        "dates": ", ".join(_dates(document)),
        "author": card.author or "",
        "sentences": document.sentences,
        "tags": list(card.tags),
    }


def source_name(source: str) -> str:
    """Return a source for a reader: of an upload or a pasted text its name alone."""
    head = source.partition("/")[0]
    return source.rpartition("/")[2] if source.startswith("/") or head in _HERE else source


def told(card: Card) -> str:
    """Return all that is known of an article, for words in whatever case, also in part."""
    known = (card.title, source_name(card.source), card.author or "", card.published or "")
    return " ".join((*known, *card.tags)).casefold()


def told_folder(folder: Folder) -> Value:
    """Return how it stands with a followed folder, its times as days and minutes."""
    since = f" since {_minute(folder.problem_at)}: its documents stay" if folder.problem else ""
    changed = f", changed {_minute(folder.changed_at)}" if folder.changed_at and not since else ""
    looked = f", last looked at {_minute(folder.looked_at)}" if folder.looked_at else ""
    state = f"{folder.problem}{since}" if folder.problem else f"{folder.state}{changed or looked}"
    unread = {"unread": [list(one) for one in folder.unread], "unreadFiles": folder.unread_files}
    return {"path": folder.path, "state": state, "wrong": bool(folder.problem)} | unread


def _removal(removed: "Removed") -> Value:
    first = removed.titles[0] if removed.titles else "?"
    more = removed.documents - 1
    words = f"“{first}”" if not more else f"“{first}” and {more:,} other article{'s' * (more > 1)}"
    return {"id": removed.id, "words": words}


def _said(document: DocumentSummary, sentences: Sequence[Sentence], words: str) -> list[Value]:
    """Return sentences with where words are lit; the one that is the title says nothing new."""
    lit = [_lit(one, words) for one in sentences]
    return [one for one in lit if one["text"].strip("# ") not in document.card.title][:_SHOWN]


def _lit(one: Sentence, words: str) -> Value:
    """Return a sentence, a long one from shortly before its first word that is lit."""
    text = " ".join(one.text.split())
    lit = places_of_words(text, words)
    if len(text) > _LONGEST_SENTENCE:
        begin = max(0, lit[0][0] - _BEFORE) if lit else 0
        begin = text.rfind(" ", 0, begin) + 1 if begin else 0
        part = text[begin : begin + _LONGEST_SENTENCE]
        text = f"{'… ' if begin else ''}{part}{' …' if begin + len(part) < len(text) else ''}"
        lit = places_of_words(text, words)
    page = one.page_label or (str(one.page) if one.page is not None else "")
    return {"text": text, "lit": [list(pair) for pair in lit], "page": page}


def _scope(sent: object) -> Scope:
    """Return the scope that a script sent; everything for none, and for empty fields.

    Raises:
        ScopeError: A field has another name, or a value is not allowed.
        MisuseError: It is no object.
    """
    given = sent if isinstance(sent, Mapping) else {}
    return read_scope({name: value for name, value in given.items() if value}) or EVERYTHING


def _place(source: str) -> str:
    """Return where an article lies: a folder, how addresses begin, or a beginning of ours."""
    head = source.partition("/")[0]
    if head in _HERE:
        return head
    if source.startswith(("http://", "https://")):
        return "/".join(source.split("/")[:3]) + "/"
    return source.rpartition("/")[0] if not source.startswith("//") else ""


def _place_name(place: str, others: Collection[str]) -> str:
    """Return a place as it is offered: as little of its path as tells it from others."""
    if place in _HERE:
        return _HERE[place]
    if "://" in place:
        return place.split("/")[2]
    parts = PurePath(place).parts
    for n in range(1, len(parts)):
        name = "/".join(parts[-n:])
        if sum(other.endswith(f"/{name}") for other in others) == 1:
            return name
    return place


def _most(counts: Mapping[str, int]) -> list[str]:
    return sorted(sorted(counts, key=lambda one: (-counts[one], one))[:_MOST_OFFERED])


def _dates(document: DocumentSummary) -> Iterator[str]:
    if document.card.published:
        # A PDF says when its file was made, which is not when its text was published.
        is_created = is_drawn(document.card) and not document.card.record
        yield f"{'created' if is_created else 'published'} {day_of(document.card.published)}"
    yield f"added {day_of(document.added_at)}"


def _minute(told: str) -> str:
    return f"{day_of(told)}, {told[11:16]} UTC"


def _text(sent: object) -> str:
    return sent if isinstance(sent, str) else ""


def _number(sent: Any, otherwise: int) -> int:  # noqa: ANN401  # JSON
    return sent if type(sent) is int and sent >= 0 else otherwise
