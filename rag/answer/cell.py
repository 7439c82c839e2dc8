"""Finds the cell of a table that a question names by its row and its column.

It looks at rows as `index.reading.table` tells them, "Town: Lindvik; 2021: 18400.", and at nothing
else; a question that wants a table reckoned with, as its highest figure, names no cell.
"""

import calendar
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence
from rag.answer.yes_no import is_negated
from rag.question import AnswerType, Question
from rag.types import Draft, DraftSentence, Evidence

TABLES: Final = frozenset(
    {
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
_SURE = 0.9
"""Confidence of a cell that a question names by its row and its column."""
_MOST = 3
"""Rows of several tables that are shown where their cells differ."""
_COLUMN_ASKED = re.compile(
    r"\b(?:the|which|what) ([\w'’-]{1,40}(?: [\w'’-]{1,40}){0,2}) (?:column|field)\b", re.IGNORECASE
)
_LEADS: Final = frozenset({"the", "which", "what", "does", "is", "of", "in", "this", "that"})
"""Words in front of a column's name that are none of it."""
_WORD = re.compile(r"\w+")
_FULL_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{1,30}(?: [A-Z][a-z]{1,30}){1,3}")
"""Of somebody or something, not at the beginning of a question."""
_FIELD = re.compile(r"; (?=[^;:]{1,200}: )")
"""What parts the cells of a row that have a name."""
_NUMBER = re.compile(r"-?\d{1,15}(?:,\d{3})*(?:\.\d{1,6})?")
_UNIT = re.compile(r" \([^()]{1,20}\)$| in [a-zA-Z²]{1,4}$")
"""Behind the name of a column: "Height (m)", "Height in m"."""
_PERIOD = re.compile(r"(?:1[5-9]|20)\d\d|\d{1,2}|Q[1-4]")
_COUNTED: Final[frozenset[AnswerType]] = frozenset({"amount", "money", "date", "duration"})
_LETTERS = 3
"""Of the name of a day or a month, from which on it may be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a row, named or not."""

    name: str
    """Of its column; empty where it has none."""
    text: str
    start: int
    """Offset of its text in the row's sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A cell that a question may name."""

    hit: Hit
    row: ScoredSentence
    cell: Cell
    covered: int
    """Words of the question that row and column say."""


def with_cell(draft: Draft, question: Question, hits: Sequence[Hit]) -> Draft:
    """Return the row with its cell as the answer where the question names one, else the draft.

    Rows of several tables whose cells differ are all given, without a short answer. A question for
    a column by its name that no table has is not answered of a row, and one that says the name of
    one row, or a full name that no row has, not of another row.

    Args:
        draft: What else would be answered.
        question: What is asked.
        hits: Retrieved for it.
    """
    found = _asked_cells(question, hits)
    if not found:
        lacks = _lacks_column(draft, question, hits) or _names_nobody_there(draft, question)
        if lacks or _is_surpassed(draft, question, hits):
            return replace(draft, confidence=0.0)
        return _of_its_row(draft, question, hits)
    rows = tuple(one.row.sentence for one in found)
    alone = len(found) == 1
    return replace(
        draft,
        sentences=tuple(_quoted(one, titled=not alone) for one in found),
        short=found[0].cell.text if alone else None,
        parts=(),
        confidence=max(draft.confidence, _SURE),
        ranked=tuple(dict.fromkeys((*rows, *draft.ranked)))[: max(len(rows), len(draft.ranked))],
    )


def _of_its_row(draft: Draft, question: Question, hits: Sequence[Hit]) -> Draft:
    """Return the row whose name a question says where the draft quotes another, else the draft.

    Of several rows those stay whose name is said, where there are such.
    """
    if len(draft.sentences) > 1:
        cells = [(one, cells_of(one.text)) for one in draft.sentences]
        kept = tuple(one for one, row in cells if any(_is_said(cell, question) for cell in row))
        if not kept or len(kept) == len(cells) or not all(row for _, row in cells):
            return draft
        return replace(draft, sentences=kept, short=None, parts=())
    if len(draft.sentences) != 1 or not draft.sentences[0].evidence:
        return draft
    quoted = draft.sentences[0]
    table = quoted.evidence[0].hit.passage.document_id
    names = {
        row.sentence: (hit, {c.text for c in cells_of(row.sentence.text) if _is_said(c, question)})
        for hit in hits
        if hit.card.media_type in TABLES and hit.passage.document_id == table
        for row in hit.sentences
    }
    said = {row: hit for row, (hit, named) in names.items() if named}
    own = any(name in quoted.text for _, named in names.values() for name in named)
    if own or len(said) != 1 or not cells_of(quoted.text):
        return draft
    ((row, hit),) = said.items()
    evidence = Evidence(hit=hit, start=row.start, end=row.end)
    ranked = tuple(dict.fromkeys((row, *draft.ranked)))[: max(1, len(draft.ranked))]
    sentence = DraftSentence(text=row.text, evidence=(evidence,))
    return replace(draft, sentences=(sentence,), short=None, parts=(), ranked=ranked)


def _is_said(cell: Cell, question: Question) -> bool:
    """Say whether a question has a cell's words as they stand, which begin as a name does."""
    name = cell.text.strip()
    said = len(name) >= _LETTERS and name[0].isupper()
    return said and f" {_spaced(name)} " in f" {_spaced(question.text)} "


def _spaced(text: str) -> str:
    return " ".join(_WORD.findall(text))


def _names_nobody_there(draft: Draft, question: Question) -> bool:
    """Say whether a row is quoted of a table part in which nobody has a full name that is said."""
    if not draft.sentences or not draft.sentences[0].evidence:
        return False
    hit = draft.sentences[0].evidence[0].hit
    if hit.card.media_type not in TABLES or not cells_of(draft.sentences[0].text):
        return False
    around = f"{hit.card.title} {hit.card.source} {hit.passage.text} {hit.page_label}".casefold()
    full = (name[0].split() for name in _FULL_NAME.finditer(question.text))
    return any(not any(word.casefold() in around for word in name) for name in full)


def _is_surpassed(draft: Draft, question: Question, hits: Sequence[Hit]) -> bool:
    """Say whether a row is quoted for the most or least of a column, and another has more or less.

    Of the rows that were found; nothing is said of a column without numbers.
    """
    wanted = 1 if _superlative("most").search(question.text) else -1
    if wanted < 0 and not _superlative("least").search(question.text):
        return False
    if not draft.sentences or not draft.sentences[0].evidence:
        return False
    table = draft.sentences[0].evidence[0].hit.passage.document_id
    asked = frozenset(content_terms(question.text)) | _measured_by(question.text)
    quoted = _measured(draft.sentences[0].text, asked)
    others = (
        _measured(row.sentence.text, asked)
        for hit in hits
        if hit.passage.document_id == table
        for row in hit.sentences
    )
    return any(
        wanted * (other[name] - own) > 0
        for other in others
        for name, own in quoted.items()
        if name in other
    )


def _measured(row: str, asked: frozenset[str]) -> dict[str, float]:
    """Return the numbers of a row in the columns that a question names, units left aside."""
    return {
        cell.name: float(cell.text.replace(",", ""))
        for cell in cells_of(row)
        if _is_named(_UNIT.sub("", cell.name), asked)
        and _NUMBER.fullmatch(cell.text)
        and not _says(cell.text, asked)
    }


def _measured_by(asked: str) -> frozenset[str]:
    """Return the terms of the columns that a superlative is about: height of "tallest"."""
    said = set(asked.casefold().rstrip(" ?").split())
    table = data_toml("rag", "tables.toml")["measured"]
    return frozenset(t for name, of in table.items() if said & set(of.split()) for t in terms(name))


@cache
def _superlative(side: str) -> re.Pattern[str]:
    words = data_toml("rag", "tables.toml")["superlatives"][side].split()
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def _quoted(found: _Found, *, titled: bool) -> DraftSentence:
    """Quote a row with its cell marked, behind the title of its table where that tells it apart."""
    sentence, cell = found.row.sentence, found.cell
    lead = f"{found.hit.card.title}: " if titled else ""
    start = len(lead) + cell.start
    evidence = Evidence(hit=found.hit, start=sentence.start, end=sentence.end)
    span = (start, start + len(cell.text))
    return DraftSentence(text=lead + sentence.text, evidence=(evidence,), span=span)


def _lacks_column(draft: Draft, question: Question, hits: Sequence[Hit]) -> bool:
    """Say whether a row is to answer a question for a column that no table found has."""
    asked = _COLUMN_ASKED.search(question.text)
    if asked is None or not draft.sentences or not draft.sentences[0].evidence:
        return False
    if draft.sentences[0].evidence[0].hit.card.media_type not in TABLES:
        return False
    words = {
        term for word in asked[1].split() if word.lower() not in _LEADS for term in terms(word)
    }
    rows = (row for hit in hits if hit.card.media_type in TABLES for row in hit.sentences)
    names = {cell.name for row in rows for cell in cells_of(row.sentence.text) if cell.name}
    named = {term for name in names for term in terms(name.replace("_", " "))}
    return bool(words) and not any(_covers(named, term) for term in words)


def cells_of(row: str) -> tuple[Cell, ...]:
    """Return the cells of a row as a sentence tells it; none where no column is named in it."""
    cells: list[Cell] = []
    start = 0
    for end in (*(gap.start() for gap in _FIELD.finditer(row)), len(row)):
        part = row[start:end]
        name, named, text = part.partition(": ")
        if not named:
            name, text = "", part
        last = end == len(row) and text.endswith(".")
        at = start + (len(name) + 2 if named else 0)
        cells.append(Cell(name=name, text=text[:-1] if last else text, start=at))
        start = end + 2
    return tuple(cells) if any(cell.name for cell in cells) else ()


def cells_of_table(text: str, media_type: str) -> tuple[Cell, ...]:
    """Return the cells of a quoted row; none where its article is no table."""
    return cells_of(text) if media_type in TABLES else ()


def _asked_cells(question: Question, hits: Sequence[Hit]) -> list[_Found]:
    """Return the cell that a question names, or each of those of several tables that differ.

    None where it names none, several of one table, or too many.
    """
    several = question.several and not question.open_ended
    if question.expects == "yes_no" or several or is_negated(question.text):
        return []
    counts = question.expects in _COUNTED and not question.open_ended
    asked = frozenset(content_terms(question.text))
    found = [
        one
        for hit in hits
        if hit.card.media_type in TABLES
        for row in hit.sentences
        if (one := _named_in(row, hit, asked, counts=counts)) is not None
    ]
    most = max((one.covered for one in found), default=0)
    best = [one for one in found if one.covered == most]
    distinct = list({one.cell.text: one for one in reversed(best)}.values())[::-1]
    if len(distinct) == 1:
        return best[:1]
    tables = {one.hit.passage.document_id for one in distinct}
    return distinct if len(tables) == len(distinct) <= _MOST else []


def _named_in(
    row: ScoredSentence, hit: Hit, asked: frozenset[str], *, counts: bool
) -> _Found | None:
    """Return the cell of a row that a question names; None where it is not sure.

    Args:
        row: The row.
        hit: What it is in.
        asked: The terms of the question.
        counts: Whether a number or a time is asked for.
    """
    cells = cells_of(row.sentence.text)
    said = [cell for cell in cells if _says(cell.text, asked)]
    columns = _most_named([c for c in cells if c not in said and _is_named(c.name, asked)])
    if not said or len(columns) != 1:
        return None
    of_row = {term for cell in said for term in _words(cell.text)}
    # The column of the row's name may be named too: "in the year 1916".
    of_row |= {term for cell in said for term in _words(cell.name)} & asked
    covered = of_row | {t for t in asked if _covers(_words(columns[0].name), t)}
    about = frozenset(terms(hit.card.title))
    left = asked - covered - about - _of_tables()
    # Columns that are years or days do not say what is counted in them.
    periods = all(_is_period(cell.name) for cell in cells if cell.name and cell not in said)
    unsaid = counts and periods and any(map(str.isdigit, columns[0].text))
    if len(left) > int(unsaid):
        return None
    return _Found(hit=hit, row=row, cell=columns[0], covered=len(covered & asked))


def _most_named(columns: Sequence[Cell]) -> list[Cell]:
    """Leave out columns whose name is part of another's: "Price" where "Price 2024" is asked."""
    return [
        one
        for one in columns
        if not any(_words(one.name) < _words(other.name) for other in columns)
    ]


def _words(text: str) -> frozenset[str]:
    plain = text.replace("_", " ")
    return frozenset(content_terms(plain) or terms(plain))


def _says(text: str, asked: frozenset[str]) -> bool:
    """Say whether a question says all of a cell."""
    words = _words(text)
    return bool(words) and words <= asked


def _is_named(name: str, asked: frozenset[str]) -> bool:
    """Say whether a question names a column."""
    words = _words(name)
    return bool(words) and all(any(_covers({word}, term) for term in asked) for word in words)


def _covers(words: Set[str], term: str) -> bool:
    """Say whether a column's words have one of a question, which may be a day's in full."""
    whole = _days().get(term, "")
    cut = any(len(w) >= _LETTERS and whole.startswith(w) for w in words) if whole else False
    return term in words or cut


def _is_period(name: str) -> bool:
    low = name.lower()
    cut = len(low) >= _LETTERS and any(whole.startswith(low) for whole in _days().values())
    return bool(_PERIOD.fullmatch(name)) or cut


@cache
def _days() -> dict[str, str]:
    """Return the names of days and months by the term that each is."""
    names = (*calendar.day_name, *filter(None, calendar.month_name))
    return {terms(name)[0]: name.lower() for name in names}


@cache
def _of_tables() -> frozenset[str]:
    """Return the terms of words by which a cell is asked for, and that none need say."""
    return frozenset(terms(data_toml("rag", "tables.toml")["asking"]))
