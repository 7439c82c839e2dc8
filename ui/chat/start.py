"""What stands before the first question: a card an article, questions to offer, and the scope.

What introduces an article is kept in the library, so that it is there when a page opens. It is made
behind the page, of the newest first and while nobody asks: which sentences tell of an article is
the library's matter, which questions it answers that of `ui.chat.questions`.
"""

import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice, zip_longest
from pathlib import PurePath
from typing import TypeVar

from rag import Answer, Assistant, DocumentSummary, FootnoteError, UnknownDocumentError
from rag.internal import content_terms, read_scope
from rag.types import Document
from ui.articles import is_drawn, kind_of, origin
from ui.chat.questions import MOST, questions_of
from ui.parts import Sent, Value

_LOG = logging.getLogger(__name__)
_TOGETHER, _APART = 10, 2.0
"""Articles whose introductions are written together, and seconds after which what is there is."""
_AT_A_LOOK = 100
_PAUSE = 0.05
"""Seconds between two articles, and between two looks whether somebody still asks."""
_NICE = 5
_MOST_SENTENCES = 20_000
"""Of an article, such as a table, beyond which it is not asked anything."""
_LANGUAGES = ("", "en")
_LISTED = 2_000
"""Articles, the newest, that may be chosen by their cards."""
_OFFERED_OF = 12
"""Newest articles that questions to begin with are of."""
_CARDS = 60
"""Introductions that are asked for at once."""
_TAGS, _FOLDERS = 40, 30
"""Those that most articles have or lie in."""
_NOT_PLACES = ("uploads/", "pasted/", "seeds/")
"""How sources begin that are of no folder of the user's."""
Offer = tuple[str, str]
"""A question, and the id of the article that answers it."""
_Told = TypeVar("_Told", bound=tuple[str, ...])


class Introducing:
    """One worker a library: begun whenever articles may lack an introduction. Thread-safe.

    Args:
        assistant: Whose library is written to.
        quiet: Says whether nobody waits for an answer now; asked again and again.
    """

    def __init__(self, assistant: Assistant, *, quiet: Callable[[], bool]) -> None:
        self._assistant = assistant
        self._quiet = quiet
        self._lock = threading.Lock()
        self._working = False
        self._again = False

    @property
    def working(self) -> bool:
        """Whether introductions are being made."""
        return self._working

    def begin(self) -> None:
        """Make, in a thread of its own, what is lacking; nobody waits for it."""
        with self._lock:
            self._again = True
            if self._working:
                return
            self._working = True
        # Not a daemon: the interpreter would end under a model that is at work for it.
        threading.Thread(target=self._work, daemon=False, name="introducing").start()

    def _work(self) -> None:
        if sys.platform == "linux":  # where it is of this thread alone
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while True:
            with self._lock:
                if not self._again or _is_ending():
                    self._working = False
                    return
                self._again = False
            try:
                self._make()
            except FootnoteError as error:  # as while another program writes: with the next look
                _LOG.info("articles are not introduced now: %s", error)
            except Exception:  # noqa: BLE001  # the outermost line: the page goes on without
                if not _is_ending():
                    _LOG.exception("articles could not be introduced")

    def _make(self) -> None:
        library, tried = self._assistant.library, set[str]()
        library.seed()
        while lacking := [one for one in library.not_introduced(_AT_A_LOOK) if one not in tried]:
            made: dict[str, tuple[str, ...]] = {}
            began = time.monotonic()
            for document_id in lacking:
                tried.add(document_id)
                with suppress(UnknownDocumentError):
                    made[document_id] = self._asked_of(library.document(document_id))
                if _is_ending():  # what was cut short is made anew, by the next server
                    return
                if len(made) >= _TOGETHER or time.monotonic() - began > _APART or len(tried) == 1:
                    break
                time.sleep(_PAUSE)
            if made:
                library.introduce(made)

    def _asked_of(self, document: Document) -> tuple[str, ...]:
        if document.summary.card.language not in _LANGUAGES:
            return ()
        if len(document.sentences) > _MOST_SENTENCES:
            return ()
        try:
            return questions_of(self._assistant, document, wanted=self._patiently)
        except FootnoteError:
            raise
        except Exception:  # noqa: BLE001  # the outermost line: the other articles go on
            if not _is_ending():
                _LOG.exception("no questions could be made of an article")
            return ()

    def _patiently(self) -> bool:
        """Wait until nobody is answered, for that takes both cores; say no once all is to end."""
        while not self._quiet() and not _is_ending():
            time.sleep(_PAUSE)
        return not _is_ending()


def _is_ending() -> bool:
    """Say whether the program ends: its main thread has, and no pool of threads takes work."""
    return not threading.main_thread().is_alive()


class Start:
    """Answers what the page asks before there is a question. Thread-safe.

    Args:
        assistant: Over the library.
        quiet: Says whether nobody waits for an answer now.
    """

    def __init__(self, assistant: Assistant, *, quiet: Callable[[], bool]) -> None:
        self._assistant = assistant
        self._introducing = Introducing(assistant, quiet=quiet)

    def begin(self) -> None:
        """Have the library seeded, and introduced what is not, in a thread; nobody waits for it."""
        self._introducing.begin()

    def shelf(self, sent: Sent) -> Value:
        """Return the newest articles, what they can be chosen by, and questions to begin with."""
        library = self._assistant.library
        try:
            library.seed()
            documents = library.documents()
        except FootnoteError as error:
            return {"documents": [], "count": 0, "problem": str(error)}
        self._introducing.begin()
        newest = documents[::-1][:_LISTED]
        return {
            "documents": [_listed(document) for document in newest],
            "count": len(documents),
            "tags": _counted((tag for d in documents for tag in d.card.tags), most=_TAGS),
            "folders": _folders(documents),
            **self.offered(sent),
        }

    def offered(self, sent: Sent) -> Value:
        """Return questions of the newest articles of a scope, and whether more are being made."""
        library, working = self._assistant.library, self._introducing.working
        try:
            scope = read_scope(sent.get("scope"))
            newest = library.documents(scope)[::-1][:_OFFERED_OF]
            known = library.introductions(*(document.id for document in newest))
        except FootnoteError:
            return {"offers": [], "making": False}  # The strip, which tells the scope, says why.
        told = [
            [(question, one.id, one.card.title) for question in known[one.id].questions]
            for one in newest
            if one.id in known
        ]
        offers = list(islice(_unlike(_in_turn(told)), MOST))
        lacks = any(one.id not in known for one in newest)
        return {"offers": offers, "making": lacks and working}

    def introduced(self, sent: Sent) -> Value:
        """Return what introduces articles, by the ids that are sent; nothing of what lacks it."""
        wanted, working = sent.get("ids"), self._introducing.working
        ids = [one for one in wanted if isinstance(one, str)] if isinstance(wanted, list) else []
        try:
            found = self._assistant.library.introductions(*ids[:_CARDS])
        except FootnoteError:
            found = {}
        told = {
            known: {"overview": list(one.overview), "questions": list(one.questions)}
            for known, one in found.items()
        }
        return {"introductions": told, "making": working}

    def scoped(self, sent: Sent) -> Value:
        """Return how many articles a scope has, of how many; why it has none, in one sentence."""
        library, total = self._assistant.library, 0
        try:
            total = len(library.documents())
            return {"asked": len(library.documents(read_scope(sent.get("scope")))), "of": total}
        except FootnoteError as error:
            return {"asked": 0, "of": total, "problem": str(error)}

    def follow_ups(self, answer: Answer | None, asked: Iterable[str]) -> tuple[Offer, ...]:
        """Return questions of the articles cited that nobody has asked yet, then of those near.

        The more words one shares with what was asked and answered, the earlier; of an article that
        is only near, none is offered that shares no name and no two words.
        """
        if answer is None:
            return ()
        cited = dict.fromkeys(citation.document_id for citation in answer.citations)
        near = dict.fromkeys(hit.passage.document_id for hit in answer.hits)
        said = {question.casefold() for question in asked}
        try:
            known = self._assistant.library.introductions(*cited, *(near.keys() - cited.keys()))
        except FootnoteError:
            return ()
        spoken = (answer.searched, *(one.text for one in answer.sentences))
        about = set(content_terms(" ".join(spoken)))
        offers = _unlike(
            (question, one)
            for ids in (cited, near)
            for one in ids
            if one in known
            for question in _nearest(known[one].questions, about)
            if one in cited or _is_of(question, about)
        )
        return tuple(offer for offer in offers if offer[0].casefold() not in said)[:MOST]


def _nearest(questions: Iterable[str], about: set[str]) -> list[str]:
    """Return questions, first those that share most terms with what was said."""
    return sorted(questions, key=lambda one: -len(about.intersection(content_terms(one))))


def _is_of(question: str, about: set[str]) -> bool:
    """Say whether a question is of what was said: it shares a name, or two terms."""
    names = " ".join(word for word in question.split()[1:] if word[0].isupper())
    shared = about.intersection(content_terms(question))
    return len(shared) > 1 or bool(shared.intersection(content_terms(names)))


def _in_turn(told: Iterable[Sequence[tuple[str, str, str]]]) -> Iterable[tuple[str, str, str]]:
    """Return one question of each article in turn, so that one article does not fill the offer."""
    return (one for one in chain(*zip_longest(*told)) if one is not None)


def _unlike(offers: Iterable[_Told]) -> Iterator[_Told]:
    """Yield offers but those whose question, in whatever case, one before has."""
    seen = set[str]()
    for offer in offers:
        if (question := offer[0].casefold()) not in seen:
            seen.add(question)
            yield offer


def _listed(document: DocumentSummary) -> Value:
    card = document.card
    return {
        "id": document.id,
        "title": card.title,
        "source": card.source,
        "origin": origin(card, added_at=document.added_at),
        "kind": kind_of(card),
        "date": (card.published or "")[:10],
        "added": document.added_at[:10],
        "tags": list(card.tags),
        "pdf": is_drawn(card),
    }


def _counted(names: Iterable[str], *, most: int) -> list[list[object]]:
    found = sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
    return [list(one) for one in found[:most]]


def _folders(documents: Sequence[DocumentSummary]) -> list[list[object]]:
    """Return folders that hold some articles and not all, each with how many."""
    sources = (document.card.source for document in documents)
    places = (
        str(PurePath(source).parent)
        for source in sources
        if not source.startswith(_NOT_PLACES) and "://" not in source and "/" in source
    )
    found = _counted(places, most=_FOLDERS)
    return [one for one in found if one[1] != len(documents)]
