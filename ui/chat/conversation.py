"""Who finds which conversation again, and the list of those that are kept.

They are held in memory, apart, and not for long; of who is known they are in the store too.
"""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from rag import FootnoteError, MisuseError
from rag.internal import Conversation, ConversationStore, KeptTurn
from ui.chat.turn import Turn
from ui.parts import NOBODY, Sender, Sent, Value
from ui.settings import Choices

_SECONDS_KEPT = 3600.0
"""Since a conversation was last used."""
_MOST_SESSIONS = 200
_MOST_OF_CLIENT = 40
"""So that nobody's conversations are pushed out by another's."""
_MOST_CHOICES = 1000
_NOT_ASKED = "empty_question"
_MOST_TURNS = 100
"""Of one conversation; the oldest are let go."""
_MOST_ASIDE = 10
"""Times that turns of one conversation were put away and can be had back."""
_LAST_TURN = 1_000_000
"""What a page may claim to have come to."""
_MOST_LISTED = 500
"""Conversations in the list; older ones are found by their words."""
_LONGEST_WORDS = 200
_TOKEN = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aside:
    turns: tuple[Turn, ...]
    stored: bool
    """Whether the store has any of them, under the same id."""


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
    aside: dict[str, _Aside] = field(default_factory=dict)
    """What was put away, by the id that has it back; the last few times."""


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

    def put_away(self, token: object, number: int, sender: Sender = NOBODY) -> tuple[str, int]:
        """Put the turn of this number and all after it away, in the store too.

        Returns:
            The id that `put_back` has them by, and how many there were.

        Raises:
            OperationError: The store cannot be used; it may still have them.
        """
        with self._lock:
            session = self._of(token, sender)
            gone = tuple(t for t in session.turns if t.number >= number)
            session.turns = tuple(t for t in session.turns if t.number < number)
            session.forgotten = session.asked
        store = self.store(sender)
        kept = store.put_away(_id(token), number, user=sender.user) if store else ""
        known = kept or secrets.token_hex(16)
        with self._lock:
            session = self._of(token, sender)
            session.aside[known] = _Aside(turns=gone, stored=bool(kept))
            while len(session.aside) > _MOST_ASIDE:
                del session.aside[next(iter(session.aside))]
        return known, len(gone)

    def put_back(self, token: object, known: object, sender: Sender = NOBODY) -> None:
        """Have back what was put away, each turn in its old place, in the store too.

        Raises:
            MisuseError: It cannot be had back any more.
            OperationError: The store cannot be used.
        """
        with self._lock:
            aside = self._of(token, sender).aside.get(str(known))
        store = self.store(sender)
        if store and (aside is None or aside.stored):
            store.put_back(str(known), _id(token), user=sender.user)
        elif aside is None:
            raise MisuseError("these answers cannot be had back any more: ask their questions anew")
        with self._lock:
            session = self._of(token, sender)
            session.aside.pop(str(known), None)
            gone = aside.turns if aside else ()
            both = {t.number: t for t in (*gone, *session.turns)}
            session.turns = tuple(both[number] for number in sorted(both))[-_MOST_TURNS:]

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

    def whole(
        self, token: object, sender: Sender = NOBODY
    ) -> tuple[Conversation, tuple[KeptTurn, ...]]:
        """Return a conversation to export: as it is in the store, else as it is in memory.

        Raises:
            MisuseError: There is none, or nothing of it was answered.
            OperationError: The store cannot be used.
        """
        if store := self.store(sender):
            with suppress(MisuseError):  # nothing of it is kept
                found = store.find(_id(token), user=sender.user)
                return found, store.turns(found.id, user=sender.user)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        turns = tuple(
            KeptTurn(
                number=t.number, asked_at=now, question=t.question, turn=answer.turn, answer=answer
            )
            for t in self.turns(token, sender)
            if (answer := t.answer) is not None
        )
        if not turns:
            raise MisuseError("nothing was answered yet that could be exported: ask a question")
        known = Conversation(
            id=_id(token),
            name=turns[0].question,
            library=self.library,
            user=sender.user,
            begun_at=now,
            used_at=now,
            turns=len(turns),
        )
        return known, turns

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


def _found(store: ConversationStore, words: str, *, user: str, library: str) -> list[list[str]]:
    """Return id, name and excerpt of those whose name has the words, then whose turns have them."""
    told: dict[str, list[str]] = {}
    turns = store.search(words, user=user, library=library)
    for one in store.newest(user=user, library=library, most=_MOST_LISTED):
        if all(word in one.name.casefold() for word in words.casefold().split()):
            told[one.id] = [one.id, one.name, ""]
    for turn in turns:
        known = turn.conversation
        row = told.setdefault(known.id, [known.id, known.name, ""])
        row[2] = row[2] or turn.excerpt
    return list(told.values())


class Talks:
    """Answers what the list of kept conversations sends; each sender's is of that sender alone."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def listed(self, sent: Sent, sender: Sender) -> Value:
        """Return the conversations of this library, or the turns that have the words sent."""
        store = self._sessions.store(sender)
        if store is None:
            return {"keeps": False, "talks": [], "found": None}
        words, whose = sent.get("words"), {"user": sender.user, "library": self._sessions.library}
        found = None
        try:
            if isinstance(words, str) and words.strip():
                found = _found(store, words[:_LONGEST_WORDS], **whose)
            talks = [
                [one.id, one.name, one.used_at, one.turns]
                for one in store.newest(**whose, most=_MOST_LISTED)
            ]
        except FootnoteError as error:
            return {"keeps": True, "talks": [], "found": None, "problem": str(error)}
        return {"keeps": True, "talks": talks, "found": found}

    def rename(self, sent: Sent, sender: Sender) -> Value:
        """Name a conversation, and return the list."""
        name = str(sent.get("name", ""))
        return self._done(
            lambda store, own: store.rename(own, name, user=sender.user), sent, sender
        )

    def discard(self, sent: Sent, sender: Sender) -> Value:
        """Delete a conversation, which can be had back for a while, and return the list."""

        def delete(store: ConversationStore, own: str) -> None:
            store.delete([own], user=sender.user)
            self._sessions.let_go(own, sender)
            store.purge_later()

        return self._done(delete, sent, sender) | {"deleted": sent.get("id")}

    def restore(self, sent: Sent, sender: Sender) -> Value:
        """Have a deleted conversation back, and return the list."""
        return self._done(lambda store, own: store.restore(own, user=sender.user), sent, sender)

    def _done(
        self, act: Callable[[ConversationStore, str], object], sent: Sent, sender: Sender
    ) -> Value:
        store, problem = self._sessions.store(sender), ""
        try:
            if store is not None:
                act(store, str(sent.get("id", "")))
        except FootnoteError as error:
            problem = str(error)
        return self.listed({}, sender) | ({"problem": problem} if problem else {})
