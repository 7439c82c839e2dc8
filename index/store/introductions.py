"""What introduces an article: spans of its overview, and questions that it answers; derived.

A row belongs to a document's text and goes with the document. One of another version is taken for
none and made anew; so is one that cannot be read, once a repair has dropped it. Nothing is made
here.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from index.store.migrations import has
from index.store.protocols import OpenCatalog
from index.types import Sentence, Span

VERSION: Final = "1"
"""Of the rules that introductions are made by: with another one all are made anew."""
_MIGRATION: Final = "introductions"
_AT_ONCE = 500
_LONGEST: Final = 2**31 - 1
"""Characters; databases count those of a text so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What a reader is told of an article at first."""

    overview: tuple[str, ...] = ()
    """One or two sentences of its text, exact; none where nothing can be quoted alone."""
    questions: tuple[str, ...] = ()
    """Those that it answers well, the best first."""


def introductions(db: OpenCatalog, document_ids: Iterable[str]) -> dict[str, Introduction]:
    """Return the introductions of documents by full id; those that lack one are left out."""
    found: dict[str, Introduction] = {}
    wanted = list(document_ids)
    if not has(db, _MIGRATION):
        return found
    for first in range(0, len(wanted), _AT_ONCE):
        part = wanted[first : first + _AT_ONCE]
        rows = db.execute(
            "SELECT documents.key, documents.id, overview, introductions.questions "
            "FROM introductions JOIN documents ON documents.key = introductions.document "
            "AND documents.sha256 = introductions.sha256 WHERE version = ? "
            f"AND documents.id IN ({', '.join('?' * len(part))})",
            (VERSION, *part),
        ).fetchall()
        for key, document_id, overview, questions in rows:
            spans, asked = _spans(overview), _texts(questions)
            if spans is not None and asked is not None:
                quoted = (_quoted(db, key, start, end) for start, end in spans)
                told = Introduction(overview=tuple(filter(None, quoted)), questions=asked)
                found[document_id] = told
    return found


def lacking(db: OpenCatalog, *, limit: int) -> tuple[str, ...]:
    """Return ids of documents without an introduction, the newest first."""
    known = "SELECT 1 FROM introductions WHERE document = documents.key AND version = ?"
    without = f" WHERE NOT EXISTS ({known} AND introductions.sha256 = documents.sha256)"
    there = has(db, _MIGRATION)
    rows = db.execute(
        f"SELECT id FROM documents{without if there else ''} ORDER BY added_at DESC, id LIMIT ?",
        (*((VERSION,) if there else ()), limit),
    )
    return tuple(document_id for (document_id,) in rows)


def store(
    db: OpenCatalog,
    document_id: str,
    *,
    sha256: str,
    overview: Sequence[Span | Sentence],
    questions: Sequence[str],
) -> None:
    """Keep the introduction of a document; nothing where it is gone or has another text by now.

    Args:
        db: In a transaction of its writer.
        document_id: Its full id.
        sha256: Of the text that it was made of.
        overview: Of that text.
        questions: The best first.
    """
    row = db.execute(
        "SELECT key FROM documents WHERE id = ? AND sha256 = ?", (document_id, sha256)
    ).fetchone()
    if row is None:
        return
    spans = json.dumps([[span.start, span.end] for span in overview])
    db.execute("DELETE FROM introductions WHERE document = ?", row)
    db.execute(
        "INSERT INTO introductions (document, sha256, version, overview, questions) "
        "VALUES (?, ?, ?, ?, ?)",
        (row[0], sha256, VERSION, spans, json.dumps(list(questions), ensure_ascii=False)),
    )


def unreadable(db: OpenCatalog) -> tuple[int, ...]:
    """Return the keys of documents whose introduction cannot be read."""
    rows = db.execute("SELECT document, overview, questions FROM introductions")
    return tuple(
        key for key, overview, asked in rows if _spans(overview) is None or _texts(asked) is None
    )


def drop(db: OpenCatalog, document_keys: Iterable[int]) -> None:
    """Forget introductions, in a transaction of the writer; they are made anew."""
    for key in document_keys:
        db.execute("DELETE FROM introductions WHERE document = ?", (key,))


def _list(stored: object) -> list[object] | None:
    try:
        found = json.loads(stored) if isinstance(stored, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _texts(stored: object) -> tuple[str, ...] | None:
    found = _list(stored)
    texts = tuple(one for one in found or () if isinstance(one, str))
    return texts if found is not None and len(texts) == len(found) else None


def _spans(stored: object) -> list[tuple[int, int]] | None:
    spans = []
    for span in (found := _list(stored)) or ():
        if not (isinstance(span, list) and len(span) == 2 and all(type(at) is int for at in span)):
            return None
        start, end = span
        if not 0 <= start < end < _LONGEST:
            return None
        spans.append((start, end))
    return spans if found is not None else None


def _quoted(db: OpenCatalog, key: int, start: int, end: int) -> str:
    """Return the words of a span; empty where it is beyond the text."""
    span_of = "substr(text, CAST(? AS INTEGER), CAST(? AS INTEGER))"  # PostgreSQL has no other
    query = f"SELECT {span_of} FROM documents WHERE key = ?"
    found = db.execute(query, (start + 1, end - start, key)).fetchone()
    return str(found[0]) if found else ""
