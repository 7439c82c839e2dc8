"""Keeps conversations while their pages are open: in memory, apart, and not for long."""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ui.chat.conversation import Turn
from ui.settings.choices import Choices

_SECONDS_KEPT = 3600.0
"""Since a conversation was last used."""
_MOST_SESSIONS = 200
_MOST_TURNS = 100
"""Of one conversation; the oldest are let go."""
_LAST_TURN = 1_000_000
"""What a page may claim to have come to."""
_TOKEN = re.compile(r"[0-9a-f]{32}\Z")


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
