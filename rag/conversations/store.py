"""Keeps conversations in one file of SQLite, readable by its owner only: who asked what, and where.

Each call is one short transaction, so several processes write at once and a kill loses nothing that
was kept. A file that is damaged is put aside. Nothing here knows a library or a page.
"""

import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import FootnoteError, MisuseError
from index.reading.normal import one_line
from rag.conversations.conversation import (
    Conversation,
    FoundTurn,
    KeptTurn,
    cell_date,
    cell_number,
    cell_text,
    clean,
    conversation_of,
    read_answer,
    stored_answer,
)
from rag.conversations.file import is_unclean, mark, opened, write_anew, writing
from rag.settings import default_library
from rag.types import Answer, Turn

UNDO_SECONDS = 60.0
"""For so long a deleted conversation, or turns put away, can be had back."""
LONGEST_NAME = 200
_LARGEST = 2_000_000
"""Characters of one answer as it is stored."""
_MOST_TURNS = 100_000
"""Kept of one user."""
_MOST_FOUND = 50
_ID = re.compile(r"[0-9a-f]{32}\Z")
_LEAST_DIGITS = 4
_WORD = re.compile(r"\w+")
_COLUMNS = """c.id, c.user, c.library, c.begun, c.used, c.turns, coalesce(nullif(c.name, ''),
    (SELECT question FROM turns WHERE conversation = c.id ORDER BY number LIMIT 1), '')"""
_MINE = "c.deleted IS NULL AND c.turns IS NOT 0 AND c.user = ? AND (? IS NULL OR c.library = ?)"
_LIST = f"SELECT {_COLUMNS} FROM conversations AS c WHERE {_MINE} ORDER BY used DESC, id LIMIT ?"
_BEGIN_SO = f"SELECT {_COLUMNS} FROM conversations AS c WHERE {_MINE} AND id LIKE ? || '%' LIMIT 99"
_WORDS = f"""SELECT t.number, t.question, snippet(words, -1, '', '', '…', 16), {_COLUMNS}
    FROM words JOIN turns AS t ON t.key = words.rowid
    JOIN conversations AS c ON c.id = t.conversation
    WHERE words MATCH ? AND {_MINE} ORDER BY words.rowid DESC LIMIT ?"""
_LETTERS = f"""SELECT t.number, t.question, substr(t.text, 1, 160), {_COLUMNS}
    FROM turns AS t JOIN conversations AS c ON c.id = t.conversation
    WHERE {{like}} AND {_MINE} ORDER BY t.key DESC LIMIT ?"""
_DELETED = "SELECT 1 FROM conversations WHERE deleted IS NOT NULL LIMIT 1"
_ADD = "INSERT INTO conversations (id, user, library, name, begun, used, turns, deleted)"
_TURNS = """SELECT t.number, t.asked, t.question, t.searched, t.text, {answer}
    FROM turns AS t JOIN conversations AS c ON c.id = t.conversation
    WHERE c.id = ? AND c.user = ? AND c.deleted IS NULL ORDER BY t.number DESC LIMIT ?"""


class ConversationStore:
    """The conversations of one file, which is made when the first is kept. Safe to share.

    Whoever is named as user finds that user's conversations only; the empty name is of those who
    did not log in. All methods raise `OperationError` where the file cannot be used.

    Args:
        path: The file.
        clock: Gives seconds since 1970.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._waits = False

    def keep(
        self, conversation: str, answer: Answer, *, library: str, user: str = "", number: int = 0
    ) -> int:
        """Keep an answer, the first of its conversation where there is none; return its number.

        Args:
            conversation: 32 hexadecimal digits.
            answer: Kept without its passages.
            library: Whose articles were asked, as `library_name` gives it.
            user: Who asked.
            number: Of the turn, from 1; 0, or one that is taken, gives the next.

        Raises:
            MisuseError: The conversation was deleted or is another user's or library's, the user
                has too many turns, or the answer is too long.
        """
        if not _ID.match(conversation):
            raise MisuseError(f"{conversation!r} is no id of a conversation: give 32 hex digits")
        turn = answer.turn
        texts = [clean(text) for text in (answer.question, turn.question, turn.text)]
        stored = stored_answer(answer)
        if sum(map(len, texts)) + len(stored) > _LARGEST:
            raise MisuseError(f"this answer has over {_LARGEST:,} characters and is not kept")
        with writing(self.path) as db:
            self._admit(db, conversation, library=library, user=user)
            taken = [
                row[0]
                for row in db.execute(
                    "SELECT number FROM turns WHERE conversation = ?", (conversation,)
                )
            ]
            if number < 1 or number in taken:
                number = max(taken, default=0) + 1
            now = self._now()
            db.execute(
                "INSERT INTO turns (conversation, number, asked, question, searched, text, answer)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (conversation, number, now, *texts, stored),
            )
            db.execute(
                "UPDATE conversations SET used = ?, turns = ? WHERE id = ?",
                (now, len(taken) + 1, conversation),
            )
        return number

    def newest(
        self, *, user: str = "", library: str | None = None, most: int = 1000
    ) -> tuple[Conversation, ...]:
        """Return conversations, the last used first; of one library where it is named."""
        rows = self._read(_LIST, (user, library, library, most))
        return tuple(map(conversation_of, rows))

    def find(self, beginning: str, *, user: str = "") -> Conversation:
        """Return a conversation by its id or the beginning of it, four digits at least.

        Raises:
            MisuseError: There is none, or several begin so.
        """
        digits = _hex(beginning)
        known = len(digits) >= _LEAST_DIGITS
        found = self._read(_BEGIN_SO, (user, None, None, digits)) if known else []
        if not found:
            raise MisuseError(
                f"no conversation begins with {beginning!r}: name one by its id, as "
                "`footnote conversations` lists them"
            )
        if len(found) > 1:
            raise MisuseError(
                f"{len(found)} conversations begin with {beginning!r}: give more digits of the id"
            )
        return conversation_of(found[0])

    def turns(self, conversation: str, *, user: str = "", most: int = -1) -> tuple[KeptTurn, ...]:
        """Return a conversation's newest turns (-1: all), oldest first; empty for no such one."""
        rows = self._read(_TURNS.format(answer="t.answer"), (conversation, user, most))
        return tuple(
            KeptTurn(
                number=cell_number(row[0]),
                asked_at=cell_date(row[1]),
                question=cell_text(row[2]),
                turn=Turn(question=cell_text(row[3]), text=cell_text(row[4])),
                answer=read_answer(cell_text(row[5])),
            )
            for row in reversed(rows)
        )

    def history(self, conversation: str, *, user: str = "", most: int = 100) -> tuple[Turn, ...]:
        """Return the newest turns as a next question wants them, without reading the answers."""
        rows = self._read(_TURNS.format(answer="''"), (conversation, user, most))
        return tuple(
            Turn(question=cell_text(row[3]), text=cell_text(row[4])) for row in reversed(rows)
        )

    def search(
        self, words: str, *, user: str = "", library: str | None = None
    ) -> tuple[FoundTurn, ...]:
        """Return turns whose question and answer have all the words, or begin so, the newest first.

        Where none has, the same letters are looked for inside of words.

        Raises:
            MisuseError: There is no word.
        """
        terms = _WORD.findall(clean(words))[:20]
        if not terms:
            raise MisuseError(f"{words!r} has no word to search for: name one")
        whose = (user, library, library, _MOST_FOUND)
        rows = self._read(_WORDS, (" AND ".join(f'"{term}"*' for term in terms), *whose))
        if not rows:
            like = " AND ".join(["(t.question || ' ' || t.text) LIKE ?"] * len(terms))
            rows = self._read(_LETTERS.format(like=like), (*(f"%{t}%" for t in terms), *whose))
        return tuple(
            FoundTurn(
                conversation=conversation_of(row[3:]),
                number=cell_number(row[0]),
                question=cell_text(row[1]),
                excerpt=" ".join(cell_text(row[2]).split()),
            )
            for row in rows
        )

    def rename(self, conversation: str, name: str, *, user: str = "") -> None:
        """Give a conversation a name; an empty one has its first question again.

        Raises:
            MisuseError: There is no such conversation, or the name has over 200 characters.
        """
        given = one_line(clean(name))
        if len(given) > LONGEST_NAME:
            raise MisuseError(
                f"the name has {len(given)} characters, at most {LONGEST_NAME} are allowed: give a "
                "shorter one"
            )
        query = "UPDATE conversations SET name = ? WHERE id = ? AND user = ? AND deleted IS NULL"
        with writing(self.path) as db:
            if not db.execute(query, (given, conversation, user)).rowcount:
                raise MisuseError("this conversation is not there any more: list them again")

    def delete(self, conversations: Sequence[str], *, user: str = "") -> int:
        """Take conversations out of lists and searches; return how many there were.

        `restore` has them back for `UNDO_SECONDS`; after that `purge` takes them out of the file.
        """
        query = "UPDATE conversations SET deleted = ? WHERE id = ? AND user = ? AND deleted IS NULL"
        with writing(self.path) as db:
            now = self._now()
            return sum(db.execute(query, (now, one, user)).rowcount for one in conversations)

    def restore(self, beginning: str, *, user: str = "") -> Conversation:
        """Have a deleted conversation back, by its id or the beginning of it.

        Raises:
            MisuseError: It was deleted over `UNDO_SECONDS` ago, was never there, or several begin
                so.
        """
        query = "SELECT id FROM conversations WHERE id LIKE ? || '%' AND user = ? AND deleted > ?"
        digits = _hex(beginning)
        with writing(self.path) as db:
            found = db.execute(query, (digits, user, self._expired())).fetchall()
            if len(digits) < _LEAST_DIGITS or len(found) != 1:
                raise MisuseError(
                    f"there is no conversation {beginning!r} to take back: a deleted one can be "
                    f"had back for {UNDO_SECONDS:.0f} seconds, by its id"
                )
            db.execute("UPDATE conversations SET deleted = NULL WHERE id = ?", found[0])
        return self.find(found[0][0], user=user)

    def put_away(self, conversation: str, number: int, *, user: str = "") -> str:
        """Put the turn of this number and all after it away; return the id to have them back by.

        They are a deleted conversation of their own, which `purge` takes out of the file. A name
        that was given stays for the next turn, unless the number is below 1. Empty for no turn.
        """
        if not self.path.exists():
            return ""
        aside, now = secrets.token_hex(16), self._now()
        with writing(self.path) as db:
            row = db.execute(
                "SELECT user, library, name, begun, used FROM conversations"
                " WHERE id = ? AND user = ? AND deleted IS NULL",
                (conversation, user),
            ).fetchone()
            moved = db.execute(
                "UPDATE turns SET conversation = ? WHERE conversation = ? AND number >= ?",
                (aside, conversation if row else None, number),
            ).rowcount
            if not moved:
                return ""
            db.execute(f"{_ADD} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (aside, *row, moved, now))
            db.execute(
                "UPDATE conversations SET turns = turns - ?, used = ? WHERE id = ?",
                (moved, now, conversation),
            )
            db.execute(
                "DELETE FROM conversations WHERE id = ? AND turns = 0 AND (name = '' OR ? < 1)",
                (conversation, number),
            )
        return aside

    def put_back(self, aside: str, conversation: str, *, user: str = "") -> None:
        """Have turns back where they were before `put_away`, which gave the first id.

        Raises:
            MisuseError: They were put away over `UNDO_SECONDS` ago, or were never there, or the
                conversation was deleted or has turns of these numbers.
        """
        with writing(self.path) as db:
            found = db.execute(
                "SELECT user, library, name, begun, used FROM conversations"
                " WHERE id = ? AND user = ? AND deleted > ?",
                (aside, user, self._expired()),
            ).fetchone()
            known = db.execute(
                "SELECT user, library, deleted FROM conversations WHERE id = ?", (conversation,)
            ).fetchone()
            if found is None or known not in (None, (*found[:2], None)):
                raise MisuseError(
                    "these answers cannot be had back any more: what is put away can be had back "
                    f"for {UNDO_SECONDS:.0f} seconds, into its own conversation"
                )
            if known is None:
                db.execute(f"{_ADD} VALUES (?, ?, ?, ?, ?, ?, 0, NULL)", (conversation, *found))
            move = "UPDATE OR IGNORE turns SET conversation = ? WHERE conversation = ?"
            moved = db.execute(move, (conversation, aside)).rowcount
            if db.execute("SELECT 1 FROM turns WHERE conversation = ?", (aside,)).fetchone():
                raise MisuseError("these answers cannot be had back: others are in their place")
            db.execute(
                "UPDATE conversations SET turns = turns + ?, name = coalesce(nullif(name, ''), ?)"
                " WHERE id = ?",
                (moved, found[2], conversation),
            )
            db.execute("DELETE FROM conversations WHERE id = ?", (aside,))
            mark(db, unclean=True)

    def purge(self, *, at_once: bool = False) -> bool:
        """Write the file anew where something was deleted; say whether nothing is left of that.

        Args:
            at_once: Whether what `restore` could have back goes too.
        """
        if not self.path.exists():
            return True
        last = self._now() if at_once else self._expired()
        with writing(self.path) as db:
            found = db.execute(
                "SELECT id FROM conversations WHERE deleted <= ? OR turns = 0 AND used <= ?",
                (last, last),
            )
            gone = found.fetchall()
            db.executemany("DELETE FROM turns WHERE conversation = ?", gone)
            db.executemany("DELETE FROM conversations WHERE id = ?", gone)
            if gone:
                mark(db, unclean=True)
            elif not is_unclean(db):
                return True
        return write_anew(self.path)

    def purge_later(self) -> None:
        """Purge once what was deleted so far can be had back no more, in a thread of its own."""
        with self._lock:
            if self._waits:
                return
            self._waits = True
        timer = threading.Timer(UNDO_SECONDS + 1, self._purge_again)
        timer.daemon = True
        timer.start()

    def _purge_again(self) -> None:
        with self._lock:
            self._waits = False
        with suppress(FootnoteError):  # the next deletion, or `footnote compact`, does it
            if not self.purge() or self._read(_DELETED, ()):
                self.purge_later()

    def _admit(self, db: sqlite3.Connection, conversation: str, *, library: str, user: str) -> None:
        """Begin a conversation where there is none of this id.

        Raises:
            MisuseError: Nothing can be added to it.
        """
        total = db.execute("SELECT sum(turns) FROM conversations WHERE user = ?", (user,))
        if (total.fetchone()[0] or 0) >= _MOST_TURNS:
            raise MisuseError(
                f"{_MOST_TURNS:,} answers are kept already: delete conversations to keep new ones"
            )
        query = "SELECT user, library, deleted FROM conversations WHERE id = ?"
        known = db.execute(query, (conversation,)).fetchone()
        if known is None:
            now = self._now()
            row = (conversation, user, library, "", now, now)
            db.execute(f"{_ADD} VALUES (?, ?, ?, ?, ?, ?, 0, NULL)", row)
        elif known != (user, library, None):
            raise MisuseError(
                "this conversation was deleted, or is of another library: begin a new one"
            )

    def _now(self) -> int:
        return round(self._clock() * 1000)

    def _expired(self) -> int:
        return self._now() - round(UNDO_SECONDS * 1000)

    def _read(self, query: str, values: Sequence[object]) -> list[Any]:
        """Return rows; none where nothing was ever kept, and no file is made."""
        if not self.path.exists():
            return []
        with opened(self.path) as db:
            return db.execute(query, values).fetchall()


def conversations_here() -> ConversationStore:
    """Return the conversations of the user's data folder, beside libraries and inside none."""
    return ConversationStore(default_library().with_name("conversations.db"))


def _hex(beginning: str) -> str:
    """Return the digits of the beginning of an id; empty where it has anything else."""
    digits = beginning.strip().lower()
    return digits if re.fullmatch(r"[0-9a-f]{1,32}", digits) else ""
