"""What a conversation holds, how a question moves through it, and who finds which one again.

They are held in memory, apart, and not for long; of who is known they are in the store too.
"""

import asyncio
import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from rag import (
    Answer,
    AnswerSentence,
    Assistant,
    Citation,
    FootnoteError,
    Hit,
    MisuseError,
    Retrieved,
    TextDelta,
)
from rag.internal import ConversationStore, KeptTurn, read_scope
from rag.types import AnswerPart, Event
from ui.parts import NOBODY, Sender
from ui.settings import Choices

_BETWEEN_UPDATES = 0.1
"""Seconds between two updates of a growing text."""
_AT_ONCE = 0.02
"""Seconds that passages wait for a text: without a language model it is there already, and one
update is drawn faster than three."""
_LOG = logging.getLogger(__name__)
_SECONDS_KEPT = 3600.0
"""Since a conversation was last used."""
_MOST_SESSIONS = 200
_MOST_OF_CLIENT = 40
"""So that nobody's conversations are pushed out by another's."""
_MOST_CHOICES = 1000
_LONGEST_HELD = 2000
"""Characters of a question; none that is longer is answered."""
_NOT_ASKED = "empty_question"
_MOST_TURNS = 100
"""Of one conversation; the oldest are let go."""
_LAST_TURN = 1_000_000
"""What a page may claim to have come to."""
_TOKEN = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question with what is known of its answer so far."""

    number: int
    """From 1, never reused within a conversation."""
    question: str
    model: str = ""
    """What answers."""
    hits: tuple[Hit, ...] | None = None
    """None until the passages are found."""
    steps: tuple[AnswerPart, ...] = ()
    """What a language model had looked up one by one, or has looked up now."""
    sentences: tuple[AnswerSentence, ...] = ()
    """Checked and shown so far."""
    citations: tuple[Citation, ...] = ()
    """Those that the sentences so far name."""
    answer: Answer | None = None
    """None until it is complete."""
    problem: str = ""
    """One sentence saying why there will be no answer; empty otherwise."""
    stopped: bool = False
    """Whether its asker wanted no more of it."""
    follow_ups: tuple[tuple[str, str], ...] = ()
    """Questions that may be asked next, each with the id of the article that answers it."""
    kept: bool = False
    """Whether it was kept and is shown again; its quotes were compared anew then."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or bool(self.problem) or self.stopped


@dataclass(slots=True, kw_only=True)
class _Session:
    used: float
    client: str
    """Whose it is: of one client only so many are held."""
    turns: tuple[Turn, ...] = ()
    stored: frozenset[int] = frozenset()
    """Numbers of the turns that are in the store, too."""
    asked: int = 0
    forgotten: int = 0
    """Turns up to this number that are not in `turns` must not come back."""


class Sessions:
    """Conversations by token, 32 hexadecimal digits that a page makes for itself, and by sender.

    Who knows the token finds the conversation again, as after a reload. Of a sender that is known
    it is in the store, too, under that sender's name. Safe to share between threads.

    Args:
        clock: Gives seconds.
        store: Where conversations are kept; None: they are not.
        library: Which library is asked, as the store calls it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        store: ConversationStore | None = None,
        library: str = "",
    ) -> None:
        self.library = library
        self._clock = clock
        self._store = store
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._sessions: OrderedDict[tuple[bool, str, str], _Session] = OrderedDict()
        self._choices: OrderedDict[str, Choices] = OrderedDict()

    def turns(self, token: object, sender: Sender = NOBODY) -> tuple[Turn, ...]:
        """Return a conversation, oldest turn first; empty for one that is not in memory."""
        with self._lock:
            return self._of(token, sender).turns

    def begin(self, token: object, sender: Sender = NOBODY, *, after: object = 0) -> int:
        """Return the number of a new turn, after the last that its page knows of.

        A page that was open for longer than its conversation is kept here knows of more turns.
        """
        with self._lock:
            session = self._of(token, sender)
            known = after if type(after) is int and 0 <= after <= _LAST_TURN else 0
            session.asked = max(session.asked, known) + 1
            return session.asked

    def put(self, token: object, turn: Turn, sender: Sender = NOBODY) -> bool:
        """Hold a turn in place of its earlier self; False where that one was over or forgotten.

        Follow-up questions may still be added to a turn that is over.
        """
        with self._lock:
            session = self._of(token, sender)
            old = next((t for t in session.turns if t.number == turn.number), None)
            if old is None and turn.number <= session.forgotten:
                return False
            if old is not None and old.is_over and old != replace(turn, follow_ups=()):
                return False
            others = [t for t in session.turns if t.number != turn.number]
            kept = sorted([*others, turn], key=lambda t: t.number)
            session.turns = tuple(kept[-_MOST_TURNS:])
            return True

    def take_back(self, token: object, turns: tuple[Turn, ...], sender: Sender = NOBODY) -> None:
        """Put the turns that a page kept before those that are known here."""
        with self._lock:
            session = self._of(token, sender)
            first = session.turns[0].number if session.turns else None
            older = tuple(t for t in turns if first is None or t.number < first)
            session.turns = (*older, *session.turns)[-_MOST_TURNS:]
            session.asked = max([session.asked, *(t.number for t in older)])

    def drop(self, token: object, number: int, sender: Sender = NOBODY) -> None:
        """Forget the turn of this number and all after it, in the store too.

        Raises:
            OperationError: The store cannot be used; it may still have them.
        """
        with self._lock:
            session = self._of(token, sender)
            session.turns = tuple(t for t in session.turns if t.number < number)
            session.forgotten = session.asked
        if store := self.store(sender):
            store.drop(_id(token), number, user=sender.user)

    def stop(self, token: object, sender: Sender = NOBODY) -> tuple[Turn, ...]:
        """Mark what is not over as stopped, and return that."""
        with self._lock:
            session = self._of(token, sender)
            stopped = tuple(replace(t, stopped=True) for t in session.turns if not t.is_over)
            by_number = {t.number: t for t in stopped}
            session.turns = tuple(by_number.get(t.number, t) for t in session.turns)
            return stopped

    def choices(self, token: object) -> Choices:
        """Return what was chosen on the tab Settings."""
        with self._lock:
            return self._choices.get(_id(token), Choices())

    def choose(self, token: object, choices: Choices) -> None:
        """Keep what was chosen on the tab Settings."""
        with self._lock:
            if key := _id(token):
                self._choices[key] = choices
                self._choices.move_to_end(key)
            if len(self._choices) > _MOST_CHOICES:
                self._choices.popitem(last=False)

    def store(self, sender: Sender) -> ConversationStore | None:
        """Return where this sender's conversations are kept; None where they are not."""
        return self._store if sender.is_known else None

    def recalled(self, token: object, sender: Sender) -> tuple[KeptTurn, ...]:
        """Return the newest turns of a conversation as they are in the store.

        Raises:
            OperationError: The store cannot be used.
        """
        store, key = self.store(sender), _id(token)
        if store is None or not key or self.is_elsewhere(token, sender):
            return ()
        return store.turns(key, user=sender.user, most=_MOST_TURNS)

    def is_elsewhere(self, token: object, sender: Sender) -> bool:
        """Say whether a conversation is kept, and is of another library."""
        store = self.store(sender)
        try:
            found = store.find(_id(token), user=sender.user) if store else None
        except MisuseError:
            return False
        return found is not None and found.library != self.library

    def remember(self, token: object, turns: Sequence[Turn], sender: Sender) -> None:
        """Hold the turns that the store has, in place of what was held of them."""
        with self._lock:
            session = self._of(token, sender)
            held = {t.number: t for t in session.turns}
            new = {
                t.number: replace(t, hits=held[t.number].hits if t.number in held else ())
                for t in turns
            }
            own = {number: t for number, t in held.items() if number not in session.stored}
            both = own | new
            session.turns = tuple(both[number] for number in sorted(both))[-_MOST_TURNS:]
            session.stored = frozenset(new)
            session.asked = max([session.asked, *both])

    def keep(self, token: object, turn: Turn, sender: Sender) -> str:
        """Put a turn that was answered into the store; return why it is not kept; mostly empty."""
        store, key = self.store(sender), _id(token)
        if store is None or not key or turn.answer is None or turn.answer.reason == _NOT_ASKED:
            return ""
        try:
            with self._storing:
                with self._lock:
                    if turn.number in self._of(token, sender).stored:
                        return ""
                store.keep(
                    key,
                    turn.answer,
                    library=self.library,
                    user=sender.user,
                    number=turn.number,
                )
        except FootnoteError as error:
            return f"Not kept: {error}."
        with self._lock:
            session = self._of(token, sender)
            session.stored |= {turn.number}
        return ""

    def let_go(self, token: object, sender: Sender) -> None:
        """Hold a conversation no longer."""
        with self._lock:
            self._sessions.pop((sender.owner, sender.user, _id(token)), None)

    def _of(self, token: object, sender: Sender) -> _Session:
        """Return the session of a token; one that nobody can ask for again where it is none."""
        now = self._clock()
        key = (sender.owner, sender.user, _id(token) or secrets.token_hex(16))
        for old in list(self._sessions):
            if now - self._sessions[old].used < _SECONDS_KEPT:
                break
            del self._sessions[old]
        client = sender.user or sender.address
        session = self._sessions.setdefault(key, _Session(used=now, client=client))
        session.used = now
        self._sessions.move_to_end(key)
        own = [one for one, held in self._sessions.items() if held.client == client]
        if len(own) > _MOST_OF_CLIENT:
            del self._sessions[own[0]]
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session


def _id(token: object) -> str:
    """Return a token; empty for what is none."""
    return token if isinstance(token, str) and _TOKEN.match(token) else ""


async def moments(
    choose: Callable[[], Assistant],
    question: str,
    *,
    number: int,
    earlier: Sequence[Turn] = (),
    scope: object = None,
) -> AsyncGenerator[Turn, None]:
    """Ask, and yield the turn as it grows: asked, passages found, text, then complete.

    Text is passed on at most ten times a second, and what comes together is one moment. Nothing is
    raised: an error becomes the last turn's `problem`. Closing it stops the language model.

    Args:
        choose: Gives what is asked; it may find that a chosen model cannot be used.
        question: As it was typed; it may lean on the earlier turns.
        number: Of the turn.
        earlier: The conversation so far.
        scope: Which articles, a `rag.Scope` or as a page sends it; None for all, or those that the
            question names.
    """
    history = [past.answer.turn for past in earlier if past.answer is not None]
    turn = Turn(number=number, question=question[:_LONGEST_HELD])
    try:
        assistant = choose()
        turn = replace(turn, model=assistant.model)
        yield turn
        within = read_scope(scope)
        async with (
            aclosing(assistant.astream(question, history=history, scope=within)) as events,
            aclosing(_paced(events)) as batches,
        ):
            async for batch in batches:
                for event in batch:
                    turn = _after(turn, event)
                yield turn
    except FootnoteError as error:
        yield replace(turn, problem=str(error))
    except Exception:  # noqa: BLE001  # the outermost line: the page shows a sentence, the log the rest
        _LOG.exception("a question could not be answered")
        yield replace(
            turn, problem="Something went wrong inside Footnote: please report what its log says."
        )


async def _paced(events: AsyncIterator[Event]) -> AsyncGenerator[Sequence[Event], None]:
    """Yield events in batches, each as soon as it may be shown; the last one at the end at once."""
    batch: list[Event] = []
    due, last = 0.0, -_BETWEEN_UPDATES
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=due - time.monotonic() if batch else None)
            if event := _event(coming):
                due = due if batch else _due(event, last)
                batch.append(event)
                coming = asyncio.ensure_future(anext(events, None))
                if time.monotonic() < due:
                    continue
            if batch:
                last = last if isinstance(batch[-1], Retrieved) else time.monotonic()
                yield batch
                batch = []
            if coming.done() and coming.result() is None:
                return
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await coming


def _event(coming: "asyncio.Future[Event | None]") -> Event | None:
    """Return what has come; None for nothing yet, for the end, and for an error."""
    return coming.result() if coming.done() and coming.exception() is None else None


def _due(first: Event, last: float) -> float:
    """Return when a batch that begins with an event may be shown, after a text was `last`."""
    wait = _AT_ONCE if isinstance(first, Retrieved) else 0.0
    return max(time.monotonic() + wait, last + _BETWEEN_UPDATES)


def _after(turn: Turn, event: Event) -> Turn:
    if isinstance(event, Retrieved):
        return replace(turn, hits=event.hits, steps=event.steps, sentences=(), citations=())
    if isinstance(event, TextDelta):
        said = () if event.sentence is None else (event.sentence,)
        return replace(
            turn,
            sentences=turn.sentences + said,
            citations=turn.citations + event.citations,
        )
    return replace(
        turn,
        hits=event.hits,
        sentences=event.sentences,
        citations=event.citations,
        answer=event,
        model=event.model,
    )
