"""Tells which articles a question names itself: "according to the Elbe article", "in 2024's notes".

With care: a title's words must name one article and no other, a tag or a date must be there, and
what is left must still ask something. Words that only look so ("in March", "according to the
mayor") name nothing. Who asks is told, and can ask everywhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import PurePath
from typing import Any

from index.card import folded
from index.data_files import data_toml, filled
from index.scope import EVERYTHING, Scope
from index.store import queries
from index.store.library import Moment
from index.store.protocols import OpenCatalog
from index.store.scoped import Named, named_like
from index.terms import content_terms, terms
from rag.question import Question, any_of, listed, numbers, read_question

_LONGEST_READ = 400
"""Characters of a question that is looked at."""
_MARKS = " \t?!.,;:…"
_MOST = 1000
"""Articles of these words that are looked at; words of more name none of them."""
_WORD = re.compile(r"[^\W_]+(?:'s\b)?")
_ODD = re.compile(r"[^\x20-\x7e]+|_")
_HEX = re.compile(r"[0-9a-fA-F]+")
"""What an id may begin like."""
_LEAST_TITLE = 4
"""Words from which a title names its article without "article" beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedScope:
    """The articles that a question names."""

    scope: Scope
    question: Question
    """What is asked of them: the question without the words that name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """Words that may name articles, read."""

    kind: str = ""
    """`article`, `minutes`; empty where none is given."""
    words: tuple[str, ...] = ()
    """The terms of the name, without those of its dates."""
    text: str = ""
    """The name as it was written."""
    date: "_Date | None" = None
    when: str = ""
    """`since`, `before` or `after`; anything else is within."""
    tag: str = ""
    title: str = ""
    """In quotation marks."""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Date:
    """A date as far as it is given."""

    year: str = ""
    month: str = ""
    day: str = ""

    @property
    def iso(self) -> str:
        return "-".join(part for part in (self.year, self.month, self.day) if part)

    def fits(self, other: "_Date") -> bool:
        """Say whether another date has all that this one gives."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine in ("", its) for mine, its in pairs)


def read_named(question: Question, moment: Moment) -> NamedScope | None:
    """Return the articles that a question names, where that is sure; else None.

    Args:
        question: Put in full; one that `rag.question.may_name_articles` denies names none.
        moment: The whole library.

    Raises:
        LibraryError: The library cannot be read.
    """
    text = question.text
    if len(text) > _LONGEST_READ or moment.is_new or _form("compares").search(text):
        return None
    plain = text.replace("’", "'")
    found = [
        (scope, rest)
        for written, rest in (*_around(plain), *_said(plain))
        if _asks_something(rest)
        and (scope := next(filter(None, (_scope(p, moment) for p in _read(written))), None))
    ]
    if len({scope for scope, _ in found}) != 1:
        return None
    scope, rest = found[0]
    asked = replace(read_question(rest), until=question.until)
    return NamedScope(scope=scope, question=asked)


def _around(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands behind "in" or "according to", at either end or between commas."""
    if front := _form("front").match(text):
        for end in _form("goes_on").finditer(text, front.end()):
            yield text[front.end() : end.start()], _asked(text[end.end() :])
    if _form("asks_again").search(text):
        return
    for lead in _form("lead").finditer(text):
        before = text[: lead.start()].rstrip()
        is_placed = _form("is_placed").search(before) and not _form("asks_placed").match(before)
        if not before or is_placed:
            continue
        yield text[lead.end() :].strip(_MARKS), _asked(before)
        if before.endswith(","):
            inside, comma, rest = text[lead.end() :].partition(",")
            if comma:
                yield inside, _asked(f"{before.rstrip(',')} {rest.strip()}")


def _said(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a question asks what it says: "What does the Hill report say about taxes?"."""
    begins = _form("says").match(text)
    if begins is None or _form("asks_again").search(text):
        return
    for say in _form("said").finditer(text, begins.end()):
        behind = " ".join(text[say.end() :].strip(_MARKS).split()[1:])
        if content_terms(behind):
            written = text[begins.end() : say.start()]
            several = "s" if text[: begins.end()].casefold().endswith("do ") else ""
            rest = f"{text[: begins.end()]}the article{several}{text[say.start() :]}"
            yield written, rest


def _asked(rest: str) -> str:
    bare = rest.strip(_MARKS)
    return f"{bare[:1].upper()}{bare[1:]}?"


def _asks_something(rest: str) -> bool:
    """Say whether what is left has a word that asks, or two, and one to look for."""
    return len(rest.split()) > 1 and bool(
        set(content_terms(rest)) - set(terms(" ".join(_words()["asks"].split())))
    )


def _read(written: str) -> Iterator[_Phrase]:
    """Yield the ways in which words name articles, the surest first."""
    named = written.strip()
    for name, form in _named():
        found = form.fullmatch(named)
        if found is None:
            continue
        given = found.groupdict()
        if given.get("quoted"):
            yield _Phrase(title=given["quoted"])
        elif name == "file":
            yield _Phrase(file=given["file"])
        elif phrase := _described(given):
            yield phrase
    if len(content_terms(named)) >= _LEAST_TITLE:
        yield _Phrase(title=named)


def _described(given: Mapping[str, str | None]) -> _Phrase | None:
    """Return what a kind of article and its name, date or tag say; None where that names none."""
    kind = (given["kind"] or "").casefold()
    text = " ".join(given.get(part) or "" for part in ("name", "more")).strip()
    dates = list(_dates(f"{text} {given.get('date') or ''}"))
    bare = _form("dates").sub(" ", text)
    written = [word.casefold() for word in bare.split()]
    known = _words()
    general = {
        *known["general"].split(),
        *listed("documents", "any"),
        *listed("documents", "several"),
    }
    own = [word for word in written if word not in general]
    words = [term for word in own for term in content_terms(word)]
    goes_beyond = written[:1] and (
        written[0] in known["no_name"].split() or set(written) & set(known["beyond"].split())
    )
    is_named = words or dates or not written or kind in listed("documents", "kept")
    if len(dates) > 1 or goes_beyond or not is_named or any(map(_is_count, own)):
        return None
    return _Phrase(
        kind=kind,
        words=tuple(words),
        text=text.strip('"“” '),
        date=dates[0] if dates else None,
        when=(given.get("when") or "").casefold(),
        tag=given.get("tag") or "",
    )


def _is_count(word: str) -> bool:
    """Say whether a word counts: "the first 31 minutes"."""
    return word.isdigit() or (word.isalpha() and bool(numbers(word)))


def _scope(phrase: _Phrase, moment: Moment) -> Scope | None:
    """Return the articles that a phrase names, where that is sure."""
    db = moment.db
    if phrase.file:
        of_file = named_like(db, [_part(phrase.file)], limit=_MOST)
        return _only([one for one in of_file if _file_name(one) == phrase.file.casefold()], db)
    if phrase.title:
        return _titled(phrase, moment)
    if phrase.tag:
        return _tagged(phrase.tag, phrase, moment)
    if phrase.kind in listed("documents", "several"):
        if phrase.words:
            return _tagged(phrase.text, phrase, moment)
        return _within(phrase) if phrase.date else None
    of_any = phrase.kind in listed("documents", "any")
    if of_any and phrase.date and phrase.date.day and not phrase.words:
        return _within(phrase)
    one = _one(phrase, moment)
    if one or phrase.kind not in listed("documents", "kept") or phrase.words:
        return one
    return _tagged(phrase.kind, phrase, moment)


def _tagged(tag: str, phrase: _Phrase, moment: Moment) -> Scope | None:
    """Return the scope of a tag that the library has, of the phrase's date where it has one."""
    known = {folded(name): name for name in queries.tag_counts(moment.db)}
    name = known.get(folded(tag))
    within = _within(phrase)
    return replace(within, tags=(name,)) if name and within else None


def _within(phrase: _Phrase) -> Scope | None:
    """Return the scope of a phrase's date, which has a year; all where it has no date."""
    if phrase.date is None:
        return EVERYTHING
    if not phrase.date.year or phrase.when in ("before", "after"):
        return None
    first = phrase.date.iso
    return Scope(since=first) if phrase.when == "since" else Scope(since=first, until=first)


def _titled(phrase: _Phrase, moment: Moment) -> Scope | None:
    wanted = content_terms(phrase.title)
    found = named_like(moment.db, _parts(phrase.title), limit=_MOST)
    return _only([one for one in found if content_terms(one.title) == wanted], moment.db)


def _one(phrase: _Phrase, moment: Moment) -> Scope | None:
    """Return the one article that has all the words of a name and its date."""
    kept = phrase.kind in listed("documents", "kept")
    kind = phrase.kind if kept or phrase.kind in listed("documents", "told") else ""
    wanted = {*phrase.words, *terms(kind)}
    by_ending = phrase.words and kind in _table()["endings"]
    looked_up = phrase.text if by_ending else f"{phrase.text} {kind}"
    if not wanted:
        return None
    found = [
        one
        for one in named_like(moment.db, _parts(looked_up), limit=_MOST)
        if wanted <= _called(one, kind, kept=kept)
        and (phrase.date is None or _is_of(one, phrase.date))
    ]
    exact = [one for one in found if set(content_terms(one.title)) <= wanted]
    return _only(exact if len(exact) == 1 else found, moment.db)


def _called(one: Named, kind: str, *, kept: bool) -> set[str]:
    """Return the terms of an article's title and of its file's name, `kept` with its folder's.

    A file of the kind by its ending is called so, too.
    """
    path = PurePath(one.source.replace("\\", "/"))
    places = [path.stem, path.parent.name if kept else ""]
    if path.suffix.lower().removeprefix(".") in _table()["endings"].get(kind, "").split():
        places.append(kind)
    return {*terms(one.title), *terms(" ".join(places).replace("_", " "))}


def _is_of(one: Named, date: _Date) -> bool:
    told = f"{one.title}; {_file_name(one)}; {one.published or ''}"
    return any(date.fits(other) for other in _dates(told.replace("_", " ")))


def _file_name(one: Named) -> str:
    return PurePath(one.source.replace("\\", "/")).name.casefold()


def _parts(text: str) -> list[str]:
    """Return parts of the words of a text by which titles are looked up."""
    bare = _form("dates").sub(" ", text)
    return [_part(word) for word in _WORD.findall(bare) if content_terms(word)]


def _part(word: str) -> str:
    """Return a word without what an index form or another letter could differ in."""
    lower = word.casefold().removesuffix("'s")
    if not lower.isascii():
        return _ODD.sub("%", lower)
    if lower.isalpha():
        return terms(lower)[0].removesuffix("i")
    return lower.replace("_", "%")


def _only(found: Sequence[Named], db: OpenCatalog) -> Scope | None:
    """Return the scope of the one article found; none where there are more, or none.

    It is named by its title, also by its date where others have the title, and else by its id.
    """
    if len(found) != 1:
        return None
    (one,) = found
    title = " ".join(one.title.split())
    if not title or _HEX.fullmatch(title):
        return Scope(documents=(one.id,))
    like = named_like(db, _parts(title), limit=_MOST)
    same = [other for other in like if folded(" ".join(other.title.split())) == folded(title)]
    if len(same) == 1:
        return Scope(documents=(title,))
    day = one.published
    if day is None or [other.published for other in same].count(day) != 1:
        return Scope(documents=(one.id,))
    return Scope(documents=(title,), since=day, until=day)


def _dates(text: str) -> Iterator[_Date]:
    for found in _form("dates").finditer(text):
        given = found.groupdict()
        month = given["iso_month"] or _month(given["month"] or "")
        day = given["iso_day"] or given["day"] or given["day_behind"] or ""
        year = given["iso_year"] or given["year"] or given["alone"] or ""
        yield _Date(year=year, month=month, day=f"{int(day):02}" if day else "")


def _month(name: str) -> str:
    names = [month[:3] for month in _words()["months"].split()]
    return f"{names.index(name[:3].casefold()) + 1:02}" if name else ""


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = data_toml("rag", "named_scope.toml")["words"]
    return found


@cache
def _table() -> dict[str, Any]:
    return data_toml("rag", "named_scope.toml")


@cache
def _named() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(filled(form, _hole), re.IGNORECASE))
        for name, form in _table()["named"].items()
    )


@cache
def _form(name: str) -> re.Pattern[str]:
    return re.compile(_hole(name), re.IGNORECASE)


def _hole(name: str) -> str:
    """Return what stands for `<name>` in a form: another one, or any word of a list."""
    list_name = name.partition(".")[2]
    if list_name:
        return any_of("documents", list_name)
    table = _table()
    if name in table["forms"]:
        return filled(table["forms"][name], _hole)
    return f"(?:{'|'.join(table['words'][name].split())})"
