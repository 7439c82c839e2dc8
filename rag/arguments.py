"""Checks what callers hand to the Python API; a wrong type is one sentence, like a wrong value."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from reprlib import repr as shortened
from typing import TYPE_CHECKING

from index.card import folded, tag_name
from index.errors import MisuseError
from index.scope import EVERYTHING, Scope, scope_of
from index.terms import has_words, wanted
from index.types import page_of
from rag.question import Question, read_question
from rag.types import Document, Span, Turn

if TYPE_CHECKING:
    from index.full_text import Sort
    from index.sync.intake import Article

_OPTION = "scope_"
_DATES = ("since", "until")
SORTS: "tuple[Sort, ...]" = ("relevance", "title", "date", "added")
MOST_WORDS = 50
"""Words and phrases that are looked for at once; each takes up to 10 ms at 100,000 passages."""
MOST_FOUND = 1000
"""Documents that are returned at once."""
LONGEST_QUESTION = 2000
"""Characters; the embedding model reads about the first 1,200 of English prose."""


def check(value: object, kind: type | tuple[type, ...], *, name: str, wanted: str) -> None:
    """Refuse a value that is not of a type.

    Args:
        value: What was given.
        kind: What it may be.
        name: What the message calls it.
        wanted: What the message asks for.

    Raises:
        MisuseError: It is of another type.
    """
    if not isinstance(value, kind) or isinstance(value, bool):
        raise MisuseError(
            f"{name} cannot be {shortened(value)}, of type {type(value).__name__}: give {wanted}"
        )


def check_text(value: object, *, name: str) -> None:
    """Refuse what is no text.

    Raises:
        MisuseError: It is of another type.
    """
    check(value, str, name=name, wanted="a text (str)")


def check_path(value: object, *, name: str) -> None:
    """Refuse what is no path.

    Raises:
        MisuseError: It is of another type.
    """
    check(value, (str, os.PathLike), name=name, wanted="a path (str or Path)")


def check_sources(sources: Iterable[object]) -> None:
    """Refuse sources of which one is no path, pattern or address, such as a list of them.

    Raises:
        MisuseError: One is of another type.
    """
    for source in sources:
        if isinstance(source, list | tuple | set):
            shown = shortened(source)
            raise MisuseError(f"a source cannot be {shown}: hand its items over as add(*sources)")
        check_path(source, name="a source")


def check_ids(document_ids: Iterable[object]) -> None:
    """Refuse ids of documents of which one is no text.

    Raises:
        MisuseError: One is of another type.
    """
    for document_id in document_ids:
        check(document_id, str, name="a document's id", wanted="one id (str) or several, in turn")


def checked_ids(document_ids: Iterable[str]) -> list[str]:
    """Return ids of documents, at least one.

    Raises:
        MisuseError: There is none, or one is of another type.
    """
    check(document_ids, Iterable, name="ids of documents", wanted="a list of ids (str)")
    ids = [document_ids] if isinstance(document_ids, str) else list(document_ids)
    check_ids(ids)
    if not ids:
        raise MisuseError("no document is named: name ids as `footnote list` shows them")
    return ids


def checked_tags(names: Iterable[str]) -> list[str]:
    """Return tags as they are kept; one text is one tag.

    Raises:
        MisuseError: One is of another type, or none that is allowed.
    """
    given = [names] if isinstance(names, str) else names
    check(given, Iterable, name="tags", wanted="a list of texts (str)")
    found = list(given)
    for name in found:
        check_text(name, name="a tag")
    return [tag_name(name) for name in found]


def checked_change(add: Iterable[str], remove: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the tags to give and to take away, at least one.

    Raises:
        MisuseError: There is none, one is none that is allowed, or is in both.
    """
    given, taken = checked_tags(add), checked_tags(remove)
    if both := set(map(folded, given)) & set(map(folded, taken)):
        raise MisuseError(f"tag {min(both)!r} is to be given and taken away: name it once")
    if not given and not taken:
        raise MisuseError("no tag is named: give one to add or to remove")
    return given, taken


def check_words(words: str) -> None:
    """Refuse words to look for of which there are none or too many.

    Raises:
        MisuseError: There is none, or they are longer than `LONGEST_QUESTION`.
    """
    check_text(words, name="what is looked for")
    if not has_words(words):
        raise MisuseError(f"{shortened(words)} has no word to look for: give at least one")
    if len(words) > LONGEST_QUESTION:
        raise MisuseError(
            f"the words to look for have {len(words):,} characters, at most {LONGEST_QUESTION:,} "
            "are allowed: name fewer"
        )
    if (count := len(wanted(words))) > MOST_WORDS:
        raise MisuseError(f"there are {count} words to look for: name at most {MOST_WORDS} at once")


def check_page(offset: int, limit: int) -> None:
    """Refuse what is no part of a list.

    Raises:
        MisuseError: The offset is below 0, or the limit is not 1 to 1,000.
    """
    for name, value, least, most in (
        ("offset", offset, 0, 10**9),
        ("limit", limit, 1, MOST_FOUND),
    ):
        check(value, int, name=name, wanted="a whole number (int)")
        if not least <= value <= most:
            raise MisuseError(f"{name} cannot be {value}: give {least} to {most:,}")


def checked_sort(sort: "Sort") -> "Sort":
    """Return an order.

    Raises:
        MisuseError: There is none of this name.
    """
    if sort not in SORTS:
        raise MisuseError(f"there is no order {shortened(sort)}: name {', '.join(SORTS)}")
    return sort


def checked_articles(articles: "Iterable[Article]") -> "Iterator[Article]":
    """Yield articles.

    Raises:
        MisuseError: They cannot be iterated over, one is no article, or its fields are no texts.
    """
    from index.sync.intake import Article

    check(articles, Iterable, name="articles", wanted="a list of rag.Article")
    for article in articles:
        check(article, Article, name="an article", wanted="a rag.Article")
        for field in ("source", "title", "text"):
            check_text(getattr(article, field), name=f"an article's {field}")
        yield article


def check_files(files: Mapping[str, object]) -> None:
    """Refuse what does not map texts to paths.

    Raises:
        MisuseError: It is of another type.
    """
    check(files, Mapping, name="files", wanted="a path (Path) for each source (str)")
    for source, path in files.items():
        check_text(source, name="a source")
        check(path, os.PathLike, name=f"the file of {source!r}", wanted="a path (Path)")


def checked_page(page: int | str | None, document: Document, *, span: Span | None) -> int:
    """Return the page of a document that is meant, from 1.

    Args:
        page: Its number, or what it is called, where that is no number of a page; None for the page
            on which the span begins, or the first.
        document: What has pages.
        span: Words that have to stand on it, at least with one letter; None for no words.

    Raises:
        MisuseError: There is no such page or span, or the words stand on another.
    """
    starts, text = document.page_starts, document.text
    if span is not None and not 0 <= span.start < span.end <= len(text):
        raise MisuseError(
            f"characters {span.start} to {span.end} are not in the document, which has {len(text)}"
        )
    found = _page_named(page, document)
    if span is None:
        return found or 1
    first, last = page_of(span.start, starts) or 1, page_of(span.end - 1, starts) or 1
    if found and not first <= found <= last:
        raise MisuseError(f"the words to frame stand on page {first}: name that page, or none")
    return found or first


def _page_named(page: int | str | None, document: Document) -> int | None:
    """Return the page of a number or else of a label; None for none."""
    if page is None:
        return None
    check(page, (int, str), name="page", wanted="the number of a page (int) or its label (str)")
    labels, count = document.page_labels, len(document.page_starts)
    name = str(page)
    if name.isascii() and name.isdigit() and len(name) < 10 and 1 <= int(name) <= count:
        return int(name)
    found = [number for number, label in enumerate(labels, start=1) if label == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise MisuseError(f"{len(found)} pages are called {name!r}: name one by number, {found[0]}")
    called = f", or a label from {labels[0]!r} to {labels[-1]!r}" if labels else ""
    raise MisuseError(f"there is no page {name!r}: name a number from 1 to {count}{called}")


def check_history(history: Sequence[Turn]) -> None:
    """Refuse what is no conversation.

    Raises:
        MisuseError: It is of another type.
    """
    wanted = "a list of earlier turns (Answer.turn)"
    check(history, (list, tuple), name="history", wanted=wanted)
    for turn in history:
        check(turn, Turn, name="a turn of the history", wanted=wanted)


def checked_question(question: str) -> Question:
    """Return a question, read.

    Raises:
        MisuseError: It is no text, or longer than `LONGEST_QUESTION`.
    """
    check_text(question, name="the question")
    if len(question) > LONGEST_QUESTION:
        raise MisuseError(
            f"the question has {len(question)} characters, at most {LONGEST_QUESTION} are allowed: "
            "ask it shorter"
        )
    return read_question(question)


def checked_topic(topic: str | None) -> str:
    """Return a topic, or an id, on one line; empty where none is given.

    Raises:
        MisuseError: It is no text, has no word, or is longer than `LONGEST_QUESTION`.
    """
    if topic is None:
        return ""
    check_text(topic, name="the topic")
    if len(topic) > LONGEST_QUESTION:
        raise MisuseError(
            f"the topic has {len(topic)} characters, at most {LONGEST_QUESTION} are allowed: "
            "name it shorter"
        )
    read = read_question(topic)
    if read.is_empty:
        raise MisuseError(f"{topic!r} names no topic: give it in words, or leave it out")
    return read.text


def read_scope(given: object) -> Scope | None:
    """Return the scope that another program sends: an object by the names of `rag.Scope`'s fields.

    None gives None, and an object without fields all articles. A field of several values takes one
    alone too.

    Raises:
        ScopeError: A field has another name, or a value is not allowed.
        MisuseError: It is no object.
    """
    if given is None or isinstance(given, Scope):
        return given
    if not isinstance(given, Mapping):
        raise MisuseError(
            f"a scope cannot be {shortened(given)}: send an object such as "
            '{"tags": ["economy"], "since": "2024"}, or {} for all articles'
        )
    return scope_of({name: _field(name, value) for name, value in given.items()})


def _field(name: str, value: object) -> object:
    """Return a field as `Scope` takes it: a year may be a number, and YAML makes dates of dates."""
    if name in _DATES:
        is_date = isinstance(value, (int, date)) and not isinstance(value, bool)
        return str(value) if is_date else value
    return [value] if isinstance(value, str) else value


def scope_among(options: Mapping[str, object]) -> Scope | None:
    """Return the scope of a command's options, each called `scope_` and a field; None for none.

    With `everywhere` it is all articles.

    Raises:
        ScopeError: A value is not allowed.
        MisuseError: Some articles are named, and all of them are asked for.
    """
    named = {n.removeprefix(_OPTION): v for n, v in options.items() if n.startswith(_OPTION) and v}
    if not options.get("everywhere"):
        return scope_of(named) if named else None
    if named:
        raise MisuseError(
            f"--everywhere asks all articles, and the other options only {scope_of(named).words}: "
            "leave one of the two out"
        )
    return EVERYTHING


def checked_scope(scope: Scope | None) -> Scope:
    """Return a scope, that of all articles for None.

    Raises:
        MisuseError: It is none.
    """
    if scope is None:
        return EVERYTHING
    check(scope, Scope, name="scope", wanted="a rag.Scope or None")
    return scope


def checked_k(k: int) -> int:
    """Return k where it is a number of passages that can be asked for.

    Raises:
        MisuseError: It is not 1 to 100.
    """
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= 100:
        raise MisuseError(f"k cannot be {shortened(k)}: ask for 1 to 100 passages")
    return k
