"""What introduces an article: spans of its overview, and questions that it answers; derived.

A row belongs to a document's text and goes with the document. One of another version, or that
cannot be read, is taken for none and made anew. Nothing is made here.
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
            spans, asked = _read(overview), _read(questions)
            found[document_id] = Introduction(
                overview=tuple(filter(None, (_quoted(db, key, span) for span in spans))),
                questions=tuple(one for one in asked if isinstance(one, str)),
            )
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


def _read(stored: object) -> list[object]:
    try:
        found = json.loads(stored) if isinstance(stored, str) else None
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _quoted(db: OpenCatalog, key: int, span: object) -> str:
    """Return the words of a span; empty where it is none."""
    if not (isinstance(span, list) and len(span) == 2 and all(type(at) is int for at in span)):
        return ""
    start, end = span
    span_of = "substr(text, CAST(? AS INTEGER), CAST(? AS INTEGER))"  # PostgreSQL has no other
    query = f"SELECT {span_of} FROM documents WHERE key = ?"
    if not 0 <= start < end:
        return ""
    found = db.execute(query, (start + 1, end - start, key)).fetchone()
    return str(found[0]) if found else ""
