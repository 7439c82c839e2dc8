"""Finds the documents of a scope in an open catalog, and names what the library has nothing of."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePath

from index.errors import ScopeError
from index.scope import EVERYTHING, Scope, nearest_of
from index.store import queries
from index.store.migrations import sound
from index.store.narrowed import Known
from index.store.protocols import OpenCatalog

_KEPT = 8
"""Scopes that are kept."""
_SHOWN = 3
"""Names that a message lists."""
_PATTERN = frozenset("*?[")
"""What makes a place a pattern, where nothing is at a place of that name."""
_DAY = "substr(published, 1, 10)"
"""What `documents_of_day` is an index of."""
_DATED = f"{_DAY} > ''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The documents of a scope at one moment."""

    scope: Scope = EVERYTHING
    keys: tuple[int, ...] = ()
    """Of its documents, ascending; none where the scope is everything, and that alone."""
    undated: int = 0
    """Documents that fit but for the days, since they have no date."""
    known: Known = field(default_factory=Known, compare=False, repr=False)
    """What was counted in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A document as people call it."""

    id: str
    title: str
    source: str
    published: str | None


def named_like(db: OpenCatalog, parts: Sequence[str], *, limit: int) -> tuple[Named, ...]:
    """Return the documents that have parts of words in title or source, by id; none for many.

    No text is read: a document's title and source lie before it.

    Args:
        db: The catalog.
        parts: In lower case, without accents; `%` stands for any letters. None finds nothing.
        limit: Of more documents than so many none is returned.
    """
    held = " AND ".join(["lower(title || ' ' || source) LIKE ?"] * len(parts))
    if not held:
        return ()
    rows = db.execute(
        f"SELECT id, title, source, published FROM documents WHERE {held} ORDER BY id LIMIT ?",
        (*(f"%{part}%" for part in parts), limit + 1),
    ).fetchall()
    if len(rows) > limit:
        return ()
    return tuple(
        Named(
            id=row[0],
            title=sound(row[1], str),
            source=sound(row[2], str),
            published=row[3],
        )
        for row in rows
    )


class Scopes:
    """The scopes that a library was last asked in, as long as its documents are the same."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[Scope, Inside]] = {}

    def inside(self, db: OpenCatalog, scope: Scope) -> Inside:
        """Return the documents of a scope; what raises is as in `resolve`."""
        if scope.is_everything:
            return Inside()
        edition = queries.edition(db)
        if edition not in self._kept:
            self._kept = {edition: {}}
        kept = self._kept.setdefault(edition, {})
        found = kept.get(scope)
        if found is None:
            found = resolve(db, scope)
            if len(kept) >= _KEPT:
                kept.clear()
            kept[scope] = found
        return found


def resolve(db: OpenCatalog, scope: Scope) -> Inside:
    """Return the documents of a scope: at least one.

    Raises:
        ScopeError: A tag, a place, a document or a type is unknown, or nothing is in the scope.
    """
    left = _keys(db, "1 = 1")
    fitted: list[str] = []
    for words, keys in _conditions(db, scope, every=frozenset(left)):
        if not left & keys:
            raise ScopeError(_nothing(scope, fitted, words, count=len(left)))
        left &= keys
        fitted.append(words)
    undated: set[int] = set()
    if scope.since or scope.until:
        undated = left - _keys(db, _DATED)
        dated = left & _keys(db, *_days(scope))
        if not dated:
            days = Scope(since=scope.since, until=scope.until).words
            raise ScopeError(_nothing(scope, fitted, days, count=len(left), undated=len(undated)))
        left = dated
    return Inside(scope=scope, keys=tuple(sorted(left)), undated=len(undated))


def keys_within(db: OpenCatalog, scope: Scope) -> tuple[int, ...] | None:
    """Return the keys of a scope's documents, or None for all; what raises is as in `resolve`."""
    return None if scope.is_everything else resolve(db, scope).keys


def ids_within(db: OpenCatalog, scope: Scope) -> tuple[str, ...] | None:
    """Return the ids of a scope's documents, or None for all; what raises is as in `resolve`."""
    keys = keys_within(db, scope)
    return None if keys is None else tuple(row[1] for row in queries.columns(db, keys, "id"))


def _conditions(
    db: OpenCatalog, scope: Scope, *, every: frozenset[int]
) -> Iterator[tuple[str, set[int] | frozenset[int]]]:
    """Yield each condition but that of days in words, with the keys of what fits it."""
    find: dict[str, Callable[[OpenCatalog, str], set[int]]] = {
        "tags": _tagged,
        "places": _placed,
        "documents": _named,
        "types": _of_type,
    }
    for sign in ("", "not_"):
        for name, of in find.items():
            if values := getattr(scope, sign + name):
                found = set().union(*(of(db, value) for value in values))
                words = Scope(**{sign + name: values}).words
                yield words, every - found if sign else found


def _keys(db: OpenCatalog, condition: str, values: Sequence[str] = ()) -> set[int]:
    rows = db.execute(f"SELECT key FROM documents WHERE {condition}", tuple(values))
    return {row[0] for row in rows}


def _days(scope: Scope) -> tuple[str, list[str]]:
    """Return the condition of the days, with its values; a document without a date fits none.

    One of which only the month or the year is known fits where any day of it does.
    """
    conditions, values = [_DATED], list[str]()
    if scope.first_day is not None:
        day = scope.first_day.isoformat()
        conditions.append(f"({_DAY} >= ? OR {_DAY} IN (?, ?))")
        values += [day, day[:7], day[:4]]
    if scope.last_day is not None:
        conditions.append(f"{_DAY} <= ?")
        values.append(scope.last_day.isoformat())
    return " AND ".join(conditions), values


def _tagged(db: OpenCatalog, tag: str) -> set[int]:
    if found := queries.documents_of_tag(db, tag):
        return found
    known = list(queries.tag_counts(db))
    has = "`footnote tags` lists them" if known else "none has any"
    raise ScopeError(f"no article has the tag {tag!r}{nearest_of(tag, known)}: {has}")


def _placed(db: OpenCatalog, place: str) -> set[int]:
    """Return what lies at a place: as it is written, from the folder worked in, or anywhere."""
    written = place.rstrip("/") or place
    absolute = os.path.abspath(os.path.expanduser(written))
    for condition, values in _at(written, absolute, is_address="://" in place):
        if found := _keys(db, condition, values):
            return found
    sources = dict(db.execute("SELECT key, source FROM documents").fetchall())
    if _PATTERN & set(place):
        patterns = [written, absolute, f"*/{written}"]
        if found := {k for k, s in sources.items() if any(fnmatchcase(s, p) for p in patterns)}:
            return found
    folders = {folder for s in sources.values() for folder in _folders(s)}
    near = nearest_of(written, sorted(folders)) or nearest_of(
        PurePath(written).name, sorted({PurePath(folder).name for folder in folders})
    )
    raise ScopeError(
        f"no article lies in {place!r}{near}: name a folder, a pattern such as 'notes/*.md', or "
        "how an address begins, as `footnote list` shows them"
    )


def _at(written: str, absolute: str, *, is_address: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the conditions of lying at a place, the nearest meaning first."""
    begins = "substr(source, 1, length(?)) = ?"
    if is_address:
        yield begins, [written, written]
        return
    for folder in dict.fromkeys((absolute, written)):
        below = folder if folder.endswith("/") else f"{folder}/"
        yield f"source = ? OR {begins}", [folder, below, below]
    if not os.path.isabs(written):
        part = _escaped(written.removeprefix("./"))
        yield (
            r"source LIKE ? ESCAPE '\' OR source LIKE ? ESCAPE '\'",
            [
                f"%/{part}/%",
                f"%/{part}",
            ],
        )


def _escaped(text: str) -> str:
    r"""Return a text as a pattern of LIKE that means itself, where `\` escapes."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _folders(source: str) -> list[str]:
    parts = source.split("/")[:-1]
    return ["/".join(parts[:n]) for n in range(1, len(parts) + 1) if parts[n - 1]]


def _named(db: OpenCatalog, name: str) -> set[int]:
    """Return the document of an id, a title, or the beginning of one of them."""
    ids = queries.ids_like(db, name)
    if name in ids:
        return set(queries.document_keys(db, [name]).values())
    titles = db.execute("SELECT key, title FROM documents").fetchall()
    folded = " ".join(name.casefold().split())
    if same := {key for key, title in titles if " ".join(title.casefold().split()) == folded}:
        return same
    if len(ids) == 1:
        return set(queries.document_keys(db, ids).values())
    begun = {key: title for key, title in titles if title.casefold().startswith(folded)}
    if len(begun) == 1:
        return set(begun)
    if ids or begun:
        shown = ", ".join(map(repr, [*ids, *begun.values()][:_SHOWN]))
        raise ScopeError(
            f"{name!r} is the beginning of {len(ids) + len(begun)} articles ({shown}...): give "
            "more of the id or of the title"
        )
    near = nearest_of(name, sorted({title for _, title in titles}))
    raise ScopeError(
        f"no article has the id or title {name!r}{near}: `footnote list` shows ids and titles"
    )


def _of_type(db: OpenCatalog, named: str) -> set[int]:
    """Return the documents of a type: of a media type, or with an ending."""
    from index.reading.sniff import kind_of_ending  # other questions need none of it

    ending = named.casefold().lstrip(".")
    kind = ending if "/" in ending else kind_of_ending(f".{ending}")
    query = r"media_type = ? OR lower(source) LIKE ? ESCAPE '\'"
    if found := _keys(db, query, [kind, f"%.{_escaped(ending)}"]):
        return found
    sources = db.execute("SELECT DISTINCT source, media_type FROM documents").fetchall()
    endings = {PurePath(source).suffix.lstrip(".").casefold() for source, _ in sources}
    known = sorted({ending for ending in endings if ending.isalnum() and len(ending) <= _LONGEST})
    if "/" in named or not known:
        known = sorted({kind for _, kind in sources if kind})
    more = f" and {len(known) - _TYPES} more" if len(known) > _TYPES else ""
    raise ScopeError(
        f"no article is of type {named!r}{nearest_of(ending, known)}: the library has "
        f"{', '.join(known[:_TYPES])}{more}"
    )


_LONGEST, _TYPES = 8, 10
"""Characters of an ending that a message names, and how many of them."""


def _nothing(
    scope: Scope, fitted: Sequence[str], words: str, *, count: int, undated: int = 0
) -> str:
    """Say which condition leaves nothing of what fits those before."""
    articles = f"{count:,} article{'' if count == 1 else 's'}"
    before = f"of {articles} that fit {', '.join(fitted)}, " if fitted else f"of {articles} "
    no_date = f" ({undated:,} of them without a date)" if undated else ""
    return f"nothing is in the scope {scope.words}: {before}none fits {words}{no_date}: widen it"
