"""What a conversation holds, how a question moves through it, and who finds which one again.

Conversations are kept while their pages are open: in memory, apart, and not for long.
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
from dataclasses import dataclass, field, replace

from rag import (
    Answer,
    AnswerSentence,
    Assistant,
    Citation,
    FootnoteError,
    Hit,
    Retrieved,
    TextDelta,
)
from rag.types import AnswerPart, Event
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
    follow_ups: tuple[str, ...] = ()
    """Questions that may be asked next."""
    kept: bool = False
    """Whether it was taken back from what a browser kept."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or bool(self.problem) or self.stopped


@dataclass(slots=True, kw_only=True)
class _Session:
    used: float
    choices: Choices = field(default_factory=Choices)
    turns: tuple[Turn, ...] = ()
    asked: int = 0
    forgotten: int = 0
    """Turns up to this number that are not in `turns` must not come back."""


class Sessions:
    """Conversations by token, a secret of 32 hexadecimal digits that a page makes for itself.

    A page that knows its token finds its conversation again, as after a reload; no other does. Safe
    to share between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def turns(self, token: object) -> tuple[Turn, ...]:
        """Return a conversation, oldest turn first; empty for an unknown token."""
        with self._lock:
            return self._of(token).turns

    def begin(self, token: object, *, after: object = 0) -> int:
        """Return the number of a new turn, after the last that its page knows of.

        A page that was open for longer than its conversation is kept here knows of more turns.
        """
        with self._lock:
            session = self._of(token)
            known = after if type(after) is int and 0 <= after <= _LAST_TURN else 0
            session.asked = max(session.asked, known) + 1
            return session.asked

    def put(self, token: object, turn: Turn) -> bool:
        """Keep a turn in place of its earlier self; False where that one was over or forgotten.

        Follow-up questions may still be added to a turn that is over.
        """
        with self._lock:
            session = self._of(token)
            old = next((t for t in session.turns if t.number == turn.number), None)
            if old is None and turn.number <= session.forgotten:
                return False
            if old is not None and old.is_over and old != replace(turn, follow_ups=()):
                return False
            others = [t for t in session.turns if t.number != turn.number]
            kept = sorted([*others, turn], key=lambda t: t.number)
            session.turns = tuple(kept[-_MOST_TURNS:])
            return True

    def take_back(self, token: object, turns: tuple[Turn, ...]) -> None:
        """Put the turns that a page kept before those that are known here."""
        with self._lock:
            session = self._of(token)
            first = session.turns[0].number if session.turns else None
            older = tuple(t for t in turns if first is None or t.number < first)
            session.turns = (*older, *session.turns)[-_MOST_TURNS:]
            session.asked = max([session.asked, *(t.number for t in older)])

    def drop(self, token: object, number: int) -> None:
        """Forget the turn of this number and all after it."""
        with self._lock:
            session = self._of(token)
            session.turns = tuple(t for t in session.turns if t.number < number)
            session.forgotten = session.asked

    def stop(self, token: object) -> tuple[Turn, ...]:
        """Mark what is not over as stopped, and return that."""
        with self._lock:
            session = self._of(token)
            stopped = tuple(replace(t, stopped=True) for t in session.turns if not t.is_over)
            by_number = {t.number: t for t in stopped}
            session.turns = tuple(by_number.get(t.number, t) for t in session.turns)
            return stopped

    def choices(self, token: object) -> Choices:
        """Return what was chosen on the tab Settings."""
        with self._lock:
            return self._of(token).choices

    def choose(self, token: object, choices: Choices) -> None:
        """Keep what was chosen on the tab Settings."""
        with self._lock:
            self._of(token).choices = choices

    def _of(self, token: object) -> _Session:
        """Return the session of a token; one that nobody can ask for again where it is none."""
        now = self._clock()
        key = token if isinstance(token, str) and _TOKEN.match(token) else secrets.token_hex(16)
        for old in list(self._sessions):
            if now - self._sessions[old].used < _SECONDS_KEPT:
                break
            del self._sessions[old]
        session = self._sessions.setdefault(key, _Session(used=now))
        session.used = now
        self._sessions.move_to_end(key)
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session


async def moments(
    choose: Callable[[], Assistant],
    question: str,
    *,
    number: int,
    earlier: Sequence[Turn] = (),
) -> AsyncGenerator[Turn, None]:
    """Ask, and yield the turn as it grows: asked, passages found, text, then complete.

    Text is passed on at most ten times a second, and what comes together is one moment. Nothing is
    raised: an error becomes the last turn's `problem`. Closing it stops the language model.

    Args:
        choose: Gives what is asked; it may find that a chosen model cannot be used.
        question: As it was typed; it may lean on the earlier turns.
        number: Of the turn.
        earlier: The conversation so far.
    """
    history = [past.answer.turn for past in earlier if past.answer is not None]
    turn = Turn(number=number, question=question)
    try:
        assistant = choose()
        turn = replace(turn, model=assistant.model)
        yield turn
        async with (
            aclosing(assistant.astream(question, history=history)) as events,
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
