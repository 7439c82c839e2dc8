"""Reads documents whole, each sentence with its vector: for what is told of all of them.

It ranks nothing; `index.search` finds what a question needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.store import queries
from index.store.protocols import OpenCatalog
from index.store.queries import DocumentRow, PassageRow, SentenceRow
from index.types import Hit, Passage, ScoredSentence, Sentence, label_of, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document with all its sentences, in order."""

    document: DocumentRow
    passages: tuple[PassageRow, ...]
    """In order."""
    rows: tuple[SentenceRow, ...]
    """In order; each lies in one of the passages."""

    sentences: tuple[Sentence, ...]
    """The same with their words."""

    def hit(self, sentence: Sentence) -> Hit:
        """Return the passage of one of the sentences as what evidence lies in; its score is 1."""
        keys = {row.ordinal: row.passage for row in self.rows}
        row = next(p for p in self.passages if p.key == keys[sentence.ordinal])
        held = [one for one in self.sentences if keys[one.ordinal] == row.key]
        return Hit(
            passage=Passage(
                id=row.id,
                document_id=self.document.id,
                ordinal=row.ordinal,
                start=row.start,
                end=row.end,
                text=self.document.text[row.start : row.end],
            ),
            card=self.document.card,
            page=(page := page_of(row.start, self.document.page_starts)),
            page_label=label_of(page, self.document.page_labels),
            score=1.0,
            sentences=tuple(
                ScoredSentence(sentence=one, similarity=1.0, coverage=1.0) for one in held
            ),
        )


def read_contents(db: OpenCatalog, document_ids: Sequence[str]) -> tuple[Content, ...]:
    """Return documents by full id, in the order given; those that are not there are left out.

    Args:
        db: The catalog at one moment.
        document_ids: Of which documents.
    """
    keys = queries.document_keys(db, document_ids)
    found = queries.documents(db, keys.values())
    passages = queries.passages_of_documents(db, keys.values())
    sentences = queries.sentences(db, [p.key for p in passages])
    by_document: dict[int, list[PassageRow]] = {}
    for passage in passages:
        by_document.setdefault(passage.document, []).append(passage)
    return tuple(
        _content(found[keys[one]], by_document.get(keys[one], ()), sentences)
        for one in document_ids
        if one in keys
    )


def _content(
    document: DocumentRow,
    passages: Iterable[PassageRow],
    sentences: dict[int, list[SentenceRow]],
) -> Content:
    ordered = tuple(sorted(passages, key=lambda p: p.ordinal))
    rows = [row for passage in ordered for row in sentences.get(passage.key, ())]
    rows.sort(key=lambda row: row.ordinal)
    return Content(
        document=document,
        passages=ordered,
        rows=tuple(rows),
        sentences=tuple(
            Sentence(
                document_id=document.id,
                ordinal=row.ordinal,
                start=row.start,
                end=row.end,
                text=document.text[row.start : row.end],
                page=(page := page_of(row.start, document.page_starts)),
                page_label=label_of(page, document.page_labels),
            )
            for row in rows
        ),
    )
