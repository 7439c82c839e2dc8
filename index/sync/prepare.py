"""Makes what was read ready to be written: ids, hashes, sentences, passages; no disk."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import TypeVar, overload

from index.card import Card
from index.reading.normal import LongText
from index.reading.references import recorded
from index.splitting.paragraphs import group
from index.splitting.sentences import split, split_rows
from index.store.queries import text_hash
from index.store.writes import Entry
from index.sync.file_state import Record
from index.terms import READ, language_of
from index.types import Change, Extract, Span

_ID_LENGTH = 12
HASH_LENGTH = 32
"""Hex digits; 128 bits."""
_AT_ONCE = 10_000
"""Sentences that are taken up at once."""
_FINE_PLACES = frozenset({"text/vtt", "application/x-subrip", "application/x-ipynb+json"})
"""Formats whose places are smaller than passages, a time or a cell: no passage ends there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An article that was read, with the place it came from."""

    source: str
    extract: Extract
    file_sha256: str = ""
    """Of the bytes it was read from; empty for an article given as text."""
    file_stamp: str = ""
    """Taken by `index.sync.file_state` before the file was read; empty where there is no file."""
    added_at: str = ""
    """UTC, ISO 8601, where it is an older library's; empty for the time of writing."""
    document_id: str = ""
    """That it has in an older library; empty where its source tells it."""
    original: Callable[[], bytes] | None = None
    """Gives the bytes that the card names as the original to keep; a `ReadError` where they are
    gone. None for what lies elsewhere: a file of this disk, an article given as text."""


def document_id(source: str, *, taken: Collection[str] = ()) -> str:
    """Return the id of a source's document: the same in every library that has no moved files.

    Args:
        source: Where the document came from.
        taken: Ids of other documents; a moved file's document has the id of its first source.
    """
    names = (source if n == 0 else f"{source}\n{n}" for n in count())
    return next(i for i in (text_hash(name)[:_ID_LENGTH] for name in names) if i not in taken)


def is_same(incoming: Incoming, record: Record) -> bool:
    """Say whether what was read is what is stored: text, title, date, author and address."""
    return _card(incoming).says_as(record.card)


def as_before(incoming: Incoming, record: Record) -> Incoming:
    """Return what was read again with when the stored document was added."""
    return replace(incoming, added_at=record.added_at)


def as_recorded(incoming: Incoming, record: str) -> Incoming:
    """Return what was read with what a reference manager says of it, if it says so now or did."""
    card = incoming.extract.card
    if card.record or not record:
        return incoming
    return replace(incoming, extract=replace(incoming.extract, card=recorded(card, record)))


def as_tagged(incoming: Incoming, record: Record) -> Incoming:
    """Return what was read with the tags that a person gave the stored document or took away."""
    card = incoming.extract.card.with_tags_of(record.card)
    return replace(incoming, extract=replace(incoming.extract, card=card))


def is_tagged_anew(incoming: Incoming, record: Record) -> bool:
    """Say whether what was read has other tags than the stored document then."""
    return not incoming.extract.card.with_tags_of(record.card).tagged_as(record.card)


def given_tags(incoming: Incoming, tags: Sequence[str]) -> Incoming:
    """Return what was read with tags that a person gives it."""
    card = incoming.extract.card.tagged(add=tags)
    return replace(incoming, extract=replace(incoming.extract, card=card))


def is_new(item: Incoming | Change, seen: Mapping[str, Record]) -> bool:
    """Say whether an item is to be written, be it only because its file has other bytes."""
    if isinstance(item, Change):
        return False
    record = seen.get(item.source)
    if record is None or record.file_sha256 != item.file_sha256:
        return True
    item = as_recorded(item, record.card.record)
    better = is_read_better(item, record) or brings_original(item, record)
    other = not is_same(item, record) or is_tagged_anew(item, record)
    return better or other or vouches(item, record)


def is_read_better(item: Incoming, record: Record) -> bool:
    """Say whether the same bytes were read by another reader than before."""
    known = bool(record.file_sha256) and record.file_sha256 == item.file_sha256
    return known and item.extract.card.reader != record.card.reader


def vouches(item: Incoming, record: Record) -> bool:
    """Say whether an item was read here from the source of a document that an archive brought."""
    return bool(record.card.imported) and not item.extract.card.imported


def brings_original(item: Incoming, record: Record) -> bool:
    """Say whether an item has an original that is not the one that is kept."""
    brought = item.extract.card.original_sha256 if item.original else ""
    return bool(brought) and brought != record.card.original_sha256


Item = TypeVar("Item")


def with_original(incoming: Incoming, original: Callable[[], bytes]) -> Incoming:
    """Return what was read with its file's bytes as the original to keep."""
    card = replace(incoming.extract.card, original_sha256=incoming.file_sha256)
    return replace(incoming, extract=replace(incoming.extract, card=card), original=original)


class Texts:
    """The texts that a library has, to tell one that comes again under another name.

    Args:
        records: Of its documents.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self._named: dict[str, tuple[str, str]] = {}
        """Id and title by the hash of the text; empty until the first is asked for."""

    def again(self, incoming: Incoming, *, as_id: str) -> str:
        """Return the id of another document that has an article's text; empty where none has.

        The article is known from then on by its id. Of large tables nothing is told.
        """
        if isinstance(incoming.extract.text, LongText):
            return ""
        if not self._named:
            self._named = {r.card.sha256: (r.document_id, r.card.title) for r in self._records}
        card = _card(incoming)
        found, _ = self._named.setdefault(card.sha256, (as_id, card.title))
        return found if found != as_id else ""

    def told(self, incoming: Incoming) -> str:
        """Return in words which document has an article's text, without a full stop."""
        _, title = self._named[_card(incoming).sha256]
        return f"its text is in the library already, as {title!r}"


def once(
    items: Iterable[Incoming | Change], seen: Mapping[str, Record]
) -> Iterator[Incoming | Change]:
    """Hand on what was read, but for texts of new sources that a document has: told as that.

    Args:
        items: What was read, and what was not.
        seen: The library's records, by source.
    """
    texts = Texts(seen.values())
    for item in items:
        if isinstance(item, Change) or item.source in seen:
            yield item
        elif known := texts.again(item, as_id=item.document_id or document_id(item.source)):
            reason = texts.told(item)
            yield Change(kind="unchanged", source=item.source, document_id=known, reason=reason)
        else:
            yield item


def without_original(item: Item) -> Item:
    """Return what was read without an original to keep; whatever else it is, as it is."""
    if not isinstance(item, Incoming):
        return item
    card = replace(item.extract.card, original_sha256="")
    return replace(item, extract=replace(item.extract, card=card), original=None)


def is_whole(text: str | LongText, *, sha256: str) -> bool:
    """Say whether a stored text is the one that was added."""
    return text_hash(text) == sha256


def entry(incoming: Incoming, *, as_id: str) -> Entry:
    """Split, group and hash an article and tell its language, to be written under an id."""
    extract = incoming.extract
    card = _card(incoming)
    rows = card.media_type == "text/csv"
    sentences: Sequence[Span] = split_rows(extract.text) if rows else split(str(extract.text))
    ends = () if card.media_type in _FINE_PLACES else extract.page_starts
    breaks = sorted({*extract.section_starts, *ends})
    return Entry(
        id=as_id,
        card=replace(card, language=card.language or language_of(extract.text[:READ])),
        extract=extract,
        file_sha256=incoming.file_sha256,
        added_at=incoming.added_at,
        sentences=sentences,
        hashes=Hashes(text_hash(extract.text[span.start : span.end]) for span in sentences),
        passages=group(extract.text, sentences, breaks=breaks),
    )


def _card(incoming: Incoming) -> Card:
    """Return the card of an article with its place and the hash of its text."""
    extract = incoming.extract
    return replace(extract.card, source=incoming.source, sha256=text_hash(extract.text))


class Hashes(Sequence[str]):
    """The hashes of sentences in 16 bytes each, cut to `HASH_LENGTH`.

    As strings those of a table's million rows take 90 MB.
    """

    def __init__(self, hashes: Iterable[str]) -> None:
        self._digests = bytearray()
        for digest in hashes:
            self._digests += bytes.fromhex(digest[:HASH_LENGTH])

    def __len__(self) -> int:
        return len(self._digests) * 2 // HASH_LENGTH

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        at = range(len(self))[place] * HASH_LENGTH // 2
        return self._digests[at : at + HASH_LENGTH // 2].hex()


def sentences_by_hash(entries: Sequence[Entry]) -> Iterator[dict[str, str]]:
    """Yield each distinct sentence text of these entries under its hash, `_AT_ONCE` at a time.

    A table of a million rows must not be in memory twice.
    """
    pairs = (
        (digest, item.extract.text[span.start : span.end])
        for item in entries
        for digest, span in zip(item.hashes, item.sentences, strict=True)
    )
    while part := dict(islice(pairs, _AT_ONCE)):
        yield part
