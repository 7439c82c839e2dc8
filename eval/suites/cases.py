"""Gold questions: what a case holds, the checks of one, and where its evidence stands.

Reading files is `eval.suites.files`'s. Evidence is kept as a quote and not as offsets, so that
cutting documents differently never breaks a suite.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import Protocol

from eval.metrics.answers import DocumentSpan, contains_answer
from rag import Document, DocumentSummary, MisuseError, Scope
from rag.internal import places, read_scope


class GoldError(MisuseError):
    """A gold file is not as it should be; the message names file, line and case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A literal piece of a document that says what a case asks for."""

    document: str
    """File name of the document's source, such as `article.txt`, or its path, id or title."""
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A question that comes before a case's in one conversation."""

    question: str
    text: str
    """What was answered; empty where it is asked in the run itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCase:
    """One question with what a right reply to it has."""

    id: str
    question: str
    answers: tuple[str, ...]
    """Accepted answers, any of them; empty when it is not answerable."""
    must_include: tuple[tuple[str, ...], ...]
    """What must all be in the reply, each in one of its wordings."""
    must_not_include: tuple[str, ...]
    evidence: tuple[Quote, ...]
    answerable: bool
    critical: bool
    """Whether its failure alone fails the gate."""
    tags: tuple[str, ...]
    notes: str
    place: str
    """`file:line`, for messages."""
    history: tuple[Earlier, ...] = ()
    """Earlier questions of its conversation, oldest first."""
    scope: Scope | None = None
    """Which articles it is asked of; None for all, or those that the question names."""
    line: int | None = None
    """Of the file, from 1, on which the case begins; None where it is from no file."""

    @property
    def file(self) -> str:
        """The file as it was named; empty where the case is from none."""
        return self.place.rpartition(":")[0] if self.line is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The cases of one file, in file order."""

    name: str
    """The file's name without its suffix."""
    cases: tuple[GoldCase, ...]


class Documents(Protocol):
    """Where evidence is looked up: `Assistant.library`, or what holds documents as it does."""

    def documents(self) -> Iterable[DocumentSummary]:
        """List the documents."""

    def document(self, document_id: str) -> Document:
        """Return one document with its text."""


class HasLibrary(Protocol):
    """What is evaluated: an `Assistant`, or anything that stands in for one."""

    @property
    def library(self) -> Documents:
        """The documents that are asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A stored document as evidence is looked up in it."""

    document_id: str
    text: str


class EvidenceError(Exception):
    """A quote cannot be told in the documents: gone, more than once, or in no document."""


KEYS = frozenset(GoldCase.__dataclass_fields__) - {"place", "line"}


def parse_case(row: Mapping[str, object], place: str, *, line: int | None = None) -> GoldCase:
    """Turn one object of a gold file into a case, which begins on `line` there.

    Raises:
        GoldError: an unknown key, a wrong type, an answerable case without answers, or an
            unanswerable one with answers, evidence or `must_include`; the message begins with
            `place`.
    """
    unknown = sorted(set(row) - KEYS)
    if unknown:
        raise GoldError(
            f"{place}: unknown key {unknown[0]!r}; allowed are {', '.join(sorted(KEYS))}"
        )
    case = GoldCase(
        id=_string(row, "id", place),
        question=_string(row, "question", place),
        answers=_strings(row, "answers", place),
        must_include=tuple(_wordings(row, "must_include", place)),
        must_not_include=_strings(row, "must_not_include", place),
        evidence=tuple(_quotes(row, place)),
        answerable=_flag(row, "answerable", place, default=True),
        critical=_flag(row, "critical", place, default=False),
        tags=_strings(row, "tags", place),
        notes=_string(row, "notes", place) if "notes" in row else "",
        place=place,
        history=tuple(_history(row, place)),
        scope=_scope(row, place),
        line=line,
    )
    _check_answerable(case)
    return case


def same_question(question: str) -> str:
    """Return a form of a question that is equal for the same words, whatever their case."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split()).rstrip("?!. ")


def unproven(answers: Sequence[str], evidence: Sequence[Quote]) -> bool:
    """Tell whether none of the accepted answers is in a quote that is given as proof of it.

    That is looked for as in a reply (`contains_answer`). False where there are no answers or no
    quotes, and where one of the answers is a yes or no, which no text says.
    """
    if not answers or not evidence or any(re.match(r"(?i)(yes|no)\b", one) for one in answers):
        return False
    return not any(contains_answer(quote.quote, answers) for quote in evidence)


def source_texts(documents: Documents, names: Iterable[str]) -> dict[str, tuple[SourceText, ...]]:
    """Return the documents of these names with their texts, as `named` finds them."""
    return {
        name: tuple(
            SourceText(document_id=one.id, text=documents.document(one.id).text) for one in found
        )
        for name, found in named(documents, names).items()
    }


def named(documents: Documents, names: Iterable[str]) -> dict[str, list[DocumentSummary]]:
    """Return the documents of these names, by the name.

    A name is a file name or, where no document has that, a whole source, an id or a title as
    `footnote list` prints them, or a path elsewhere that ends in a document's file name. A name
    that is none of these is left out.
    """
    wanted = set(names)
    ways: tuple[dict[str, list[DocumentSummary]], ...] = ({}, {}, {}, {})
    for one in documents.documents() if wanted else ():
        title = " ".join(one.card.title.split())
        called = file_name(one.card.source), one.card.source, one.id, title
        for known, word in zip(ways, called, strict=True):
            known.setdefault(word, []).append(one)
    found = dict[str, list[DocumentSummary]]()
    for name in wanted:
        tried = (*(known.get(name) for known in ways), ways[0].get(file_name(name)))
        meant = next((documents for documents in tried if documents), None)
        if meant:
            found[name] = meant
    return found


def file_name(source: str) -> str:
    """Return the last part of a path of whatever system; empty for an empty one."""
    return PureWindowsPath(source).name if "\\" in source else PurePath(source).name


def locate(case: GoldCase, texts: Mapping[str, tuple[SourceText, ...]]) -> tuple[DocumentSpan, ...]:
    """Find each evidence quote of a case in the documents, given by file name.

    Returns the spans in the order of the evidence; empty where the case has none.

    Raises:
        EvidenceError: no document has that file name, or the quote is not there exactly once.
            The message says what to do with the case.
    """
    return tuple(_locate(case, quote, texts) for quote in case.evidence)


def _check_answerable(case: GoldCase) -> None:
    if case.answerable and not case.answers:
        raise GoldError(
            f"{case.place}: {case.id!r} is answerable but has no answers; list at least one or "
            'say "answerable": false'
        )
    parts = {
        "answers": case.answers,
        "evidence": case.evidence,
        "must_include": case.must_include,
    }
    extra = next((name for name, held in parts.items() if held), "")
    if not case.answerable and extra:
        raise GoldError(
            f"{case.place}: {case.id!r} is not answerable but has {extra}; remove it or say "
            '"answerable": true'
        )


def _history(row: Mapping[str, object], place: str) -> Iterator[Earlier]:
    entries = row.get("history", [])
    if not isinstance(entries, list):
        raise GoldError(f"{place}: 'history' is {entries!r}, but a list is needed")
    for entry in entries:
        told = {"question": entry} if isinstance(entry, str) else entry
        if not isinstance(told, dict) or not {"question"} <= set(told) <= {"question", "text"}:
            raise GoldError(
                f"{place}: history {entry!r} needs a question, or the keys 'question' and 'text'"
            )
        text = _string(told, "text", place) if "text" in told else ""
        yield Earlier(question=_string(told, "question", place), text=text)


def _scope(row: Mapping[str, object], place: str) -> Scope | None:
    if row.get("scope", {}) is None:
        raise GoldError(f"{place}: 'scope' is null: leave it out, or write {{}} for all articles")
    try:
        return read_scope(row.get("scope"))
    except MisuseError as error:
        raise GoldError(f"{place}: {error}") from error


def _quotes(row: Mapping[str, object], place: str) -> Iterator[Quote]:
    entries = row.get("evidence", [])
    if not isinstance(entries, list):
        raise GoldError(f"{place}: 'evidence' is {entries!r}, but a list is needed")
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"document", "quote"}:
            raise GoldError(
                f"{place}: evidence {entry!r} needs the keys 'document' and 'quote' only"
            )
        yield Quote(
            document=_string(entry, "document", place), quote=_string(entry, "quote", place)
        )


def _string(row: Mapping[str, object], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise GoldError(
            f"{place}: {key!r} is {value!r}, but a string that is not blank is needed"
            + _in_quotes(value)
        )
    return value


def _in_quotes(value: object) -> str:
    """Return what to do with a number or a truth value that should be a string; else nothing."""
    return f': put it in quotes, "{value}"' if isinstance(value, bool | int | float) else ""


def _strings(row: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if not isinstance(values, list):
        raise GoldError(f"{place}: {key!r} is {values!r}, but a list of strings is needed")
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise GoldError(
                f"{place}: {key!r} holds {value!r}, but only strings that are not blank"
                + _in_quotes(value)
            )
    return tuple(values)


def _wordings(row: Mapping[str, object], key: str, place: str) -> Iterator[tuple[str, ...]]:
    """Yield the items of a list in which an item is a string or a list of its wordings."""
    values = row.get(key, [])
    if not isinstance(values, list):
        raise GoldError(f"{place}: {key!r} is {values!r}, but a list is needed")
    for value in values:
        if value == []:
            raise GoldError(f"{place}: {key!r} holds a list without a wording; write one or more")
        yield _strings({key: value if isinstance(value, list) else [value]}, key, place)


def _flag(row: Mapping[str, object], key: str, place: str, *, default: bool) -> bool:
    value = row.get(key, default)
    if not isinstance(value, bool):
        raise GoldError(f"{place}: {key!r} is {value!r}, but true or false is needed")
    return value


def _locate(
    case: GoldCase, evidence: Quote, texts: Mapping[str, tuple[SourceText, ...]]
) -> DocumentSpan:
    sources = texts.get(evidence.document, ())
    if not sources:
        raise EvidenceError(
            f"gold {case.id}'s document {evidence.document!r} is not in the library: add it, "
            "name it as `footnote list` does, or update or retire the case"
        )
    quote = " ".join(evidence.quote.split())
    found = [
        (source.document_id, start, end)
        for source in sources
        for start, end in places(source.text, evidence.quote)
    ]
    if not found:
        raise EvidenceError(
            f"gold {case.id}'s passage is gone: update or retire it; {_short(quote)!r} is not in "
            f"{evidence.document!r} (`footnote gold repair {case.file or 'FILE'}` proposes what "
            "stands there now)"
        )
    if len(found) > 1:
        apart = len({document_id for document_id, _, _ in found}) > 1
        where = "several documents named" if apart else "several places of"
        way = "name the document by its id" if apart else "lengthen the quote"
        raise EvidenceError(
            f"gold {case.id}'s passage is ambiguous: {way}; {_short(quote)!r} is in "
            f"{where} {evidence.document!r}"
        )
    return found[0]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
