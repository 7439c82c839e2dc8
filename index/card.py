"""What a document is known by: one card, inside every type that speaks of a document."""

import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from index.errors import MisuseError
from index.reading.normal import one_line

LONGEST_NAME: Final = 500
"""Characters of a title and of an author's name; what is longer is no name. Newspapers' longest
headlines have 150, papers with a hundred authors name the first few."""
LONGEST_SOURCE: Final = 4096
"""Characters of a source; Linux has no longer paths."""
LONGEST_TAG: Final = 60
"""Characters of a tag."""
_MOST_TAGS: Final = 500
"""Of a document; catalogs of libraries give up to some dozens, only a forged file has more."""
_NO_TAG: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that a tag has none of: control characters, halves of others."""
_NAMED_PARTS: Final = 4
"""Parts of a document that are named in one line, and reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a document is known by.

    A reader fills in what a file says of itself; its place and the hash of its text are added as
    it enters a library. Stored in columns of the same names (`index.store.migrations`), so a field
    that is added needs a column there and nothing else to be kept, exported and shown as JSON.
    """

    title: str = ""
    """At most 500 characters: a longer one is cut and ends in an ellipsis, whoever made it."""
    source: str = ""
    """Where it came from: an absolute path, a URL, or `seeds/NAME`; empty before it is added."""
    sha256: str = ""
    """Hex digest of the text's UTF-8 bytes; empty before it is added."""
    media_type: str = ""
    published: str | None = None
    """ISO 8601 date, as the source states it."""
    author: str | None = None
    """Cut like the title."""
    url: str | None = None
    """Where a saved page is from, as it states it: http or https, ASCII, 2,000 characters before
    quoting; shown as text."""
    tags: tuple[str, ...] = ()
    """All of the document: what its file says, without those that a person took away, and those
    that a person gave. Each once, however it is written, and as `tags_of` makes them."""
    tags_given: tuple[str, ...] = ()
    """By a person; the file need not say them, and reading it again leaves them."""
    tags_taken: tuple[str, ...] = ()
    """Away, by a person; reading the file again does not bring them back."""
    language: str = ""
    """Of the text, as in BCP 47; empty for English, and where it is not sure."""
    reader: str = ""
    """Version of what read it; empty where it is not known."""
    left_out: tuple[str, ...] = ()
    """Parts that were not read, such as attachments: the name of each and, behind a colon, the
    reason; `not_read` makes it of parts that are counted."""
    original_sha256: str = ""
    """Hex digest of the original that is kept; empty where none is."""
    record: str = ""
    """What a reference manager says of it, as an item of CSL-JSON, which counts before what the
    file says; empty where none does. `index.reading.references` reads and writes it."""
    imported: str = ""
    """What archive it came in by; empty where it was read here."""
    header: tuple[str, ...] = ()
    """Of a mail, as it says them: From, To, Cc and Date, each as `Name: value`. It is shown, and
    not searched."""

    def __post_init__(self) -> None:
        for name in ("title", "author"):
            object.__setattr__(self, name, _cut(getattr(self, name)))
        object.__setattr__(self, "tags", (*self.tags, *self.tags_given))
        for name in ("tags", "tags_given", "tags_taken"):
            if stated := getattr(self, name):
                object.__setattr__(self, name, tags_of(stated))

    def says_as(self, other: "Card") -> bool:
        """Say whether two cards of one source say the same of text and source.

        What we note of how it was read and kept is not compared.
        """
        return all(getattr(self, f) == getattr(other, f) for f in FIELDS if f not in _NOTED)

    def tagged_as(self, other: "Card") -> bool:
        """Say whether two cards have the same tags, however written and in whatever order."""
        return all(
            set(map(folded, getattr(self, f))) == set(map(folded, getattr(other, f)))
            for f in ("tags", "tags_given", "tags_taken")
        )

    def tagged(self, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> "Card":
        """Return the card with tags that a person gives, and without those that one takes away.

        Args:
            add: As `tag_name` returns them.
            remove: The same; one that the document has not is no news.
        """
        given, taken = {folded(t): t for t in add}, set(map(folded, remove))
        left = [t for t in self.tags if folded(t) in taken]
        return replace(
            self,
            tags=_without(self.tags, taken),
            tags_given=(*_without(self.tags_given, taken), *given.values()),
            tags_taken=(*_without(self.tags_taken, given), *left),
        )

    def with_tags_of(self, known: "Card") -> "Card":
        """Return what was read now with the tags that a person gave the document or took away.

        Those of an archive count before the document's own.
        """
        given = (*self.tags_given, *_without(known.tags_given, map(folded, self.tags_taken)))
        taken = (*self.tags_taken, *_without(known.tags_taken, map(folded, self.tags_given)))
        tags = _without(self.tags, map(folded, taken))
        return replace(self, tags=tags, tags_given=given, tags_taken=taken)


def folded(tag: str) -> str:
    """Return what two spellings of one tag have in common: NFC, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())


def tag_name(given: str) -> str:
    """Return a tag as a person names it, trimmed and without invisible characters.

    Raises:
        MisuseError: It is empty, longer than 60 characters, or has a comma or a control character.
    """
    name, trimmed = one_line(given), given.strip()
    if any(unicodedata.category(c) in _NO_TAG for c in trimmed):
        why = "has a control character"
    elif "," in name:
        why = "has a comma"
    elif len(name) > LONGEST_TAG:
        why = f"has {len(name):,} characters"
    elif not tags_of([name]):
        why = "shows nothing"
    else:
        return name
    raise MisuseError(
        f"tag {_cut(given[:LONGEST_NAME], most=LONGEST_TAG)!r} {why}: give it a name of 1 to "
        f"{LONGEST_TAG} characters on one line, without commas"
    )


def tags_of(stated: Iterable[str]) -> tuple[str, ...]:
    """Return tags that a file states, as they are kept: parted at commas, trimmed, each once.

    Of spellings that differ in case the first stays; what is longer than 60 characters is cut, and
    of more than 500 tags the first are kept.
    """
    parts = (one_line(part) for each in stated for part in each.split(","))
    names = (part[:LONGEST_TAG].rstrip() for part in parts if any(map(_shows, part)))
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name)
        if len(first) == _MOST_TAGS:
            break
    return tuple(first.values())


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CMZ"


def _without(tags: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Return tags without those that have one of these names, which are folded."""
    held = set(names)
    return tuple(tag for tag in tags if folded(tag) not in held)


FIELDS: Final = tuple(field.name for field in fields(Card))
DEFAULTS: Final[Mapping[str, Any]] = {field.name: field.default for field in fields(Card)}
_NOTED: Final = (
    "media_type",
    "tags",
    "tags_given",
    "tags_taken",
    "language",
    "reader",
    "left_out",
    "original_sha256",
    "imported",
    "header",
)


def card_of(row: Mapping[str, Any]) -> Card:
    """Return the card of a mapping by field names, such as one read from JSON.

    Raises:
        TypeError: A name is no field's.
    """
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Card(**values)


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row in which a card's fields lie beside the others, as once, with a card instead.

    A row that has a card already keeps it.
    """
    flat = {name: row[name] for name in FIELDS if name in row}
    if "document_sha256" in row:
        flat["sha256"] = row["document_sha256"]
    rest = {k: v for k, v in row.items() if k not in flat and k != "document_sha256"}
    return {"card": flat} | rest


class OldName:
    """An attribute that is a field of the card now; read for one version more, with a warning."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.name = field

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:  # noqa: ANN401  # of any field
        if instance is None:
            return self
        warnings.warn(
            f"{owner.__name__}.{self.name} is now {owner.__name__}.card.{self.field}, and the old "
            "name goes with the next version",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(instance.card, self.field)


def old_names(kind: type) -> dict[str, str]:
    """Return the old names of a type's card fields, each with the field that it is."""
    return {o.name: o.field for o in vars(kind).values() if isinstance(o, OldName)}


def not_read(count: int, noun: str, why: str) -> tuple[str, ...]:
    """Return how a reader names parts of a file that have no names, for `Card.left_out`.

    Args:
        count: How many there are.
        noun: In the singular, with an s in the plural ("picture").
        why: The reason, without a full stop, and what to do about it where something can be done.

    Returns:
        `3 pictures: WHY`; nothing for a count of 0.
    """
    return (f"{count:,} {noun}{'' if count == 1 else 's'}: {why}",) if count > 0 else ()


def left_out_line(parts: Sequence[str]) -> str:
    """Return what was left out of a document, and why, as one line; empty where nothing was.

    Parts with one reason are named together, at most `_NAMED_PARTS` of them and as many reasons.
    """
    names: dict[str, list[str]] = {}
    for part in parts:
        name, _, why = part.partition(": ")
        names.setdefault(why, []).append(name)
    told = [
        f"{_listed(named)}: {why}" if why else _listed(named)
        for why, named in list(names.items())[:_NAMED_PARTS]
    ]
    rest = sum(len(named) for named in list(names.values())[_NAMED_PARTS:])
    return "; ".join(told) + (f"; and {rest} more, which `footnote show ID` names" if rest else "")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_PARTS
    return ", ".join(names[:_NAMED_PARTS]) + (f" and {more} more" if more > 0 else "")


def too_long(source: str) -> str:
    """Return why a source is refused for its length; empty where it is not."""
    if len(source) <= LONGEST_SOURCE:
        return ""
    return (
        f"its source has {len(source):,} characters, and {LONGEST_SOURCE:,} are allowed: give it "
        "a shorter name"
    )


def _cut(name: str | None, *, most: int = LONGEST_NAME) -> str | None:
    if name is None or len(name) <= most:
        return name
    return f"{name[: most - 1].rstrip()}…"
